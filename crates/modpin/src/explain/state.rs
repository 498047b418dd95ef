//! What a symbol is to a program, in a word and in a sentence.

use modpin_symbols::{Asker, Refusal, UnitId, linker_provides};
use serde::Serialize;

use super::needs::Asking;
use super::program::Program;

/// What a symbol is to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SymbolState {
    /// Kept in the host, out of an archive, and exported, because a module needs it.
    Pinned,
    /// Exported: a module needs it, and an object of the host has it; or a shared library offers it.
    Exported,
    /// Linked, and not exported, because no module needs it.
    Trimmed,
    /// Linked into a program that has no modules, into a module, or into a shared library that does not offer it.
    Linked,
    /// A module needs it, the host has it, and visibility keeps it inside.
    Hidden,
    /// A module needs it, and the host cannot give it for another reason.
    Refused,
    /// An archive has it, and nothing takes that member.
    NotLinked,
    /// A shared library gives it.
    SharedLibrary,
    /// Another module gives it, which is loaded before.
    OtherModule,
    /// The linker or the loader defines it.
    Provided,
    /// Nobody defines it, and whoever refers to it can do without (weak).
    Absent,
    /// Nobody defines it, and somebody cannot do without.
    Missing,
    /// Somebody needs it, and who gives it cannot be told: the program is not linked yet, or no program of the project
    /// loads the module that needs it.
    Unknown,
}

/// The state of a symbol, the sentence for it, and the reason in full where it is refused.
#[derive(Clone)]
pub(crate) struct Found {
    pub state: SymbolState,
    pub summary: String,
    pub refusal: Option<String>,
}

/// Who gives what the program itself does not define.
pub(super) struct Givers {
    /// Shared libraries, in the order in which they are searched.
    pub shared: Vec<String>,
    /// Modules that all who ask are declared to need.
    pub modules: Vec<String>,
}

/// What a symbol is to a program, as far as it is anything to it.
pub(super) fn state(
    program: &Program<'_>,
    symbol: &str,
    needed: &[Asking],
    givers: &Givers,
) -> Option<Found> {
    if let Some(refusal) = program.plan.refused.iter().find(|refusal| refusal.symbol() == Some(symbol)) {
        return Some(refused(refusal));
    }
    let taken = program.taken(symbol);
    let found = match taken {
        Some(unit) if program.linked.why(unit).is_some() => linked(program, symbol, unit),
        Some(_) => not_linked(program, needed),
        None => undefined(program, symbol, needed, givers)?,
    };
    Some(found)
}

pub(crate) fn say(state: SymbolState, summary: impl Into<String>) -> Found {
    Found { state, summary: summary.into(), refusal: None }
}

fn refused(refusal: &Refusal) -> Found {
    let (state, summary) = match refusal {
        Refusal::Hidden { visibility, .. } => {
            (SymbolState::Hidden, format!("{visibility}, so modules that need it cannot have it"))
        }
        _ => (SymbolState::Refused, "modules that need it cannot have it".to_owned()),
    };
    Found { state, summary, refusal: Some(refusal.to_string()) }
}

fn linked(program: &Program<'_>, symbol: &str, unit: UnitId) -> Found {
    if let Some(offers) = &program.link.offers {
        return match offers.contains(symbol) {
            true => say(SymbolState::Exported, "the library offers it to those who link it"),
            false => say(SymbolState::Linked, "inside of the library only, which does not offer it"),
        };
    }
    let export = program.plan.exports.iter().find(|export| export.symbol == symbol);
    let is_pin = program.plan.pins.iter().any(|pin| pin.symbol == symbol);
    let hidden = program.linked.narrowed(symbol).filter(|narrowed| !narrowed.visibility.exportable());
    match export {
        Some(_) if is_pin && program.is_pinned(unit) => say(
            SymbolState::Pinned,
            "kept and exported for modules; without them it would not be linked",
        ),
        Some(_) if is_pin => {
            say(SymbolState::Pinned, "kept and exported for modules; the host itself links it, too")
        }
        Some(export) if export.weak => {
            say(SymbolState::Exported, "exported, because a module uses it if it is there")
        }
        Some(export) if export.asked_by == [Asker::Project] => say(
            SymbolState::Exported,
            "exported, because the project lists it, or a shared library leaves it to its program",
        ),
        Some(_) => say(SymbolState::Exported, "exported, because a module needs it"),
        None if !program.link.executable => say(SymbolState::Linked, "the module has it itself"),
        None if !program.is_host() => {
            say(SymbolState::Linked, "not exported, because this program loads no modules")
        }
        None => match hidden {
            Some(narrowed) => {
                let word = narrowed.visibility.word();
                say(
                    SymbolState::Trimmed,
                    format!("linked and {word}: no module could have it, none needs it"),
                )
            }
            None if program.exports_all() => {
                say(SymbolState::Exported, "exported, because the project exports all that it links")
            }
            None => say(SymbolState::Trimmed, "linked, and not exported, because no module needs it"),
        },
    }
}

fn not_linked(program: &Program<'_>, needed: &[Asking]) -> Found {
    let mut wanted = needed.iter().filter(|asking| asking.linked && !asking.weak);
    let summary = match (wanted.next(), needed) {
        // Whoever asks is not understood well enough for a pin: the host is refused as a whole.
        (Some(asking), _) => format!("{} needs it, and yet nothing keeps it", asking.title()),
        (None, []) => "nothing needs it".to_owned(),
        (None, all) if all.iter().all(|asking| asking.linked) => {
            "all references are weak, and these take no member of an archive".to_owned()
        }
        _ => "nothing that is linked needs it".to_owned(),
    };
    let refused = program.plan.refused.iter().find(|refusal| refusal.symbol().is_none());
    let refusal = refused.map(Refusal::to_string);
    Found { refusal, ..say(SymbolState::NotLinked, summary) }
}

fn undefined(program: &Program<'_>, symbol: &str, needed: &[Asking], givers: &Givers) -> Option<Found> {
    let listed = program.plan.unread.iter();
    let unread = listed.map(|unread| format!("{} ({})", unread.site, unread.why)).collect::<Vec<_>>();
    let asking: Vec<&Asking> = needed.iter().filter(|asking| asking.linked).collect();
    if needed.is_empty() {
        return None;
    }
    Some(if linker_provides(symbol) {
        say(SymbolState::Provided, "the linker or the loader defines it")
    } else if let [module, ..] = &givers.modules[..] {
        say(SymbolState::OtherModule, format!("module {module} has it, and is loaded first"))
    } else if program.link.rust.contains(symbol) {
        say(SymbolState::Exported, "Rust defines it; the link fails when it does not")
    } else if let [library, ..] = &givers.shared[..] {
        say(SymbolState::SharedLibrary, format!("{library} has it"))
    } else if asking.is_empty() {
        say(SymbolState::NotLinked, "nobody defines it, and nothing that is linked needs it")
    } else if asking.iter().all(|asking| asking.weak) {
        say(SymbolState::Absent, "nobody defines it; the references are weak, so nobody misses it")
    } else if program.link.given.contains(symbol) {
        say(SymbolState::SharedLibrary, "a shared library that it links has it")
    } else if program.link.offers.is_some() {
        say(SymbolState::Unknown, "a library of the system has it, or whoever loads this library")
    } else if !program.link.executable {
        say(SymbolState::Unknown, "needed from a host, and no program of this project loads this module")
    } else if program.link.shared.is_none() {
        say(
            SymbolState::Unknown,
            "no object or archive of this program defines it; what shared libraries have is not known, because \
             this program is not linked yet",
        )
    } else if !unread.is_empty() {
        let text = format!("nobody who can be read defines it; it may be in {}", unread.join(", "));
        say(SymbolState::Missing, text)
    } else {
        say(SymbolState::Missing, "no object, archive or shared library of this program defines it")
    })
}
