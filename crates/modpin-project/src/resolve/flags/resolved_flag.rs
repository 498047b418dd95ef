//! One argument of a compilation: for which sources it is, and what takes it away.

use crate::resolve::flags::language::Language;

/// One argument of a compilation, as it stands on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedFlag {
    /// The argument.
    pub text: String,
    /// For which sources it is.
    pub reach: Reach,
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
pub fn flags_in(flags: &[ResolvedFlag], language: Language) -> impl Iterator<Item = &String> {
    flags.iter().filter(move |flag| flag.reach.has(language)).map(|flag| &flag.text)
}

/// Whether `.without(text)` takes a flag away.
pub(crate) fn takes(text: &str, flag: &str) -> bool {
    let value_of = |text: &str| flag.strip_prefix(text).is_some_and(|rest| rest.starts_with('='));
    text == "*" || text == flag || (text.starts_with("-D") && !text.contains('=') && value_of(text))
}
