//! What one level of flags says itself, in one build: its lists as arguments.

use std::sync::Arc;

use crate::configure::predefined::FLAVOUR;
use crate::declare::condition::cond::Cond;
use crate::declare::condition::expr::Operand;
use crate::declare::conditional::whens_of;
use crate::declare::flags::Flags;
use crate::declare::options::item::Item;
use crate::resolve::choose::{Chooser, FLAVOURS};
use crate::resolve::files::include::directory;
use crate::resolve::files::path::normal;
use crate::resolve::findings::Findings;
use crate::resolve::flags::resolved_flag::{Reach, ResolvedFlag, Without};
use crate::resolve::flags::said_by::{FlagList, SaidBy};
use crate::resolve::flags::speaker::Speaker;

/// What one level says itself.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    pub(super) builtin: OwnFlags,
    /// The same for a module file, where that may not be the same.
    pub(super) module: Option<OwnFlags>,
    by: Arc<SaidBy>,
}

/// What one level says for one flavour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OwnFlags {
    pub(crate) compile: Vec<ResolvedFlag>,
    pub(super) link: Vec<ResolvedFlag>,
    pub(crate) without: Vec<Without>,
    pub(super) rules: Vec<String>,
}

impl Level {
    /// What some flags are in this build.
    pub(crate) fn of(flags: &Flags, by: SaidBy, speaker: Speaker<'_>, findings: &mut Findings) -> Level {
        let by = Arc::new(by);
        let dirs = [("-I", &flags.includes), ("-isystem", &flags.system_includes)]
            .map(|(option, list)| directories(option, list, speaker, findings));
        let own = |flavour| OwnFlags::of(flags, &by, &dirs, (speaker.chooser, flavour));
        let module = whens_of(flags).any(asks_flavour).then(|| own(FLAVOURS[1]));
        Level { builtin: own(FLAVOURS[0]), module, by }
    }

    /// Arguments for all that is compiled, behind.
    pub(crate) fn extend(&mut self, list: &[Item<String>], chooser: Chooser<'_>) {
        let flags = |flavour| {
            let chosen = chooser.flags(list, flavour).into_iter();
            let by = &self.by;
            chosen.map(|text| ResolvedFlag {
                text,
                reach: Reach::All,
                by: by.clone(),
                list: FlagList::Cflags,
            })
        };
        if self.module.is_none() && list.iter().filter_map(Item::when).any(asks_flavour) {
            self.module = Some(self.builtin.clone());
        }
        self.builtin.compile.extend(flags(FLAVOURS[0]));
        if let Some(module) = &mut self.module {
            module.compile.extend(flags(FLAVOURS[1]));
        }
    }

    /// For what goes into a program, and for a module file where that is not the same.
    pub(crate) fn flavours(self) -> (OwnFlags, Option<OwnFlags>) {
        let module = self.module.filter(|module| *module != self.builtin);
        (self.builtin, module)
    }
}

impl OwnFlags {
    fn of(
        flags: &Flags,
        by: &Arc<SaidBy>,
        [includes, system_includes]: &[Vec<Item<String>>; 2],
        (chooser, flavour): (Chooser<'_>, &'static str),
    ) -> OwnFlags {
        let lists = [
            (includes, "", Reach::All, FlagList::Includes),
            (system_includes, "", Reach::All, FlagList::SystemIncludes),
            (&flags.defines, "-D", Reach::All, FlagList::Defines),
            (&flags.cppflags, "", Reach::Preprocessor, FlagList::Cppflags),
            (&flags.cflags, "", Reach::C, FlagList::Cflags),
            (&flags.cxxflags, "", Reach::Cxx, FlagList::Cxxflags),
            (&flags.asflags, "", Reach::Assembler, FlagList::Asflags),
        ];
        let mut compile = Vec::new();
        for (entries, option, reach, list) in lists {
            let texts = chooser.flags(entries, flavour).into_iter();
            let texts = texts.map(|text| format!("{option}{text}"));
            compile.extend(texts.map(|text| ResolvedFlag { text, reach, by: by.clone(), list }));
        }
        let link = of_links(flags, by, (chooser, flavour));
        let [without, rules] =
            [&flags.without, &flags.generated_headers].map(|list| chooser.flags(list, flavour));
        let without = without.into_iter().map(|text| Without { text, by: by.clone() }).collect();
        OwnFlags { compile, link, without, rules }
    }
}

/// What they say to links.
pub(super) fn of_links(
    flags: &Flags,
    by: &Arc<SaidBy>,
    (chooser, flavour): (Chooser<'_>, &'static str),
) -> Vec<ResolvedFlag> {
    let (reach, list) = (Reach::All, FlagList::Ldflags);
    let texts = chooser.flags(&flags.ldflags, flavour).into_iter();
    texts.map(|text| ResolvedFlag { text, reach, by: by.clone(), list }).collect()
}

/// Directories as arguments; those that are not chosen need not be there.
fn directories(
    option: &str,
    list: &[Item<String>],
    speaker: Speaker<'_>,
    findings: &mut Findings,
) -> Vec<Item<String>> {
    let Speaker { root, title, chooser, made } = speaker;
    let is_chosen =
        |item: &&Item<String>| FLAVOURS.iter().any(|flavour| chooser.has_flag(item, flavour));
    let mut found = Vec::new();
    for item in list.iter().filter(is_chosen) {
        // A directory may be there for what rules make only.
        let found_dir = |text: &String| match normal(root, text) {
            path if made.has_dir(&path) => Ok(path),
            _ => directory(root, title, text),
        };
        let dirs = findings.keep_all(item.all().iter().map(found_dir));
        let there = dirs.iter().filter(|dir| !made.has_dir(dir) || root.join(dir).is_dir());
        findings.looked_up.dirs.extend(there.map(Into::into));
        let args = dirs.into_iter().map(|dir| format!("{option}{dir}"));
        match item.when() {
            None => found.extend(args.map(Item::Always)),
            Some(when) => found.push(Item::under(when.clone(), args.collect())),
        }
    }
    found
}

fn asks_flavour(Cond(expr): &Cond) -> bool {
    let mut found = false;
    expr.operands(&mut |operand| {
        found |= matches!(operand, Operand::Word(word) if word.name() == Some(FLAVOUR));
    });
    found
}
