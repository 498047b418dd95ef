//! From a scene to a picture: numbers in the place of names.

use std::collections::{BTreeMap, HashMap};

use modpin_symbols::{Asker, Definition, Index, Unit as Symbols, UnitId, Why};

use super::sizes::Sizes;
use super::{
    Archive, DrawnLibrary, DrawnRule, Export, FORMAT, Host, Linked, Module, Picture, Refused, Unit,
};
use crate::explain::{Program, Scene, SceneLink};
use crate::plan::TargetKind;

/// The picture of a scene.
pub fn picture(project: &str, scene: &Scene, sizes: &Sizes) -> Picture {
    let mut draft = Draft { scene, sizes, units: Vec::new(), members: Vec::new(), objects: Vec::new() };
    let archives = draft.archives();
    draft.objects();
    let programs = Program::all(scene);
    let numbers = numbers(scene, TargetKind::Module);
    let (mut hosts, mut modules, mut shared_libraries) = (Vec::new(), Vec::new(), Vec::new());
    for (at, program) in programs.iter().enumerate() {
        match &program.link.offers {
            _ if program.link.executable => hosts.push(draft.host(at, program, &numbers)),
            None => modules.push(draft.module(at, program)),
            Some(offers) => shared_libraries.push(DrawnLibrary {
                part: draft.module(at, program),
                offers: offers.iter().cloned().collect(),
            }),
        }
    }
    let project = project.to_owned();
    let unread = scene.unread.iter().map(|unbuilt| unbuilt.symbols.clone()).collect();
    let rules = draft.rules();
    let units = draft.units;
    Picture {
        format: FORMAT,
        project,
        hosts,
        modules,
        shared_libraries,
        archives,
        rules,
        units,
        unread,
        demangled: BTreeMap::new(),
    }
}

/// The number of each link of a kind among those of this kind, by its name.
fn numbers(scene: &Scene, kind: TargetKind) -> HashMap<&str, usize> {
    let links = scene.links.iter().filter(|link| link.kind() == kind);
    links.enumerate().map(|(number, link)| (link.name.as_str(), number)).collect()
}

struct Draft<'a> {
    scene: &'a Scene,
    sizes: &'a Sizes,
    units: Vec<Unit>,
    /// The first unit of each library.
    members: Vec<usize>,
    /// The first unit of each link's objects.
    objects: Vec<usize>,
}

impl Draft<'_> {
    fn archives(&mut self) -> Vec<Archive> {
        let mut archives = Vec::new();
        for (number, library) in self.scene.libraries.iter().enumerate() {
            let first = self.units.len();
            self.members.push(first);
            let sizes = self.sizes.members(&library.path);
            for (position, symbols) in library.index.units.iter().enumerate() {
                let unit = unit(symbols, Some(number), sizes.get(position).copied());
                self.units.push(unit);
            }
            archives.push(Archive {
                name: library.name.clone(),
                file_name: library.file_name.clone(),
                file: library.path.clone(),
                size: self.sizes.file(&library.path),
                members: (first..self.units.len()).collect(),
            });
        }
        archives
    }

    fn objects(&mut self) {
        for link in &self.scene.links {
            self.objects.push(self.units.len());
            for object in &link.objects {
                let size = self.sizes.file(&object.path);
                self.units.push(of_object(&object.index, &object.name, size));
            }
        }
    }

    fn rules(&self) -> Vec<DrawnRule> {
        let mut units: HashMap<&str, Vec<usize>> = HashMap::new();
        for (library, first) in self.scene.libraries.iter().zip(&self.members) {
            for (at, path) in library.members.iter().enumerate().take(library.index.units.len()) {
                units.entry(path).or_default().push(first + at);
            }
        }
        for (link, first) in self.scene.links.iter().zip(&self.objects) {
            for (at, object) in link.objects.iter().enumerate() {
                units.entry(&object.path).or_default().push(first + at);
            }
        }
        let rules = self.scene.rules.iter().map(|rule| DrawnRule {
            name: rule.name.clone(),
            tool: rule.tool.clone(),
            reads: rule.reads.clone(),
            makes: rule.makes.clone(),
            units: rule
                .objects
                .iter()
                .filter_map(|path| units.get(path.as_str()))
                .flatten()
                .copied()
                .collect(),
        });
        rules.filter(|rule| !rule.makes.is_empty()).collect()
    }

    fn host(&self, at: usize, program: &Program<'_>, numbers: &HashMap<&str, usize>) -> Host {
        let link = program.link;
        let modules = link.modules.iter().filter_map(|name| numbers.get(name.as_str()).copied());
        let of = |askers: &[Asker]| -> Vec<usize> {
            let names = askers.iter().filter_map(|asker| match asker {
                Asker::Module { module, .. } => numbers.get(&**module).copied(),
                Asker::Project => None,
            });
            let mut modules: Vec<usize> = names.collect();
            modules.sort_unstable();
            modules.dedup();
            modules
        };
        let exports = program.plan.exports.iter().filter_map(|export| {
            Some(Export {
                symbol: export.symbol.clone(),
                unit: self.unit(at, program, program.taken(&export.symbol)?)?,
                pinned: program.plan.pins.iter().any(|pin| pin.symbol == export.symbol),
                weak: export.weak,
                project: export.asked_by.contains(&Asker::Project),
                modules: of(&export.asked_by),
            })
        });
        let refused = program.plan.refused.iter().map(|refusal| Refused {
            symbol: refusal.symbol().map(str::to_owned),
            why: refusal.to_string(),
            modules: of(refusal.asked_by()),
        });
        Host {
            name: link.name.clone(),
            file: link.file.clone(),
            size: self.sizes.file(&link.file),
            objects: self.own(at, link),
            archives: link.archives.iter().map(|archive| archive.library).collect(),
            modules: modules.collect(),
            links: self.links(link),
            linked: self.linked(at, program),
            exports: exports.collect(),
            refused: refused.collect(),
        }
    }

    fn module(&self, at: usize, program: &Program<'_>) -> Module {
        let link = program.link;
        let linked = self.linked(at, program).into_iter();
        Module {
            name: link.name.clone(),
            file: link.file.clone(),
            size: self.sizes.file(&link.file),
            objects: self.own(at, link),
            archives: link.archives.iter().map(|archive| archive.library).collect(),
            linked: linked.filter(|linked| self.units[linked.unit].archive.is_some()).collect(),
            links: self.links(link),
        }
    }

    fn links(&self, link: &SceneLink) -> Vec<usize> {
        if link.links.is_empty() {
            return Vec::new();
        }
        let numbers = numbers(self.scene, TargetKind::SharedLibrary);
        link.links.iter().filter_map(|name| numbers.get(name.as_str()).copied()).collect()
    }

    fn own(&self, at: usize, link: &SceneLink) -> Vec<usize> {
        (self.objects[at]..self.objects[at] + link.objects.len()).collect()
    }

    fn linked(&self, at: usize, program: &Program<'_>) -> Vec<Linked> {
        let linked = program.linked.linked.iter().filter_map(|linked| {
            let (symbol, by) = match program.why(linked.unit)? {
                Why::Given => (None, None),
                Why::Asked { symbol, by } => (Some(symbol.to_owned()), by),
            };
            Some(Linked {
                unit: self.unit(at, program, linked.unit)?,
                symbol,
                by: by.and_then(|by| self.unit(at, program, by)),
                pinned: program.is_pinned(linked.unit),
            })
        });
        linked.collect()
    }

    fn unit(&self, at: usize, program: &Program<'_>, unit: UnitId) -> Option<usize> {
        match program.library(unit) {
            Some(library) => Some(self.members.get(library)? + unit.position as usize),
            None => Some(self.objects.get(at)? + unit.file as usize),
        }
    }
}

fn of_object(index: &Index<'_>, name: &str, size: Option<u64>) -> Unit {
    let found = index.units.first().map(|symbols| unit(symbols, None, size));
    let empty = || Unit {
        name: String::new(),
        archive: None,
        size,
        defines: vec![],
        hidden: vec![],
        needs: vec![],
        weak: vec![],
        blind: None,
    };
    Unit { name: name.to_owned(), ..found.unwrap_or_else(empty) }
}

fn unit(symbols: &Symbols<'_>, archive: Option<usize>, size: Option<u64>) -> Unit {
    let table = symbols.object().map(|object| &object.table);
    let defined = table.map(|table| table.defined.as_slice()).unwrap_or_default();
    let needed = table.map(|table| table.needed.as_slice()).unwrap_or_default();
    let hidden = |definition: &&Definition<'_>| !definition.visibility.exportable();
    let needs = |weak: bool| {
        let names = needed.iter().filter(|need| need.weak == weak);
        unique(names.map(|need| &*need.name))
    };
    Unit {
        name: symbols.name.to_string(),
        archive,
        size,
        defines: unique(defined.iter().map(|definition| &*definition.name)),
        hidden: unique(defined.iter().filter(hidden).map(|definition| &*definition.name)),
        needs: needs(false),
        weak: needs(true),
        blind: symbols.blind_spot(),
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.dedup();
    names
}
