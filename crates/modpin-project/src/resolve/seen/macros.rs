//! Which macros an option becomes, in Kconfig's manner and in busybox's.

use crate::configure::known::KnownOption;
use crate::declare::condition::tristate::Tristate;
use crate::declare::options::kind::OptKind;
use crate::declare::seen::autoconf::Autoconf;
use crate::resolve::seen::literal::literal;

/// What stands behind the name of a tristate that is `m`.
pub const MODULE_ENDING: &str = "_MODULE";

/// The name that a pattern gives to an option.
pub(crate) fn named(pattern: &str, option: &str) -> String {
    pattern.replacen("{}", option, 1)
}

/// What an option is, as C writes it; `None` where it is off: a bool or tristate that is `n`, what no file of options mentions.
fn value(option: &KnownOption) -> Option<String> {
    match option.kind {
        OptKind::Choice => None,
        OptKind::Bool | OptKind::Tristate => (option.tristate() != Tristate::No).then(|| "1".to_owned()),
        OptKind::String => option.is_written.then(|| literal(&option.text)),
        OptKind::Int | OptKind::Hex => {
            (option.is_written && !option.text.is_empty()).then(|| option.text.clone())
        }
    }
}

/// What stands in the place of a value that is not there.
fn empty(option: &KnownOption) -> Option<String> {
    match option.kind {
        OptKind::String => Some(literal("")),
        OptKind::Int | OptKind::Hex => Some("0".to_owned()),
        OptKind::Choice | OptKind::Bool | OptKind::Tristate => None,
    }
}

/// What decides the macros of an option: two values that make other macros are other texts.
pub(crate) fn deciding(autoconf: &Autoconf, option: &KnownOption) -> String {
    let nothing = if autoconf.empty_values { "none" } else { "n" };
    match option.kind {
        OptKind::Bool | OptKind::Tristate => option.text.clone(),
        _ => value(option).unwrap_or_else(|| nothing.to_owned()),
    }
}

/// The lines of the header about one option.
pub(crate) fn lines(autoconf: &Autoconf, option: &KnownOption) -> Vec<String> {
    let value = value(option);
    let name = |pattern: &String| named(pattern, &option.name);
    let ending = if option.tristate() == Tristate::Module { MODULE_ENDING } else { "" };
    let seen = value.clone().or_else(|| empty(option).filter(|_| autoconf.empty_values));
    let with_value = seen.iter().flat_map(|value| {
        autoconf.names.iter().map(move |it| format!("#define {}{ending} {value}", name(it)))
    });
    let is_on = value.is_some();
    let number = u8::from(is_on);
    let numbers = autoconf.zero_or_one.iter().map(|it| format!("#define {} {number}", name(it)));
    let keeps = |keep: bool| if keep { " __VA_ARGS__" } else { "" };
    let arguments = |patterns: &'_ [String], keep: bool| -> Vec<String> {
        patterns.iter().map(|it| format!("#define {}(...){}", name(it), keeps(keep))).collect()
    };
    let (if_on, if_off) = (arguments(&autoconf.if_on, is_on), arguments(&autoconf.if_off, !is_on));
    with_value.chain(numbers).chain(if_on).chain(if_off).collect()
}

/// Every name that an option may become in some configuration.
pub(crate) fn names(autoconf: &Autoconf, option: &KnownOption) -> Vec<String> {
    let all = autoconf.patterns().map(|(_, pattern)| named(pattern, &option.name));
    let is_tristate = option.kind == OptKind::Tristate;
    let as_module = autoconf.names.iter().filter(|_| is_tristate);
    all.chain(as_module.map(|it| named(it, &option.name) + MODULE_ENDING)).collect()
}
