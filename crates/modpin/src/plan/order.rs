//! The archives of a link in the order that works: worked out by a step, read by the link as a response file. One archive
//! or none has no order, and no step.

use modpin_engine::{FileId, Work};

use super::{Draft, Planner};
use crate::error::Result;
use crate::link_order::{ARCHIVE, Cycles};
use crate::steps::{Order, OrderArchive, OrderFiles};

/// A link whose archives want an order.
pub struct Unordered<'a> {
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
        /// The account of the pins.
        story: Option<FileId>,
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

/// Of which two libraries some link tells how declarations and symbols compare. What is found between two is the same
/// wherever they meet, so the first link in which they do tells.
#[derive(Default)]
pub(super) struct Told {
    /// For each library a bit for each other.
    pairs: Vec<Vec<u64>>,
}

impl Told {
    /// Which of these have not met a library before, by their places; `None` if no other has.
    fn news(&mut self, library: usize, others: &[usize]) -> Option<Vec<usize>> {
        let is_new = |&place: &usize| others[place] != library && self.meet(library, others[place]);
        let new: Vec<usize> = (0..others.len()).filter(is_new).collect();
        (new.len() + 1 < others.len()).then_some(new)
    }

    fn meet(&mut self, one: usize, other: usize) -> bool {
        if self.pairs.len() <= one {
            self.pairs.resize(one + 1, Vec::new());
        }
        let (row, word, bit) = (&mut self.pairs[one], other / 64, 1 << (other % 64));
        if row.len() <= word {
            row.resize(word + 1, 0);
        }
        let met = row[word] & bit != 0;
        row[word] |= bit;
        !met
    }
}

/// Where the account of an order is.
#[derive(Clone, Debug)]
pub struct PlannedOrder {
    /// The target, with its kind: `executable "imgtool"`.
    pub target: String,
    /// The account: an [`OrderStory`](crate::steps::OrderStory) as JSON.
    pub story: FileId,
}

impl Planner<'_> {
    /// Archives and system libraries of a link.
    pub(super) fn ordered(&mut self, link: &Unordered<'_>) -> Result<Ordered> {
        let step = self.order_step(link);
        if link.archives.len() < 2 {
            return Ok(Ordered { listed: step.arguments_as_declared(), file: None });
        }
        let inputs = match link.with {
            With::Module { symbols } => [&[symbols], link.symbols].concat(),
            With::Program { symbols, story } => {
                [symbols.as_slice(), link.symbols, story.as_slice()].concat()
            }
        };
        let outputs = ["libs", "order.json"].map(|kind| self.layout.link(link.name, kind));
        let (work, label) = (Work::Step(step.into_step()), outputs[0].clone());
        let files =
            self.add(Draft { verb: "Ordering", label, work, inputs, outputs: &outputs, depfile: None })?;
        self.orders.push(PlannedOrder { target: link.title.clone(), story: files[1] });
        Ok(Ordered { listed: vec![], file: Some(files[0]) })
    }

    fn order_step(&mut self, link: &Unordered<'_>) -> Order {
        let resolved = self.resolved;
        let place = |library: usize| link.libraries.iter().position(|&other| other == library);
        let declared = link.libraries.iter().enumerate().flat_map(|(from, &library)| {
            let needs = resolved.libraries[library].link.iter();
            needs.filter_map(move |&needed| Some((from, place(needed)?)))
        });
        let declared = declared.collect();
        let paths = self.paths(link.archives);
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
                tells_of: self.told.news(number, link.libraries),
            }
        });
        Order {
            target: link.title.clone(),
            archives: archives.collect(),
            declared,
            layers: resolved.layers.clone(),
            system: link.system.to_vec(),
            cycles: link.cycles,
            files: match link.with {
                With::Module { .. } => OrderFiles::Module,
                With::Program { story, .. } => OrderFiles::Program { pins: story.is_some() },
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
    use super::{Told, is_whole};

    #[test]
    fn the_first_link_in_which_two_libraries_meet_tells_of_them() {
        let mut told = Told::default();
        assert_eq!(told.news(70, &[3, 70]), None);
        assert_eq!(told.news(70, &[3, 70, 5]), Some(vec![2]));
        assert_eq!(told.news(70, &[3, 70, 5]), Some(vec![]));
        assert_eq!(told.news(3, &[3, 70, 5]), None);
    }

    #[test]
    fn a_whole_archive_is_seen_in_either_spelling() {
        let whole = |args: &[&str]| is_whole(&args.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(whole(&["-Wl,--whole-archive", "{archive}", "-Wl,--no-whole-archive"]));
        assert!(whole(&["-Wl,--whole-archive,{archive},--no-whole-archive"]));
        assert!(!whole(&["-Wl,--whole-archive", "-Wl,--no-whole-archive", "{archive}"]));
        assert!(!whole(&["{archive}", "-Wl,--as-needed"]) && !whole(&[]));
    }
}
