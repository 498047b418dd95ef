//! The shared libraries of a program and of the modules that it loads: what they give, what they leave to it, and what both define.

use modpin_engine::FileId;
use modpin_project::ResolvedExecutable;

use super::beside::Beside;
use super::parts::Parts;
use super::pins::PlannedPins;
use super::planner::{NewAction, Planner};
use crate::error::Result;
use crate::steps::{BuildStep, PinShared, SharedDoubles, Verb};

/// The shared libraries of a host and of its modules, each once.
pub struct SharedOfLinks {
    pub libraries: Vec<PinShared>,
    pub symbols: Vec<FileId>,
}

impl SharedOfLinks {
    pub fn of_host(beside: &Beside) -> SharedOfLinks {
        let library =
            |name: &String| PinShared { file_name: name.clone(), of_host: true, of_modules: Vec::new() };
        let libraries = beside.names.iter().map(library).collect();
        SharedOfLinks { libraries, symbols: beside.symbols.clone() }
    }

    pub fn add(&mut self, module: usize, beside: &Beside) {
        for (name, &symbols) in beside.names.iter().zip(&beside.symbols) {
            let at = self.symbols.iter().position(|&known| known == symbols).unwrap_or_else(|| {
                let (file_name, of_host, of_modules) = (name.clone(), false, Vec::new());
                self.libraries.push(PinShared { file_name, of_host, of_modules });
                self.symbols.push(symbols);
                self.symbols.len() - 1
            });
            self.libraries[at].of_modules.push(module);
        }
    }
}

impl Planner<'_> {
    /// What shared libraries of a program and of its modules leave to it.
    pub(super) fn left_open(
        &self,
        executable: &ResolvedExecutable,
        mut shared: Vec<usize>,
    ) -> Vec<String> {
        let resolved = self.resolved;
        for module in executable.modules.iter().map(|&at| &resolved.modules[at]) {
            shared.extend(resolved.shared_of(&module.link, &module.link_shared));
        }
        let mut left: Vec<String> = Vec::new();
        for at in resolved.shared_at_run_time(shared) {
            for name in &resolved.shared_libraries[at].undefined {
                if !left.contains(name) {
                    left.push(name.clone());
                }
            }
        }
        left
    }

    /// What tells of symbols that the program and its shared libraries both define.
    pub(super) fn doubles(
        &mut self,
        executable: &ResolvedExecutable,
        parts: &Parts,
        objects: FileId,
        pins: Option<PlannedPins>,
    ) -> Result<Option<FileId>> {
        if parts.beside.names.is_empty() {
            return Ok(None);
        }
        let step = SharedDoubles {
            program: executable.name.clone(),
            archives: parts.archive_names.clone(),
            whole: self.whole(parts),
            shared: parts.beside.names.clone(),
        };
        let mut inputs = vec![objects];
        inputs.extend(parts.archive_symbols.iter().chain(&parts.beside.symbols));
        inputs.extend(pins.map(|pins| pins.report));
        let (work, path) =
            (BuildStep::SharedDoubles(step).into_work(), self.layout.link(&executable.name, "doubles"));
        let label = format!("shared libraries of {}", executable.name);
        let (verb, outputs) = (Verb::Verifying, &[path]);
        self.add_one(NewAction { verb, label, work, inputs, outputs, depfile: None }).map(Some)
    }
}
