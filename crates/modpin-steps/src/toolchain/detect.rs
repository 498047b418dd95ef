//! A toolchain is found: the environment names the compiler, the compiler names the programs behind it.

use std::path::Path;

use modpin_project::{ProbeLanguage, Project, Resolved, Target};

use super::cc_crate::{CompilerCall, CompilesFor, NamedTool, WantedCompiler};
use super::driver::{Driver, Itself};
use super::environment::{compile_env, link_env};
use super::known_target::right_machine;
use super::linkers::{LINKERS, linkers};
use super::search_path::{earlier, find_program, is_program, program_places};
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
        if resolved.has_cxx() {
            self.ask_for_cxx(request, CompilesFor::Target)?;
        }
        match &resolved.build_machine {
            Some(code) if code.has_cxx() => self.ask_for_cxx(request, CompilesFor::BuildMachine),
            _ => Ok(()),
        }
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
            self.ask_for_cxx(request, CompilesFor::Target)?;
            self.ask_for_cxx(request, CompilesFor::BuildMachine)?;
        }
        Ok(())
    }

    /// Asks for the C++ compiler of a machine, if nobody has asked yet.
    fn ask_for_cxx(&mut self, request: &Request, machine: CompilesFor) -> Result<()> {
        let tools = match machine {
            CompilesFor::Target => Some(&mut *self),
            CompilesFor::BuildMachine => self.build_machine.as_deref_mut(),
        };
        if let Some(tools) = tools.filter(|tools| tools.cxx.is_none()) {
            tools.cxx = Some(Box::new(ask(request, "c++", machine)?));
            remembered::remember(request, self)?;
        }
        Ok(())
    }
}

/// `language` as after `-x`.
fn ask(request: &Request, language: &'static str, machine: CompilesFor) -> Result<Toolchain> {
    let scratch = tempfile::tempdir()
        .map_err(|source| Error::io(std::env::temp_dir(), "make a directory for probes", source))?;
    let is_cxx = language == "c++";
    let wanted = WantedCompiler { is_cxx, machine, scratch: scratch.path() };
    let CompilerCall { tool, cppflags, ldflags, target } = CompilerCall::of(request, &wanted)?;
    let (launcher, compiler) = found(request, &wanted, &tool)?;
    let driver = Driver { compiler: &compiler, args: &tool.first_args, dir: scratch.path(), language };
    let Itself { kind, version, include_dirs } = driver.itself();
    let object = driver.object()?;
    if let Some(triple) = &target {
        right_machine(triple, &compiler, object.machine())?;
    }
    let of_compiler = [if is_cxx { "cc1plus" } else { "cc1" }, "as"];
    let [behind_compiler, behind_linker] =
        [of_compiler, ["collect2", "ld"]].map(|asked| Behind::of(&driver, &asked, &request.root));
    let [compile_tools, link_tools] = [&behind_compiler, &behind_linker]
        .map(|behind| own_programs(&launcher, &compiler).chain(behind.found.clone()).collect());
    let names = names_of(&tool).chain(behind_compiler.names).chain(behind_linker.names);
    let names: Vec<String> = names.collect();
    let (link_depfile, linker_dirs) = driver.link_depfile(&object);
    let (library_dirs, version_dir) = driver.search_dirs();
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
        runner: Runner::of(target.as_deref(), &library_dirs),
        library_dirs,
        version_dir,
        linker_dirs,
        first_args: tool.first_args,
        cppflags,
        last_args: tool.last_args,
        launcher,
        compiler,
        compile_env: compile_env(is_cxx),
        link_env: link_env(),
        cxx: None,
        build_machine: None,
    })
}

/// The programs that run first: the compiler, and its launcher if that has a part in what is made.
fn own_programs<'a>(launcher: &'a Option<String>, compiler: &'a str) -> impl Iterator<Item = String> {
    let launcher = launcher.iter().filter(|launcher| !stands_aside(launcher)).cloned();
    launcher.chain([compiler.to_owned()])
}

/// The names by which programs are looked for.
fn names_of(tool: &NamedTool) -> impl Iterator<Item = String> {
    let linkers = LINKERS.map(|(_, program)| program.to_owned()).into_iter();
    linkers.chain(tool.launcher.clone()).chain([tool.compiler.clone()])
}

/// The launcher and the compiler, by their paths.
fn found(
    request: &Request,
    wanted: &WantedCompiler<'_>,
    tool: &NamedTool,
) -> Result<(Option<String>, String)> {
    let find = |name: &String| {
        let why = format!("{name} is not to be found");
        find_program(name).ok_or_else(|| wanted.missing(&why))
    };
    let launcher = match &request.launcher {
        Some(named) => Some(find_program(named).ok_or_else(|| no_launcher(named))?),
        None => tool.launcher.as_ref().map(find).transpose()?,
    };
    Ok((launcher, find(&tool.compiler)?))
}

fn no_launcher(named: &str) -> Error {
    Error::Toolchain {
        text: format!("the launcher {named} is not to be found"),
        help: "install it, name it by its path, or leave --launcher out".to_owned(),
    }
}

/// Programs behind a compiler.
struct Behind {
    /// As the compiler calls them.
    names: Vec<String>,
    /// Those that are there, and those that `COMPILER_PATH` has it find first.
    found: Vec<String>,
}

impl Behind {
    fn of(driver: &Driver<'_>, asked: &[&str], root: &Path) -> Behind {
        let names = asked.iter().map(|name| driver.ask(&format!("-print-prog-name={name}")));
        let names: Vec<String> = names.collect();
        let named = program_places(root, asked);
        let named = named.into_iter().filter(|path| is_program(Path::new(path)));
        let found = names.iter().filter_map(|name| find_program(name)).chain(named).collect();
        Behind { names, found }
    }
}
