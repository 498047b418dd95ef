//! What was planned for a symbol, held against the finished files. Where they say something else, they are right: arguments
//! of the link hide what it was to export, libraries of the compiler give what no target has. Pure.

use super::Finished;
use super::look_up::{Giver, InFile};
use crate::explain::needs::Asking;
use crate::explain::scene::SceneLink;
use crate::explain::state::{Found, SymbolState, say};

/// The way out where a link hides what it keeps.
const HIDES: &str = "help: look for linker arguments that hide symbols: --exclude-libs, --version-script, --gc-sections with KEEP, -s";

/// The state of a symbol in a program or module, as its file tells it.
pub(crate) fn confirmed(
    link: &SceneLink,
    planned: Found,
    needed: &[Asking],
    finished: &Finished,
) -> Found {
    if link.offers.is_some() {
        // What a shared library offers was read from its file.
        return planned;
    }
    let in_file = finished.in_file(&link.name, link.executable);
    let found = corrected(link, planned, in_file, needed, finished);
    let is_open = link.executable && found.state == SymbolState::Missing && found.refusal.is_none();
    let way = || match finished.dropped(&link.name) {
        Some(words) => Some(words.to_owned()),
        None => finished.system().map(|words| format!("help: {words}")),
    };
    match is_open.then(way).flatten() {
        Some(words) => Found { refusal: Some(words), ..found },
        None => found,
    }
}

fn corrected(
    link: &SceneLink,
    planned: Found,
    in_file: Option<InFile>,
    needed: &[Asking],
    finished: &Finished,
) -> Found {
    match (planned.state, &in_file) {
        (SymbolState::Pinned | SymbolState::Exported, Some(InFile::Inside(_))) => hidden(
            &planned,
            "linked, and not exported by the finished program: modules that need it do not find it",
        ),
        (SymbolState::Pinned | SymbolState::Exported, Some(InFile::Unseen)) => hidden(
            &planned,
            "the finished program does not offer it: modules that need it do not find it",
        ),
        (SymbolState::Trimmed, Some(InFile::Offered)) => {
            say(SymbolState::Exported, "by the arguments of the link, though no module needs it")
        }
        (SymbolState::Linked, Some(InFile::Offered)) if link.executable => say(
            SymbolState::Exported,
            "by the arguments of the link, though this program loads no modules",
        ),
        _ if is_open(planned.state) => given(link, planned, in_file, needed, finished),
        _ => planned,
    }
}

fn hidden(planned: &Found, summary: &str) -> Found {
    // A reason that was known before says more.
    let refusal = planned.refusal.clone().or_else(|| Some(HIDES.to_owned()));
    Found { refusal, ..say(SymbolState::Hidden, summary) }
}

/// What only a source of the program can use, or the program as a whole.
fn kept_inside(in_file: Option<InFile>) -> Option<Found> {
    let Some(InFile::Inside(unseen)) = in_file else { return None };
    let (summary, help) = match unseen.is_static() {
        true => (
            format!("static in {}, so modules that need it do not find it", unseen.source),
            "help: take `static` away, or let a public function call it",
        ),
        false => (
            "hidden in the program, so modules that need it do not find it".to_owned(),
            "help: give its definition default visibility",
        ),
    };
    Some(Found { refusal: Some(help.to_owned()), ..say(SymbolState::Hidden, summary) })
}

/// Nobody that a target names has it, or somebody else has.
fn is_open(state: SymbolState) -> bool {
    matches!(
        state,
        SymbolState::Missing
            | SymbolState::Unknown
            | SymbolState::SharedLibrary
            | SymbolState::OtherModule
    )
}

/// The same of a symbol that no object and no archive of the program has.
fn given(
    link: &SceneLink,
    planned: Found,
    in_file: Option<InFile>,
    needed: &[Asking],
    finished: &Finished,
) -> Found {
    let has_it = matches!(in_file, Some(InFile::Offered | InFile::Inside(_)));
    if !link.executable {
        return match has_it {
            true => say(
                SymbolState::Linked,
                "the module has it itself: its link took it out of a library that no target names, as compilers add them",
            ),
            false => planned,
        };
    }
    let modules = needed.iter().filter(|asking| asking.linked && !asking.weak);
    let modules = modules.filter_map(|asking| asking.module.as_deref());
    let givers: Vec<(&str, &Giver)> =
        modules.filter_map(|module| Some((module, finished.giver(&link.name, module)?))).collect();
    if let Some((module, _)) = givers.iter().find(|(_, giver)| **giver == Giver::Nobody) {
        return match planned.state {
            SymbolState::SharedLibrary | SymbolState::OtherModule => say(
                SymbolState::Missing,
                format!("module {module} does not find it: who has it is not loaded with that module"),
            ),
            _ => kept_inside(in_file).unwrap_or(planned),
        };
    }
    let of_host = needed.iter().any(|asking| asking.module.is_none() && asking.linked);
    match givers.first() {
        _ if of_host && has_it => say(
            SymbolState::Linked,
            "its link took it out of a library that no target names, as compilers add them",
        ),
        Some((_, Giver::Library(path))) => say(SymbolState::SharedLibrary, format!("{path} has it")),
        Some((_, Giver::Module(name))) => {
            say(SymbolState::OtherModule, format!("module {name} has it, and is loaded first"))
        }
        Some((_, Giver::Host)) => say(
            SymbolState::Exported,
            "the program has it out of a library that no target names, and exports it",
        ),
        _ => planned,
    }
}
