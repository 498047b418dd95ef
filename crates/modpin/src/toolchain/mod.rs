//! What this machine has to compile and link with, asked once and remembered. The only file that calls
//! cc. Knows no target of a project.

mod driver;
mod response_file;

pub use response_file::response_text;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use modpin_project::{LookedUp, Problem, Resolved};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// For what a toolchain is wanted.
#[derive(Clone, Debug)]
pub struct Request {
    /// The target triple; `None` is this machine's own.
    pub target: Option<String>,
    /// Optimised, or for debugging.
    pub release: bool,
    /// The root of the checkout: its path is kept out of what is built.
    pub root: PathBuf,
    /// A file for the answer, so that the compiler need not be asked again.
    pub cache: PathBuf,
}

/// A compiler with its linker, and how to talk to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Toolchain {
    /// The compiler driver, by absolute path.
    pub compiler: String,
    /// A launcher in front of it (`CC="ccache gcc"`), by absolute path.
    pub launcher: Option<String>,
    /// Arguments of every compilation that come first.
    pub first_args: Vec<String>,
    /// Arguments that come after the target's own: what the user's environment asks for (`CFLAGS`).
    pub last_args: Vec<String>,
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
    /// Where the compiler looks for headers of the system, in order.
    pub include_dirs: Vec<String>,
    /// Where the compiler finds libraries, in order.
    pub library_dirs: Vec<String>,
}

/// Variables that compilers and linkers obey without being told.
const OBEYED: [&str; 3] = ["COMPILER_PATH", "GCC_EXEC_PREFIX", "SOURCE_DATE_EPOCH"];

/// The same, when they compile.
const OBEYED_BY_COMPILERS: [&str; 3] = ["CPATH", "C_INCLUDE_PATH", "GCC_COMPARE_DEBUG"];

/// The same, when they link (gcc's manual, "Environment Variables"; ld's, "Environment Variables").
const OBEYED_BY_LINKERS: [&str; 4] = ["LIBRARY_PATH", "LD_RUN_PATH", "GNUTARGET", "LDEMULATION"];

#[derive(Serialize, Deserialize)]
struct Remembered {
    asked: String,
    toolchain: Toolchain,
}

impl Toolchain {
    /// Asks the compiler that the cc crate finds (`CC`, `CC_<target>`, `CFLAGS`, `CROSS_COMPILE`, …), or
    /// remembers its answer as long as neither the environment nor the compiler changed.
    ///
    /// # Errors
    /// [`Error::Toolchain`] when there is no compiler, or it cannot do what a build needs.
    pub fn detect(request: &Request) -> Result<Toolchain> {
        let remembered = std::fs::read(&request.cache).ok();
        let remembered = remembered.and_then(|text| serde_json::from_slice::<Remembered>(&text).ok());
        if let Some(Remembered { asked, toolchain }) = remembered
            && asked == question(request, &toolchain.programs())
        {
            return Ok(toolchain);
        }
        let toolchain = ask(request)?;
        let asked = question(request, &toolchain.programs());
        remember(&request.cache, &Remembered { asked, toolchain: toolchain.clone() })?;
        Ok(toolchain)
    }

    /// Puts paths in the place of archives that were declared as `-lNAME`, and adds what the records beside archives say
    /// that these need.
    ///
    /// # Errors
    /// [`Error::Declaration`] for archives that are not there and for records that cannot be followed.
    pub fn find_archives(&self, resolved: &mut Resolved) -> Result<()> {
        let mut problems = Vec::new();
        let looked_up = RefCell::new(std::mem::take(&mut resolved.looked_up));
        for library in &mut resolved.libraries {
            let Some(archive) = &library.archive else { continue };
            match self.find_archive(archive, &resolved.root, &mut looked_up.borrow_mut()) {
                Some(path) => library.archive = Some(path),
                None => problems.push(Problem::new(
                    format!("library {:?}: there is no archive {archive}", library.name),
                    format!(
                        "install its development package, or correct the path; looked in {}",
                        self.library_dirs.join(", ")
                    ),
                )),
            }
        }
        if problems.is_empty() {
            let find = |file: &str| self.find_file(file, &mut looked_up.borrow_mut());
            problems = modpin_project::follow_records(resolved, find);
        }
        let LookedUp { there, missing } = looked_up.into_inner();
        resolved.looked_up.there.extend(there);
        resolved.looked_up.missing.extend(missing);
        if problems.is_empty() { Ok(()) } else { Err(Error::Declaration(problems)) }
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

    /// The program in front of a command line, and what follows it.
    pub fn driver(&self) -> (String, Option<String>) {
        match &self.launcher {
            Some(launcher) => (launcher.clone(), Some(self.compiler.clone())),
            None => (self.compiler.clone(), None),
        }
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

    /// Every program that was asked or found.
    pub fn programs(&self) -> Vec<&str> {
        let all = self.compile_tools.iter().chain(&self.link_tools).chain(self.linkers.values());
        all.map(String::as_str).collect()
    }
}

/// Everything that decides the answer.
fn question(request: &Request, programs: &[&str]) -> String {
    let mut text = format!("4 {:?} {} {}\n", request.target, request.release, request.root.display());
    text += &environment();
    for program in programs {
        text += &format!("{program} {}\n", identity(program));
    }
    text
}

/// The part of the environment that decides what a toolchain is and does.
pub fn environment() -> String {
    let mut text = String::new();
    let asked = |name: &str| {
        let prefixes =
            ["CC", "CFLAGS", "CROSS_COMPILE", "LDFLAGS", "TARGET_", "HOST_", "PATH", "SDKROOT"];
        let mut obeyed = OBEYED.iter().chain(&OBEYED_BY_COMPILERS).chain(&OBEYED_BY_LINKERS);
        prefixes.iter().any(|prefix| name.starts_with(prefix)) || obeyed.any(|obeyed| *obeyed == name)
    };
    let mut variables: Vec<_> = std::env::vars_os().collect();
    variables.sort();
    for (name, value) in variables {
        if asked(&name.to_string_lossy()) {
            text += &format!("{name:?}={value:?}\n");
        }
    }
    text
}

/// Differs when a program was replaced, even by one of the same size and time: no program can set the change time.
fn identity(program: &str) -> String {
    let Ok(found) = std::fs::metadata(program) else { return "gone".to_owned() };
    let (size, inode) = (found.len(), found.ino());
    let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()];
    format!("{size} {inode} {times:?}")
}

/// How the name of an answer begins that is not written to its end.
pub(crate) const UNFINISHED: &str = ".toolchain-";

fn remember(cache: &Path, remembered: &Remembered) -> Result<()> {
    let io = |source| Error::io(cache, "remember the toolchain", source);
    let text = serde_json::to_vec_pretty(remembered).map_err(|error| io(error.into()))?;
    let dir = cache.parent().unwrap_or(Path::new("."));
    let write = || {
        std::fs::create_dir_all(dir)?;
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(dir)?;
        std::io::Write::write_all(&mut file, &text)?;
        file.persist(cache).map_err(|error| error.error).map(drop)
    };
    match write() {
        // Whoever cleans the directory does so without asking us, and without its answer a build goes on.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        written => written.map_err(io),
    }
}

fn ask(request: &Request) -> Result<Toolchain> {
    let scratch = tempfile::tempdir()
        .map_err(|source| Error::io(std::env::temp_dir(), "make a directory for probes", source))?;
    let Asked { launcher, compiler, first_args, last_args } = ask_cc(request, scratch.path())?;
    let find = |name: String| {
        find_program(&name).ok_or_else(|| no_compiler(&format!("{name} is not to be found")))
    };
    let (launcher, compiler) = (launcher.map(find).transpose()?, find(compiler)?);
    let driver = driver::Driver { compiler: &compiler, args: &first_args, dir: scratch.path() };
    let programs = |names: &[&str]| -> Vec<String> {
        let behind = names
            .iter()
            .filter_map(|name| find_program(&driver.ask(&format!("-print-prog-name={name}"))));
        launcher.iter().chain([&compiler]).cloned().chain(behind).collect()
    };
    Ok(Toolchain {
        compile_tools: programs(&["cc1", "as"]),
        link_tools: programs(&["collect2", "ld"]),
        linkers: linkers(),
        ldflags: words_of("LDFLAGS"),
        relocatable: driver.relocatable()?,
        link_depfile: driver.link_depfile(),
        include_dirs: driver.include_dirs(),
        library_dirs: driver.library_dirs(),
        launcher,
        compiler,
        first_args,
        last_args,
        compile_env: environment_of(&OBEYED_BY_COMPILERS),
        link_env: environment_of(&OBEYED_BY_LINKERS),
    })
}

/// What a command's environment must be: the language of messages, and what it obeys, as it is.
fn environment_of(obeyed: &[&str]) -> Vec<(String, Option<String>)> {
    let set = OBEYED.iter().chain(obeyed).filter_map(|&name| Some((name, std::env::var(name).ok()?)));
    let all = [("LC_ALL", "C".to_owned())].into_iter().chain(set);
    all.map(|(name, value)| (name.to_owned(), Some(value))).collect()
}

/// What the cc crate says.
struct Asked {
    launcher: Option<String>,
    compiler: String,
    first_args: Vec<String>,
    last_args: Vec<String>,
}

/// The compiler with its arguments, cut where a target's own belong: before what `CFLAGS` says.
fn ask_cc(request: &Request, scratch: &Path) -> Result<Asked> {
    const HERE: &str = "-Dmodpin_arguments_of_a_target_belong_here";
    let host = host_triple();
    let target = request.target.as_deref().unwrap_or(&host);
    let tool = cc::Build::new()
        .target(target)
        .host(&host)
        .opt_level(if request.release { 3 } else { 0 })
        .debug(!request.release)
        .pic(false)
        .flag(HERE)
        .out_dir(scratch)
        .cargo_metadata(false)
        .cargo_warnings(false)
        .inherit_rustflags(false)
        .try_get_compiler()
        .map_err(|error| no_compiler(&format!("for {target}: {error}")))?;
    if !tool.is_like_gnu() && !tool.is_like_clang() {
        return Err(Error::Toolchain {
            text: format!("{} is neither gcc nor clang", tool.path().display()),
            help: "name one of these in the environment variable CC".into(),
        });
    }
    let command = tool.to_command();
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let mut words = words.map(|word| word.to_string_lossy().into_owned());
    let launcher = if tool.cc_env().is_empty() { None } else { words.next() };
    let compiler = words.next().unwrap_or_default();
    let mut first_args: Vec<String> = words.by_ref().take_while(|word| word != HERE).collect();
    // Which warnings a project wants is its own business.
    first_args.retain(|arg| arg != "-Wall" && arg != "-Wextra");
    // What is built must not tell where: two checkouts give the same bytes.
    first_args.push(format!("-ffile-prefix-map={}=.", request.root.display()));
    Ok(Asked { launcher, compiler, first_args, last_args: words.collect() })
}

fn no_compiler(why: &str) -> Error {
    Error::Toolchain {
        text: format!("no C compiler: {why}"),
        help: "install gcc or clang, or name one in the environment variable CC".into(),
    }
}

/// The linkers that gcc and clang know by name.
fn linkers() -> BTreeMap<String, String> {
    let names = [("bfd", "ld.bfd"), ("gold", "ld.gold"), ("lld", "ld.lld"), ("mold", "ld.mold")];
    let found =
        names.into_iter().filter_map(|(name, program)| Some((name.into(), find_program(program)?)));
    found.collect()
}

/// A program as the system would find it.
fn find_program(name: &str) -> Option<String> {
    let usable = |path: &Path| path.is_file().then(|| path.to_string_lossy().into_owned());
    if name.contains('/') {
        return usable(&std::path::absolute(name).ok()?);
    }
    std::env::split_paths(&std::env::var_os("PATH")?).find_map(|dir| usable(&dir.join(name)))
}

fn words_of(variable: &str) -> Vec<String> {
    let text = std::env::var(variable).unwrap_or_default();
    text.split_whitespace().map(str::to_owned).collect()
}

/// This machine's own triple, as far as the cc crate needs it.
fn host_triple() -> String {
    let libc = if cfg!(target_env = "musl") { "musl" } else { "gnu" };
    format!("{}-unknown-linux-{libc}", std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn toolchain(launcher: Option<&str>) -> Toolchain {
        Toolchain {
            compiler: "/bin/gcc".into(),
            launcher: launcher.map(str::to_owned),
            first_args: vec![],
            last_args: vec![],
            compile_env: vec![],
            link_env: vec![],
            compile_tools: vec![],
            link_tools: vec![],
            linkers: BTreeMap::new(),
            ldflags: vec![],
            relocatable: vec![],
            link_depfile: false,
            include_dirs: vec![],
            library_dirs: vec![],
        }
    }

    #[test]
    fn a_launcher_stands_before_the_compiler() {
        let driver = |launcher| {
            let (program, compiler) = toolchain(launcher).driver();
            [Some(program), compiler].into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(driver(None), "/bin/gcc");
        assert_eq!(driver(Some("/bin/ccache")), "/bin/ccache /bin/gcc");
    }
}
