//! What is asked about one target while all of a project are looked up: whether it is on, what its lists choose, what it links, and
//! which flags it gets from around it.

use std::borrow::Cow;
use std::path::Path;

use crate::configure::known::Known;
use crate::declare::project::Project;
use crate::declare::target::Target;
use crate::resolve::choose::Chooser;
use crate::resolve::findings::Findings;
use crate::resolve::flags::levels::Levels;
use crate::resolve::flags::public::PublicFlags;
use crate::resolve::flags::said_by::SaidBy;
use crate::resolve::flags::scope_levels::ScopeLevels;
use crate::resolve::flags::speaker::Speaker;
use crate::resolve::made::made_files::MadeFiles;
use crate::resolve::off::Disabled;
use crate::resolve::scopes::Scopes;
use crate::resolve::targets::hosts::{self, Hosting};
use crate::resolve::targets::libraries::{self, LibraryNames, Linked};

/// What the look-up of each target needs.
pub(crate) struct Lookup<'a> {
    pub(crate) project: &'a Project,
    pub(crate) root: &'a Path,
    pub(crate) known: &'a Known,
    /// The targets of the project with their paths from the root.
    pub(crate) targets: &'a [Cow<'a, Target>],
    pub(crate) scopes: Scopes<'a>,
    libraries: LibraryNames<'a>,
    /// What the project and its scopes give to their targets.
    pub(crate) levels: ScopeLevels,
    public: PublicFlags<'a>,
    pub(crate) hosting: Hosting,
    pub(crate) made: &'a MadeFiles,
}

impl<'a> Lookup<'a> {
    /// That of a project, whose scopes and targets are these.
    pub(crate) fn new(
        project: &'a Project,
        known: &'a Known,
        (root, made): (&'a Path, &'a MadeFiles),
        (scopes, targets): (Scopes<'a>, &'a [Cow<'a, Target>]),
        findings: &mut Findings,
    ) -> Lookup<'a> {
        let hosting = hosts::assign_modules(project, known, &scopes, findings);
        let (chooser, libraries) = (Chooser::new(known, false), LibraryNames::of(targets, &scopes));
        let title = format!("project {:?}", project.name);
        let speaker = Speaker { root, title: &title, chooser, made };
        let public = PublicFlags::of(targets, &libraries, chooser);
        let levels = ScopeLevels::of(&scopes, &project.flags, speaker, findings);
        Lookup { project, targets, scopes, root, known, libraries, levels, public, hosting, made }
    }

    /// The same, where more is known of what rules make.
    pub(crate) fn knowing(self, made: &'a MadeFiles) -> Lookup<'a> {
        Lookup { made, ..self }
    }

    /// The flags of a target and of all outside of it.
    pub(crate) fn levels(
        &self,
        at: usize,
        target: &Target,
        speaker: Speaker<'_>,
        findings: &mut Findings,
    ) -> Levels {
        let mut levels = self.levels.of_target(self.scopes.position(at)).clone();
        if !self.public.is_empty() {
            self.add_public(&mut levels, target, speaker, findings);
        }
        levels.add(target.flags(), SaidBy::Target, speaker, findings);
        levels
    }

    /// What the libraries say that a target links; a library hears itself first.
    fn add_public(
        &self,
        levels: &mut Levels,
        target: &Target,
        speaker: Speaker<'_>,
        findings: &mut Findings,
    ) {
        // The problems of these lists are told where the links are looked up.
        let linked = |target, chooser| {
            libraries::linked(&self.libraries, target, chooser, &mut Findings::default()).libraries
        };
        let itself = matches!(target, Target::Library(_)).then(|| target.name());
        let itself = itself.and_then(|own| self.libraries.position(own));
        let own: Vec<usize> = itself.into_iter().chain(linked(target, speaker.chooser)).collect();
        let reached = self.public.reached_from(own.iter().copied());
        for (library, flags) in &reached {
            let name = self.libraries.name(*library);
            let (title, by) = (format!("library {name:?}"), SaidBy::Library(name.to_owned()));
            levels.add(flags, by, Speaker { title: &title, ..speaker }, findings);
        }
        if let Target::Executable(host) = target {
            // What is built in is linked here, with its libraries.
            let is_built_in = |module: &&Target| {
                let mut built_in = self.hosting.modules(&host.name, true);
                matches!(module, Target::Module(_)) && built_in.any(|name| name == module.name())
            };
            let modules = self.targets.iter().map(AsRef::as_ref).filter(is_built_in);
            let theirs = modules.flat_map(|module| linked(module, self.chooser(module)));
            let all = self.public.reached_from(own.into_iter().chain(theirs));
            let is_new = |(library, _): &&(usize, _)| !reached.iter().any(|(other, _)| other == library);
            for (library, flags) in all.iter().filter(is_new) {
                let by = SaidBy::Library(self.libraries.name(*library).to_owned());
                levels.add_link(flags, by, speaker.chooser);
            }
        }
    }

    /// The libraries that a target links. What is off itself may link what is off.
    pub(crate) fn linked(&self, at: usize, target: &Target, findings: &mut Findings) -> Linked {
        let chooser = self.chooser(target);
        if self.disabled(at, target).is_none() {
            findings.problems.extend(libraries::off(&self.libraries, target, chooser));
        }
        libraries::linked(&self.libraries, target, chooser, findings)
    }

    /// That a target is not built, and why.
    pub(crate) fn disabled(&self, at: usize, target: &Target) -> Option<Disabled> {
        let off = || {
            let why = self.scopes.why_off(at)?.to_owned();
            Some(Disabled { kind: target.kind(), name: target.name().to_owned(), why })
        };
        let rule = || {
            let (_, why) = self.made.off.iter().find(|(name, _)| name == target.name())?;
            let is_rule = matches!(target, Target::Rule(_));
            is_rule.then(|| Disabled { kind: "rule", name: target.name().to_owned(), why: why.clone() })
        };
        self.hosting.disabled(target).cloned().or_else(off).or_else(rule)
    }

    /// What answers the conditions of a target's lists.
    pub(crate) fn chooser(&self, target: &Target) -> Chooser<'_> {
        match target {
            Target::Module(module) => self.hosting.chooser(self.known, &module.name),
            _ => Chooser::new(self.known, false),
        }
    }

    /// A target as one that says something; `title` is how messages begin.
    pub(crate) fn speaker<'s>(&'s self, target: &Target, title: &'s str) -> Speaker<'s> {
        Speaker { root: self.root, title, chooser: self.chooser(target), made: self.made }
    }
}
