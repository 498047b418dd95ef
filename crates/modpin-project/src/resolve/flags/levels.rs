//! Flags of one level behind those of the levels outside of it: what a level adds, and what it takes away.

use std::sync::Arc;

use crate::declare::flags::Flags;
use crate::resolve::choose::{Chooser, FLAVOURS};
use crate::resolve::findings::Findings;
use crate::resolve::flags::level::{Level, OwnFlags, of_links};
use crate::resolve::flags::resolved_flag::CodeFlags;
use crate::resolve::flags::said_by::SaidBy;
use crate::resolve::flags::speaker::Speaker;

/// What the levels so far say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Levels {
    builtin: LevelFlags,
    /// The same for a module file, where that may not be the same.
    module: Option<LevelFlags>,
}

/// What levels say for one flavour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LevelFlags {
    /// Arguments of compilations.
    pub(crate) compile: CodeFlags,
    /// Arguments of links.
    pub(crate) link: CodeFlags,
    /// Rules whose headers are waited for.
    pub(crate) rules: Vec<String>,
}

impl Levels {
    /// For a module file or not.
    pub(crate) fn of(&self, is_module: bool) -> &LevelFlags {
        self.module.as_ref().filter(|_| is_module).unwrap_or(&self.builtin)
    }

    /// What a module file gets where that is not what others get.
    pub(crate) fn only_of_modules(&self) -> Option<&LevelFlags> {
        self.module.as_ref().filter(|module| module.compile != self.builtin.compile)
    }

    /// One more level behind these.
    pub(crate) fn add(
        &mut self,
        flags: &Flags,
        by: SaidBy,
        speaker: Speaker<'_>,
        findings: &mut Findings,
    ) {
        if flags.is_empty() {
            return;
        }
        let level = Level::of(flags, by, speaker, findings);
        if self.module.is_none() && level.module.is_some() {
            self.module = Some(self.builtin.clone());
        }
        if let Some(module) = &mut self.module {
            module.follow(level.module.as_ref().unwrap_or(&level.builtin));
        }
        self.builtin.follow(&level.builtin);
    }

    /// Only what it says to links.
    pub(crate) fn add_link(&mut self, flags: &Flags, by: SaidBy, chooser: Chooser<'_>) {
        let said = of_links(flags, &Arc::new(by), (chooser, FLAVOURS[0]));
        self.builtin.link.said.extend(said);
    }
}

impl LevelFlags {
    fn follow(&mut self, level: &OwnFlags) {
        let OwnFlags { compile, link, without, rules } = level;
        self.compile.take_away(without);
        self.link.take_away(without);
        self.compile.said.extend_from_slice(compile);
        self.link.said.extend_from_slice(link);
        self.rules.extend_from_slice(rules);
    }
}
