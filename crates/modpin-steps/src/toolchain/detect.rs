//! A toolchain is found: the cc crate names the compiler, the compiler names the programs behind it. The only file that calls
//! cc.

use std::collections::BTreeMap;
use std::path::Path;

use modpin_project::{ProbeLanguage, Project, Resolved, Target, nearest};

use super::build_machine::{NamedByEnvironment, NamedCompiler};
use super::driver::{Driver, Itself};
use super::environment::{compile_env, link_env};
use super::machine::{Machine, NUMBERS};
use super::search_path::{find_program, is_program, places};
use super::{Request, Runner, Toolchain, remembered, stands_aside};
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
        let toolchain = remembered::once(request, || ask(request, "c", CompilesFor::Target))?;
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
            self.cxx = Some(Box::new(ask(request, "c++", CompilesFor::Target)?));
            remembered::remember(request, self)?;
        }
        if let (Some(tools), Some(code)) = (&mut self.build_machine, &resolved.build_machine)
            && tools.cxx.is_none()
            && code.has_cxx()
        {
            tools.cxx = Some(Box::new(ask(request, "c++", CompilesFor::BuildMachine)?));
            remembered::remember(request, self)?;
        }
        Ok(())
    }

    /// Asks for the compilers that a declaration names before anything is looked up: that of the build machine (`HOSTCC`, `HOST_CC`,
    /// …) for host programs, those of C++ for probes in C++.
    ///
    /// # Errors
    /// As [`Toolchain::detect`].
    pub fn find_declared(&mut self, request: &Request, project: &Project) -> Result<()> {
        let is_program = |target: &Target| matches!(target, Target::HostProgram(_));
        if self.build_machine.is_none() && project.targets.iter().any(is_program) {
            self.build_machine = Some(Box::new(ask(request, "c", CompilesFor::BuildMachine)?));
            remembered::remember(request, self)?;
        }
        if project.probes.iter().any(|probe| probe.language == ProbeLanguage::Cxx) {
            if self.cxx.is_none() {
                self.cxx = Some(Box::new(ask(request, "c++", CompilesFor::Target)?));
                remembered::remember(request, self)?;
            }
            if let Some(tools) = self.build_machine.as_mut().filter(|tools| tools.cxx.is_none()) {
                tools.cxx = Some(Box::new(ask(request, "c++", CompilesFor::BuildMachine)?));
                remembered::remember(request, self)?;
            }
        }
        Ok(())
    }
}

impl Request {
    /// Whether another machine is built for than the one that builds.
    pub fn is_cross(&self) -> bool {
        self.target.as_ref().is_some_and(|target| *target != host_triple())
    }
}

/// For which machine a compiler is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CompilesFor {
    /// The one that is built for.
    Target,
    /// The one that builds.
    BuildMachine,
}

/// `language` as after `-x`.
fn ask(request: &Request, language: &'static str, machine: CompilesFor) -> Result<Toolchain> {
    let scratch = tempfile::tempdir()
        .map_err(|source| Error::io(std::env::temp_dir(), "make a directory for probes", source))?;
    let is_cxx = language == "c++";
    let host = host_triple();
    let wanted = WantedCompiler { is_cxx, machine, scratch: scratch.path() };
    let mut cppflags = Vec::new();
    let (asked, ldflags, target) = match machine {
        CompilesFor::Target => {
            request.target.as_deref().map_or(Ok(()), known_target)?;
            // As make and autoconf do; the cc crate knows no such variable.
            cppflags = words_of("CPPFLAGS");
            (ask_cc(request, &wanted, None)?, words_of("LDFLAGS"), request.target.clone())
        }
        CompilesFor::BuildMachine => {
            let NamedByEnvironment { compiler, flags, ldflags } =
                NamedByEnvironment::read(is_cxx, &host, request.is_cross());
            let request = Request { target: None, ..request.clone() };
            (Asked { last_args: flags, ..ask_cc(&request, &wanted, compiler)? }, ldflags, None)
        }
    };
    let Asked { launcher, compiler, first_args, last_args } = asked;
    let mut names = LINKERS.map(|(_, program)| program.to_owned()).to_vec();
    names.extend(launcher.iter().chain([&compiler]).cloned());
    let find = |name: String| {
        let why = format!("{name} is not to be found");
        find_program(&name).ok_or_else(|| no_compiler(&wanted, &why))
    };
    let launcher = match &request.launcher {
        Some(named) => Some(find_program(named).ok_or_else(|| no_launcher(named))?),
        None => launcher.map(find).transpose()?,
    };
    let compiler = find(compiler)?;
    let driver = Driver { compiler: &compiler, args: &first_args, dir: scratch.path(), language };
    let mut programs = |asked: &[&str]| -> Vec<String> {
        let behind = asked.iter().map(|name| driver.ask(&format!("-print-prog-name={name}")));
        let behind: Vec<String> = behind.collect();
        names.extend_from_slice(&behind);
        let named = program_places(&request.root, asked);
        let named = named.into_iter().filter(|path| is_program(Path::new(path)));
        let behind: Vec<String> =
            behind.iter().filter_map(|name| find_program(name)).chain(named).collect();
        let tool = launcher.iter().filter(|launcher| !stands_aside(launcher));
        tool.chain([&compiler]).cloned().chain(behind).collect()
    };
    let Itself { kind, version, include_dirs } = driver.itself();
    let object = driver.object()?;
    if let Some(triple) = &target {
        right_machine(triple, &compiler, object.machine())?;
    }
    let compile_tools = programs(&[if is_cxx { "cc1plus" } else { "cc1" }, "as"]);
    let link_tools = programs(&["collect2", "ld"]);
    let (link_depfile, linker_dirs) = driver.link_depfile(&object);
    let library_dirs = driver.library_dirs();
    let runner = Runner::of(target.as_deref(), &library_dirs);
    Ok(Toolchain {
        kind,
        version,
        compile_tools,
        link_tools,
        earlier: earlier(&request.root, &names),
        linkers: linkers(),
        ldflags,
        relocatable: driver.relocatable(&object)?,
        link_depfile,
        assembler_depfile: object.assembler_depfile,
        include_dirs,
        library_dirs,
        linker_dirs,
        launcher,
        compiler,
        first_args,
        cppflags: cppflags.len(),
        last_args: [cppflags, last_args].concat(),
        compile_env: compile_env(is_cxx),
        link_env: link_env(),
        runner,
        cxx: None,
        build_machine: None,
    })
}

/// Where `COMPILER_PATH` has the driver look for programs behind it, before its own directories.
fn program_places(root: &Path, names: &[&str]) -> Vec<String> {
    let dirs = std::env::var_os("COMPILER_PATH");
    let dirs = dirs.iter().flat_map(std::env::split_paths).map(|dir| root.join(dir));
    let places = dirs.flat_map(|dir| names.iter().map(move |name| dir.join(name)));
    places.map(|place| place.to_string_lossy().into_owned()).collect()
}

/// Where programs are not, and would be found instead of where they are.
fn earlier(root: &Path, names: &[String]) -> Vec<String> {
    let on_path = names.iter().filter(|name| !name.contains('/')).flat_map(|name| places(name).0);
    let on_path = on_path.filter_map(|place| place.into_os_string().into_string().ok());
    let named = program_places(root, &["cc1", "cc1plus", "as", "collect2", "ld"]);
    let mut found: Vec<String> =
        on_path.chain(named.into_iter().filter(|path| !is_program(Path::new(path)))).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// A triple that is mistyped is no reason to ask for a compiler: this machine's own might be found for it.
fn known_target(triple: &str) -> Result<()> {
    let is_linux = triple.split('-').skip(1).any(|part| part == "linux" || part.starts_with("android"));
    let (cpu, rest) = triple.split_once('-').unwrap_or((triple, ""));
    let is_known = Machine::of(triple).number().is_some();
    let meant_cpu =
        if is_known { Some(cpu) } else { nearest(cpu, NUMBERS.iter().map(|(arch, _)| *arch)) };
    // Vendors have any names, but not one that is nearly the usual one.
    let words = ["unknown", "linux", "android", "gnu", "musl"];
    let slip = |part: &str| nearest(part, words).filter(|word| !part.starts_with(word));
    let parts: Vec<&str> = rest.split('-').map(|part| slip(part).unwrap_or(part)).collect();
    let meant = meant_cpu.map(|cpu| format!("{cpu}-{}", parts.join("-")));
    if is_linux && is_known && meant.as_deref() == Some(triple) {
        return Ok(());
    }
    let text = format!("{triple:?} is no target that modpin builds for");
    let meant = meant.filter(|meant| meant != triple && meant.contains("-linux"));
    let help = match meant {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => {
            "it builds for Linux and Android; `rustc --print target-list` lists how targets are written"
                .to_owned()
        }
    };
    Err(Error::Toolchain { text, help })
}

/// Where nobody has installed a compiler for a target, this machine's own may be found. `made` is the machine of an object.
fn right_machine(triple: &str, compiler: &str, made: Option<u16>) -> Result<()> {
    // What some compilers make for LTO is no ELF file; and one that is called after a machine was meant.
    let is_meant = compiler.rsplit('/').next().is_some_and(|name| name.contains('-'));
    if is_meant || made.is_none() || Machine::of(triple).number() == made {
        return Ok(());
    }
    let arch =
        NUMBERS.iter().find(|(_, number)| Some(*number) == made).map_or("another", |(arch, _)| *arch);
    Err(Error::Toolchain {
        text: format!("{compiler} compiles for machine {arch}, and the target is {triple:?}"),
        help: format!(
            "name the compiler for it in the environment variable CC_{}",
            triple.replace('-', "_")
        ),
    })
}

/// What the cc crate says.
struct Asked {
    launcher: Option<String>,
    compiler: String,
    first_args: Vec<String>,
    last_args: Vec<String>,
}

/// Which compiler is wanted.
struct WantedCompiler<'a> {
    is_cxx: bool,
    machine: CompilesFor,
    /// A directory that is thrown away.
    scratch: &'a Path,
}

/// The compiler with its arguments, cut where a target's own belong: before what `CFLAGS` says. One that is named takes the
/// place of what cc finds in the environment.
fn ask_cc(
    request: &Request,
    wanted: &WantedCompiler<'_>,
    named: Option<NamedCompiler>,
) -> Result<Asked> {
    const HERE: &str = "-Dmodpin_arguments_of_a_target_belong_here";
    let host = host_triple();
    let target = request.target.as_deref().unwrap_or(&host);
    let mut build = cc::Build::new();
    if let Some(NamedCompiler { compiler, .. }) = &named {
        build.compiler(compiler);
    }
    if wanted.machine == CompilesFor::BuildMachine {
        // Whether the compiler can do it is tried with the target's flags.
        build.force_frame_pointer(false);
    }
    let tool = build
        .cpp(wanted.is_cxx)
        .target(target)
        .host(&host)
        .opt_level_str(&request.tuning.opt_level)
        .debug(request.tuning.debug)
        .pic(false)
        .flag(HERE)
        .out_dir(wanted.scratch)
        .cargo_metadata(false)
        .cargo_warnings(false)
        .inherit_rustflags(false)
        .try_get_compiler()
        .map_err(|error| no_compiler(wanted, &format!("for {target}: {error}")))?;
    if !tool.is_like_gnu() && !tool.is_like_clang() {
        return Err(Error::Toolchain {
            text: format!("{} is neither gcc nor clang", tool.path().display()),
            help: format!("name one of these in the environment variable {}", wanted.variable()),
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
    first_args.push(request.path_map());
    let NamedCompiler { launcher: named_launcher, args, .. } = named.unwrap_or_default();
    let (launcher, first_args) = (launcher.or(named_launcher), [args, first_args].concat());
    Ok(Asked { launcher, compiler, first_args, last_args: words.collect() })
}

fn no_compiler(wanted: &WantedCompiler<'_>, why: &str) -> Error {
    let (language, names) =
        if wanted.is_cxx { ("C++", "g++ or clang++") } else { ("C", "gcc or clang") };
    Error::Toolchain {
        text: format!("no {language} compiler: {why}"),
        help: format!("install {names}, or name one in the environment variable {}", wanted.variable()),
    }
}

fn no_launcher(named: &str) -> Error {
    Error::Toolchain {
        text: format!("the launcher {named} is not to be found"),
        help: "install it, name it by its path, or leave --launcher out".to_owned(),
    }
}

impl WantedCompiler<'_> {
    /// The variable of the environment that names one.
    fn variable(&self) -> &'static str {
        match (self.machine, self.is_cxx) {
            (CompilesFor::Target, false) => "CC",
            (CompilesFor::Target, true) => "CXX",
            (CompilesFor::BuildMachine, false) => "HOSTCC",
            (CompilesFor::BuildMachine, true) => "HOSTCXX",
        }
    }
}

const LINKERS: [(&str, &str); 4] =
    [("bfd", "ld.bfd"), ("gold", "ld.gold"), ("lld", "ld.lld"), ("mold", "ld.mold")];

/// The linkers that gcc and clang know by name.
fn linkers() -> BTreeMap<String, String> {
    let found =
        LINKERS.into_iter().filter_map(|(name, program)| Some((name.into(), find_program(program)?)));
    found.collect()
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
    use expect_test::{Expect, expect};

    use super::*;

    fn check(result: Result<()>, expected: Expect) {
        expected.assert_eq(&result.map_or_else(|error| error.to_string(), |()| "ok".to_owned()));
    }

    #[test]
    fn targets_are_known_and_compilers_make_them() {
        for triple in ["x86_64-unknown-linux-musl", "aarch64-linux-android", "armv7-poky-linux-gnueabi"]
        {
            check(known_target(triple), expect!["ok"]);
        }
        check(
            known_target("aarch46-unknown-linux-gnu"),
            expect![[r#"
                "aarch46-unknown-linux-gnu" is no target that modpin builds for
                  help: did you mean "aarch64-unknown-linux-gnu"?"#]],
        );
        for (triple, meant) in [
            ("x86_64-unkown-linux-gnu", "x86_64-unknown-linux-gnu"),
            ("arm-unknown-linx-gnueabihf", "arm-unknown-linux-gnueabihf"),
            ("x86_64-linux-gun", "x86_64-linux-gnu"),
        ] {
            let said = known_target(triple).unwrap_err().to_string();
            assert!(said.contains(&format!("did you mean {meant:?}?")), "{said}");
        }
        check(
            known_target("x86_64-pc-windows-gnu"),
            expect![[r#"
                "x86_64-pc-windows-gnu" is no target that modpin builds for
                  help: it builds for Linux and Android; `rustc --print target-list` lists how targets are written"#]],
        );
        check(
            right_machine("s390x-unknown-linux-gnu", "/usr/bin/cc", Some(62)),
            expect![[r#"
                /usr/bin/cc compiles for machine x86_64, and the target is "s390x-unknown-linux-gnu"
                  help: name the compiler for it in the environment variable CC_s390x_unknown_linux_gnu"#]],
        );
        check(right_machine("s390x-unknown-linux-gnu", "/usr/bin/cc", Some(22)), expect!["ok"]);
        check(right_machine("s390x-unknown-linux-gnu", "/usr/bin/clang", None), expect!["ok"]);
        check(
            right_machine("s390x-unknown-linux-gnu", "/bin/s390x-linux-gnu-gcc", Some(62)),
            expect!["ok"],
        );
    }
}
