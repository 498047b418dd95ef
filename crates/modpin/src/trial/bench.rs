//! What all probes of a build see: compiler, machine, environment, and the project's flags that stand under no condition.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use modpin_engine::Hash;
use modpin_project::{ArgumentFiles, Flags, Item, Probe, ProbeLanguage, Project, entries};

use super::attempt::{Outcome, Stage};
use super::pkg_config_environment::PkgConfigEnvironment;
use super::request::ProbeRequest;
use super::rests::{Rest, below};
use crate::error::{Error, Result};
use crate::toolchain::arguments::{Arguments, KnownAnswers, header_dirs, library_dirs};
use crate::toolchain::{Machine, Toolchain, environment, identity};

/// Another number when the same question is put in another way.
const WAY: u32 = 3;

/// What all probes see.
pub struct Bench<'a> {
    pub toolchain: &'a Toolchain,
    /// Where commands run, as those of the build do.
    pub root: &'a Path,
    /// The machine that is built for.
    pub machine: Machine,
    /// What pkg-config gets from the environment, and what names it.
    pub pkg_config: PkgConfigEnvironment,
    /// The target triple, if somebody named one.
    pub target: Option<&'a str>,
    /// The project's own flags.
    pub flags: BenchFlags,
    /// What was tried without a question, by text and arguments.
    pub controls: Mutex<HashMap<(Stage, String), Outcome>>,
    scratch: tempfile::TempDir,
    tried: AtomicUsize,
    /// How files look now, each looked at once.
    looked_at: Mutex<HashMap<String, Rest>>,
    key: String,
}

impl<'a> Bench<'a> {
    /// For the probes of a project.
    pub fn new(project: &Project, asking: &ProbeRequest<'a>) -> Result<Bench<'a>> {
        let scratch = tempfile::Builder::new().prefix("modpin-probes-").tempdir();
        let scratch = scratch
            .map_err(|source| Error::io(std::env::temp_dir(), "make a directory for probes", source))?;
        let toolchain = asking.toolchain;
        let target = asking.request.target.as_deref();
        let flags = BenchFlags::of(&project.flags, &written(project));
        // A build that has found the C++ compiler meanwhile asks with the same C compiler.
        let for_c = toolchain.for_c();
        let programs =
            for_c.programs().into_iter().map(|program| format!("{program} {}", identity(program)));
        let programs: Vec<String> = programs.collect();
        let pkg_config = PkgConfigEnvironment::read(asking.is_beside_target);
        let key = format!(
            "{WAY} {target:?}\n{for_c:?}\n{programs:?}\n{flags:?}\n{}{pkg_config:?}",
            environment(),
        );
        Ok(Bench {
            toolchain,
            root: &asking.request.root,
            machine: target.map_or_else(Machine::here, Machine::of),
            target,
            flags,
            pkg_config,
            controls: Mutex::default(),
            scratch,
            tried: AtomicUsize::new(0),
            looked_at: Mutex::default(),
            key,
        })
    }

    /// All that decides the answer of a probe, but for the files that it rests on.
    pub fn key(&self, probe: &Probe) -> String {
        // What it is called and where it is asked is no part of the question.
        let asked = Probe { name: None, when: None, ..probe.clone() };
        let cxx = if probe.language == ProbeLanguage::Cxx { self.key_of_cxx() } else { String::new() };
        Hash::of(format!("{asked:?}\n{}{cxx}", self.key).as_bytes()).to_string()
    }

    /// What probes in C++ rest on besides.
    fn key_of_cxx(&self) -> String {
        let cxx = self.toolchain.linking(true);
        let programs =
            cxx.programs().into_iter().map(|program| format!("{program} {}", identity(program)));
        format!("\n{cxx:?}\n{:?}", programs.collect::<Vec<_>>())
    }

    /// The compiler that a probe asks.
    pub fn tools(&self, probe: &Probe) -> &Toolchain {
        self.toolchain.linking(probe.language == ProbeLanguage::Cxx)
    }

    /// Whether a file is as it was.
    pub fn holds(&self, rest: &Rest) -> bool {
        let mut looked_at = self.looked_at.lock().unwrap_or_else(|broken| broken.into_inner());
        looked_at.entry(rest.path.clone()).or_insert_with(|| Rest::now(&rest.path)) == rest
    }

    /// A directory of its own for one try.
    pub fn place(&self) -> std::io::Result<PathBuf> {
        let dir = self.scratch.path().join(self.tried.fetch_add(1, Ordering::Relaxed).to_string());
        std::fs::create_dir(&dir)?;
        Ok(dir)
    }

    /// Where all those directories lie.
    pub fn scratch(&self) -> String {
        self.scratch.path().to_string_lossy().into_owned()
    }

    /// Where a header of this name would be found.
    pub fn header_places(&self, probe: &Probe, header: &str) -> Vec<String> {
        let tools = self.tools(probe);
        let of_language = match probe.language {
            ProbeLanguage::C => &self.flags.c,
            ProbeLanguage::Cxx => &self.flags.cxx,
        };
        let args = self.flags.preprocessed.iter().chain(of_language);
        let args: Vec<String> =
            args.chain(entries(&probe.flags)).chain(&tools.last_args).cloned().collect();
        header_dirs(&args, tools)
            .into_iter()
            .map(|dir| below(self.root, &format!("{dir}/{header}")))
            .collect()
    }

    /// Where a library of this name would be found.
    pub fn library_places(&self, probe: &Probe, name: &str) -> Vec<String> {
        let args = entries(&probe.link).chain(&self.flags.link).chain(&self.toolchain.ldflags);
        let args = Arguments::of(args, &mut KnownAnswers(&ArgumentFiles::default()));
        let files = |dir: String| {
            ["so", "a"].map(|suffix| below(self.root, &format!("{dir}/lib{name}.{suffix}")))
        };
        library_dirs(&[args], self.toolchain).into_iter().flat_map(files).collect()
    }
}

/// The headers that a build writes from what probes answer.
fn written(project: &Project) -> Vec<&str> {
    let headers = project.config_headers.iter().map(|header| header.header.as_str());
    headers.chain(project.autoconf.iter().map(|autoconf| autoconf.header.as_str())).collect()
}

/// The project's flags that stand under no condition, as arguments.
#[derive(Debug)]
pub struct BenchFlags {
    /// For all that is preprocessed.
    pub preprocessed: Vec<String>,
    /// For C.
    pub c: Vec<String>,
    /// For C++.
    pub cxx: Vec<String>,
    /// For the assembler's language.
    pub assembler: Vec<String>,
    /// For links.
    pub link: Vec<String>,
}

impl BenchFlags {
    /// `written` are headers that the build writes: nobody can include them yet.
    fn of(flags: &Flags, written: &[&str]) -> BenchFlags {
        let always = |items: &[Item<String>], prefix: &str| -> Vec<String> {
            let always = items.iter().filter(|item| item.when().is_none()).flat_map(Item::all);
            let (mut found, mut always) = (Vec::new(), always.peekable());
            while let Some(text) = always.next() {
                let is_written = |file: &&String| written.contains(&file.as_str());
                if text == "-include" && always.next_if(is_written).is_some() {
                    continue;
                }
                found.push(format!("{prefix}{text}"));
            }
            found
        };
        BenchFlags {
            preprocessed: [
                always(&flags.includes, "-I"),
                always(&flags.system_includes, "-isystem"),
                always(&flags.defines, "-D"),
                always(&flags.cppflags, ""),
            ]
            .concat(),
            c: always(&flags.cflags, ""),
            cxx: always(&flags.cxxflags, ""),
            assembler: always(&flags.asflags, ""),
            link: always(&flags.ldflags, ""),
        }
    }
}
