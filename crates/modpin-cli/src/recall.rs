//! A build like the last one, before anything is planned: when what the plan rests on is as it was, only what changed
//! files touch is looked at, and when nothing changed, nothing. Decides nothing else.

use std::path::Path;

use modpin::layout::Layout;
use modpin::layout::Workspace;
use modpin::session::PlanInputs;
use modpin::session::Session;
use modpin_engine::state::snapshot::Standing;
use modpin_engine::{FileId, Graph, Outcome};

use crate::args::{Build, ProjectFile};
use crate::context::{Context, Planned, Source, Task, absolute};
use crate::display::{Display, Telling};
use crate::exit::{Ended, Stop};
use crate::report::{self, Counts, Summary};

impl Context<'_> {
    /// How a build ends that is like the last one; `None` when everything is to be planned and looked at.
    pub fn recall(&mut self, args: &Build) -> Result<Option<Ended>, Stop> {
        let (text, mut place, file) = match &self.source {
            Source::File(file) => match place_of(file)? {
                Some((place, path)) => (format!("{path:?}"), place, Some(path)),
                None => return Ok(None),
            },
            Source::Declared(_) => {
                let (project, place) = self.project()?;
                let text = project.to_json()?;
                self.known = Some((project, place.clone()));
                (text, place, None)
            }
        };
        let setup = &args.setup;
        if let Some(dir) = &setup.target_dir {
            place.target_dir = absolute(dir)?;
        }
        let layout = Layout::new(&place, setup.target.as_deref(), setup.release);
        let version = env!("CARGO_PKG_VERSION");
        let asked = format!("{version} {:?} {setup:?} {:?}\n{text}", place.target_dir, args.targets);
        let mut premises = PlanInputs::new(&layout, &asked);
        file.into_iter().for_each(|file| premises.there(file));
        let standing = premises.compare();
        self.premises = Some(premises);
        let Some(standing) = standing else { return Ok(None) };
        let Ok(warnings) = serde_json::from_str::<Vec<String>>(&standing.note) else { return Ok(None) };
        if standing.changed.is_empty() {
            return Ok(Some(self.say_again(&warnings, args)));
        }
        self.build_part(&layout, &standing, &warnings, args)
    }

    /// Builds what changed files touch.
    fn build_part(
        &mut self,
        layout: &Layout,
        standing: &Standing,
        warnings: &[String],
        args: &Build,
    ) -> Result<Option<Ended>, Stop> {
        let Some(premises) = self.premises.take() else { return Ok(None) };
        let (jobs, jobserver) = self.places(args.running.jobs)?;
        let nothing = Graph::new();
        let mut display = Display::new(self.terminal, &nothing, Telling::default());
        let session = Session::open(layout, jobserver, &mut |event| display.hear(event))?;
        let Some(part) = premises.part(&session, standing) else {
            self.premises = Some(premises);
            return Ok(None);
        };
        warnings.iter().for_each(|warning| self.warn(warning));
        let outputs = part.actions().flat_map(|(_, action)| &action.outputs);
        let wanted: Vec<FileId> = outputs.copied().collect();
        let running = &args.running;
        let profile = args.setup.profile();
        let task = Task { layout, profile, running, jobs, timings: None, part: true };
        let ran = self.run_graph(&task, &part, &wanted, |_| Ok(session))?;
        if !running.dry_run {
            // Without it, the next build plans.
            let _ = premises.renew(standing, &part, &ran.outcome);
        }
        Ok(Some(ran.ended))
    }

    fn say_again(&mut self, warnings: &[String], args: &Build) -> Ended {
        warnings.iter().for_each(|warning| self.warn(warning));
        let summary = Summary {
            outcome: &Outcome::default(),
            counts: Counts::default(),
            elapsed: self.started.elapsed(),
            profile: args.setup.profile(),
            dry_run: args.running.dry_run,
        };
        report::say(self.terminal, &summary);
        Ended::DONE
    }

    /// Remembers a build. When that fails, the next one takes longer; no more.
    pub fn remember(&self, planned: &Planned, outcome: &Outcome) {
        let Some(premises) = &self.premises else { return };
        let warnings: Vec<String> = planned.resolved.warnings.iter().map(ToString::to_string).collect();
        if let Ok(note) = serde_json::to_string(&warnings) {
            let _ = premises.remember(&note, &planned.plan.graph, outcome);
        }
    }
}

/// Where a project file's build lies, and the file itself. A file that is not named is told of elsewhere.
pub fn place_of(file: &ProjectFile) -> Result<Option<(Workspace, std::path::PathBuf)>, Stop> {
    let Some(path) = &file.project else { return Ok(None) };
    let path = absolute(path)?;
    let root = match &file.root {
        Some(root) => absolute(root)?,
        None => path.parent().map_or_else(|| path.clone(), Path::to_owned),
    };
    Ok(Some((Workspace::at(&root), path)))
}
