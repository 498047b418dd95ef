//! Where each argument of a link comes from, and what somebody took away. The words are those of the command that runs, with what its
//! response files hold in the place of their names; who says them is looked up in what the declaration was resolved to.

use modpin_engine::{Action, Work};
use modpin_project::{ARCHIVE, CodeFlags, Resolved, ResolvedPlaces};
use serde::Serialize;

use super::arguments::{
    Argued, ArgumentOrigin, ArgumentSource, TakenAway, Telling, of_flag, taken_away, words_of_command,
};
use crate::layout::Layout;
use crate::plan::{Plan, PlannedTarget, TargetKind};
use crate::toolchain::{Toolchain, words_of};

/// How the file ends that a module's objects become, before it is linked.
const OBJECT_OF_MODULE: &str = "mo";

/// How a file is linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Linkage {
    /// Which target it is.
    pub target: String,
    /// Of which kind that is.
    pub target_kind: TargetKind,
    /// The arguments of the link in order: those that stand together and come from one place are one entry.
    pub arguments: Vec<Argued>,
    /// What was said and is not among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taken_away: Vec<TakenAway>,
}

/// How a file is linked, if it is a program, a module, the object of a module or a shared library that this build links.
pub fn linkage(
    resolved: &Resolved,
    toolchain: &Toolchain,
    (layout, plan): (&Layout, &Plan),
    path: &str,
) -> Option<Linkage> {
    let file = plan.graph.find(path)?;
    let is_object = |target: &PlannedTarget| {
        target.kind == TargetKind::Module && path == layout.link(&target.name, OBJECT_OF_MODULE)
    };
    let is_it = |target: &&PlannedTarget| {
        target.files.first() == Some(&file) && target.kind != TargetKind::Group || is_object(target)
    };
    let target = plan.targets.iter().find(is_it)?;
    let for_build_machine = target.kind == TargetKind::HostProgram;
    let (resolved, toolchain) = match (&resolved.build_machine, for_build_machine) {
        (Some(there), true) => (&**there, toolchain.for_build_machine()),
        _ => (resolved, toolchain),
    };
    let link = DeclaredLink { relocatable: is_object(target), ..DeclaredLink::of(target, resolved)? };
    let action = plan.graph.action(plan.graph.file_at(file).producer?);
    let Work::Command(command) = &action.work else { return None };
    let response = command.response.as_ref()?;
    let words = words_of_command(action, path)?;
    let listed = words_of(&response.text);
    let mut told = Telling::default();
    for taken in link.ldflags.taken.iter().filter(|_| !link.relocatable) {
        told.taken_away.push(taken_away(&taken.flag, &taken.by));
    }
    let mut words = words.into_iter().peekable();
    link.of_driver(toolchain, &mut words, &mut told);
    while let Some(word) = words.next_if(|word| word != "-o") {
        let is_exported = word.starts_with('@')
            || ["dynamic", "version-script", "export-dynamic"].iter().any(|what| word.contains(what));
        let from = if is_exported { ArgumentSource::Exports } else { ArgumentSource::LinkMode };
        told.say(word, from.alone());
    }
    let is_response = |word: &String| word.strip_prefix('@') == Some(response.path.as_str());
    while let Some(word) = words.next_if(|word| !is_response(word)) {
        told.say(word, ArgumentSource::Files.alone());
    }
    words.next();
    link.of_response(listed, (action, plan), resolved, &mut told);
    while let Some(word) = words.next_if(|word| word.starts_with('@')) {
        // It is written by a step, once it is known.
        let text = std::fs::read_to_string(layout.absolute(&word[1..])).ok();
        let listed = text.map_or(vec![word], |text| words_of(&text));
        link.of_libraries(listed, resolved, &mut told);
    }
    link.behind(toolchain, words, &mut told);
    let (name, kind) = (target.name.clone(), target.kind);
    let Telling { arguments, taken_away } = told;
    Some(Linkage { target: name, target_kind: kind, arguments, taken_away })
}

/// What a declaration says of one link.
struct DeclaredLink<'a> {
    kind: TargetKind,
    ldflags: &'a CodeFlags,
    places: &'a ResolvedPlaces,
    system: [&'a [String]; 2],
    libraries: Vec<usize>,
    /// What becomes one object: its link takes objects, and of all arguments the choice of the linker.
    relocatable: bool,
}

impl<'a> DeclaredLink<'a> {
    fn of(target: &PlannedTarget, resolved: &'a Resolved) -> Option<DeclaredLink<'a>> {
        let (kind, name) = (target.kind, target.name.as_str());
        let (ldflags, places, system, mut link) = match kind {
            TargetKind::Executable | TargetKind::HostProgram => {
                let found = resolved.executables.iter().find(|program| program.name == name)?;
                let system = [&found.system_libraries[..], &found.keep_system_libraries[..]];
                (&found.ldflags, &found.places, system, found.link.clone())
            }
            TargetKind::Module => {
                let found = resolved.modules.iter().find(|module| module.name == name)?;
                let system = [&found.system_libraries[..], &found.keep_system_libraries[..]];
                (&found.ldflags, &found.places, system, found.link.clone())
            }
            TargetKind::SharedLibrary => {
                let found = resolved.shared_libraries.iter().find(|library| library.name == name)?;
                let system = [&found.system_libraries[..], &found.keep_system_libraries[..]];
                (&found.ldflags, &found.places, system, found.link.clone())
            }
            TargetKind::Library | TargetKind::Group | TargetKind::Rule => return None,
        };
        let program = resolved.executables.iter().find(|program| program.name == name);
        let built_in = program.filter(|_| kind == TargetKind::Executable);
        let built_in = built_in.into_iter().flat_map(|program| &program.built_in);
        link.extend(built_in.flat_map(|&at| &resolved.modules[at].link));
        Some(DeclaredLink {
            kind,
            ldflags,
            places,
            system,
            libraries: resolved.with_needed(&link),
            relocatable: false,
        })
    }

    /// How the compiler is called, by whichever of the two links.
    fn of_driver(
        &self,
        toolchain: &Toolchain,
        words: &mut std::iter::Peekable<impl Iterator<Item = String> + Clone>,
        told: &mut Telling,
    ) {
        let is_called = |tools: &&Toolchain| {
            let called = tools.driver().1.into_iter().chain(tools.first_args.iter().cloned());
            let called: Vec<String> = called.chain(tools.last_args.iter().cloned()).collect();
            words.clone().take(called.len()).eq(called)
        };
        let tools = [toolchain.linking(true), toolchain].into_iter().find(is_called);
        let Some(tools) = tools else { return };
        let is_cxx = !std::ptr::eq(tools, toolchain);
        let first = usize::from(tools.driver().1.is_some()) + tools.first_args.len();
        for _ in 0..first {
            let Some(word) = words.next() else { return };
            let from = match word.starts_with("-ffile-prefix-map=") {
                true => ArgumentSource::PathMap,
                false => ArgumentSource::Toolchain,
            };
            told.say(word, from.alone());
        }
        for at in 0..tools.last_args.len() {
            let Some(word) = words.next() else { return };
            let variable = match (at < tools.cppflags, is_cxx) {
                (true, _) => "CPPFLAGS",
                (false, true) => "CXXFLAGS",
                (false, false) => "CFLAGS",
            };
            told.say(word, ArgumentSource::Environment.of(&self.variable(variable)));
        }
    }

    /// As the environment calls it for the machine that is linked for.
    fn variable(&self, name: &str) -> String {
        let host = if self.kind == TargetKind::HostProgram { "HOST" } else { "" };
        format!("{host}{name}")
    }

    /// What the response file lists: the target's arguments in front of the objects, these, its arguments in front of the libraries.
    fn of_response(
        &self,
        listed: Vec<String>,
        (action, plan): (&Action, &Plan),
        resolved: &Resolved,
        told: &mut Telling,
    ) {
        let nothing = ResolvedPlaces::default();
        let places = if self.relocatable { &nothing } else { self.places };
        let ResolvedPlaces { before_objects, before_libraries } = places;
        let mut listed = listed.into_iter().peekable();
        let own = |words: &mut dyn Iterator<Item = String>, count: usize, list, told: &mut Telling| {
            for word in words.take(count) {
                told.say(word, ArgumentOrigin { list: Some(list), ..ArgumentSource::Target.alone() });
            }
        };
        own(&mut listed, before_objects.len(), "ldflags_before_objects", told);
        let inputs = || action.inputs.iter().map(|&input| plan.graph.path(input));
        let is_object = |word: &String| {
            (word.ends_with(".o") || word.ends_with(".mo")) && inputs().any(|input| input == word)
        };
        while let Some(word) =
            listed.next_if(|word| before_libraries.first() != Some(word) && is_object(word))
        {
            told.say(word, ArgumentSource::Files.alone());
        }
        own(&mut listed, before_libraries.len(), "ldflags_before_libraries", told);
        self.of_libraries(listed.collect(), resolved, told);
    }

    /// Libraries, each with what belongs to it, in whatever order.
    fn of_libraries(&self, words: Vec<String>, resolved: &Resolved, told: &mut Telling) {
        let mut open = self.words_of_libraries(resolved);
        for word in words {
            let is_it = |(known, _): &(String, ArgumentOrigin)| match known.strip_prefix(ARCHIVE) {
                // The archive of a library lies where its flavour lies.
                Some(file) => word.contains(file),
                None => *known == word,
            };
            let origin = match open.iter().position(is_it) {
                Some(at) => open.remove(at).1,
                None if word.starts_with('@') || word.contains("-group") || word.contains("-state") => {
                    ArgumentSource::LibraryOrder.alone()
                }
                None => ArgumentSource::SharedLibraries.alone(),
            };
            told.say(word, origin);
        }
    }

    /// What may stand there, with who says it. An archive is `{archive}` and the end of its path.
    fn words_of_libraries(&self, resolved: &Resolved) -> Vec<(String, ArgumentOrigin)> {
        let listed = |origin: ArgumentOrigin, list| ArgumentOrigin { list: Some(list), ..origin };
        let mut words = Vec::new();
        for layer in &resolved.layers {
            let origin = listed(ArgumentSource::Project.alone(), "layers");
            words.extend(layer.args.iter().map(|arg| (arg.clone(), origin.clone())));
        }
        let lists = ["system_libraries", "keep_system_libraries"];
        let system = |of: [&[String]; 2], origin: ArgumentOrigin, words: &mut Vec<_>| {
            for (names, list) in of.into_iter().zip(lists) {
                let origin = listed(origin.clone(), list);
                words.extend(names.iter().map(|name| (format!("-l{name}"), origin.clone())));
            }
        };
        system(self.system, ArgumentSource::Target.alone(), &mut words);
        for &at in &self.libraries {
            let library = &resolved.libraries[at];
            let origin = ArgumentSource::Linked.of(&library.name);
            let archive = match &library.archive {
                Some(path) => format!("{ARCHIVE}{path}"),
                None => format!("{ARCHIVE}/{}", library.file_name),
            };
            for arg in &library.link_args {
                let word = if arg.contains(ARCHIVE) { archive.clone() } else { arg.clone() };
                words.push((word, listed(origin.clone(), "link_args")));
            }
            words.push((archive, origin.clone()));
            let of = [&library.system_libraries[..], &library.keep_system_libraries[..]];
            system(of, origin, &mut words);
        }
        words
    }

    /// What follows the libraries: what levels say to links, what the environment says, the other files.
    fn behind(&self, toolchain: &Toolchain, words: impl Iterator<Item = String>, told: &mut Telling) {
        let said = self.ldflags.said.iter().map(|flag| (flag.text.as_str(), of_flag(flag)));
        let environment = ArgumentSource::Environment.of(&self.variable("LDFLAGS"));
        let of_environment = toolchain.ldflags.iter().map(|flag| (flag.as_str(), environment.clone()));
        let ResolvedPlaces { before_objects, before_libraries } = self.places;
        let in_front = before_objects.iter().chain(before_libraries).filter(|_| self.relocatable);
        let in_front = in_front.map(|text| (text.as_str(), ArgumentSource::Target.alone()));
        let mut known: Vec<(&str, ArgumentOrigin)> =
            in_front.chain(said).chain(of_environment).collect();
        for word in words {
            // Not all of them are said to the link of an object.
            let at = known.iter().position(|(text, _)| *text == word);
            let origin = at.and_then(|at| known.drain(..=at).next_back()).map(|(_, origin)| origin);
            told.say(word, origin.unwrap_or_else(|| ArgumentSource::Files.alone()));
        }
    }
}
