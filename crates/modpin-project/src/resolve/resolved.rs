//! A declaration with everything looked up. Plain data for the plan, which does no I/O of its own:
//! no glob, no name of another target, no option is left.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::configure::known::Known;
use crate::declare::cargo_link::CargoLink;
use crate::declare::link_order::{Cycles, Layer};
use crate::declare::opening::{Binding, OpenScope, Opening};
use crate::problem::Problem;
use crate::resolve::argument_files::ArgumentFiles;
use crate::resolve::files::looked_up::LookedUp;
use crate::resolve::flags::language::Language;
use crate::resolve::flags::own_arguments::OwnArguments;
use crate::resolve::flags::resolved_flag::{CodeFlags, ResolvedFlag, flags_in};
use crate::resolve::made::resolved_hook::ResolvedHook;
use crate::resolve::made::resolved_rule::ResolvedRule;
use crate::resolve::off::{Disabled, LeftOut};
use crate::resolve::resolved_install::ResolvedInstall;
use crate::resolve::seen::resolved_autoconf::ResolvedAutoconf;
use crate::resolve::seen::resolved_header::{ResolvedConfigHeader, ResolvedDirHeader};

/// What hosts and modules record of their build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildIdentity {
    /// In the owner's words.
    pub text: String,
    /// What else decides, a line each: the project, its options, target and profile, the arguments of every compilation.
    pub configuration: Vec<String>,
}

/// A project that can be planned. Each list is in the order of declaration; indexes point into
/// these lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// What messages call the project.
    pub name: String,
    /// What hosts and modules record of this build.
    pub identity: Option<BuildIdentity>,
    /// What the options are.
    pub options: Known,
    /// The header in which C sees them.
    pub autoconf: Option<ResolvedAutoconf>,
    /// Headers that say what was configured.
    pub config_headers: Vec<ResolvedConfigHeader>,
    /// The same of directories, seen only there.
    pub dir_headers: Vec<ResolvedDirHeader>,
    /// Where relative paths start.
    pub root: PathBuf,
    /// Every library.
    pub libraries: Vec<ResolvedLibrary>,
    /// Every shared library.
    pub shared_libraries: Vec<ResolvedSharedLibrary>,
    /// Every module that the configuration does not switch off.
    pub modules: Vec<ResolvedModule>,
    /// Every executable.
    pub executables: Vec<ResolvedExecutable>,
    /// Every group.
    pub groups: Vec<ResolvedGroup>,
    /// Every rule that the configuration does not switch off.
    pub rules: Vec<ResolvedRule>,
    /// Arguments in front of layers of libraries, by layer.
    pub layers: Vec<Layer>,
    /// The targets that the configuration switches off.
    pub disabled: Vec<Disabled>,
    /// The sources that the configuration leaves out.
    pub left_out: Vec<LeftOut>,
    /// What looks like a mistake but can be built.
    pub warnings: Vec<Problem>,
    /// What is at paths that arguments name, if somebody looked it up.
    pub argument_files: ArgumentFiles,
    /// What is installed besides targets, and what these say of it.
    pub install: ResolvedInstall,
    /// Where the tools of rules lie, by the names that rules give them, if somebody looked for them.
    pub tools: BTreeMap<String, String>,
    /// What of the disk the answers rest on.
    pub looked_up: LookedUp,
    /// The programs for the build machine with the libraries that they link, looked up for that machine: its executables are host
    /// programs. `None` where the project has none.
    pub build_machine: Option<Box<Resolved>>,
}

/// Sources and how to compile them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResolvedCode {
    /// The sources in link order, each once.
    pub sources: Vec<ResolvedSource>,
    /// Compiler arguments for every source: the project's, those of libraries that are linked, the target's.
    pub flags: CodeFlags,
    /// The same for a module file, where that is not the same.
    pub module_flags: Option<CodeFlags>,
    /// Directories whose own headers they see, the innermost first.
    pub header_dirs: Vec<String>,
    /// The rules that make headers for it.
    pub waits_for: Vec<usize>,
    /// The rules that run on its objects.
    pub hooks: Vec<ResolvedHook>,
}

/// One file to compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedSource {
    /// Relative to the root with `/`, or absolute if the file lies outside.
    pub path: String,
    /// The language that it is in.
    pub language: Language,
    /// What it has of its own.
    pub own: OwnArguments,
    /// The same for a module file, where that is not the same.
    pub own_of_module: Option<Box<OwnArguments>>,
    /// The name that tells its object from others of the same source.
    pub compiled_as: Option<String>,
    /// A rule makes it; its path is from `gen/` then.
    pub is_made: bool,
}

/// Arguments in the middle of a link.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResolvedPlaces {
    /// In front of all objects.
    pub before_objects: Vec<String>,
    /// Behind the objects, in front of all libraries.
    pub before_libraries: Vec<String>,
}

impl Resolved {
    /// Whether something is written in C++.
    pub fn has_cxx(&self) -> bool {
        let codes = (self.libraries.iter().map(|library| &library.code))
            .chain(self.shared_libraries.iter().map(|library| &library.code))
            .chain(self.modules.iter().map(|module| &module.code))
            .chain(self.executables.iter().map(|executable| &executable.code));
        codes.into_iter().any(ResolvedCode::has_cxx)
    }
}

impl ResolvedCode {
    /// Whether some of it is written in C++.
    pub fn has_cxx(&self) -> bool {
        self.sources.iter().any(|source| source.language == Language::Cxx)
    }

    /// What all sources are told, for a module file or not.
    pub fn told(&self, is_module: bool) -> &CodeFlags {
        self.module_flags.as_ref().filter(|_| is_module).unwrap_or(&self.flags)
    }

    /// The arguments for every source in a language, for a module file or not.
    pub fn flags_of(&self, language: Language, is_module: bool) -> impl Iterator<Item = &ResolvedFlag> {
        flags_in(&self.told(is_module).said, language)
    }

    /// The same as texts of one's own.
    pub fn flags_in(&self, language: Language, is_module: bool) -> Vec<String> {
        self.flags_of(language, is_module).map(|flag| flag.text.clone()).collect()
    }
}

impl ResolvedSource {
    /// This source's own arguments, for a module file or not.
    pub fn own_of(&self, is_module: bool) -> &OwnArguments {
        self.own_of_module.as_deref().filter(|_| is_module).unwrap_or(&self.own)
    }

    /// What messages call its object: `sum.c`, or `sum.c as avx2`.
    pub fn title(&self) -> String {
        let path = if self.is_made { format!("gen/{}", self.path) } else { self.path.clone() };
        match &self.compiled_as {
            Some(name) => format!("{path} as {name}"),
            None => path,
        }
    }
}

/// An archive to build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedLibrary {
    /// `imgutil`.
    pub name: String,
    /// The archive's file name in the layout: `libimgutil.a`.
    pub file_name: String,
    /// The archive itself, when it is there already and nothing is compiled.
    pub archive: Option<String>,
    /// What is compiled into it.
    pub code: ResolvedCode,
    /// The libraries that it needs itself, not those that these need. May form cycles.
    pub link: Vec<usize>,
    /// The shared libraries that it needs itself.
    pub link_shared: Vec<usize>,
    /// As after `-l`.
    pub system_libraries: Vec<String>,
    /// The same of those that stay though nothing here needs them.
    pub keep_system_libraries: Vec<String>,
    /// What stands in the archive's place in a link; empty: the archive.
    pub link_args: Vec<String>,
    /// Its layer; 0 for all in a project without layers.
    pub layer: u32,
}

/// A shared library to build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedSharedLibrary {
    /// `z`.
    pub name: String,
    /// Its files in the layout, first the one that a loader looks for: `libz.so.1`.
    pub file_names: Vec<String>,
    /// What is compiled into it.
    pub code: ResolvedCode,
    /// The archives linked into it.
    pub link: Vec<usize>,
    /// The shared libraries that it needs; no circles.
    pub link_shared: Vec<usize>,
    /// A version script, relative to the root, or absolute if outside.
    pub version_script: Option<String>,
    /// The symbols that it keeps and offers, as they are listed.
    pub exports: Vec<String>,
    /// Symbols that whoever loads it must have.
    pub undefined: Vec<String>,
    /// As after `-l`.
    pub system_libraries: Vec<String>,
    /// The same of those that stay though nothing here needs them.
    pub keep_system_libraries: Vec<String>,
    /// Arguments of the link.
    pub ldflags: CodeFlags,
    /// Arguments elsewhere in the link.
    pub places: ResolvedPlaces,
    /// What to do about archives that need each other.
    pub cycles: Cycles,
}

impl ResolvedSharedLibrary {
    /// As after `-l`, for who links it where it is installed.
    pub fn linker_name(&self) -> String {
        let plain = self.file_names.iter().map(|file| file.rsplit('/').next().unwrap_or(file));
        let mut plain = plain.filter_map(|file| file.strip_prefix("lib")?.strip_suffix(".so"));
        plain.next_back().unwrap_or(&self.name).to_owned()
    }

    /// The name that those who link it name.
    pub fn soname(&self) -> &str {
        let file = self.file_names.first().map_or("", String::as_str);
        file.rsplit('/').next().unwrap_or(file)
    }
}

/// A module to build, or to build in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedModule {
    /// `block/crypt`.
    pub name: String,
    /// The module's file name in the layout: `block/crypt.so`.
    pub file_name: String,
    /// The name under which an uninstalled host finds it as well: `block-crypt`.
    pub flat_name: String,
    /// True if it is linked into its hosts and no module file is made.
    pub built_in: bool,
    /// The file itself, when it is there already and nothing is compiled.
    pub file: Option<String>,
    /// What is compiled into it.
    pub code: ResolvedCode,
    /// The archives linked into the module itself.
    pub link: Vec<usize>,
    /// The shared libraries that it names.
    pub link_shared: Vec<usize>,
    /// The modules whose symbols it uses.
    pub needs: Vec<usize>,
    /// The modules whose functions it calls, and that are loaded after it.
    pub needs_later: Vec<usize>,
    /// What it says itself of how it is opened.
    pub binding: Option<Binding>,
    /// The same of who sees it.
    pub scope: Option<OpenScope>,
    /// As after `-l`.
    pub system_libraries: Vec<String>,
    /// The same of those that stay though nothing here needs them.
    pub keep_system_libraries: Vec<String>,
    /// Arguments of the module's link.
    pub ldflags: CodeFlags,
    /// Arguments elsewhere in the link.
    pub places: ResolvedPlaces,
    /// What to do about archives that need each other.
    pub cycles: Cycles,
}

/// A program to build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedExecutable {
    /// `imgtool`.
    pub name: String,
    /// What is compiled into it.
    pub code: ResolvedCode,
    /// The libraries that it links itself, in order.
    pub link: Vec<usize>,
    /// The shared libraries that it links itself.
    pub link_shared: Vec<usize>,
    /// The modules that it loads at run time.
    pub modules: Vec<usize>,
    /// How it opens those that say nothing themselves.
    pub binding: Option<Binding>,
    /// The same of who sees them.
    pub scope: Option<OpenScope>,
    /// The modules that are linked into it.
    pub built_in: Vec<usize>,
    /// Its own sources and the modules that are linked into it, in the order of the link; empty where that is the usual one:
    /// sources, then modules.
    pub components: Vec<Component>,
    /// Symbols to keep and export although no declared module needs them.
    pub exports: Vec<String>,
    /// As after `-l`.
    pub system_libraries: Vec<String>,
    /// The same of those that stay though nothing here needs them.
    pub keep_system_libraries: Vec<String>,
    /// Arguments of the link.
    pub ldflags: CodeFlags,
    /// Arguments elsewhere in the link.
    pub places: ResolvedPlaces,
    /// What to do about archives that need each other.
    pub cycles: Cycles,
    /// Cargo links it.
    pub cargo: Option<CargoLink>,
    /// Its linker writes a link map.
    pub link_map: bool,
    /// How it is run as a test.
    pub test: Option<ResolvedTest>,
}

/// How a program is run as a test.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResolvedTest {
    /// Its arguments.
    pub args: Vec<String>,
    /// How long it may take, if it says so itself.
    pub time_limit: Option<Duration>,
}

/// A part of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Component {
    /// One of its own sources, by number.
    Source(usize),
    /// A module that is built in, by its number in the project.
    Module(usize),
}

impl ResolvedExecutable {
    /// How it opens a module.
    pub fn opening(&self, module: &ResolvedModule) -> Opening {
        Opening {
            binding: module.binding.or(self.binding).unwrap_or_default(),
            scope: module.scope.or(self.scope).unwrap_or_default(),
        }
    }
}

impl Resolved {
    /// Whether a host opens the module lazily, so that it is linked for that.
    pub fn is_lazy(&self, module: usize) -> bool {
        let Some(known) = self.modules.get(module) else { return false };
        let mut hosts = self.executables.iter().filter(|host| host.modules.contains(&module)).peekable();
        match hosts.peek() {
            Some(_) => hosts.any(|host| host.opening(known).binding == Binding::Lazy),
            None => known.binding == Some(Binding::Lazy),
        }
    }
}

/// A name for several targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedGroup {
    /// `tools`.
    pub name: String,
    /// Names of targets that are no groups. Modules that are switched off are among them.
    pub targets: Vec<String>,
}
