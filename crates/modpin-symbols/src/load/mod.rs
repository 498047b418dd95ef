//! Would this module load into this host? The dynamic loader's rules for symbols, applied to finished files.
//!
//! Knows no search path: the caller found the files and gives them in the loader's order. The rules are those of glibc's
//! `elf/dl-lookup.c` and `elf/dl-version.c`, and of musl's `ldso/dynlink.c`, which compares no versions.

pub(crate) mod scope;
pub(crate) mod missing;
pub(crate) mod versions;
pub(crate) mod interposed;

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::facts::asks::Ask;
    use crate::facts::loadable::{Loadable, NeededVersion};
    use crate::facts::offers::{Offer, Version};
    use crate::facts::table::{Binding, Kind};
    use crate::load::interposed::interposed;
    use crate::load::missing::missing;
    use crate::load::scope::{Binds, InScope, Rules};
    use crate::load::versions::{missing_versions, unversioned};

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
