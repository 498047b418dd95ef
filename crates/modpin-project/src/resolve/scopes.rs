//! What the scopes of a project are in one build: which are on, where their paths start, and what they say to their targets.

use std::borrow::Cow;
use std::path::Path;

use crate::configure::answer::{Asker, answer};
use crate::configure::asked::unanswerable;
use crate::configure::known::Known;
use crate::configure::reason::kept_off;
use crate::declare::condition::cond::Cond;
use crate::declare::condition::tristate::Tristate;
use crate::declare::flags::Flags;
use crate::declare::installing::InstallFiles;
use crate::declare::project::Project;
use crate::declare::scope::Scope;
use crate::declare::seen::config_header::ConfigHeader;
use crate::declare::target::Target;
use crate::resolve::files::path::normal;
use crate::resolve::findings::Findings;
use crate::resolve::packages::PkgConfigLibraries;
use crate::resolve::placed::{below, place, place_flags, place_installs};

/// The scopes, looked up. Nothing is held for a project without.
pub(crate) struct Scopes<'a> {
    scopes: &'a [Scope],
    known: Vec<KnownScope>,
    packages: PkgConfigLibraries,
    /// The innermost one of each target; empty without scopes.
    innermost: Vec<Option<usize>>,
}

/// What one scope is, with those around it.
struct KnownScope {
    /// Where its paths start.
    dir: String,
    /// The least of its own condition and of those around it.
    value: Tristate,
    /// What keeps it off.
    why: String,
}

impl<'a> Scopes<'a> {
    /// Those of a project.
    pub(crate) fn of(project: &'a Project, options: &Known, findings: &mut Findings) -> Scopes<'a> {
        let scopes = project.targets.scopes();
        let mut known: Vec<KnownScope> = Vec::with_capacity(scopes.len());
        for scope in scopes {
            let around = scope.around.and_then(|at| known.get(at));
            let dir = around.map_or_else(|| scope.dir.clone(), |around| below(&around.dir, &scope.dir));
            let own = value(scope, &dir, options, findings);
            let (value, why) = match around {
                Some(around) if around.value == Tristate::No => (Tristate::No, around.why.clone()),
                Some(around) => (around.value.and(own.0), own.1),
                None => own,
            };
            known.push(KnownScope { dir, value, why });
        }
        let packages = PkgConfigLibraries::of(project, options, findings);
        Scopes { scopes, known, packages, innermost: project.targets.innermost() }
    }

    /// What switches a target beside itself; `y` outside of all scopes.
    pub(crate) fn value(&self, target: usize) -> Tristate {
        self.innermost(target).map_or(Tristate::Yes, |(_, known)| known.value)
    }

    /// What keeps a target off.
    pub(crate) fn why_off(&self, target: usize) -> Option<&str> {
        if let Some(why) = self.packages.why_off(target) {
            return Some(why);
        }
        let (_, known) = self.innermost(target)?;
        (known.value == Tristate::No).then_some(known.why.as_str())
    }

    /// Where the paths of a target start; empty for the root.
    pub(crate) fn dir(&self, target: usize) -> &str {
        self.innermost(target).map_or("", |(_, known)| known.dir.trim_end_matches('/'))
    }

    /// Directories whose own headers a target sees, the innermost first.
    pub(crate) fn header_dirs(&self, root: &Path, target: usize) -> Vec<String> {
        let mut dirs = Vec::new();
        let mut at = self.position(target);
        while let Some(here) = at {
            let Scope { config_headers, around, .. } = &self.scopes[here];
            let dir = || normal(root, &self.known[here].dir);
            dirs.extend((!config_headers.is_empty()).then(dir).filter(|dir| !dirs.contains(dir)));
            at = *around;
        }
        dirs
    }

    /// Headers of scopes, each with its directory and whether that is on.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&'a ConfigHeader, &str, bool)> {
        let scopes = self.scopes.iter().zip(&self.known);
        scopes.flat_map(|(scope, known)| {
            let is_on = known.value != Tristate::No;
            scope.config_headers.iter().map(move |header| (header, known.dir.as_str(), is_on))
        })
    }

    /// The position of the innermost scope of a target.
    pub(crate) fn position(&self, target: usize) -> Option<usize> {
        self.innermost.get(target).copied().flatten()
    }

    /// A target with its paths from the root, and with what pkg-config says of it.
    pub(crate) fn placed(&self, at: usize, target: &'a Target) -> Cow<'a, Target> {
        let target = match self.innermost(at) {
            None => Cow::Borrowed(target),
            Some((_, KnownScope { dir, .. })) => {
                let mut target = target.clone();
                place(&mut target, dir);
                Cow::Owned(target)
            }
        };
        self.packages.with_flags(at, target)
    }

    /// Each scope with its directory, its flags from the root, and whether it is on.
    pub(crate) fn flags(&self) -> impl Iterator<Item = ScopeFlags<'a>> + '_ {
        self.scopes.iter().zip(&self.known).map(|(scope, known)| {
            let [mut own, mut all_below] = [&scope.flags, &scope.below].map(Clone::clone);
            place_flags(&mut own, &known.dir);
            place_flags(&mut all_below, &known.dir);
            let is_on = known.value != Tristate::No;
            ScopeFlags { scope, dir: known.dir.clone(), is_on, flags: own, below: all_below }
        })
    }

    /// The files that each scope which is on installs, from the root.
    pub(crate) fn installs(&self) -> impl Iterator<Item = (String, Vec<InstallFiles>)> + '_ {
        let all = self.scopes.iter().zip(&self.known);
        let on = all.filter(|(scope, known)| known.value != Tristate::No && !scope.install.is_empty());
        on.map(|(scope, known)| {
            let mut install = scope.install.clone();
            place_installs(&mut install, &known.dir);
            (format!("directory {:?}", scope.dir), install)
        })
    }

    fn innermost(&self, target: usize) -> Option<(usize, &KnownScope)> {
        let at = self.position(target)?;
        Some((at, &self.known[at]))
    }
}

/// What a scope says to its targets.
pub(crate) struct ScopeFlags<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) dir: String,
    pub(crate) is_on: bool,
    pub(crate) flags: Flags,
    pub(crate) below: Flags,
}

/// What a scope's own condition says, and what keeps it off.
fn value(scope: &Scope, dir: &str, options: &Known, findings: &mut Findings) -> (Tristate, String) {
    let Some(Cond(expr)) = &scope.when else { return (Tristate::Yes, String::new()) };
    if let Some(wrong) = unanswerable(&format!("directory {dir:?} is switched by"), expr, options) {
        findings.problems.push(wrong);
        // A mistake in it must not hide others.
        return (Tristate::Yes, String::new());
    }
    match answer(expr, options, Asker::Option) {
        Tristate::No => (Tristate::No, kept_off(options, expr)),
        value => (value, String::new()),
    }
}
