//! What was set and cannot be, and options that push others where these cannot be. Who wins, and by which chain, is told.

use crate::configure::config::{Config, Setting};
use crate::configure::evaluate::{number_at, pushed};
use crate::configure::known::{Known, KnownOption, Origin};
use crate::configure::reason::{lacking, reason, shown};
use crate::configure::set_by::SetBy;
use crate::configure::symbols::{RangeEnd, Symbol, Symbols};
use crate::declare::condition::tristate::Tristate;
use crate::declare::options::kind::OptKind;
use crate::problem::Problem;

/// Problems, and notes about what is no problem.
pub(crate) fn contradictions(
    symbols: &Symbols<'_>,
    known: &Known,
    config: &Config,
) -> (Vec<Problem>, Vec<String>) {
    let (mut problems, mut notes) = (Vec::new(), Vec::new());
    let told = Told { symbols, known, modules: config.modules };
    for (symbol, option) in symbols.list.iter().zip(&known.options) {
        problems.extend(told.unmet_select(symbol, option));
        let Some(set) = config.setting(&option.name) else { continue };
        let Some(why) = told.overruled(symbol, option, set) else { continue };
        let text = format!("option {:?} is set to {}, but it is {why}", option.name, set.text);
        match set.by {
            SetBy::Hand => problems.push(Problem::new(text, told.way_out(symbol, option))),
            // What is set and cannot be seen now may be seen again one day.
            SetBy::File if option.visible != Tristate::No => notes.push(text),
            SetBy::File => {}
        }
    }
    (problems, notes)
}

struct Told<'a> {
    symbols: &'a Symbols<'a>,
    known: &'a Known,
    modules: bool,
}

impl Told<'_> {
    /// A select that pushes an option higher than its dependencies allow.
    fn unmet_select(&self, symbol: &Symbol<'_>, option: &KnownOption) -> Option<Problem> {
        let (value, by) = pushed(self.known, &symbol.selected_by);
        let condition = symbol.option.depends_on.as_ref().filter(|_| option.allowed < value)?;
        let by = by.first()?;
        let text = format!(
            "option {by:?} selects {:?}, which depends on {condition}; {}",
            option.name,
            lacking(self.symbols, self.known, &condition.0, value)
        );
        let help =
            format!("let {by} depend on it too, or use imply; {}", reason(self.symbols, self.known, by));
        Some(Problem::new(text, help))
    }

    /// What an option is in the place of what was set, and why; `None` where it is what was set.
    fn overruled(&self, symbol: &Symbol<'_>, option: &KnownOption, set: &Setting) -> Option<String> {
        let is_as_set = match option.kind {
            OptKind::Bool | OptKind::Tristate => {
                let without_modules = set.text == "m" && option.text == "y" && !self.modules;
                option.text == set.text || without_modules
            }
            _ => matches!(option.origin, Origin::Set(_)),
        };
        (!is_as_set).then(|| format!("{}: {}", shown(option), self.because(symbol, option)))
    }

    fn because(&self, symbol: &Symbol<'_>, option: &KnownOption) -> String {
        let depends = symbol.option.depends_on.as_ref();
        let visible = symbol.option.visible_when.as_ref();
        let who = |names: &[String], verb: &str| {
            let told = names.iter().map(|name| reason(self.symbols, self.known, name));
            format!("{verb} by {}", told.collect::<Vec<_>>().join(", "))
        };
        let lacks =
            |condition: &crate::Cond| lacking(self.symbols, self.known, &condition.0, Tristate::Yes);
        match (&option.origin, depends, visible) {
            (Origin::Selected(by), ..) => who(by, "selected"),
            (_, Some(condition), _) if option.allowed < Tristate::Yes => {
                format!("it depends on {condition}; {}", lacks(condition))
            }
            (_, _, Some(condition)) if option.visible < Tristate::Yes => {
                format!("it can be set when {condition}; {}", lacks(condition))
            }
            (Origin::Implied(by), ..) => who(by, "implied"),
            (Origin::Chosen(choice), ..) => reason(self.symbols, self.known, choice),
            _ => match symbol.range {
                Some(ends) => {
                    let at = |end| number_at(self.known, symbol.option.kind, end).to_string();
                    let told = ends.map(|end| match end {
                        RangeEnd::Option(other) => format!("{} ({})", at(end), self.symbols.name(other)),
                        RangeEnd::Number(_) => at(end),
                    });
                    format!("it must be between {}", told.join(" and "))
                }
                None => reason(self.symbols, self.known, &option.name),
            },
        }
    }

    fn way_out(&self, symbol: &Symbol<'_>, option: &KnownOption) -> String {
        let name = &option.name;
        match (&option.origin, symbol.choice) {
            (Origin::Selected(by), _) if !by.is_empty() => {
                format!("set {} otherwise, or do not set {name}", by.join(" and "))
            }
            (Origin::Chosen(_), Some(choice)) => {
                let choice = self.symbols.name(choice);
                format!("choose with -D {choice}=MEMBER")
            }
            _ if symbol.range.is_some() && option.visible != Tristate::No => {
                "set a number that fits".to_owned()
            }
            _ => format!("set what it depends on as well, or do not set {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::{Config, Opt, Tristate, configure};

    /// Settings of a command line, and the values or the contradictions.
    fn check(options: &[Opt], settings: &str, expected: Expect) {
        let mut config = Config::default();
        for setting in settings.split_whitespace() {
            config.set_from_text(options, setting).unwrap();
        }
        let said = match configure(options, &config) {
            Ok(known) => {
                known.options.iter().map(|option| format!("{}={}\n", option.name, option.text)).collect()
            }
            Err(error) => error.to_string() + "\n",
        };
        expected.assert_eq(&said);
    }

    fn options() -> Vec<Opt> {
        vec![
            Opt::bool("INET").default(true),
            Opt::bool("NET").depends_on("INET").default(true),
            Opt::tristate("CRYPT").depends_on("NET").select("ZLIB").default(Tristate::Module),
            Opt::tristate("ZLIB"),
            Opt::int("HZ").range(100..=1000).default(250),
            Opt::bool("EXPERT"),
            Opt::string("TITLE").visible_when("EXPERT").default("none"),
            Opt::choice("ALGO", [Opt::bool("AES"), Opt::bool("DES").depends_on("EXPERT")]),
        ]
    }

    #[test]
    fn what_fits_together() {
        check(
            &options(),
            "CRYPT=y EXPERT=y ALGO=DES TITLE=x HZ=1000",
            expect![[r#"
            INET=y
            NET=y
            CRYPT=y
            ZLIB=y
            HZ=1000
            EXPERT=y
            TITLE=x
            ALGO=DES
            AES=n
            DES=y
        "#]],
        );
    }

    #[test]
    fn what_depends_on_a_module_is_one_at_most() {
        let net = Opt::tristate("NET").default(Tristate::Module);
        let options =
            [net, Opt::tristate("CRYPT").depends_on("NET"), Opt::bool("TLS").depends_on("NET")];
        check(
            &options,
            "CRYPT=y",
            expect![[r#"
            option "CRYPT" is set to y, but it is m: it depends on NET; NET=m (default)
              help: set what it depends on as well, or do not set CRYPT
        "#]],
        );
        check(
            &options,
            "CRYPT=m TLS=y",
            expect![[r#"
            NET=m
            CRYPT=m
            TLS=y
        "#]],
        );
    }

    #[test]
    fn what_was_set_and_cannot_be_names_the_chain() {
        check(
            &options(),
            "ZLIB=n",
            expect![[r#"
            option "ZLIB" is set to n, but it is m: selected by CRYPT=m (default)
              help: set CRYPT otherwise, or do not set ZLIB
        "#]],
        );
        check(
            &options(),
            "CRYPT=y ZLIB=m",
            expect![[r#"
            option "ZLIB" is set to m, but it is y: selected by CRYPT=y (set with -D)
              help: set CRYPT otherwise, or do not set ZLIB
        "#]],
        );
        check(
            &options(),
            "INET=n CRYPT=y",
            expect![[r#"
            option "CRYPT" is set to y, but it is n: it depends on NET; NET=n (depends on INET; INET=n (set with -D))
              help: set what it depends on as well, or do not set CRYPT
        "#]],
        );
        check(
            &options(),
            "HZ=2000 TITLE=x",
            expect![[r#"
            option "HZ" is set to 2000, but it is 250: it must be between 100 and 1000
              help: set a number that fits

            option "TITLE" is set to x, but it is "none": it can be set when EXPERT; EXPERT=n (default)
              help: set what it depends on as well, or do not set TITLE
        "#]],
        );
        check(
            &options(),
            "DES=y",
            expect![[r#"
            option "DES" is set to y, but it is n: it depends on EXPERT; EXPERT=n (default)
              help: set what it depends on as well, or do not set DES
        "#]],
        );
        check(
            &options(),
            "AES=n",
            expect![[r#"
            option "AES" is set to n, but it is y: ALGO=AES (default)
              help: choose with -D ALGO=MEMBER
        "#]],
        );
    }

    #[test]
    fn a_select_that_is_not_met_names_both() {
        let options = [
            Opt::bool("ARCH"),
            Opt::tristate("LIB").depends_on("ARCH && !X"),
            Opt::bool("X"),
            Opt::bool("TOP").default(true),
            Opt::tristate("USER").default("TOP").select("LIB"),
        ];
        check(
            &options,
            "",
            expect![[r#"
            option "USER" selects "LIB", which depends on ARCH && !X; ARCH=n (default)
              help: let USER depend on it too, or use imply; USER=y (default)
        "#]],
        );
    }
}
