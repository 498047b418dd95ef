//! The flags that targets get from the directories around them.

use crate::declare::flags::Flags;
use crate::problem::Problem;
use crate::resolve::files::include::directory;
use crate::resolve::findings::Findings;
use crate::resolve::flags::levels::Levels;
use crate::resolve::flags::said_by::SaidBy;
use crate::resolve::flags::speaker::Speaker;
use crate::resolve::scopes::{ScopeFlags, Scopes};

/// What targets get from outside of them, by the scope that they are in.
#[derive(Debug, Default)]
pub(crate) struct ScopeLevels {
    /// Outside of all scopes.
    project: Levels,
    /// In each scope: what is for its own targets.
    scopes: Vec<Levels>,
}

impl ScopeLevels {
    /// Those of a project that has these flags itself.
    pub(crate) fn of(
        scopes: &Scopes<'_>,
        flags: &Flags,
        speaker: Speaker<'_>,
        findings: &mut Findings,
    ) -> ScopeLevels {
        let mut project = Levels::default();
        project.add(flags, SaidBy::Project, speaker, findings);
        let (mut inherited, mut own): (Vec<Levels>, Vec<Levels>) = (Vec::new(), Vec::new());
        for ScopeFlags { scope, dir, is_on, flags, below } in scopes.flags() {
            let title = format!("directory {dir:?}");
            let speaker = Speaker { title: &title, ..speaker };
            let mut levels = scope.around.map_or(&project, |around| &inherited[around]).clone();
            if is_on {
                let there = directory(speaker.root, "the project", &dir)
                    .map_err(|problem| Problem::new(format!("{title} is not there"), problem.help));
                let there = findings.keep(there).map(Into::into);
                findings.looked_up.dirs.extend(there);
                levels.add(&below, SaidBy::Below(dir.clone()), speaker, findings);
            }
            inherited.push(levels.clone());
            if is_on {
                levels.add(&flags, SaidBy::Directory(dir.clone()), speaker, findings);
            }
            own.push(levels);
        }
        ScopeLevels { project, scopes: own }
    }

    /// What a target gets in this scope.
    pub(crate) fn of_target(&self, scope: Option<usize>) -> &Levels {
        scope.and_then(|at| self.scopes.get(at)).unwrap_or(&self.project)
    }
}
