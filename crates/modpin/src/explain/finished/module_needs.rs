//! What the modules of a build need, as the finished files tell it: who gives each symbol, and what nobody gives.

use std::collections::BTreeSet;

use super::look_up::{Giver, LookUps};
use crate::steps::{Need, Provider};

/// Says of each need of a module who gives it in this host. What was worked out of objects is a promise until both are linked.
pub fn confirm_needs(look_ups: &mut LookUps<'_>, host: &str, module: &str, needs: &mut [Need]) {
    let symbols: BTreeSet<String> = needs.iter().map(|need| need.symbol.clone()).collect();
    let symbols = symbols.iter().map(String::as_str).collect();
    let givers = look_ups.givers(host, module, &symbols);
    for need in needs {
        match &givers {
            Some(givers) => confirm(need, givers.get(&need.symbol)),
            None if need.provider == Provider::Elsewhere => need.provider = Provider::Unknown,
            None => {}
        }
    }
}

fn confirm(need: &mut Need, giver: Option<&Giver>) {
    match giver {
        // The link of the module settled it, and left no question.
        None | Some(Giver::Itself) => give(need, Provider::Itself, ""),
        Some(Giver::Nobody) => need.provider = Provider::Nobody,
        Some(Giver::Host) => match need.provider {
            Provider::Pinned | Provider::Host => {}
            _ => give(need, Provider::Host, ""),
        },
        Some(Giver::Module(name)) => give(need, Provider::Module, name),
        Some(Giver::Library(_)) if need.provider == Provider::SharedLibrary => {}
        Some(Giver::Library(path)) => give(need, Provider::Elsewhere, path),
    }
}

fn give(need: &mut Need, provider: Provider, file: &str) {
    (need.provider, need.file, need.member) = (provider, file.to_owned(), String::new());
}
