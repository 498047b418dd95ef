//! Before anybody loads it: does a module find every symbol that it needs in the finished host, in the modules that it
//! declares to need, in the shared libraries of all, and nowhere else?

use std::sync::Arc;

use modpin_engine::{Step, StepError, StepIo};
use modpin_loader::{Missing, Prediction, Verdict};
use modpin_symbols::read_loadable;
use serde::{Deserialize, Serialize};

use super::candidates::{Whereabout, locate, offers};
use super::cycle;
use super::frozen::freeze;
use super::pin_report::Story;
use super::predict::{Question, foresee, objects};
use super::{own_json, to_json};
use crate::load::library_path;

/// Inputs: the host, the module, the module's symbols, the host's story; then the modules that are loaded before it.
/// Output: a [`Resolved`] as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Resolve {
    /// The executable's name.
    pub host: String,
    /// The module's name.
    pub module: String,
    /// The modules that are loaded before it, by name.
    pub before: Vec<String>,
    /// Where shared libraries are looked for.
    pub library_dirs: Vec<String>,
    /// Who else may define what is missing. Only for words: it does not decide anything.
    pub places: Arc<[Whereabout]>,
}

/// A module whose symbols are all there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolved {
    /// The module's name.
    pub module: String,
    /// What it takes of other modules.
    pub needs: Vec<TakenFrom>,
    /// Its public symbols, without those that are meant to be there more than once.
    pub defines: Vec<String>,
}

/// What a module takes of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenFrom {
    /// The other module.
    pub module: String,
    /// The symbols.
    pub symbols: Vec<String>,
}

impl Resolve {
    /// As the engine takes it.
    pub fn into_step(self) -> Arc<dyn Step> {
        Arc::new(self)
    }
}

impl Step for Resolve {
    fn key(&self) -> String {
        let Resolve { host, module, before, library_dirs, .. } = self;
        format!("resolve 2 {host} {module} {before:?} {library_dirs:?} {:?}", library_path())
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let inputs = io.inputs().to_vec();
        let objects = objects(inputs[2], &io.input(2)?)?;
        let question = Question {
            name: &self.host,
            host: inputs[0],
            module: inputs[1],
            first: &inputs[4..],
            objects: &objects,
            library_dirs: &self.library_dirs,
        };
        let mut found = foresee(io, &question)?;
        if found.verdict == Verdict::Loads {
            self.warn(io, &found, inputs[0]);
            let resolved = self.resolved(&found, &io.input(1)?)?;
            return io.write(0, &to_json(&resolved)?);
        }
        let helpful = locate(io, &self.places, &mut found.missing)?;
        let story: Story = own_json(inputs[3], &io.input(3)?)?;
        let circle = self.circle(io, &story, !helpful.is_empty())?;
        Err(StepError::Refused(self.refusal(&found, &helpful, &story, circle)))
    }

    fn encoded(&self) -> Option<Vec<u8>> {
        freeze("resolve", self)
    }
}

impl Resolve {
    fn resolved(&self, found: &Prediction, module: &[u8]) -> Result<Resolved, StepError> {
        let of_modules = self.before.iter().zip(&found.taken).filter(|(_, taken)| !taken.is_empty());
        let needs = of_modules.map(|(module, taken)| TakenFrom {
            module: module.clone(),
            symbols: taken.iter().cloned().collect(),
        });
        let read = read_loadable(module);
        let read = read.map_err(|error| StepError::Failed(format!("{}: {error}", self.module)))?;
        let offers = read.offers.into_iter().filter(|offer| !offer.vague);
        Ok(Resolved {
            module: self.module.clone(),
            needs: needs.collect(),
            defines: offers.map(|offer| offer.name).collect(),
        })
    }

    /// A module that is robbed of its own symbols loads, and works with others than it was written for.
    fn warn(&self, io: &mut StepIo<'_>, found: &Prediction, host: &str) {
        let host_path = io.absolute(host);
        for taken in &found.interposed {
            let by =
                if taken.by == host_path { format!("host {:?}", self.host) } else { taken.by.clone() };
            io.say(&format!(
                "module {:?} defines {}, and gets that of {by}\n  help: rename one of them, or give the module's \
                 definition hidden visibility",
                self.module, taken.symbol
            ));
        }
    }

    /// The modules that need each other, where this is one of them.
    fn circle(
        &self,
        io: &mut StepIo<'_>,
        story: &Story,
        possible: bool,
    ) -> Result<Option<String>, StepError> {
        if !possible {
            return Ok(None);
        }
        let symbols: Vec<&str> =
            story.plan.elsewhere.iter().map(|elsewhere| elsewhere.symbol.as_str()).collect();
        let links = cycle::links(story, &offers(io, &self.places, &symbols)?);
        Ok(cycle::circle(&links, &self.module).map(|circle| cycle::words(&circle)))
    }

    fn refusal(
        &self,
        found: &Prediction,
        helpful: &[String],
        story: &Story,
        circle: Option<String>,
    ) -> String {
        if found.verdict == Verdict::StaticHost {
            return found.detail.clone();
        }
        let mut text = format!("module {:?} would not load into host {:?}:", self.module, self.host);
        for missing in &found.missing {
            text += &format!("\n  {}", self.sentence(missing));
        }
        if found.missing.is_empty() {
            text += &format!("\n  {}", found.detail);
        }
        if found.verdict == Verdict::MissingLibrary {
            text += "\n  help: install the library, or tell the loader where it is: .ldflags(\"-Wl,-rpath,DIR\")";
        }
        for unread in &story.plan.unread {
            text +=
                &format!("\n  note: {} is {}: what it defines is not known", unread.site, unread.why);
        }
        match circle {
            Some(circle) => {
                text + "\n  "
                    + &circle
                    + "\n  help: no loader can load one of them first: move what both use into a \
                                        library that the host links"
            }
            None => text + &self.help(found, helpful),
        }
    }

    fn sentence(&self, missing: &Missing) -> String {
        let Missing { symbol, asked_by, found_in } = missing;
        let askers = asked_by.join(", ");
        match &found_in[..] {
            [] => format!("nothing defines {symbol} (needed by {askers})"),
            places => {
                format!("{symbol} is out of reach (needed by {askers}): it is in {}", places.join(", "))
            }
        }
    }

    fn help(&self, found: &Prediction, helpful: &[String]) -> String {
        match (found.missing.is_empty(), helpful) {
            (true, _) => String::new(),
            (false, []) => {
                "\n  help: link a library that defines it, into the host (.link) or into the module \
                            (.link, .system_library)"
                    .to_owned()
            }
            (false, modules) => format!(
                "\n  help: declare that {:?} needs {}, or move what both use into a library that the host links",
                self.module,
                modules.iter().map(|module| format!("{module:?}")).collect::<Vec<_>>().join(" and ")
            ),
        }
    }
}
