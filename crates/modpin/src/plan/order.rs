//! The archives of a link in the order that works: worked out by a step, read by the link as a response file. One archive
//! or none has no order, and no step.

use modpin_engine::FileId;
use modpin_project::{ARCHIVE, Cycles};

use super::planned::PlannedOrder;
use super::planner::{NewAction, Planner};
use crate::error::Result;
use crate::steps::{BuildStep, Order, OrderArchive, OrderFiles, Verb};

/// A link whose archives want an order.
pub struct LinkArchives<'a> {
    /// The target, with its kind: `executable "imgtool"`.
    pub title: String,
    /// What files of this link are called in the layout.
    pub name: &'a str,
    /// The libraries, as numbers, in the order in which they are declared.
    pub libraries: &'a [usize],
    /// Their archives.
    pub archives: &'a [FileId],
    /// The symbols of the archives.
    pub symbols: &'a [FileId],
    /// System libraries of the target itself.
    pub system: &'a [String],
    /// The same of those that stay whoever needs them.
    pub kept: &'a [String],
    /// Arguments for shared libraries of the project.
    pub shared: &'a [String],
    /// What to do about archives that need each other.
    pub cycles: Cycles,
    /// What the archives are linked with.
    pub with: With,
}

/// What archives are linked with.
#[derive(Clone, Copy)]
pub enum With {
    /// The objects of a program by their symbols, and the pins of its modules, if it loads any.
    Program {
        /// `None` where there is nothing to put in order.
        symbols: Option<FileId>,
        /// The pin report.
        pins: Option<FileId>,
    },
    /// What Rust makes, which nobody knows, and the rest of a program as above.
    Rust {
        /// Objects of modules that are built in.
        symbols: Option<FileId>,
        /// The pin report.
        pins: Option<FileId>,
    },
    /// The objects of a shared library by their symbols, and what it keeps.
    Shared {
        /// With its exports, if they are listed.
        symbols: FileId,
        /// The report of what it keeps.
        pins: Option<FileId>,
    },
    /// The relocatable object of a module, by its symbols.
    Module {
        /// With those of its objects behind.
        symbols: FileId,
    },
}

/// What follows the objects on a command line.
#[derive(Default)]
pub struct Ordered {
    /// Arguments that are known now.
    pub listed: Vec<String>,
    /// A response file that holds them.
    pub file: Option<FileId>,
}

impl Planner<'_> {
    /// Archives and system libraries of a link.
    pub(super) fn ordered(&mut self, link: &LinkArchives<'_>) -> Result<Ordered> {
        let step = self.order_step(link);
        if link.archives.len() < 2 {
            return Ok(Ordered { listed: step.arguments_as_declared(), file: None });
        }
        let inputs = match link.with {
            With::Module { symbols } => [&[symbols], link.symbols].concat(),
            With::Shared { symbols, pins } => [&[symbols], link.symbols, pins.as_slice()].concat(),
            With::Program { symbols, pins } | With::Rust { symbols, pins } => {
                [symbols.as_slice(), link.symbols, pins.as_slice()].concat()
            }
        };
        let outputs = ["libs", "order.json"].map(|kind| self.layout.link(link.name, kind));
        let (work, label) = (BuildStep::Order(step).into_work(), outputs[0].clone());
        let files = self.add(NewAction {
            verb: Verb::Ordering,
            label,
            work,
            inputs,
            outputs: &outputs,
            depfile: None,
        })?;
        self.orders.push(PlannedOrder { target: link.title.clone(), report: files[1] });
        Ok(Ordered { listed: vec![], file: Some(files[0]) })
    }

    fn order_step(&mut self, link: &LinkArchives<'_>) -> Order {
        let resolved = self.resolved;
        let number = |library: usize| link.libraries.iter().position(|&other| other == library);
        let declared = link.libraries.iter().enumerate().flat_map(|(from, &library)| {
            let needs = resolved.libraries[library].link.iter();
            needs.filter_map(move |&needed| Some((from, number(needed)?)))
        });
        let declared = declared.collect();
        let mut paths = self.paths(link.archives);
        if let With::Rust { .. } = link.with {
            // cargo's linker runs elsewhere.
            let absolute = |path: &String| self.layout.absolute(path).to_string_lossy().into_owned();
            paths = paths.iter().map(absolute).collect();
        }
        let archives = link.libraries.iter().zip(paths).map(|(&number, path)| {
            let library = &resolved.libraries[number];
            OrderArchive {
                library: library.name.clone(),
                file_name: library.file_name.clone(),
                path,
                in_tree: library.archive.is_none(),
                layer: library.layer,
                args: library.link_args.clone(),
                whole: is_whole(&library.link_args),
                system: library.system_libraries.clone(),
                kept: library.keep_system_libraries.clone(),
                tells_of: self.compared.new_pairs(number, link.libraries),
            }
        });
        Order {
            target: link.title.clone(),
            archives: archives.collect(),
            declared,
            layers: resolved.layers.clone(),
            system: link.system.to_vec(),
            kept: link.kept.to_vec(),
            shared: link.shared.to_vec(),
            cycles: link.cycles,
            files: match link.with {
                With::Module { .. } => OrderFiles::Module,
                With::Shared { pins, .. } => OrderFiles::Shared { pins: pins.is_some() },
                With::Program { pins, .. } => OrderFiles::Program { pins: pins.is_some() },
                With::Rust { pins, .. } => OrderFiles::Rust { pins: pins.is_some() },
            },
        }
    }
}

/// Whether these arguments take all members of the archive.
pub(super) fn is_whole(args: &[String]) -> bool {
    let mut whole = false;
    for word in args.iter().flat_map(|arg| arg.split(',')) {
        match word {
            "--whole-archive" | "-whole-archive" => whole = true,
            "--no-whole-archive" | "-no-whole-archive" => whole = false,
            word if word.contains(ARCHIVE) && whole => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn a_whole_archive_is_seen_in_either_spelling() {
        let whole = |args: &[&str]| is_whole(&args.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(whole(&["-Wl,--whole-archive", "{archive}", "-Wl,--no-whole-archive"]));
        assert!(whole(&["-Wl,--whole-archive,{archive},--no-whole-archive"]));
        assert!(!whole(&["-Wl,--whole-archive", "-Wl,--no-whole-archive", "{archive}"]));
        assert!(!whole(&["{archive}", "-Wl,--as-needed"]) && !whole(&[]));
    }
}
