//! The archives of a link in an order that works, worked out from symbols and written as what the link takes.
//!
//! A step of its own, so that a link is repeated for its order only when the order changed.

use modpin_engine::{StepError, StepIo};
use modpin_project::{ARCHIVE, Cycles, Layer};
use modpin_symbols::{
    ArchiveFile, ArchiveId, File, Index, Order as Found, OrderRequest, Unit, Users, order,
};
use serde::{Deserialize, Serialize};

use super::order_notes;
use super::order_report::OrderReport;
use super::own_files::{own_index, own_json, to_json};
use super::pin_report::PinReport;
use super::task::{Task, each, key};
use crate::toolchain::response_text;

/// Inputs: the symbols of the objects, those of each archive, and the pin report, if there are pins. Outputs: the
/// archives as a response file, and the order report as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    /// The target, with its kind: `executable "imgtool"`.
    pub target: String,
    /// The archives, in the order of their declaration.
    pub archives: Vec<OrderArchive>,
    /// Which library declares that it needs which, by their numbers among the archives.
    pub declared: Vec<(usize, usize)>,
    /// Arguments in front of layers, by layer.
    pub layers: Vec<Layer>,
    /// System libraries of the target itself, as after `-l`.
    pub system: Vec<String>,
    /// The same of those that stay whoever needs them.
    pub kept: Vec<String>,
    /// Arguments for shared libraries of the project.
    pub shared: Vec<String>,
    /// What to do about archives that need each other.
    pub cycles: Cycles,
    /// What the inputs are.
    pub files: OrderFiles,
}

/// An archive of a link.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderArchive {
    /// The library's name.
    pub library: String,
    /// How messages call the archive: `libimgutil.a`.
    pub file_name: String,
    /// Where it is.
    pub path: String,
    /// Built here, so that somebody here can change it.
    pub in_tree: bool,
    /// Its layer.
    pub layer: u32,
    /// What stands in its place; empty: the archive.
    pub args: Vec<String>,
    /// Linked with all members.
    pub whole: bool,
    /// System libraries that it needs, as after `-l`.
    pub system: Vec<String>,
    /// The same of those that stay whoever needs them.
    pub kept: Vec<String>,
    /// Of which others of these archives this link tells how the declaration compares with symbols; another link, in which
    /// both are, tells the rest. `None`: of all.
    pub tells_of: Option<Vec<usize>>,
}

/// What stands before and behind the archives among the inputs.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum OrderFiles {
    /// First all objects of a program; with pins, their report at the end.
    Program {
        /// Whether modules have pins in it.
        pins: bool,
    },
    /// The same for a program of which nobody knows the objects that Rust makes: the order is right whatever they need.
    Rust {
        /// Whether modules have pins in it.
        pins: bool,
    },
    /// First all objects of a shared library; with a list of exports, what it keeps at the end.
    Shared {
        /// Whether it has one.
        pins: bool,
    },
    /// First a module's relocatable object, followed in the same file by the objects that it was made of.
    Module,
}

impl Order {
    /// What a command line needs for the archives in the order of their declaration, each alone.
    pub fn arguments_as_declared(&self) -> Vec<String> {
        let alone = |archive| vec![ArchiveId(archive)];
        self.arguments(&(0..self.archives.len()).map(alone).collect::<Vec<_>>())
    }

    /// What a command line needs for archives in this order: layers, groups, the libraries' own arguments, system
    /// libraries.
    fn arguments(&self, groups: &[Vec<ArchiveId>]) -> Vec<String> {
        let mut args = Vec::new();
        let mut layers = self.layers.iter().peekable();
        for group in groups {
            let layer = group.iter().map(|&at| self.archives[at.0].layer).max();
            while let Some(next) = layers.next_if(|next| Some(next.layer) <= layer) {
                args.extend_from_slice(&next.args);
            }
            let members = group.iter().flat_map(|&at| self.archives[at.0].arguments());
            if group.len() > 1 {
                args.push("-Wl,--start-group".to_owned());
                args.extend(members);
                args.push("-Wl,--end-group".to_owned());
            } else {
                args.extend(members);
            }
        }
        args.extend(layers.flat_map(|layer| layer.args.iter().cloned()));
        args.extend_from_slice(&self.shared);
        let archives = || groups.iter().flatten().map(|&at| &self.archives[at.0]);
        let system = self.system.iter().chain(archives().flat_map(|archive| &archive.system));
        args.extend(system.map(|name| format!("-l{name}")));
        let kept = self.kept.iter().chain(archives().flat_map(|archive| &archive.kept));
        args.extend(kept_libraries(kept));
        args
    }

    fn find(&self, indexes: &[Index<'_>], undefined: &[String]) -> Found {
        let (objects, archives) = indexes.split_at(1.min(indexes.len()));
        let units = objects.iter().flat_map(|index| &index.units);
        let units = units.take(if matches!(self.files, OrderFiles::Module) { 1 } else { usize::MAX });
        // A linker takes objects one by one; here they go by their sources.
        let lone = |unit: &Unit<'_>| Index {
            units: vec![Unit { name: "".into(), ..unit.clone().into_owned() }],
        };
        let objects: Vec<(&str, Index<'_>)> =
            units.map(|unit| (unit.name.as_ref(), lone(unit))).collect();
        let archives = self.archives.iter().zip(archives).map(|(archive, index)| ArchiveFile {
            file: File { name: &archive.file_name, index },
            layer: archive.layer,
            whole: archive.whole,
        });
        let pair = |&(from, to): &(usize, usize)| (ArchiveId(from), ArchiveId(to));
        order(&OrderRequest {
            objects: objects.iter().map(|(name, index)| File { name, index }).collect(),
            archives: archives.collect(),
            undefined: undefined.iter().map(String::as_str).collect(),
            declared: self.declared.iter().map(pair).collect(),
            users: match self.files {
                OrderFiles::Rust { .. } => Users::Anyone,
                OrderFiles::Program { .. } | OrderFiles::Shared { .. } | OrderFiles::Module => {
                    Users::ThisLink
                }
            },
        })
    }

    /// Names that the linker is told to want, or wants by itself.
    fn undefined(&self, io: &StepIo<'_>) -> Result<Vec<String>, StepError> {
        let (mut names, pins) = match self.files {
            OrderFiles::Program { pins } | OrderFiles::Rust { pins } => (vec!["main".to_owned()], pins),
            OrderFiles::Shared { pins } => (Vec::new(), pins),
            OrderFiles::Module => return Ok(Vec::new()),
        };
        if pins {
            let at = io.inputs().len() - 1;
            let report: PinReport = own_json(io.inputs()[at], &io.input(at)?)?;
            let strong = report.plan.exports.into_iter().filter(|export| !export.weak);
            names.extend(strong.map(|export| export.symbol));
        }
        Ok(names)
    }

    /// Whether it is this link that tells of one library's declaration what is found about another.
    fn tells(&self, from: &str, to: &str) -> bool {
        let number = |name: &str| self.archives.iter().position(|archive| archive.library == name);
        let (Some(from), Some(to)) = (number(from), number(to)) else { return false };
        let from = &self.archives[from];
        from.in_tree && from.tells_of.as_ref().is_none_or(|others| others.contains(&to))
    }

    /// What stands in the way of this link.
    fn refusal(&self, found: &Found, report: &OrderReport) -> Option<String> {
        if let Some(reference) = found.backward.first() {
            return Some(format!(
                "{}: {reference}, which stands in a lower layer and so before it\n  \
                 help: put the library of {} into the layer of the other with .layer(), or into a higher one",
                self.target, reference.to.file
            ));
        }
        let ours = |at: &ArchiveId| self.archives[at.0].in_tree;
        let cycles = found.cycles.iter().zip(&report.cycles);
        let denied = cycles.filter(|(cycle, _)| cycle.archives.iter().any(ours));
        let texts: Vec<String> =
            denied.map(|(_, cycle)| order_notes::closed_cycle(&self.target, cycle)).collect();
        (self.cycles == Cycles::Deny && !texts.is_empty()).then(|| texts.join("\n"))
    }
}

/// What a link is told of libraries that stay even if it needs nothing of them.
pub fn kept_libraries<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut args: Vec<String> = names.map(|name| format!("-l{name}")).collect();
    if !args.is_empty() {
        args.insert(0, "-Wl,--push-state,--no-as-needed".to_owned());
        args.push("-Wl,--pop-state".to_owned());
    }
    args
}

impl OrderArchive {
    /// As the step's key tells it.
    fn facts<'a>(&self, name: &impl Fn(&usize) -> &'a str) -> Vec<(&'static str, String)> {
        let OrderArchive {
            library,
            file_name,
            path,
            in_tree,
            layer,
            args,
            whole,
            system,
            kept,
            tells_of,
        } = self;
        let mut facts = vec![("archive", format!("{file_name} of {library}, {path}, in layer {layer}"))];
        let of = |what: &str| format!("{what} {file_name}");
        facts.extend(in_tree.then(|| ("built here:", file_name.clone())));
        facts.extend(whole.then(|| ("whole archive", file_name.clone())));
        facts.extend(args.iter().map(|arg| ("argument", format!("{arg} {}", of("for")))));
        facts.extend(system.iter().map(|library| ("system library", format!("{library} {}", of("of")))));
        facts.extend(kept.iter().map(|library| ("kept library", format!("{library} {}", of("of")))));
        if let Some(others) = tells_of {
            let others = others.iter().map(name).collect::<Vec<_>>().join(", ");
            facts.push(("compared", format!("{file_name} with {others}")));
        }
        facts
    }

    fn arguments(&self) -> Vec<String> {
        let mut args: Vec<String> =
            self.args.iter().map(|arg| arg.replace(ARCHIVE, &self.path)).collect();
        if !self.args.iter().any(|arg| arg.contains(ARCHIVE)) {
            args.insert(0, self.path.clone());
        }
        args
    }
}

impl Task for Order {
    fn key(&self) -> String {
        let Order { target, archives, declared, layers, system, kept, shared, cycles, files } = self;
        let name = |at: &usize| archives.get(*at).map_or("", |archive| archive.file_name.as_str());
        let declared = declared.iter().map(|(from, to)| format!("{} by {}", name(to), name(from)));
        let layers = layers.iter().map(|layer| format!("{}: {}", layer.layer, layer.args.join(" ")));
        let cycles = match cycles {
            Cycles::Deny => "refused",
            Cycles::Group => "grouped",
        };
        let files = match files {
            OrderFiles::Program { pins: true } => "a program with pins",
            OrderFiles::Program { pins: false } => "a program",
            OrderFiles::Rust { pins: true } => "a program in Rust with pins",
            OrderFiles::Rust { pins: false } => "a program in Rust",
            OrderFiles::Shared { pins: true } => "a shared library with exports",
            OrderFiles::Shared { pins: false } => "a shared library",
            OrderFiles::Module => "a module",
        };
        let facts = archives.iter().flat_map(|archive| archive.facts(&name));
        let facts = facts.chain(each("needed:", declared)).chain(each("layer", layers));
        let facts = facts.chain(each("system library", system)).chain(each("kept library", kept));
        let facts = facts.chain(each("shared library", shared));
        let facts = facts.chain([("cycles", cycles.to_owned()), ("link of", files.to_owned())]);
        key(&format!("order 2 for {target}"), facts)
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let read = |at: usize| Ok((io.inputs()[at].to_owned(), io.input(at)?));
        let texts = (0..=self.archives.len()).map(read).collect::<Result<Vec<_>, StepError>>()?;
        let indexes = texts.iter().map(|(path, bytes)| own_index(path, bytes));
        let indexes = indexes.collect::<Result<Vec<_>, StepError>>()?;
        let found = self.find(&indexes, &self.undefined(io)?);
        let names: Vec<String> = self.archives.iter().map(|archive| archive.library.clone()).collect();
        let report = OrderReport::new(&self.target, &names, &found);
        if let Some(text) = self.refusal(&found, &report) {
            return Err(StepError::Refused(text));
        }
        let declares = !self.declared.is_empty();
        for note in order_notes::notes(&report, declares, &|from, to| self.tells(from, to)) {
            io.say(&note);
        }
        io.write(0, response_text(&self.arguments(&found.groups)).as_bytes())?;
        io.write(1, &to_json(&report)?)
    }
}
