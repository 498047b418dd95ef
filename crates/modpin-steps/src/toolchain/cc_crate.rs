//! The compiler that the environment names, as the cc crate reads it. The only file that calls cc.

use std::path::Path;

use super::Request;
use super::build_machine::{NamedByEnvironment, NamedCompiler};
use super::known_target::known_target;
use crate::error::{Error, Result};

/// For which machine a compiler is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum CompilesFor {
    /// The one that is built for.
    Target,
    /// The one that builds.
    BuildMachine,
}

/// Which compiler is wanted.
pub struct WantedCompiler<'a> {
    pub is_cxx: bool,
    pub machine: CompilesFor,
    /// A directory that is thrown away.
    pub scratch: &'a Path,
}

/// What the environment says of a compiler.
pub struct CompilerCall {
    /// The compiler with its launcher and its arguments: `CPPFLAGS` is the first of the last.
    pub tool: NamedTool,
    /// How many arguments `CPPFLAGS` says.
    pub cppflags: usize,
    /// Arguments of links.
    pub ldflags: Vec<String>,
    /// The triple that it compiles for, if not this machine's own.
    pub target: Option<String>,
}

/// What the cc crate says: names or paths, and arguments before and after those of a target.
pub struct NamedTool {
    pub launcher: Option<String>,
    pub compiler: String,
    pub first_args: Vec<String>,
    pub last_args: Vec<String>,
}

impl CompilerCall {
    /// As it is now.
    pub fn of(request: &Request, wanted: &WantedCompiler<'_>) -> Result<CompilerCall> {
        if wanted.machine == CompilesFor::BuildMachine {
            let NamedByEnvironment { compiler, flags, ldflags } =
                NamedByEnvironment::read(wanted.is_cxx, &host_triple(), request.is_cross());
            let request = Request { target: None, ..request.clone() };
            let tool = NamedTool { last_args: flags, ..ask_cc(&request, wanted, compiler)? };
            return Ok(CompilerCall { tool, cppflags: 0, ldflags, target: None });
        }
        request.target.as_deref().map_or(Ok(()), known_target)?;
        // As make and autoconf do; the cc crate knows no such variable.
        let (cppflags, ldflags) = (words_of("CPPFLAGS"), words_of("LDFLAGS"));
        let mut tool = ask_cc(request, wanted, None)?;
        tool.last_args.splice(..0, cppflags.iter().cloned());
        Ok(CompilerCall { tool, cppflags: cppflags.len(), ldflags, target: request.target.clone() })
    }
}

impl WantedCompiler<'_> {
    /// There is none.
    pub fn missing(&self, why: &str) -> Error {
        let (language, names) =
            if self.is_cxx { ("C++", "g++ or clang++") } else { ("C", "gcc or clang") };
        Error::Toolchain {
            text: format!("no {language} compiler: {why}"),
            help: format!(
                "install {names}, or name one in the environment variable {}",
                self.variable()
            ),
        }
    }

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

impl Request {
    /// Whether another machine is built for than the one that builds.
    pub fn is_cross(&self) -> bool {
        self.target.as_ref().is_some_and(|target| *target != host_triple())
    }
}

/// Where the arguments of a target belong among those of cc: before what `CFLAGS` says.
const HERE: &str = "-Dmodpin_arguments_of_a_target_belong_here";

/// The compiler with its arguments, cut there. One that is named takes the place of what cc finds in the environment.
fn ask_cc(
    request: &Request,
    wanted: &WantedCompiler<'_>,
    named: Option<NamedCompiler>,
) -> Result<NamedTool> {
    let tool = tool_of_cc(request, wanted, named.as_ref())?;
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
    Ok(NamedTool { launcher, compiler, first_args, last_args: words.collect() })
}

fn tool_of_cc(
    request: &Request,
    wanted: &WantedCompiler<'_>,
    named: Option<&NamedCompiler>,
) -> Result<cc::Tool> {
    let host = host_triple();
    let target = request.target.as_deref().unwrap_or(&host);
    let mut build = cc::Build::new();
    if let Some(NamedCompiler { compiler, .. }) = named {
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
        .map_err(|error| wanted.missing(&format!("for {target}: {error}")))?;
    if tool.is_like_gnu() || tool.is_like_clang() {
        return Ok(tool);
    }
    Err(Error::Toolchain {
        text: format!("{} is neither gcc nor clang", tool.path().display()),
        help: format!("name one of these in the environment variable {}", wanted.variable()),
    })
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
