//! One argument of a compilation: for which sources it is, and what takes it away.

use std::sync::Arc;

use crate::resolve::flags::language::Language;
use crate::resolve::flags::said_by::{FlagList, SaidBy};

/// One argument of a compilation or of a link, as it stands on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedFlag {
    /// The argument.
    pub text: String,
    /// For which sources it is.
    pub reach: Reach,
    /// Who says it.
    pub by: Arc<SaidBy>,
    /// In which list.
    pub list: FlagList,
}

/// What takes arguments away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Without {
    /// As it is said: `-Wshadow`, `-DNAME`, `*`.
    pub text: String,
    /// Who says it.
    pub by: Arc<SaidBy>,
}

/// An argument that somebody took away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenFlag {
    /// The argument, with who said it.
    pub flag: ResolvedFlag,
    /// Who took it away.
    pub by: Arc<SaidBy>,
}

/// What all sources of a target are told, or its link.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeFlags {
    /// Arguments, those of each level behind those of the levels outside.
    pub said: Vec<ResolvedFlag>,
    /// What is not among them because a level took it away.
    pub taken: Vec<TakenFlag>,
}

impl CodeFlags {
    /// The arguments alone.
    pub fn texts(&self) -> Vec<String> {
        self.said.iter().map(|flag| flag.text.clone()).collect()
    }

    /// What is taken away goes from the arguments so far.
    pub(crate) fn take_away(&mut self, without: &[Without]) {
        if without.is_empty() {
            return;
        }
        let CodeFlags { said, taken } = self;
        said.retain(|flag| match without.iter().find(|without| takes(&without.text, &flag.text)) {
            Some(Without { by, .. }) => {
                taken.push(TakenFlag { flag: flag.clone(), by: by.clone() });
                false
            }
            None => true,
        });
    }
}

/// For which sources an argument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// For all.
    All,
    /// For what is preprocessed.
    Preprocessor,
    /// For C.
    C,
    /// For C++.
    Cxx,
    /// For assembler files, preprocessed or not.
    Assembler,
}

impl Reach {
    /// Whether it is for sources in a language.
    pub fn has(self, language: Language) -> bool {
        match self {
            Reach::All => true,
            Reach::Preprocessor => language != Language::Assembler,
            Reach::C => language == Language::C,
            Reach::Cxx => language == Language::Cxx,
            Reach::Assembler => matches!(language, Language::Preprocessed | Language::Assembler),
        }
    }
}

/// The arguments for sources in a language.
pub fn flags_in(flags: &[ResolvedFlag], language: Language) -> impl Iterator<Item = &ResolvedFlag> {
    flags.iter().filter(move |flag| flag.reach.has(language))
}

/// Whether `.without(text)` takes a flag away.
pub(crate) fn takes(text: &str, flag: &str) -> bool {
    let value_of = |text: &str| flag.strip_prefix(text).is_some_and(|rest| rest.starts_with('='));
    text == "*" || text == flag || (text.starts_with("-D") && !text.contains('=') && value_of(text))
}
