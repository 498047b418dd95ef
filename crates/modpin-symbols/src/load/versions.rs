//! Versions of symbols that are not there, and what glibc's loader makes of that.

use std::collections::{BTreeSet, HashMap};

use crate::facts::asks::Ask;
use crate::facts::loadable::Loadable;
use crate::facts::offers::{Offer, Version, Wanted};
use crate::load::scope::{Binds, InScope, Rules, definer};

/// A version that a file needs and its provider does not define. The loader stops here, before it looks for symbols.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingVersion {
    /// The version.
    pub version: String,
    /// The file that should define it.
    pub provider: String,
    /// The file that needs it.
    pub asked_by: String,
}

/// All versions that the providers of files that are bound now do not define, sorted. musl does not ask.
pub fn missing_versions(scope: &[InScope<'_>], rules: Rules) -> Vec<MissingVersion> {
    if rules == Rules::Musl {
        return Vec::new();
    }
    let mut called: HashMap<&str, &InScope<'_>> = HashMap::new();
    for file in scope {
        for name in file.names() {
            called.entry(name).or_insert(file);
        }
    }
    let mut lost = BTreeSet::new();
    for asker in scope.iter().filter(|file| file.binds != Binds::Nothing) {
        for needed in asker.file.needed_versions.iter().filter(|needed| !needed.weak) {
            let provider = called.get(needed.file.as_str());
            let versions = provider.and_then(|provider| provider.file.versions.as_ref());
            if versions.is_some_and(|versions| !versions.contains(&needed.version)) {
                lost.insert(MissingVersion {
                    version: needed.version.clone(),
                    provider: needed.file.clone(),
                    asked_by: asker.name.to_owned(),
                });
            }
        }
    }
    lost.into_iter().collect()
}

/// The first file that is bound now, has packed relocations and does not say so to its libc. glibc refuses it since 2.36,
/// the version that can read them: an older one would not relocate it and crash.
pub fn unannounced_relr<'a>(scope: &[InScope<'a>], rules: Rules) -> Option<&'a str> {
    const ABI: &str = "GLIBC_ABI_DT_RELR";
    let is_libc = |name: &str| name.starts_with("libc.so.");
    let knows = |of: &InScope<'_>| of.file.versions.iter().flatten().any(|version| version == ABI);
    if rules == Rules::Musl || !scope.iter().any(knows) {
        return None;
    }
    let bound = scope.iter().filter(|of| of.binds != Binds::Nothing && of.file.relr);
    let silent = |file: &Loadable| {
        let needed = &file.needed_versions;
        !needed.is_empty() && !needed.iter().any(|needed| is_libc(&needed.file) && needed.version == ABI)
    };
    let mut refused =
        bound.filter(|of| of.file.needed.iter().any(|name| is_libc(name)) && silent(of.file));
    refused.next().map(|of| of.name)
}

/// A file without versions instead of one that had them when its user was linked. glibc's loader takes that for its
/// own bug and stops the process.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unversioned {
    /// The symbol that shows it.
    pub symbol: String,
    /// The version asked for.
    pub version: String,
    /// The file that has lost its versions.
    pub provider: String,
    /// The file that asks.
    pub asked_by: String,
}

/// The first symbol at which glibc's loader would stop the process, if there is one.
pub fn unversioned(scope: &[InScope<'_>], rules: Rules) -> Option<Unversioned> {
    if rules == Rules::Musl {
        return None;
    }
    let meets = |asker: &InScope<'_>, ask: &Ask<'_>| {
        let (version, of) = (ask.version?, ask.version_of?);
        let end = definer(scope, ask, rules)?;
        let without = |offer: &Offer<'_>| *offer.version == Version::Unknown;
        let provider = scope.get(end)?;
        let stops = provider.is_called(of) && provider.file.offers.any(Wanted::new(ask.name), without);
        stops.then(|| Unversioned {
            symbol: ask.name.text().into_owned(),
            version: version.to_owned(),
            provider: provider.name.to_owned(),
            asked_by: asker.name.to_owned(),
        })
    };
    // Such a file knows no versions at all, and that is rare.
    let without: Vec<&InScope<'_>> = scope.iter().filter(|of| of.file.knows_no_versions()).collect();
    let needs_one = |asker: &&InScope<'_>| {
        let needed = asker.file.needed_versions.iter();
        asker.binds != Binds::Nothing
            && needed.map(|it| &it.file).any(|it| without.iter().any(|of| of.is_called(it)))
    };
    let mut askers = scope.iter().filter(needs_one);
    // The first by name.
    askers.find_map(|asker| asker.asks().filter_map(|ask| meets(asker, &ask)).min())
}

/// Files of the scope that offer a symbol, if only under other versions than the one asked for: `libc.so.6 (f@@V2)`.
pub fn other_versions(scope: &[InScope<'_>], symbol: &str) -> Vec<String> {
    let show = |of: &InScope<'_>, offer: &Offer<'_>| match offer.version {
        Version::Named { name, hidden, .. } => {
            format!("{} ({symbol}{}{name})", of.name, if *hidden { "@" } else { "@@" })
        }
        _ => format!("{} (without version)", of.name),
    };
    let of_file = |of: &InScope<'_>| {
        of.file.offers_of(symbol).iter().map(|offer| show(of, offer)).collect::<Vec<_>>()
    };
    scope.iter().flat_map(of_file).collect()
}
