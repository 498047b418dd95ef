//! One link worked out: who defines what, which members are taken with the pins and without, what the plan for the
//! modules is.

use std::collections::BTreeSet;

use modpin_project::ALL_SYMBOLS;
use modpin_symbols::{
    Closure, File, Host, Link, Module, PinPlan, Scope, UnitId, Why, closure, plan_pins_beside,
};

use super::lines::ObjectFile;
use super::scene::{Scene, SceneLink};
use crate::steps::ListedExports;

/// A program or module, linked in thought.
pub struct Program<'a> {
    /// What it is made of.
    pub link: &'a SceneLink,
    /// Its modules, as indices into [`Scene::links`].
    pub modules: Vec<usize>,
    /// Who defines what.
    pub scope: Scope<'a>,
    /// What its modules want of it; empty for a module.
    pub plan: PinPlan,
    /// What is linked.
    pub linked: Closure<'a>,
    /// What would be linked if it had no modules.
    pub alone: Closure<'a>,
    files: Vec<LinkedFile<'a>>,
}

/// A file of the link, in the order of [`UnitId::file`].
#[derive(Clone, Copy)]
struct LinkedFile<'a> {
    path: &'a str,
    is_archive: bool,
    library: Option<usize>,
}

impl<'a> Program<'a> {
    /// Every link of a scene, in its order.
    pub fn all(scene: &'a Scene) -> Vec<Program<'a>> {
        scene.links.iter().map(|link| Program::new(scene, link)).collect()
    }

    fn new(scene: &'a Scene, link: &'a SceneLink) -> Program<'a> {
        let (given, files) = given(scene, link);
        let scope = Scope::new(&given);
        let is_mine = |other: &SceneLink| other.is_module() && link.modules.contains(&other.name);
        let modules: Vec<usize> =
            (0..scene.links.len()).filter(|&at| is_mine(&scene.links[at])).collect();
        let wanted: Vec<Module<'a>> =
            modules.iter().filter_map(|&at| asking(scene, &scene.links[at])).collect();
        let exports = ListedExports::new(&link.exports, &given).names;
        let by_shared = |at: usize, symbol: &str| {
            let module = modules.get(at).map(|&module| &scene.links[module]);
            link.given.contains(symbol) || module.is_some_and(|module| module.given.contains(symbol))
        };
        let plan = plan_pins_beside(&Host { link: given, exports }, &wanted, &by_shared);
        let alone = closure(&scope, &[]);
        let roots = roots(&scope, &plan);
        let linked = closure(&scope, &roots);
        Program { link, modules, scope, plan, linked, alone, files }
    }

    /// It loads modules or offers symbols to unknown ones.
    pub fn is_host(&self) -> bool {
        self.link.executable && !(self.modules.is_empty() && self.link.exports.is_empty())
    }

    /// Whether it shows all that its link keeps.
    pub fn exports_all(&self) -> bool {
        self.link.exports.iter().any(|entry| entry == ALL_SYMBOLS)
    }

    /// Whether a unit is linked only because a module wants something of it.
    pub fn is_pinned(&self, unit: UnitId) -> bool {
        self.linked.why(unit).is_some() && self.alone.why(unit).is_none()
    }

    /// Why a unit is linked: for the program itself where that is enough, and else for the modules.
    pub fn why(&self, unit: UnitId) -> Option<Why<'a>> {
        self.alone.why(unit).or_else(|| self.linked.why(unit))
    }

    /// The file that messages name, and the member in it; no member for a lone object.
    pub fn name(&self, unit: UnitId) -> (String, String) {
        let file = self.scope.file(unit).map(|file| file.name).unwrap_or_default();
        let is_archive = self.files.get(unit.file as usize).is_some_and(|file| file.is_archive);
        let member = self.scope.unit_name(unit).into_owned();
        (file.to_owned(), if is_archive { member } else { String::new() })
    }

    /// `libimgutil.a(crc.c.o)`, or the source of a lone object.
    pub fn title(&self, unit: UnitId) -> String {
        match self.name(unit) {
            (file, member) if member.is_empty() => file,
            (file, member) => format!("{file}({member})"),
        }
    }

    /// Where the bytes of a unit are.
    pub fn object_file(&self, unit: UnitId) -> ObjectFile<'a> {
        let file = self.files.get(unit.file as usize);
        let position = file.filter(|file| file.is_archive).map(|_| unit.position as usize);
        ObjectFile { path: file.map(|file| file.path).unwrap_or_default(), position }
    }

    /// Which library of the project a unit is of.
    pub fn library(&self, unit: UnitId) -> Option<usize> {
        self.files.get(unit.file as usize)?.library
    }

    /// The definition that the link takes: of a linked unit where there is one, and else of the first that could be
    /// taken.
    pub fn taken(&self, symbol: &str) -> Option<UnitId> {
        let units = || self.scope.definers(symbol).map(|definer| definer.unit);
        let linked = |unit: &UnitId| self.linked.why(*unit).is_some();
        units().find(linked).or_else(|| units().next())
    }
}

/// What a linker is given: objects and whole archives, then archives.
fn given<'a>(scene: &'a Scene, link: &'a SceneLink) -> (Link<'a>, Vec<LinkedFile<'a>>) {
    let mut given = Link::default();
    let mut files = Vec::new();
    for object in &link.objects {
        given.objects.push(File { name: &object.name, index: &object.index });
        files.push(LinkedFile { path: &object.path, is_archive: false, library: None });
    }
    for whole in [true, false] {
        for archive in link.archives.iter().filter(|archive| archive.whole == whole) {
            let Some(library) = scene.library(archive) else { continue };
            let list = if whole { &mut given.objects } else { &mut given.archives };
            list.push(File { name: &library.file_name, index: &library.index });
            let library_at = Some(archive.library);
            files.push(LinkedFile { path: &library.path, is_archive: true, library: library_at });
        }
    }
    (given, files)
}

fn asking<'a>(scene: &'a Scene, link: &'a SceneLink) -> Option<Module<'a>> {
    let linked = File { name: &link.name, index: link.relocatable.as_ref()? };
    let objects =
        link.objects.iter().map(|object| File { name: &object.name, index: &object.index }).collect();
    let archives = link.archives.iter().filter_map(|archive| scene.library(archive));
    let archives =
        archives.map(|library| File { name: &library.file_name, index: &library.index }).collect();
    Some(Module { name: &link.name, linked, objects, archives })
}

/// The names that the link is told to keep.
fn roots<'a>(scope: &Scope<'a>, plan: &PinPlan) -> Vec<&'a str> {
    let strong = plan.exports.iter().filter(|export| !export.weak).map(|export| &*export.symbol);
    // What is refused is asked for all the same: nobody links until that is settled.
    let refused = plan.refused.iter().filter_map(|refusal| refusal.symbol());
    let names: BTreeSet<&str> = strong.chain(refused).collect();
    let definition = |name: &str| scope.definers(name).next().map(|definer| &*definer.definition.name);
    names.into_iter().filter_map(definition).collect()
}
