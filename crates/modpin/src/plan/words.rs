//! What every compilation of a target is told in front of its sources' own arguments, word by word, with the reason for each. What
//! is run and what is explained come out of this one walk, so they cannot differ.

use std::borrow::Cow;

use modpin_project::{Language, Resolved, ResolvedCode, ResolvedFlag};

use super::compiled::Compiled;
use super::made_dirs::MadeDirs;
use crate::layout::{Flavour, Layout};
use crate::toolchain::Toolchain;

/// Why a word stands on the command line of a compilation. Who says so is asked by explanations only.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "inspect"), allow(dead_code))]
pub enum WordFrom<'a> {
    /// The compiler is called so for this machine and profile.
    Toolchain,
    /// Nothing that is built tells where it was built.
    PathMap,
    /// Cargo links it into a program that may lie anywhere in memory.
    CargoProgram,
    /// It goes into a file that is loaded.
    ModuleFile,
    /// C sees the module's name.
    ModuleName,
    /// Headers that the build writes come first.
    Headers,
    /// The project, a directory, a library or the target says so.
    Declared(&'a ResolvedFlag),
    /// Rules make something in the directory that this one names.
    Made(&'a ResolvedFlag),
    /// The environment's `CPPFLAGS`.
    Preprocessor,
    /// The environment's `CFLAGS`, or for C++ `CXXFLAGS`; for the build machine those of `HOST`.
    Environment,
}

/// Where headers lie that the build writes, if it writes any.
pub fn headers_dirs(resolved: &Resolved, layout: &Layout) -> Vec<String> {
    let writes = resolved.autoconf.is_some() || !resolved.config_headers.is_empty();
    writes.then(|| layout.headers_dir()).into_iter().collect()
}

/// The same for what is compiled for the build machine, if this is the target's project: what is written for that machine stands in
/// front.
pub fn headers_dirs_of_build_machine(resolved: &Resolved, layout: &Layout) -> Vec<String> {
    let there = resolved.build_machine.as_deref();
    let differs = there.is_some_and(|there| there.config_headers != resolved.config_headers);
    let own = differs.then(|| layout.of_build_machine().headers_dir());
    own.into_iter().chain(headers_dirs(resolved, layout)).collect()
}

/// With those of a target: headers of the directories around it come first.
pub fn header_dirs(code: &ResolvedCode, layout: &Layout, shared: &[String]) -> Vec<String> {
    let own = code.header_dirs.iter().map(|dir| layout.dir_headers(dir));
    own.chain(shared.iter().cloned()).collect()
}

/// Says what all sources of a target that are in one language have in common, in order.
pub fn shared_words<'a>(
    compiled: &Compiled<'a>,
    language: Language,
    toolchain: &'a Toolchain,
    (headers, made): (&[String], &MadeDirs),
    mut say: impl FnMut(Cow<'a, str>, WordFrom<'a>),
) {
    let tools = toolchain.of(language);
    for arg in &tools.first_args {
        say(arg.into(), of_toolchain(arg));
    }
    let is_module = compiled.flavour == Flavour::Module;
    if is_module {
        ["-fPIC", "-DBUILD_DSO"].into_iter().for_each(|arg| say(arg.into(), WordFrom::ModuleFile));
    }
    if let Some(name) = compiled.module {
        say(format!("-DMODPIN_MODNAME=\"{name}\"").into(), WordFrom::ModuleName);
    }
    for dir in headers {
        say(format!("-I{dir}").into(), WordFrom::Headers);
    }
    for flag in compiled.code.flags_of(language, is_module) {
        say(flag.text.as_str().into(), WordFrom::Declared(flag));
        made.behind(&flag.text).into_iter().for_each(|word| say(word.into(), WordFrom::Made(flag)));
    }
    for (at, arg) in tools.last_args.iter().enumerate() {
        let from = if at < tools.cppflags { WordFrom::Preprocessor } else { WordFrom::Environment };
        say(arg.into(), from);
    }
}

/// The first arguments are the compiler's, but for two that we add.
fn of_toolchain(arg: &str) -> WordFrom<'static> {
    match arg {
        "-fPIE" => WordFrom::CargoProgram,
        _ if arg.starts_with("-ffile-prefix-map=") => WordFrom::PathMap,
        _ => WordFrom::Toolchain,
    }
}
