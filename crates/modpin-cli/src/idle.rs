//! A build that has nothing to do, known before anything is planned: the premises of the last such build are
//! compared, and when they hold its words are said again. Decides nothing else.

use std::path::Path;

use modpin::layout::Layout;
use modpin::place::Place;
use modpin::premises::Premises;
use modpin_engine::Outcome;
use modpin_engine::snapshot::Looked;

use crate::args::{Build, ProjectFile};
use crate::context::{Context, Planned, Source, absolute};
use crate::exit::{Ended, Stop};
use crate::report::{self, Counts, Summary};

impl Context<'_> {
    /// How a build ends that has nothing to do; `None` when that is not known yet.
    pub fn nothing_to_do(&mut self, args: &Build) -> Result<Option<Ended>, Stop> {
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
        let mut premises = Premises::new(&layout, &asked);
        file.into_iter().for_each(|file| premises.there(file));
        let said = premises.still_hold();
        self.premises = Some(premises);
        let warnings = said.and_then(|note| serde_json::from_str::<Vec<String>>(&note).ok());
        Ok(warnings.map(|warnings| self.say_again(&warnings, args)))
    }

    fn say_again(&mut self, warnings: &[String], args: &Build) -> Ended {
        warnings.iter().for_each(|warning| self.warn(warning));
        let profile = if args.setup.release { "release" } else { "debug" };
        let summary = Summary {
            outcome: &Outcome::default(),
            counts: Counts::default(),
            elapsed: self.started.elapsed(),
            profile,
            dry_run: args.running.dry_run,
        };
        report::say(self.terminal, &summary);
        Ended::DONE
    }

    /// Remembers a build that found nothing to do. When that fails, the next one takes longer; no more.
    pub fn remember(&self, planned: &Planned, looked: Option<Vec<Looked>>) {
        let (Some(premises), Some(files)) = (&self.premises, looked) else { return };
        let warnings: Vec<String> = planned.resolved.warnings.iter().map(ToString::to_string).collect();
        if let Ok(note) = serde_json::to_string(&warnings) {
            let _ = premises.remember(&note, files);
        }
    }
}

/// Where a project file's build lies, and the file itself. A file that is not named is told of elsewhere.
fn place_of(file: &ProjectFile) -> Result<Option<(Place, std::path::PathBuf)>, Stop> {
    let Some(path) = &file.project else { return Ok(None) };
    let path = absolute(path)?;
    let root = match &file.root {
        Some(root) => absolute(root)?,
        None => path.parent().map_or_else(|| path.clone(), Path::to_owned),
    };
    Ok(Some((Place::at(&root), path)))
}
