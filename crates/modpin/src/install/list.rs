//! What is installed of a project, and where: a pure function of what was resolved and of the directories. Two things in one place
//! are refused here, before anything is written.

use std::collections::BTreeMap;

use modpin_project::{
    InstalledFile, InstalledSource, LinkRecord, Problem, Resolved, ResolvedExecutable, ResolvedLibrary,
    ResolvedModule, ResolvedSharedLibrary, TargetInstall,
};

use super::dirs::{InstallDirs, join};
use super::entry::{Entry, ModulesPlaces, What};
use super::pkg_config::{Described, pkg_config_text};
use super::relative::{from_origin, way_to_file};
use crate::error::{Error, Result};
use crate::layout::{Flavour, Layout};
use crate::plan::{run_path, run_path_of_cargo};

/// Where things come from.
pub struct Sources<'a> {
    /// The project.
    pub resolved: &'a Resolved,
    /// Where its files lie.
    pub layout: &'a Layout,
    /// The programs that cargo links, by name.
    pub programs: &'a BTreeMap<String, String>,
}

/// What is installed, in the order in which it is put: whatever others need comes first, programs come last.
///
/// # Errors
/// [`Error::Declaration`] for things in one place, and for what is installed and needs what is not.
pub fn list(sources: &Sources<'_>, dirs: &InstallDirs) -> Result<Vec<Entry>> {
    let lister = Lister { sources, dirs, resolved: sources.resolved };
    let mut entries = lister.files();
    let mut problems = Vec::new();
    let libraries = lister.libraries();
    libraries.iter().for_each(|library| entries.extend(lister.library(library)));
    for library in sources.resolved.shared_libraries.iter().filter(|it| lister.has_shared(it)) {
        entries.extend(lister.shared_library(library));
        problems.extend(lister.missing(
            &library.link,
            &library.link_shared,
            "shared library",
            &library.name,
        ));
    }
    entries.extend(lister.pkg_config_files(&libraries));
    for module in sources.resolved.modules.iter().filter(|it| lister.has_module(it)) {
        entries.extend(lister.module(module));
        problems.extend(lister.missing(&module.link, &module.link_shared, "module", &module.name));
    }
    entries.extend(lister.modules_file());
    for program in sources.resolved.executables.iter().filter(|it| lister.has_program(it)) {
        entries.extend(lister.program(program));
        let (link, shared) = lister.links_of(program);
        problems.extend(lister.missing(&link, &shared, "program", &program.name));
    }
    problems.extend(collisions(&entries, &dirs.record(&sources.resolved.name)));
    if problems.is_empty() { Ok(entries) } else { Err(Error::Declaration(problems)) }
}

struct Lister<'a> {
    sources: &'a Sources<'a>,
    resolved: &'a Resolved,
    dirs: &'a InstallDirs,
}

impl Lister<'_> {
    fn said(&self, kind: &str, name: &str) -> Option<&TargetInstall> {
        self.resolved.install.targets.get(&format!("{kind} {name:?}"))
    }

    /// Whether a target of a kind that is installed if nothing is said.
    fn unless_said(&self, kind: &str, name: &str) -> bool {
        self.said(kind, name).and_then(|told| told.installed).unwrap_or(true)
    }

    fn dir(&self, kind: &str, name: &str, usual: &str) -> String {
        let said = self.said(kind, name).and_then(|told| told.dir.as_deref());
        said.map_or_else(|| usual.to_owned(), |words| self.dirs.of(words))
    }

    fn has_program(&self, program: &ResolvedExecutable) -> bool {
        let said = self.said("executable", &program.name).and_then(|told| told.installed);
        said.unwrap_or(program.test.is_none())
    }

    fn has_shared(&self, library: &ResolvedSharedLibrary) -> bool {
        self.unless_said("shared library", &library.name)
    }

    /// A module is installed with the programs that load it; one that none loads, for those of others.
    fn has_module(&self, module: &ResolvedModule) -> bool {
        let said = self.said("module", &module.name).and_then(|told| told.installed);
        let loads = |host: &&ResolvedExecutable| {
            host.modules.iter().any(|&at| self.resolved.modules[at].name == module.name)
        };
        let mut hosts = self.resolved.executables.iter().filter(loads).peekable();
        let by_hosts = hosts.peek().is_none() || hosts.any(|host| self.has_program(host));
        !module.built_in && said.unwrap_or(by_hosts)
    }

    /// The libraries that are installed, with those that they need: a record beside an archive names these.
    fn libraries(&self) -> Vec<&ResolvedLibrary> {
        let said = |library: &ResolvedLibrary| self.said("library", &library.name);
        let wanted = |library: &ResolvedLibrary| {
            said(library).is_some_and(|told| {
                told.installed.unwrap_or(told.has_files || told.pkg_config.is_some())
            })
        };
        let all = &self.resolved.libraries;
        let asked: Vec<usize> = (0..all.len()).filter(|&at| wanted(&all[at])).collect();
        let mut needed = self.resolved.with_needed(&asked);
        needed.sort_unstable();
        needed.into_iter().map(|at| &all[at]).filter(|library| library.archive.is_none()).collect()
    }

    fn files(&self) -> Vec<Entry> {
        let entry = |file: &InstalledFile| {
            let from = match &file.source {
                InstalledSource::File(path) => path.clone(),
                InstalledSource::Header(name) => self.sources.layout.header(name),
                InstalledSource::Made(path) => self.sources.layout.generated(path),
            };
            let path = format!("{}/{}", self.dirs.of(&file.dir), file.name);
            Entry { path, what: What::File { from }, by: file.by.clone() }
        };
        self.resolved.install.files.iter().map(entry).collect()
    }

    /// An archive with the record of what it needs.
    fn library(&self, library: &ResolvedLibrary) -> Vec<Entry> {
        let built = self.sources.layout.archive(&library.file_name, Flavour::Program);
        let dir = self.dir("library", &library.name, &self.dirs.lib);
        let path = format!("{dir}/{}", last(&library.file_name));
        let by = format!("library {:?}", library.name);
        let record = What::File { from: LinkRecord::beside(&built) };
        let archive = What::Built { from: built, is_archive: true, run_path: None };
        vec![
            Entry { path: path.clone(), what: archive, by: by.clone() },
            Entry { path: LinkRecord::beside(&path), what: record, by },
        ]
    }

    fn shared_dir(&self, library: &ResolvedSharedLibrary) -> String {
        self.dir("shared library", &library.name, &self.dirs.lib)
    }

    /// One file, and links for its other names, as ldconfig(8) and linkers expect them.
    fn shared_library(&self, library: &ResolvedSharedLibrary) -> Vec<Entry> {
        let (dir, by) = (self.shared_dir(library), format!("shared library {:?}", library.name));
        let names: Vec<&str> = library.file_names.iter().map(|file| last(file)).collect();
        // The name with the whole version is the file; the loader's name leads to it, and the linker's to that.
        let version =
            self.said("shared library", &library.name).and_then(|told| told.version.as_deref());
        let is_whole =
            |name: &&&str| version.is_some_and(|version| name.ends_with(&format!(".so.{version}")));
        let file = names.iter().find(is_whole).unwrap_or(&names[0]);
        let needed = self.resolved.shared_of(&library.link, &library.link_shared);
        let run_path = self.run_path(&needed, &library.file_names[0], &dir, false);
        let from = self.sources.layout.executable(&library.file_names[0]);
        let what = What::Built { from, is_archive: false, run_path };
        let mut entries = vec![Entry { path: format!("{dir}/{file}"), what, by: by.clone() }];
        for name in names.iter().filter(|name| *name != file) {
            let to = if *name == names[0] { file } else { &names[0] };
            let what = What::Link { to: (*to).to_owned() };
            entries.push(Entry { path: format!("{dir}/{name}"), what, by: by.clone() });
        }
        entries
    }

    /// A module in its place below the modules' directory, and a link for its flat name.
    fn module(&self, module: &ResolvedModule) -> Vec<Entry> {
        let (path, by) = (self.module_path(module), format!("module {:?}", module.name));
        let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir);
        let is_flat = module.flat_name == module.name;
        let needed = self.resolved.shared_of(&module.link, &module.link_shared);
        // What somebody else has linked knows its own way.
        let run_path = self.run_path(&needed, &module.file_name, dir, !is_flat);
        let run_path = run_path.filter(|_| module.file.is_none());
        let from = self.sources.layout.module(&module.name);
        let what = What::Built { from, is_archive: false, run_path };
        let mut entries = vec![Entry { path: path.clone(), what, by: by.clone() }];
        if !is_flat {
            let (link, to) = (&self.dirs.modules, way_to_file(&self.dirs.modules, &path));
            let path = format!("{link}/{}.so", module.flat_name);
            entries.push(Entry { path, what: What::Link { to }, by });
        }
        entries
    }

    fn module_path(&self, module: &ResolvedModule) -> String {
        join(&self.dirs.modules, &module.file_name)
    }

    /// What tells programs of their modules.
    fn modules_file(&self) -> Option<Entry> {
        let has_modules =
            |host: &&ResolvedExecutable| !host.modules.is_empty() || !host.built_in.is_empty();
        let hosts = self.resolved.executables.iter().filter(has_modules);
        let hosts: Vec<_> = hosts.filter(|host| self.has_program(host)).collect();
        let dir = self.dirs.modules.as_str();
        let program = |host: &&ResolvedExecutable| {
            let path = format!("{}/{}", self.program_dir(host), last(&host.name));
            (host.name.clone(), way_to_file(dir, &path))
        };
        let shared = |library: &ResolvedSharedLibrary| {
            let file = &library.file_names[0];
            (file.clone(), way_to_file(dir, &format!("{}/{}", self.shared_dir(library), last(file))))
        };
        let absent = self.resolved.modules.iter().filter(|it| !it.built_in && !self.has_module(it));
        let places = ModulesPlaces {
            from: self.sources.layout.manifest(),
            programs: hosts.iter().map(program).collect(),
            shared: self.resolved.shared_libraries.iter().map(shared).collect(),
            absent: absent.map(|module| module.name.clone()).collect(),
        };
        (!hosts.is_empty()).then(|| Entry {
            path: format!("{dir}/modules.json"),
            what: What::Modules(places),
            by: "the manifest of modules".to_owned(),
        })
    }

    /// A program, and its link map.
    fn program(&self, program: &ResolvedExecutable) -> Vec<Entry> {
        let (dir, by) = (self.program_dir(program), format!("executable {:?}", program.name));
        let (link, shared) = self.links_of(program);
        let needed = self.resolved.shared_of(&link, &shared);
        let old = match program.cargo {
            Some(_) => run_path_of_cargo(self.resolved, &needed, self.sources.layout),
            None => run_path(self.resolved, &needed, &program.name, false),
        };
        let run_path = self.new_run_path(old, &needed, &dir, false);
        let built = || self.sources.layout.executable(&program.name);
        let from = self.sources.programs.get(&program.name).cloned().unwrap_or_else(built);
        let what = What::Built { from, is_archive: false, run_path };
        let path = format!("{dir}/{}", last(&program.name));
        let map = program.link_map.then(|| Entry {
            path: format!("{path}.map"),
            what: What::File { from: self.sources.layout.link_map(&program.name) },
            by: by.clone(),
        });
        map.into_iter().chain([Entry { path, what, by }]).collect()
    }

    fn program_dir(&self, program: &ResolvedExecutable) -> String {
        self.dir("executable", &program.name, &self.dirs.bin)
    }

    /// What a program links, with what is built into it.
    fn links_of(&self, program: &ResolvedExecutable) -> (Vec<usize>, Vec<usize>) {
        let (mut link, mut shared) = (program.link.clone(), program.link_shared.clone());
        for module in program.built_in.iter().map(|&at| &self.resolved.modules[at]) {
            link.extend(&module.link);
            shared.extend(&module.link_shared);
        }
        (link, shared)
    }

    /// The search path of a file in the build directory, and the one that it gets in `dir`.
    fn run_path(&self, shared: &[usize], file: &str, dir: &str, flat: bool) -> Option<(String, String)> {
        self.new_run_path(run_path(self.resolved, shared, file, flat), shared, dir, flat)
    }

    fn new_run_path(
        &self,
        old: Option<String>,
        shared: &[usize],
        dir: &str,
        flat: bool,
    ) -> Option<(String, String)> {
        let old = old?;
        let mut ways: Vec<String> = Vec::new();
        for library in shared.iter().map(|&at| &self.resolved.shared_libraries[at]) {
            let to = self.shared_dir(library);
            for dir in [Some(dir), flat.then_some(self.dirs.modules.as_str())].into_iter().flatten() {
                let way = from_origin(dir, &to);
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
        }
        Some((old, ways.join(":")))
    }

    /// Files that tell pkg-config of libraries that others link.
    fn pkg_config_files(&self, libraries: &[&ResolvedLibrary]) -> Vec<Entry> {
        let archives = libraries.iter().map(|it| ("library", &it.name, &self.dirs.lib));
        let shared = self.resolved.shared_libraries.iter().filter(|it| self.has_shared(it));
        let shared = shared.map(|it| ("shared library", &it.name, &self.dirs.lib));
        let mut entries = Vec::new();
        for (kind, name, lib) in archives.chain(shared) {
            let Some(told) = self.said(kind, name) else { continue };
            if !told.has_files && told.pkg_config.is_none() {
                continue;
            }
            let by = format!("{kind} {name:?}");
            let described = Described {
                resolved: self.resolved,
                dirs: self.dirs,
                kind,
                name,
                told,
                dir: &self.dir(kind, name, lib),
            };
            let (name, text) = pkg_config_text(&described);
            let path = format!("{}/pkgconfig/{name}.pc", self.dirs.lib);
            entries.push(Entry { path, what: What::Text { text }, by });
        }
        entries
    }

    /// What is installed and would not find its shared libraries.
    fn missing(&self, link: &[usize], shared: &[usize], kind: &str, name: &str) -> Vec<Problem> {
        let needed = self.resolved.shared_of(link, shared);
        let needed = needed.into_iter().map(|at| &self.resolved.shared_libraries[at]);
        let absent = needed.filter(|library| !self.has_shared(library));
        let problem = |library: &ResolvedSharedLibrary| {
            Problem::new(
                format!(
                    "{kind} {name:?} is installed and needs the shared library {:?}, which is not",
                    library.name
                ),
                "install both or neither: .installed(…) says where",
            )
        };
        absent.map(problem).collect()
    }
}

/// The last part of a path.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Things that cannot lie beside each other.
fn collisions(entries: &[Entry], record: &str) -> Vec<Problem> {
    let own = Entry {
        path: record.to_owned(),
        what: What::Text { text: String::new() },
        by: "the record of what is installed".to_owned(),
    };
    let all: Vec<&Entry> = entries.iter().chain([&own]).collect();
    let mut files: BTreeMap<&str, &Entry> = BTreeMap::new();
    let mut problems = Vec::new();
    let mut say = |one: &Entry, other: &Entry, how: &str| {
        problems.push(Problem::new(
            format!("{} and {} would both be {how}{:?}", one.by, other.by, one.path),
            "give one of them another name, or another directory: .install_dir(\"lib/foo\")",
        ));
    };
    for entry in &all {
        match files.get(entry.path.as_str()) {
            Some(other) if other.what != entry.what => say(other, entry, ""),
            Some(_) => {}
            None => _ = files.insert(&entry.path, entry),
        }
    }
    for entry in &all {
        let mut above = entry.path.as_str();
        while let Some((dir, _)) = above.rsplit_once('/') {
            if let Some(file) = files.get(dir) {
                say(file, entry, "at or below ");
            }
            above = dir;
        }
    }
    problems
}
