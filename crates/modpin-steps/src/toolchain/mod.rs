//! What this machine has to compile and link with, asked once and remembered.

mod response_file;
pub mod arguments;
mod untold;
mod driver;
mod tools;
mod environment;
mod remembered;
mod machine;
mod search_path;
mod linkers;
mod runner;
mod build_machine;
mod known_target;
mod cc_crate;
mod demangled;
mod detect;
#[cfg(feature = "inspect")]
mod binutils;

pub use demangled::readable;
#[cfg(feature = "inspect")]
pub use demangled::said;
pub use environment::environment;
pub use machine::Machine;
pub use remembered::identity;
pub use response_file::{response_text, words_of};
pub use runner::{Runner, Variables};
#[cfg(feature = "inspect")]
pub use search_path::find_program;
pub use tools::{compiled_language, of_compiler};
pub use untold::{PastedNames, SeenOptions, Texts};

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use modpin_project::{Language, LookedUp, Problem, Resolved};
use modpin_symbols::shown;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How code is compiled where a target says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// As after `-O`: `0`, `3`, `s`.
    pub opt_level: String,
    /// With information for debuggers.
    pub debug: bool,
    /// For those who use it, not for those who write it.
    pub release: bool,
}

impl Tuning {
    /// Optimised, or for debugging.
    pub fn of_release(release: bool) -> Tuning {
        Tuning { opt_level: if release { "3" } else { "0" }.to_owned(), debug: !release, release }
    }
}

/// For what a toolchain is wanted.
#[derive(Clone, Debug)]
pub struct Request {
    /// The target triple; `None` is this machine's own.
    pub target: Option<String>,
    /// How its code is compiled.
    pub tuning: Tuning,
    /// What starts the compilers, whatever the environment says.
    pub launcher: Option<String>,
    /// The root of the checkout: its path is kept out of what is built.
    pub root: PathBuf,
    /// A file for the answer, so that the compiler need not be asked again.
    pub cache: PathBuf,
}

impl Request {
    /// The argument that keeps the path of the checkout out.
    fn path_map(&self) -> String {
        format!("-ffile-prefix-map={}=.", self.root.display())
    }
}

/// A compiler with its linker, and how to talk to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toolchain {
    /// The compiler driver, by absolute path.
    pub compiler: String,
    /// A launcher in front of it (`CC="ccache gcc"`), by absolute path.
    pub launcher: Option<String>,
    /// `gcc` or `clang`.
    pub kind: String,
    /// Its version, numbers with dots between them.
    pub version: String,
    /// Arguments of every compilation that come first.
    pub first_args: Vec<String>,
    /// Arguments that come after the target's own: what the user's environment asks for (`CPPFLAGS`, then `CFLAGS`).
    pub last_args: Vec<String>,
    /// How many of these `CPPFLAGS` says.
    pub cppflags: usize,
    /// Variables that decide what a compilation gives, as they are.
    pub compile_env: Vec<(String, Option<String>)>,
    /// Variables that decide what a link gives, as they are.
    pub link_env: Vec<(String, Option<String>)>,
    /// The programs behind the driver: when one of them changes, everything is compiled again.
    pub compile_tools: Vec<String>,
    /// The programs that a link runs.
    pub link_tools: Vec<String>,
    /// Linkers that `-fuse-ld=NAME` can name here.
    pub linkers: BTreeMap<String, String>,
    /// `LDFLAGS`: arguments of every final link.
    pub ldflags: Vec<String>,
    /// What makes the driver link relocatable objects.
    pub relocatable: Vec<String>,
    /// The linker can write a depfile.
    pub link_depfile: bool,
    /// The driver runs an assembler that can write one.
    pub assembler_depfile: bool,
    /// Where the compiler looks for headers of the system, in order.
    pub include_dirs: Vec<String>,
    /// Where the compiler finds libraries, in order.
    pub library_dirs: Vec<String>,
    /// Where gcc looks first below each directory of `-B`: `TRIPLE/VERSION`, as in its own `lib/gcc`. Nothing for clang.
    pub version_dir: String,
    /// Where the linker looks for libraries after that, if it says so.
    pub linker_dirs: Vec<String>,
    /// What starts programs of the machine that is built for.
    pub runner: Runner,
    /// Where programs that were found on the search path would be found instead.
    pub earlier: Vec<String>,
    /// The same for C++, once somebody has asked.
    pub cxx: Option<Box<Toolchain>>,
    /// The same for programs that run while the project is built, once somebody has asked.
    pub build_machine: Option<Box<Toolchain>>,
}

impl Toolchain {
    /// Puts paths in the place of archives that were declared as `-lNAME`, and adds what the records beside archives say
    /// that these need.
    ///
    /// # Errors
    /// [`Error::Declaration`] for archives that are not there and for records that cannot be followed.
    pub fn find_archives(&self, resolved: &mut Resolved) -> Result<()> {
        self.find_archives_of(resolved, "")?;
        if let Some(there) = &mut resolved.build_machine {
            self.for_build_machine().find_archives_of(there, " for the build machine")?;
            resolved.looked_up.extend(std::mem::take(&mut there.looked_up));
        }
        Ok(())
    }

    fn find_archives_of(&self, resolved: &mut Resolved, machine: &str) -> Result<()> {
        let mut problems = Vec::new();
        let looked_up = RefCell::new(std::mem::take(&mut resolved.looked_up));
        for library in &mut resolved.libraries {
            let Some(archive) = &library.archive else { continue };
            match self.find_archive(archive, &resolved.root, &mut looked_up.borrow_mut()) {
                Some(path) => library.archive = Some(path),
                None => problems.push(Problem::new(
                    format!(
                        "library {:?}: there is no archive {}{machine}",
                        library.name,
                        shown::line(archive)
                    ),
                    format!(
                        "install its development package, or correct the path; looked in {}",
                        self.library_dirs.join(", ")
                    ),
                )),
            }
        }
        for module in &resolved.modules {
            let Some(file) = &module.file else { continue };
            if !looked_up.borrow_mut().is_file(&resolved.root, Path::new(file)) {
                problems.push(Problem::new(
                    format!("module {:?}: there is no file {}", module.name, shown::line(file)),
                    "build it first, or correct the path",
                ));
            }
        }
        if problems.is_empty() {
            let find = |file: &str| self.find_file(file, &mut looked_up.borrow_mut());
            problems = modpin_project::follow_records(resolved, find);
        }
        resolved.looked_up.extend(looked_up.into_inner());
        if problems.is_empty() { Ok(()) } else { Err(Error::Declaration(problems)) }
    }

    /// The words of conditions that are always there, for a build that asks for this toolchain.
    pub fn words(&self, request: &Request) -> BTreeMap<String, String> {
        let target = request.target.as_deref().map_or_else(Machine::here, Machine::of);
        let profile = if request.tuning.release { "release" } else { "debug" };
        let ours = [("PROFILE", profile), ("CC_KIND", &self.kind), ("CC_VERSION", &self.version)];
        let ours = ours.map(|(name, value)| (name.to_owned(), value.to_owned()));
        target.words("TARGET").into_iter().chain(Machine::here().words("HOST")).chain(ours).collect()
    }

    /// Where the driver lies.
    pub fn driver_dir(&self) -> &str {
        self.compiler.rsplit_once('/').map_or("", |(dir, _)| dir)
    }

    fn find_archive(&self, archive: &str, root: &Path, looked_up: &mut LookedUp) -> Option<String> {
        let Some(name) = archive.strip_prefix("-l") else {
            return looked_up.is_file(root, Path::new(archive)).then(|| archive.to_owned());
        };
        self.find_file(&format!("lib{name}.a"), looked_up)
    }

    fn find_file(&self, file: &str, looked_up: &mut LookedUp) -> Option<String> {
        let mut candidates = self.library_dirs.iter().map(|dir| Path::new(dir).join(file));
        let found = candidates.find(|path| looked_up.is_file(Path::new("/"), path));
        found.map(|path| path.to_string_lossy().into_owned())
    }

    /// The program in front of a command line, and what follows it. A launcher that stands aside is no part of it.
    pub fn driver(&self) -> (String, Option<String>) {
        match self.launcher.as_ref().filter(|launcher| !stands_aside(launcher)) {
            Some(launcher) => (launcher.clone(), Some(self.compiler.clone())),
            None => (self.compiler.clone(), None),
        }
    }

    /// A launcher that has no part in what is made.
    pub fn launcher_aside(&self) -> Option<String> {
        self.launcher.clone().filter(|launcher| stands_aside(launcher))
    }

    /// What a command obeys that compiles and links.
    pub fn whole_env(&self) -> Vec<(String, Option<String>)> {
        let linking = self.link_env.iter().filter(|variable| !self.compile_env.contains(variable));
        self.compile_env.iter().chain(linking).cloned().collect()
    }

    /// The programs that compiling and linking at once runs, each once.
    pub fn tools(&self) -> BTreeSet<&str> {
        self.compile_tools.iter().chain(&self.link_tools).map(String::as_str).collect()
    }

    /// Every program that was asked or found, and where one would be found instead.
    pub fn programs(&self) -> Vec<&str> {
        let all = self.compile_tools.iter().chain(&self.link_tools).chain(self.linkers.values());
        let all = all.chain(&self.launcher).chain(&self.earlier).map(String::as_str);
        let others = self.cxx.iter().chain(&self.build_machine);
        all.chain(others.flat_map(|other| other.programs())).collect()
    }

    /// The same for C alone: what is known before anybody looks whether a source is C++.
    pub fn for_c(&self) -> Toolchain {
        Toolchain { cxx: None, build_machine: None, ..self.clone() }
    }

    /// What compiles a language.
    pub fn of(&self, language: Language) -> &Toolchain {
        match language {
            Language::Cxx => self.linking(true),
            Language::C | Language::Preprocessed | Language::Assembler => self,
        }
    }

    /// What links objects some of which are C++, or none.
    pub fn linking(&self, has_cxx: bool) -> &Toolchain {
        self.cxx.as_deref().filter(|_| has_cxx).unwrap_or(self)
    }

    /// The library that a linker of another language needs for C++.
    pub fn cxx_library(&self) -> &'static str {
        let mut args = self.linking(true).first_args.iter().chain(&self.linking(true).last_args);
        if args.any(|arg| arg == "-stdlib=libc++") { "c++" } else { "stdc++" }
    }
}

/// Launchers that answer from a cache, or have another machine do the work. What comes out is what the compiler would make here, so
/// that neither one of them nor another version of it is a reason to compile again.
const ASIDE: [&str; 4] = ["ccache", "sccache", "distcc", "icecc"];

/// Whether a launcher has no part in what is made, by its name.
pub(crate) fn stands_aside(launcher: &str) -> bool {
    let name = launcher.rsplit('/').next().unwrap_or(launcher);
    ASIDE.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn toolchain(launcher: Option<&str>) -> Toolchain {
        Toolchain {
            compiler: "/bin/gcc".into(),
            launcher: launcher.map(str::to_owned),
            kind: "gcc".into(),
            version: "12.2.0".into(),
            first_args: vec![],
            last_args: vec![],
            cppflags: 0,
            compile_env: vec![],
            link_env: vec![],
            compile_tools: vec![],
            link_tools: vec![],
            linkers: BTreeMap::new(),
            ldflags: vec![],
            relocatable: vec![],
            link_depfile: false,
            assembler_depfile: false,
            include_dirs: vec![],
            library_dirs: vec![],
            version_dir: "arm/12".into(),
            linker_dirs: vec![],
            runner: Runner::default(),
            earlier: vec![],
            cxx: None,
            build_machine: None,
        }
    }

    #[test]
    fn a_launcher_stands_before_the_compiler() {
        let driver = |launcher| {
            let tools = toolchain(launcher);
            let (program, compiler) = tools.driver();
            let aside = tools.launcher_aside().map(|launcher| format!("({launcher})"));
            [aside, Some(program), compiler].into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(driver(None), "/bin/gcc");
        assert_eq!(driver(Some("/bin/wrapper")), "/bin/wrapper /bin/gcc");
        for launcher in ["/bin/ccache", "/opt/sccache", "distcc", "/usr/bin/icecc"] {
            assert_eq!(driver(Some(launcher)), format!("({launcher}) /bin/gcc"));
        }
    }
}
