//! Would this module load into this host? The dynamic loader's rules for symbols, applied to finished files.
//!
//! Knows no search path: the caller found the files and gives them in the loader's order. The rules are those of glibc's
//! `elf/dl-lookup.c` and `elf/dl-version.c`, and of musl's `ldso/dynlink.c`, which compares no versions.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::facts::asks::Ask;
use crate::facts::loadable::Loadable;
use crate::facts::offers::{Offer, Version, Wanted};
use crate::facts::table::Kind;

/// Whose rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rules {
    /// glibc's.
    #[default]
    Glibc,
    /// musl's.
    Musl,
}

/// A file in the loader's scope.
#[derive(Debug, Clone, Copy)]
pub struct InScope<'a> {
    /// How messages call it.
    pub name: &'a str,
    /// What it is.
    pub file: &'a Loadable,
    /// What is looked up for it.
    pub binds: Binds,
}

/// What is looked up for a file while it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binds {
    /// Nothing: that was done before.
    Nothing,
    /// What cannot wait: all but the calls, unless the file was linked with `-z now`.
    AtStart,
    /// Everything, as `dlopen` does it with RTLD_NOW.
    Now,
}

/// A symbol that the loader would not find.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingSymbol {
    /// The symbol.
    pub symbol: String,
    /// The version asked for.
    pub version: Option<String>,
    /// The files of the scope that ask for it.
    pub asked_by: BTreeSet<String>,
}

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

/// A symbol that a file defines for itself, and that it gets from another file all the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InterposedSymbol {
    /// The symbol.
    pub symbol: String,
    /// The file of the scope whose definition counts.
    pub by: String,
}

/// All strong symbols that nobody in the scope offers to a file that is bound now, sorted.
pub fn missing(scope: &[InScope<'_>], rules: Rules) -> Vec<MissingSymbol> {
    let bound: Vec<_> = (0..scope.len()).map(|at| (at, bind(scope, at, rules))).collect();
    unbound(scope, &bound)
}

/// What becomes of the symbols that one file asks for.
#[derive(Debug, Default)]
pub struct Bound<'a> {
    /// Those that nobody offers.
    pub missing: Vec<Ask<'a>>,
    /// Who gives the others: positions in the scope. Wherever these are, they offer them.
    pub givers: BTreeSet<usize>,
}

/// Looks up what a file of the scope asks for. Anybody who offers it will do: the file itself, and the file that was to define
/// its version, are asked first.
pub fn bind<'a>(scope: &[InScope<'a>], asker: usize, rules: Rules) -> Bound<'a> {
    let mut bound = Bound::default();
    let mut called: HashMap<&str, Option<usize>> = HashMap::new();
    for ask in scope[asker].asks().filter(|ask| !ask.weak) {
        let wanted = Wanted::new(ask.name);
        let takes = |at: &usize| scope[*at].offers(wanted, &ask, rules);
        let of = ask.version_of.and_then(|of| {
            *called.entry(of).or_insert_with(|| scope.iter().position(|file| file.is_called(of)))
        });
        let likely = if ask.own { Some(asker) } else { of };
        match likely.filter(takes).or_else(|| (0..scope.len()).find(takes)) {
            Some(giver) => _ = bound.givers.insert(giver),
            None => bound.missing.push(ask),
        }
    }
    bound
}

/// All symbols that some files of the scope miss, sorted.
pub fn unbound(scope: &[InScope<'_>], bound: &[(usize, Bound<'_>)]) -> Vec<MissingSymbol> {
    let mut lost: BTreeMap<(Cow<'_, str>, Option<&str>), BTreeSet<String>> = BTreeMap::new();
    for (asker, bound) in bound {
        for ask in &bound.missing {
            let by = lost.entry((ask.name.text(), ask.version)).or_default();
            by.insert(scope[*asker].name.to_owned());
        }
    }
    let missing = |((symbol, version), asked_by): ((Cow<'_, str>, Option<&str>), _)| MissingSymbol {
        symbol: symbol.into_owned(),
        version: version.map(str::to_owned),
        asked_by,
    };
    lost.into_iter().map(missing).collect()
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

/// Symbols that a file defines strongly and uses, and for which the loader takes another file's definition. That is no
/// error for the loader, and seldom what was meant. `file` is its position in the scope.
pub fn interposed(scope: &[InScope<'_>], file: usize, rules: Rules) -> Vec<InterposedSymbol> {
    let Some(of) = scope.get(file) else { return Vec::new() };
    let is_strong = |offer: &Offer<'_>| !offer.is_vague();
    let own = of
        .file
        .asks
        .iter()
        .filter(|ask| ask.own && of.file.offers.any(Wanted::new(ask.name), is_strong));
    let taken = own.filter_map(|ask| {
        let by = definer(&scope[..file], &ask, rules)?;
        Some(InterposedSymbol {
            symbol: ask.name.text().into_owned(),
            by: scope.get(by)?.name.to_owned(),
        })
    });
    let mut taken: Vec<InterposedSymbol> = taken.collect();
    taken.sort_unstable();
    taken.dedup();
    taken
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

/// The first file of the scope whose definition the loader takes.
pub fn definer(scope: &[InScope<'_>], ask: &Ask<'_>, rules: Rules) -> Option<usize> {
    let wanted = Wanted::new(ask.name);
    scope.iter().position(|of| of.offers(wanted, ask, rules))
}

/// `check_match` of glibc.
fn accepts(offered: &Version, asked: Option<&str>) -> bool {
    match (offered, asked) {
        (Version::Unknown, _) | (Version::None { .. }, None) => true,
        (Version::None { hidden }, Some(_)) => !hidden,
        (Version::Named { name, .. }, Some(asked)) => name == asked,
        (Version::Named { hidden, oldest, .. }, None) => *oldest || !hidden,
    }
}

impl<'a> InScope<'a> {
    /// Whether the loader would take this file's definition.
    #[inline]
    fn offers(&self, wanted: Wanted<'_>, ask: &Ask<'_>, rules: Rules) -> bool {
        self.file.offers.any(wanted, |offer| match rules {
            Rules::Glibc => accepts(offer.version, ask.version),
            // musl knows no function that chooses an address.
            Rules::Musl => !offer.version.is_hidden() && offer.kind != Kind::Ifunc,
        })
    }

    fn asks(&self) -> impl Iterator<Item = Ask<'a>> + use<'a> {
        let at_once = self.binds == Binds::Now || self.file.bind_now;
        let none = self.binds == Binds::Nothing;
        self.file.asks.iter().filter(move |ask| !none && (at_once || !ask.lazy))
    }

    fn is_called(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// Its soname, and that of its file.
    fn names(&self) -> impl Iterator<Item = &'a str> {
        self.file.soname.as_deref().into_iter().chain(self.name.rsplit('/').next())
    }
}

impl Version {
    fn is_hidden(&self) -> bool {
        match self {
            Version::Unknown => false,
            Version::None { hidden } | Version::Named { hidden, .. } => *hidden,
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::facts::loadable::NeededVersion;
    use crate::facts::table::Binding;

    /// Files in the loader's order: `NAME: WORDS`. `f` offers, `~f` weakly, `f@V` and `f@@V` with a version, of which V1
    /// is the file's first; `!f` asks, `?f` can do without, `/f` asks for calls only, `+f` defines and uses; `>FILE:V`
    /// needs a version, `#V` defines one, `#` alone says that the file knows versions. A file whose name ends in `*` is
    /// bound.
    fn files(text: &str) -> Vec<(String, Loadable)> {
        text.split(" | ").map(|file| read(file.split_once(':').expect("a name"))).collect()
    }

    fn read((name, words): (&str, &str)) -> (String, Loadable) {
        let name = name.trim_end_matches('*').to_owned();
        let versioned = words.contains('#');
        let mut file = Loadable { soname: Some(name.clone()), ..Loadable::default() };
        let words: Vec<(&str, &str)> = words
            .split_whitespace()
            .map(|word| {
                word.split_at(usize::from(word.starts_with(['!', '?', '/', '+', '~', '>', '#'])))
            })
            .collect();
        let asks = words.iter().filter(|(sign, _)| matches!(*sign, "!" | "?" | "/" | "+"));
        file.asks = asks.map(|&(sign, rest)| ask(sign, rest)).collect();
        let offered = words.iter().filter(|(sign, _)| matches!(*sign, "" | "~" | "+"));
        let offered: Vec<(&str, Version, bool)> =
            offered.map(|&(sign, rest)| offered_as(rest, sign == "~", versioned)).collect();
        file.offers = offered
            .iter()
            .map(|(name, version, vague)| Offer {
                name: (*name).into(),
                version,
                binding: if *vague { Binding::Weak } else { Binding::Global },
                kind: Kind::Function,
            })
            .collect();
        for (sign, rest) in words {
            let needed = |of: &str, version: &str, weak| NeededVersion {
                file: of.into(),
                version: version.into(),
                weak,
            };
            match (sign, rest.split_once('@'), rest.split_once(':')) {
                ("#", ..) => file.versions.get_or_insert_default().push(rest.into()),
                (">", _, Some((of, version))) => file.needed_versions.push(needed(of, version, false)),
                ("!" | "?" | "/" | "+", Some((_, version)), _) => {
                    file.needed_versions.push(needed("lib.so", version, true));
                }
                _ => {}
            }
        }
        (name, file)
    }

    fn ask<'a>(sign: &str, rest: &'a str) -> Ask<'a> {
        let (name, version) =
            rest.split_once('@').map_or((rest, None), |(name, version)| (name, Some(version)));
        let (weak, lazy, own) = (sign == "?", sign == "/", sign == "+");
        // What has a version was linked with lib.so, and can do without it.
        let version_of = version.map(|_| "lib.so");
        Ask { name: name.into(), version, version_of, weak, lazy, own, at_fixed_distance: false }
    }

    fn offered_as(word: &str, vague: bool, versioned: bool) -> (&str, Version, bool) {
        let (name, rest) = word.split_once('@').unwrap_or((word, ""));
        let version = match (rest, versioned) {
            ("", false) => Version::Unknown,
            ("", true) => Version::None { hidden: false },
            (version, _) => {
                let (hidden, name) = (!version.starts_with('@'), version.trim_start_matches('@'));
                Version::Named { name: name.into(), hidden, oldest: name == "V1" }
            }
        };
        (name, version, vague)
    }

    fn check_rules(text: &str, binds: Binds, rules: Rules, expect: Expect) {
        let owned = files(text);
        let bound = text.split(" | ").map(|file| file.contains("*:"));
        let scope: Vec<InScope<'_>> = owned
            .iter()
            .zip(bound)
            .map(|((name, file), bound)| InScope {
                name,
                file,
                binds: if bound { binds } else { Binds::Nothing },
            })
            .collect();
        let versions = missing_versions(&scope, rules).into_iter();
        let versions = versions.map(|lost| format!("{}:{}", lost.provider, lost.version));
        let symbols = missing(&scope, rules).into_iter().map(|lost| {
            let by: Vec<String> = lost.asked_by.into_iter().collect();
            let version = lost.version.map_or(String::new(), |version| format!("@{version}"));
            format!("{}{version}<-{}", lost.symbol, by.join(","))
        });
        let stops = unversioned(&scope, rules).into_iter();
        let stops =
            stops.map(|lost| format!("{}@{} stops at {}", lost.symbol, lost.version, lost.provider));
        let taken = interposed(&scope, scope.len() - 1, rules).into_iter();
        let taken = taken.map(|taken| format!("{}={}", taken.symbol, taken.by));
        expect
            .assert_eq(&versions.chain(symbols).chain(stops).chain(taken).collect::<Vec<_>>().join(" "));
    }

    fn check(text: &str, expect: Expect) {
        check_rules(text, Binds::Now, Rules::Glibc, expect);
    }

    #[test]
    fn strong_symbols_must_be_offered_by_somebody() {
        check("host: f main | libc.so: g | m.so*: !f !g ?h !main", expect![""]);
        check("host: main | m.so*: !f /g ?h !main", expect!["f<-m.so g<-m.so"]);
    }

    #[test]
    fn libraries_that_come_with_the_module_are_bound_too() {
        check("host: main !lost | m.so*: !f | libf.so*: f !g", expect!["g<-libf.so"]);
    }

    #[test]
    fn what_is_started_binds_calls_later() {
        let text = "host*: !data /call main";
        check_rules(text, Binds::AtStart, Rules::Glibc, expect!["data<-host"]);
        check_rules(text, Binds::Now, Rules::Glibc, expect!["call<-host data<-host"]);
    }

    #[test]
    fn versions_follow_the_loaders_rules() {
        // The same version; a file that knows none; the wrong one; an unversioned symbol beside versions.
        check(
            "host: b | lib.so: # a@@V2 c@@V2 d | m.so*: !a@V2 !b@V2 !c@V1 !d@V2",
            expect!["c@V1<-m.so"],
        );
        // One name in two versions.
        check("lib.so: # a@V1 a@@V2 b@@V1 | m.so*: !a@V1 !a@V2 !a@V3", expect!["a@V3<-m.so"]);
        // Without a version: the default one, the oldest one, and no other.
        check("lib.so: # a@@V2 b@V1 c@V2 | m.so*: !a !b !c", expect!["c<-m.so"]);
    }

    #[test]
    fn musl_takes_any_version_that_is_not_hidden() {
        let text = "lib.so: # a@@V2 b@V1 | m.so*: !a@V9 !b >lib.so:V9";
        check_rules(text, Binds::Now, Rules::Musl, expect!["b<-m.so"]);
    }

    #[test]
    fn a_version_that_its_file_lacks_is_missed_before_any_symbol() {
        check("lib.so: #V1 #V2 f | m.so*: >lib.so:V2 >lib.so:V3 !f", expect!["lib.so:V3"]);
        check("lib.so: f | m.so*: >lib.so:V3 !f", expect![""]);
    }

    #[test]
    fn a_library_that_lost_its_versions_stops_the_loader() {
        check("host: f | lib.so: g | m.so*: !f@V1 !g@V1", expect!["g@V1 stops at lib.so"]);
        check("lib.so: # g@@V1 | m.so*: !g@V1", expect![""]);
    }

    #[test]
    fn who_comes_first_takes_the_modules_own_symbols() {
        check("host: f ~w | libz.so: g | m.so*: +f +g +h ~w", expect!["f=host g=libz.so"]);
    }
}
