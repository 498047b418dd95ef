//! Where each argument of a compilation comes from, and what somebody took away. From the declaration as it was looked up; the words are
//! those that the plan was made of.

use std::borrow::Cow;

use modpin_engine::{Action, Arg, Graph, Work};
use modpin_project::{Language, Resolved, ResolvedFlag, ResolvedSource, SaidBy};
use serde::Serialize;

use crate::layout::{Flavour, Layout};
use crate::plan::{
    Compiled, MadeDirs, TargetKind, WordFrom, header_dirs, headers_dirs, headers_dirs_of_build_machine,
    shared_words,
};
use crate::toolchain::Toolchain;

/// How a source becomes one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Compilation {
    /// The object.
    pub object: String,
    /// For which target.
    pub target: String,
    /// Of which kind that is.
    pub target_kind: TargetKind,
    /// Its arguments in order: those that stand together and come from one place are one entry.
    pub arguments: Vec<Argued>,
    /// What was said and is not among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taken_away: Vec<TakenAway>,
}

/// Arguments that stand together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Argued {
    /// As they stand on the command line.
    pub words: Vec<String>,
    /// Who says them.
    #[serde(flatten)]
    pub origin: ArgumentOrigin,
}

/// An argument that somebody took away with `without`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakenAway {
    /// The argument.
    pub word: String,
    /// Who said it.
    #[serde(flatten)]
    pub origin: ArgumentOrigin,
    /// Who took it away.
    pub by: ArgumentOrigin,
}

/// Who says an argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArgumentOrigin {
    /// Of what sort it is.
    pub from: ArgumentSource,
    /// Which one: a directory, a library, a glob over sources, a variable of the environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// In which list, as a project file calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<&'static str>,
}

/// Who can say an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArgumentSource {
    /// The compiler is called so for this machine and profile.
    Toolchain,
    /// modpin: what is built does not tell where it was built.
    PathMap,
    /// modpin: cargo links it into a program that may lie anywhere in memory.
    CargoProgram,
    /// modpin: it goes into a file that is loaded.
    ModuleFile,
    /// modpin: C sees the module's name.
    ModuleName,
    /// modpin: headers that the build writes come first, and one may be included in front of everything.
    Headers,
    /// modpin: what is read is written down, and where the object goes.
    Files,
    /// The project.
    Project,
    /// A directory around the target.
    Below,
    /// The target's directory.
    Directory,
    /// A library that the target links, or is.
    Library,
    /// The target.
    Target,
    /// The target, for some of its sources.
    Sources,
    /// The target, for sources under another name.
    CompiledAs,
    /// Variables of the environment.
    Environment,
    /// modpin: how a file of this kind is linked.
    LinkMode,
    /// modpin: what modules need, or what the target exports.
    Exports,
    /// A library that the target links, in its place or for itself.
    Linked,
    /// modpin: the order of libraries.
    LibraryOrder,
    /// modpin: the way to shared libraries of the project.
    SharedLibraries,
}

/// How a file is compiled: an object, or each object of a source. Nothing for other files.
pub fn compilations(
    resolved: &Resolved,
    toolchain: &Toolchain,
    (layout, graph): (&Layout, &Graph),
    path: &str,
) -> Vec<Compilation> {
    let made = &MadeDirs::of(resolved, layout);
    let headers = headers_dirs(resolved, layout);
    let target = Compiler { toolchain, headers, programs: TargetKind::Executable, made };
    let mut found = by(&target, resolved, (layout, graph), path);
    if let Some(there) = &resolved.build_machine {
        let (toolchain, programs) = (toolchain.for_build_machine(), TargetKind::HostProgram);
        let headers = headers_dirs_of_build_machine(resolved, layout);
        let compiler = Compiler { toolchain, headers, programs, made };
        found.extend(by(&compiler, there, (&layout.of_build_machine(), graph), path));
    }
    found
}

/// What compiles for one machine.
struct Compiler<'a> {
    toolchain: &'a Toolchain,
    /// Where headers lie that the build writes.
    headers: Vec<String>,
    /// Where rules make some.
    made: &'a MadeDirs,
    /// What its programs are.
    programs: TargetKind,
}

fn by(
    compiler: &Compiler<'_>,
    resolved: &Resolved,
    (layout, graph): (&Layout, &Graph),
    path: &str,
) -> Vec<Compilation> {
    let mut found = Vec::new();
    for (target, target_kind, compiled) in all(resolved, compiler.programs) {
        for source in &compiled.code.sources {
            let object = compiled.object(source, layout);
            let is_source = source.path == path && !source.is_made
                || source.is_made && compiler.made.path(&source.path) == path;
            if !is_source && object != path {
                continue;
            }
            let Some(rest) = command(graph, &object) else { continue };
            let mut told = Telling::default();
            told.shared(&compiled, source, compiler, layout);
            told.own(&compiled, source, compiler);
            told.files(rest);
            let Telling { arguments, taken_away } = told;
            let target = target.to_owned();
            found.push(Compilation { object, target, target_kind, arguments, taken_away });
        }
    }
    found
}

/// Everything that may be compiled, for each flavour.
fn all(
    resolved: &Resolved,
    programs: TargetKind,
) -> impl Iterator<Item = (&str, TargetKind, Compiled<'_>)> {
    let flavours = [Flavour::Program, Flavour::Module];
    let libraries = resolved.libraries.iter().flat_map(move |library| {
        flavours
            .map(|flavour| (&*library.name, TargetKind::Library, Compiled::of_library(library, flavour)))
    });
    let shared = resolved.shared_libraries.iter().map(|library| {
        (&*library.name, TargetKind::SharedLibrary, Compiled::of_shared_library(library))
    });
    let modules = resolved
        .modules
        .iter()
        .map(|module| (&*module.name, TargetKind::Module, Compiled::of_module(module)));
    let programs = resolved
        .executables
        .iter()
        .map(move |program| (&*program.name, programs, Compiled::of_executable(program)));
    libraries.chain(shared).chain(modules).chain(programs)
}

/// The words of the command that makes an object, if this build makes it.
fn command(graph: &Graph, object: &str) -> Option<Vec<String>> {
    let action = graph.action(graph.file_at(graph.find(object)?).producer?);
    words_of_command(action, object)
}

/// The words of an action's command, of which this is the first output.
pub(super) fn words_of_command(action: &Action, object: &str) -> Option<Vec<String>> {
    let Work::Command(command) = &action.work else { return None };
    let depfile = action.depfile.as_deref().unwrap_or_default();
    let word = |arg: &Arg| match arg {
        Arg::Text(text) | Arg::Aside(text) => text.clone(),
        Arg::Output { prefix, .. } => format!("{prefix}{object}"),
        Arg::Depfile { prefix } => format!("{prefix}{depfile}"),
        Arg::Further => action.further_depfile().unwrap_or_default(),
        Arg::OwnDir(_) | Arg::Joined(_) => String::new(),
    };
    Some(command.args.iter().map(word).collect())
}

/// One compilation or link while it is told.
#[derive(Default)]
pub(super) struct Telling {
    pub(super) arguments: Vec<Argued>,
    pub(super) taken_away: Vec<TakenAway>,
}

impl Telling {
    pub(super) fn say(&mut self, word: String, origin: ArgumentOrigin) {
        match self.arguments.last_mut().filter(|last| last.origin == origin) {
            Some(last) => last.words.push(word),
            None => self.arguments.push(Argued { words: vec![word], origin }),
        }
    }

    fn shared(
        &mut self,
        compiled: &Compiled<'_>,
        source: &ResolvedSource,
        compiler: &Compiler<'_>,
        layout: &Layout,
    ) {
        let Compiler { toolchain, headers, programs, made } = compiler;
        let headers = header_dirs(compiled.code, layout, headers);
        let is_module = compiled.flavour == Flavour::Module;
        let own = source.own_of(is_module);
        let language = source.language;
        for taken in &compiled.code.told(is_module).taken {
            if taken.flag.reach.has(language) {
                self.taken_away.push(taken_away(&taken.flag, &taken.by));
            }
        }
        shared_words(compiled, language, toolchain, (&headers, made), |word: Cow<'_, str>, from| {
            if let WordFrom::Made(flag) = from
                && own.taking(&flag.text).is_some()
            {
                return;
            }
            if let WordFrom::Declared(flag) = from
                && let Some(without) = own.taking(&flag.text)
            {
                self.taken_away.push(taken_away(flag, &without.by));
                return;
            }
            self.say(word.into_owned(), origin(from, language, *programs));
        });
    }

    fn own(&mut self, compiled: &Compiled<'_>, source: &ResolvedSource, compiler: &Compiler<'_>) {
        for flag in &source.own_of(compiled.flavour == Flavour::Module).flags {
            self.say(flag.text.clone(), of_flag(flag));
            let behind = compiler.made.behind(&flag.text);
            behind.into_iter().for_each(|word| self.say(word, of_flag(flag)));
        }
    }

    /// What is left of the command when all that was said so far is taken off. In front of it may stand the compiler, behind a
    /// launcher.
    fn files(&mut self, command: Vec<String>) {
        let said = || self.arguments.iter().flat_map(|argued| &argued.words);
        let launched = command.first() != said().next();
        let rest = command.into_iter().skip(said().count() + usize::from(launched));
        let mut rest = rest.collect::<Vec<_>>().into_iter().peekable();
        while let Some(option) = rest.next_if(|word| word == "-include") {
            let words = std::iter::once(option).chain(rest.next());
            words.for_each(|word| self.say(word, ArgumentSource::Headers.alone()));
        }
        rest.for_each(|word| self.say(word, ArgumentSource::Files.alone()));
    }
}

pub(super) fn taken_away(flag: &ResolvedFlag, by: &SaidBy) -> TakenAway {
    TakenAway { word: flag.text.clone(), origin: of_flag(flag), by: of_speaker(by) }
}

fn origin(from: WordFrom<'_>, language: Language, programs: TargetKind) -> ArgumentOrigin {
    match from {
        WordFrom::Toolchain => ArgumentSource::Toolchain.alone(),
        WordFrom::PathMap => ArgumentSource::PathMap.alone(),
        WordFrom::CargoProgram => ArgumentSource::CargoProgram.alone(),
        WordFrom::ModuleFile => ArgumentSource::ModuleFile.alone(),
        WordFrom::ModuleName => ArgumentSource::ModuleName.alone(),
        WordFrom::Headers => ArgumentSource::Headers.alone(),
        WordFrom::Declared(flag) | WordFrom::Made(flag) => of_flag(flag),
        WordFrom::Preprocessor => ArgumentSource::Environment.of("CPPFLAGS"),
        WordFrom::Environment => {
            let is_cxx = language == Language::Cxx;
            ArgumentSource::Environment.of(match (programs, is_cxx) {
                (TargetKind::HostProgram, true) => "HOSTCXXFLAGS",
                (TargetKind::HostProgram, false) => "HOSTCFLAGS",
                (_, true) => "CXXFLAGS",
                (_, false) => "CFLAGS",
            })
        }
    }
}

pub(super) fn of_flag(flag: &ResolvedFlag) -> ArgumentOrigin {
    ArgumentOrigin { list: Some(flag.list.word()), ..of_speaker(&flag.by) }
}

fn of_speaker(by: &SaidBy) -> ArgumentOrigin {
    match by {
        SaidBy::Project => ArgumentSource::Project.alone(),
        SaidBy::Below(dir) => ArgumentSource::Below.of(dir),
        SaidBy::Directory(dir) => ArgumentSource::Directory.of(dir),
        SaidBy::Library(name) => ArgumentSource::Library.of(name),
        SaidBy::Target => ArgumentSource::Target.alone(),
        SaidBy::Sources(glob) => ArgumentSource::Sources.of(glob),
        SaidBy::CompiledAs(name) => ArgumentSource::CompiledAs.of(name),
    }
}

impl ArgumentSource {
    pub(super) fn alone(self) -> ArgumentOrigin {
        ArgumentOrigin { from: self, of: None, list: None }
    }

    pub(super) fn of(self, name: &str) -> ArgumentOrigin {
        ArgumentOrigin { of: Some(name.to_owned()), ..self.alone() }
    }
}
