//! A toolchain is found: the cc crate names the compiler, the compiler names the programs behind it. The only file that calls
//! cc.

use std::collections::BTreeMap;
use std::path::Path;

use modpin_project::Resolved;

use super::driver::Driver;
use super::environment::{compile_env, link_env};
use super::{Request, Toolchain, remembered};
use crate::error::{Error, Result};

impl Toolchain {
    /// Asks the compiler that the cc crate finds (`CC`, `CC_<target>`, `CFLAGS`, `CROSS_COMPILE`, …), or
    /// remembers its answer as long as neither the environment nor the compiler changed.
    ///
    /// # Errors
    /// [`Error::Toolchain`] when there is no compiler, or it cannot do what a build needs.
    pub fn detect(request: &Request) -> Result<Toolchain> {
        if let Some(toolchain) = remembered::recall(request) {
            return Ok(toolchain);
        }
        let toolchain = ask(request, "c")?;
        remembered::remember(request, &toolchain)?;
        Ok(toolchain)
    }

    /// Asks for the C++ compiler (`CXX`, `CXX_<target>`, `CXXFLAGS`, …), if the project has something for it and nobody has
    /// asked yet. Many machines have none.
    ///
    /// # Errors
    /// As [`Toolchain::detect`].
    pub fn find_cxx(&mut self, request: &Request, resolved: &Resolved) -> Result<()> {
        if self.cxx.is_none() && resolved.has_cxx() {
            self.cxx = Some(Box::new(ask(request, "c++")?));
            remembered::remember(request, self)?;
        }
        Ok(())
    }
}

/// `language` as after `-x`.
fn ask(request: &Request, language: &'static str) -> Result<Toolchain> {
    let scratch = tempfile::tempdir()
        .map_err(|source| Error::io(std::env::temp_dir(), "make a directory for probes", source))?;
    let is_cxx = language == "c++";
    let Asked { launcher, compiler, first_args, last_args } = ask_cc(request, is_cxx, scratch.path())?;
    let find = |name: String| {
        find_program(&name).ok_or_else(|| no_compiler(is_cxx, &format!("{name} is not to be found")))
    };
    let (launcher, compiler) = (launcher.map(find).transpose()?, find(compiler)?);
    let driver = Driver { compiler: &compiler, args: &first_args, dir: scratch.path(), language };
    let programs = |names: &[&str]| -> Vec<String> {
        let behind = names
            .iter()
            .filter_map(|name| find_program(&driver.ask(&format!("-print-prog-name={name}"))));
        launcher.iter().chain([&compiler]).cloned().chain(behind).collect()
    };
    let (link_depfile, linker_dirs) = driver.link_depfile();
    let (kind, version) = driver.version();
    Ok(Toolchain {
        kind,
        version,
        compile_tools: programs(&[if is_cxx { "cc1plus" } else { "cc1" }, "as"]),
        link_tools: programs(&["collect2", "ld"]),
        linkers: linkers(),
        ldflags: words_of("LDFLAGS"),
        relocatable: driver.relocatable()?,
        link_depfile,
        assembler_depfile: driver.assembler_depfile(),
        include_dirs: driver.include_dirs(),
        library_dirs: driver.library_dirs(),
        linker_dirs,
        launcher,
        compiler,
        first_args,
        last_args,
        compile_env: compile_env(is_cxx),
        link_env: link_env(),
        cxx: None,
    })
}

/// What the cc crate says.
struct Asked {
    launcher: Option<String>,
    compiler: String,
    first_args: Vec<String>,
    last_args: Vec<String>,
}

/// The compiler with its arguments, cut where a target's own belong: before what `CFLAGS` says.
fn ask_cc(request: &Request, is_cxx: bool, scratch: &Path) -> Result<Asked> {
    const HERE: &str = "-Dmodpin_arguments_of_a_target_belong_here";
    let host = host_triple();
    let target = request.target.as_deref().unwrap_or(&host);
    let tool = cc::Build::new()
        .cpp(is_cxx)
        .target(target)
        .host(&host)
        .opt_level_str(&request.tuning.opt_level)
        .debug(request.tuning.debug)
        .pic(false)
        .flag(HERE)
        .out_dir(scratch)
        .cargo_metadata(false)
        .cargo_warnings(false)
        .inherit_rustflags(false)
        .try_get_compiler()
        .map_err(|error| no_compiler(is_cxx, &format!("for {target}: {error}")))?;
    if !tool.is_like_gnu() && !tool.is_like_clang() {
        return Err(Error::Toolchain {
            text: format!("{} is neither gcc nor clang", tool.path().display()),
            help: format!("name one of these in the environment variable {}", variable(is_cxx)),
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

fn no_compiler(is_cxx: bool, why: &str) -> Error {
    let (language, names) = if is_cxx { ("C++", "g++ or clang++") } else { ("C", "gcc or clang") };
    Error::Toolchain {
        text: format!("no {language} compiler: {why}"),
        help: format!("install {names}, or name one in the environment variable {}", variable(is_cxx)),
    }
}

fn variable(is_cxx: bool) -> &'static str {
    if is_cxx { "CXX" } else { "CC" }
}

/// The linkers that gcc and clang know by name.
fn linkers() -> BTreeMap<String, String> {
    let names = [("bfd", "ld.bfd"), ("gold", "ld.gold"), ("lld", "ld.lld"), ("mold", "ld.mold")];
    let found =
        names.into_iter().filter_map(|(name, program)| Some((name.into(), find_program(program)?)));
    found.collect()
}

/// A program as the system would find it.
pub fn find_program(name: &str) -> Option<String> {
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
