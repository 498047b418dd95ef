//! What a compiler driver can do, found out by trying.

use std::path::Path;
use std::time::Duration;

use modpin_engine::{Ended, Processes, RealProcesses, Spawn, Status};

use crate::error::{Error, Result};

/// How long it may take for a file of a line.
const TIMEOUT: Duration = Duration::from_secs(300);

/// A compiler driver, and a directory to try it in.
pub struct Driver<'a> {
    /// The driver, by absolute path.
    pub compiler: &'a str,
    /// Arguments that it always gets.
    pub args: &'a [String],
    /// A directory that is thrown away.
    pub dir: &'a Path,
    /// What it compiles, as after `-x`.
    pub language: &'a str,
}

/// Which compiler a driver is.
pub struct Itself {
    /// `gcc` or `clang`.
    pub kind: String,
    pub version: String,
    /// Where it looks for headers by itself. Directories that are not there stand in front: it does not say where they would.
    pub include_dirs: Vec<String>,
}

/// An object that a driver has made to be tried with.
pub struct ProbeObject {
    pub path: String,
    /// Whether the assembler wrote down what it read.
    pub assembler_depfile: bool,
}

impl ProbeObject {
    /// The number of its machine (`e_machine` in the gABI, "ELF Header"), in either byte order.
    pub fn machine(&self) -> Option<u16> {
        let bytes = std::fs::read(&self.path).ok()?;
        let number = [*bytes.get(18)?, *bytes.get(19)?];
        let is_big = bytes.get(5) == Some(&2);
        let number = if is_big { u16::from_be_bytes(number) } else { u16::from_le_bytes(number) };
        bytes.starts_with(b"\x7fELF").then_some(number)
    }
}

impl Driver<'_> {
    /// What the driver prints for one argument.
    pub fn ask(&self, arg: &str) -> String {
        let ended = self.run(&[arg]);
        let text = ended.map(|ended| String::from_utf8_lossy(&ended.output).trim().to_owned());
        text.unwrap_or_default()
    }

    /// Which compiler it is, its version, and where it looks for headers that no argument tells of. Clang claims to be a gcc,
    /// too, and what `-dumpversion` prints is shortened by some, so the macros that it defines decide.
    pub fn itself(&self) -> Itself {
        let said = self.run(&["-E", "-dM", "-v", "-x", self.language, "/dev/null"]);
        let text = said.map(|ended| String::from_utf8_lossy(&ended.output).into_owned());
        let text = text.unwrap_or_default();
        let value = |name: &str| {
            let values = text.lines().filter_map(|line| line.strip_prefix("#define ")?.split_once(' '));
            values.filter(|(macro_name, _)| *macro_name == name).map(|(_, value)| value).next()
        };
        let is_clang = value("__clang__").is_some();
        let parts = match is_clang {
            true => ["__clang_major__", "__clang_minor__", "__clang_patchlevel__"],
            false => ["__GNUC__", "__GNUC_MINOR__", "__GNUC_PATCHLEVEL__"],
        };
        // Both say so, an indented line each.
        let lines = text.lines().skip_while(|line| !line.starts_with("#include <...>")).skip(1);
        let dirs = lines.map_while(|line| line.strip_prefix(' '));
        let dirs = dirs.filter(|dir| !dir.ends_with(" (framework directory)"));
        let missing =
            text.lines().filter_map(|line| line.strip_prefix("ignoring nonexistent directory \""));
        // What is there by a relative path is not there from where we ask.
        let missing =
            missing.filter_map(|line| line.strip_suffix('"')).filter(|dir| dir.starts_with('/'));
        let dirs = missing.chain(dirs);
        Itself {
            kind: if is_clang { "clang" } else { "gcc" }.to_owned(),
            version: parts.map(|part| value(part).unwrap_or("0")).join("."),
            include_dirs: dirs.map(str::to_owned).collect(),
        }
    }

    /// An object, and whether the assembler behind the driver writes down what it read. Clang assembles by itself, and
    /// does not.
    pub fn object(&self) -> Result<ProbeObject> {
        let source = self.path(if self.language == "c" { "probe.c" } else { "probe.cc" });
        std::fs::write(&source, "int probe(void) { return 1; }\n")
            .map_err(|error| Error::io(&source, "write a probe", error))?;
        let (path, depfile) = (self.path("probe.o"), self.path("probe.s.d"));
        let compile = ["-fPIC", "-c", "-o", &path, &source];
        let by_hand = ["-Xassembler", "--MD", "-Xassembler", &depfile];
        if self.succeeds(&[&compile[..], &by_hand].concat()) {
            let assembler_depfile = std::fs::metadata(&depfile).is_ok();
            return Ok(ProbeObject { path, assembler_depfile });
        }
        match self.run(&compile) {
            Some(ended) if ended.status == Status::Exited(0) => {
                Ok(ProbeObject { path, assembler_depfile: false })
            }
            ended => Err(Error::Toolchain {
                text: format!("{} cannot compile a file of one line", self.compiler),
                help: ended.map_or_else(
                    || "it could not be started".to_owned(),
                    |ended| format!("it said: {}", String::from_utf8_lossy(&ended.output).trim()),
                ),
            }),
        }
    }

    /// The arguments that make it link relocatable objects. Drivers that link position-independent
    /// executables by default, and linkers that relax, want it said in different ways.
    pub fn relocatable(&self, object: &ProbeObject) -> Result<Vec<String>> {
        let ways: [&[&str]; 5] = [
            &["-nostdlib", "-r"],
            &["-nostdlib", "-no-pie", "-r"],
            &["-nostdlib", "-Wl,-r"],
            &["-nostdlib", "-no-pie", "-Wl,-r"],
            &["-nostdlib", "-no-pie", "-r", "-Wl,--no-relax"],
        ];
        for way in ways {
            let output = self.path("probe.mo");
            let args = [way, &["-o", &output, &object.path]].concat();
            let linked = self.succeeds(&args) && self.is_relocatable(&output);
            if linked {
                return Ok(way.iter().map(|&arg| arg.to_owned()).collect());
            }
        }
        Err(Error::Toolchain {
            text: format!("{} cannot link relocatable objects", self.compiler),
            help: "modules are linked with -r first (see ld(1)); use another linker, for example LDFLAGS=-fuse-ld=bfd"
                .into(),
        })
    }

    /// Whether the linker writes down what it read; and where it looks for libraries by itself, which GNU ld says in its
    /// script: `SEARCH_DIR("=/usr/local/lib")`, where `=` stands for the root of the system.
    pub fn link_depfile(&self, object: &ProbeObject) -> (bool, Vec<String>) {
        let depfile = self.path("probe.d");
        let flag = format!("-Wl,--dependency-file={depfile}");
        let args = ["-shared", "-fPIC", "-o", &self.path("probe.so"), &object.path, &flag];
        let linked = |more: &[&str]| self.run(&[&args[..], more].concat());
        let verbose = linked(&["-Wl,--verbose"]).filter(|ended| ended.status == Status::Exited(0));
        let ended = verbose.or_else(|| linked(&[]));
        let said = ended.map(|ended| String::from_utf8_lossy(&ended.output).into_owned());
        let said = said.unwrap_or_default();
        let dirs = said.split("SEARCH_DIR(\"").skip(1).filter_map(|rest| rest.split('"').next());
        let dirs = dirs.map(|dir| dir.trim_start_matches('='));
        let real = |dir: &str| std::fs::canonicalize(dir).ok()?.into_os_string().into_string().ok();
        let dirs = dirs.map(|dir| real(dir).unwrap_or_else(|| dir.to_owned()));
        (std::fs::metadata(&depfile).is_ok(), dirs.collect())
    }

    /// Where libraries are looked for, and what gcc calls the directory of its own version (see [`Toolchain`](super::Toolchain)).
    pub fn search_dirs(&self) -> (Vec<String>, String) {
        let text = self.ask("-print-search-dirs");
        let line = text.lines().find_map(|line| line.strip_prefix("libraries: ="));
        let own = text.lines().find_map(|line| line.strip_prefix("install: "));
        let own = own.and_then(|own| own.trim_end_matches('/').rsplit_once("/gcc/"));
        let version_dir = own.map(|(_, own)| own.to_owned()).unwrap_or_default();
        let mut dirs = Vec::new();
        for dir in line.unwrap_or_default().split(':') {
            // `..` in these goes through real directories, so the short form is the same place.
            let dir = std::fs::canonicalize(dir).map(|dir| dir.to_string_lossy().into_owned());
            dirs.extend(dir.ok().filter(|dir| !dirs.contains(dir)));
        }
        (dirs, version_dir)
    }

    fn is_relocatable(&self, path: &str) -> bool {
        // ET_REL, in either byte order (the gABI, "ELF Header").
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.starts_with(b"\x7fELF") && matches!(bytes.get(16..18), Some([1, 0] | [0, 1]))
    }

    fn succeeds(&self, args: &[&str]) -> bool {
        self.run(args).is_some_and(|ended| ended.status == Status::Exited(0))
    }

    fn run(&self, args: &[&str]) -> Option<Ended> {
        let args = self.args.iter().map(String::as_str).chain(args.iter().copied());
        let spawn = Spawn {
            program: self.compiler.to_owned(),
            args: args.map(str::to_owned).collect(),
            env: vec![("LC_ALL".into(), Some("C".into()))],
            dir: self.dir.to_string_lossy().into_owned(),
            // With one, it does not outlive us.
            limit: Some(TIMEOUT),
            ..Spawn::default()
        };
        RealProcesses::new().run(&spawn).ok()
    }

    fn path(&self, name: &str) -> String {
        self.dir.join(name).to_string_lossy().into_owned()
    }
}
