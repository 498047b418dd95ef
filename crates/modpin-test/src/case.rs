//! A folder of C files with `//#Directive: …` lines, read. Knows the directives' words and which file
//! belongs to which target (tests/cases/README.md lists both); what they demand is for the test to check.

use std::path::Path;

use modpin::{Cycles, Executable, Library, Module, Project};

/// A folder.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// The folder's name.
    pub name: String,
    /// Paths within it, and texts.
    pub files: Vec<(String, String)>,
    /// Exactly these are pinned.
    pub pins: Option<Vec<String>>,
    /// Where the pinned symbols are, in the order of the pins.
    pub from: Option<Vec<String>>,
    /// Exactly these are exported.
    pub exports: Option<Vec<String>>,
    /// Words of the refusal; empty when the build is to succeed.
    pub refused: Vec<String>,
    /// Seconds that a module may take to load.
    pub timeout: Option<u64>,
    /// The compiler that the case is about.
    pub needs: Option<String>,
    /// The linkers that the case is about; empty for all.
    pub linkers: Vec<String>,
    /// The modules, by name.
    pub modules: Vec<CaseModule>,
    lists: Vec<String>,
    cycles: Option<Cycles>,
    cflags: Vec<(String, Vec<String>)>,
    host: CaseLink,
}

/// A module of a case.
#[derive(Clone, Debug, Default)]
pub struct CaseModule {
    /// Its name.
    pub name: String,
    /// What its `run` answers in the host.
    pub prints: Option<String>,
    /// Exactly these are missing.
    pub missing: Vec<String>,
    /// The load check's answer.
    pub verdict: Option<String>,
    link: CaseLink,
}

#[derive(Clone, Debug, Default)]
struct CaseLink {
    libraries: Vec<String>,
    ldflags: Vec<String>,
}

impl Case {
    /// Reads a folder.
    ///
    /// # Panics
    /// For a directive that does not exist, and a file in no place that means something.
    pub fn read(folder: &Path) -> Case {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut case = Case { name, ..Case::default() };
        collect(folder, "", &mut case.files);
        case.files.sort();
        for (path, text) in case.files.clone() {
            let directives = text.lines().filter_map(|line| line.trim().strip_prefix("//#"));
            case.place(&path);
            for directive in directives {
                let (key, value) = directive.split_once(':').unwrap_or((directive, ""));
                case.obey(&path, key.trim(), value.trim());
            }
        }
        case
    }

    /// Declares the case's targets, with these arguments for every final link.
    pub fn declare(&self, project: &mut Project, ldflags: &[String]) {
        let has = |dir: &str| self.files.iter().any(|(path, _)| path.starts_with(dir));
        let mut host = Executable::new("host").sources("host.c").loads("**").system_library("dl");
        for name in ["util", "other"].into_iter().filter(|name| has(&format!("{name}/"))) {
            let library = Library::new(name).sources(format!("{name}/**/*.c"));
            host = host.link(project.add(self.library_flags(name, library)));
        }
        let own = has("own/")
            .then(|| project.add(self.library_flags("own", Library::new("own").sources("own/**/*.c"))));
        for module in &self.modules {
            let dir =
                if module.name == "mod" { "mod".to_owned() } else { format!("mod-{}", module.name) };
            let mut target = Module::new(&module.name).sources(format!("{dir}/**/*.c"));
            for (path, flags) in self.flags_below(&dir) {
                target = target.flags_for(path, flags);
            }
            target = target.link(own).ldflags(module.link.ldflags.iter().chain(ldflags).cloned());
            project.add(module.link.libraries.iter().fold(target, Module::system_library));
        }
        for (path, flags) in self.flags_below("host.c") {
            host = host.flags_for(path, flags);
        }
        host = host.exports(self.lists.clone());
        host = host.ldflags(self.host.ldflags.iter().chain(ldflags).cloned());
        project.add(self.host.libraries.iter().fold(host, Executable::system_library));
        project.include(".").cycles(self.cycles.unwrap_or_default());
    }

    fn library_flags(&self, dir: &str, mut library: Library) -> Library {
        for (path, flags) in self.flags_below(&format!("{dir}/")) {
            library = library.flags_for(path, flags);
        }
        library
    }

    fn flags_below<'a>(&'a self, dir: &'a str) -> impl Iterator<Item = (&'a str, Vec<String>)> {
        let below = self.cflags.iter().filter(move |(path, _)| path.starts_with(dir));
        below.map(|(path, flags)| (path.as_str(), flags.clone()))
    }

    /// Makes sure that the target of a file is there.
    fn place(&mut self, path: &str) {
        let dir = path.split('/').next().unwrap_or_default();
        let module = if dir == "mod" { Some("mod") } else { dir.strip_prefix("mod-") };
        match module {
            Some(name) if self.modules.iter().all(|module| module.name != name) => {
                self.modules.push(CaseModule { name: name.to_owned(), ..CaseModule::default() });
            }
            None if !["host.c", "util", "other", "own"].contains(&dir) => {
                panic!(
                    "case {}: {path} belongs to no target; tests/cases/README.md lists the places",
                    self.name
                )
            }
            _ => {}
        }
    }

    fn obey(&mut self, path: &str, key: &str, value: &str) {
        let words = || value.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let dir = path.split('/').next().unwrap_or_default();
        let module = dir.strip_prefix("mod-").unwrap_or(dir);
        let module =
            self.modules.iter_mut().find(|known| known.name == module && dir.starts_with("mod"));
        match (key, module) {
            ("Cflags", _) => self.cflags.push((path.to_owned(), words())),
            ("Ldflags", Some(module)) => module.link.ldflags.extend(words()),
            ("Libs", Some(module)) => module.link.libraries.extend(words()),
            ("Prints", Some(module)) => module.prints = Some(value.to_owned()),
            ("Missing", Some(module)) => module.missing.extend(words()),
            ("Verdict", Some(module)) => module.verdict = Some(value.to_owned()),
            ("Ldflags", None) => self.host.ldflags.extend(words()),
            ("Libs", None) => self.host.libraries.extend(words()),
            ("Lists", None) => self.lists.extend(words()),
            ("Pins", None) => self.pins = Some(words()),
            ("From", None) => self.from = Some(words()),
            ("Cycles", None) if value == "group" => self.cycles = Some(Cycles::Group),
            ("Exports", None) => self.exports = Some(words()),
            ("Refused", None) => self.refused.push(value.to_owned()),
            ("Linkers", None) => self.linkers.extend(words()),
            ("Timeout", None) => self.timeout = value.parse().ok(),
            ("Needs", None) => self.needs = Some(value.to_owned()),
            _ => panic!(
                "case {}: {path}: //#{key} means nothing there; tests/cases/README.md lists the directives",
                self.name
            ),
        }
    }
}

fn collect(folder: &Path, below: &str, files: &mut Vec<(String, String)>) {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let path = entry.expect("a directory entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            collect(&path, &format!("{below}{name}/"), files);
        } else {
            let text = std::fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            files.push((format!("{below}{name}"), text));
        }
    }
}
