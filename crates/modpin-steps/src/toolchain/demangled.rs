//! Names as their authors wrote them: linkers know functions of C++ and of Rust by mangled names (`_ZN2ns4openEi`), people by
//! `ns::open(int)`. Texts for people say both. The program `c++filt` is asked, which comes with every linker of GNU and knows both
//! languages; where it is not there, or does not answer, names stay as they are.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use modpin_engine::{Processes, RealProcesses, Spawn, Status};

use super::search_path::find_program;

/// How much is asked at once, in bytes: less than what any command line may hold.
const AT_ONCE: usize = 64 << 10;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A text with each mangled name behind what it says. What stands in backticks or quotes stays: that is what a user types.
pub fn readable(text: &str) -> Cow<'_, str> {
    replaced(text, ask)
}

/// What mangled names among these say.
#[cfg(feature = "inspect")]
pub fn said(names: impl IntoIterator<Item = impl AsRef<str>>) -> BTreeMap<String, String> {
    let names: Vec<_> = names.into_iter().collect();
    let names = names.iter().map(AsRef::as_ref).filter(|name| mangled(name) == [(0, name.len())]);
    let names: Vec<&str> = names.collect();
    of_names(&names, ask).into_iter().map(|(name, said)| (name.to_owned(), said)).collect()
}

fn of_names<'n>(
    names: &'n [&'n str],
    ask: impl Fn(&[&str]) -> Vec<String>,
) -> BTreeMap<&'n str, String> {
    let answers = at_once(names).into_iter().flat_map(|names| names.iter().copied().zip(ask(names)));
    answers.filter(|(name, said)| name != said).collect()
}

fn replaced(text: &str, ask: impl Fn(&[&str]) -> Vec<String>) -> Cow<'_, str> {
    let words = mangled(text);
    let mut names: Vec<&str> = words.iter().map(|&(from, to)| &text[from..to]).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Cow::Borrowed(text);
    }
    let said = of_names(&names, ask);
    let (mut out, mut done) = (String::with_capacity(text.len() * 2), 0);
    for (from, to) in words {
        let name = &text[from..to];
        out += &text[done..from];
        match said.get(name) {
            Some(said) => out += &format!("{said} ({name})"),
            None => out += name,
        }
        done = to;
    }
    out += &text[done..];
    Cow::Owned(out)
}

/// Where mangled names stand, as far as their beginning tells.
fn mangled(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let of_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$');
    let (mut found, mut at, mut typed) = (Vec::new(), 0, None);
    while at < bytes.len() {
        match (typed, bytes[at]) {
            // A line that ends takes nothing along: an apostrophe is no quote, and not every quote has a partner.
            (_, b'\n') => typed = None,
            (None, quote @ (b'`' | b'"')) => typed = Some(quote),
            (Some(open), quote) if quote == open => typed = None,
            (None, b'_') if matches!(bytes.get(at + 1), Some(b'Z' | b'R')) => {
                let to = at + bytes[at..].iter().take_while(|&&byte| of_name(byte)).count();
                // A dot at the end is the sentence's.
                let to = at + text[at..to].trim_end_matches('.').len();
                found.push((at, to));
                at = to;
                continue;
            }
            (None, byte) if of_name(byte) || matches!(byte, b'/' | b'-' | b'=') || byte >= 0x80 => {
                at += bytes[at..].iter().take_while(|&&it| of_name(it) || it == byte).count();
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Names in portions that one question holds. One that no question holds is not asked.
fn at_once<'n>(names: &'n [&'n str]) -> Vec<&'n [&'n str]> {
    let (mut portions, mut from, mut size) = (Vec::new(), 0, 0);
    for (at, name) in names.iter().enumerate() {
        if size + name.len() > AT_ONCE {
            portions.push(&names[from..at]);
            (from, size) = (at, 0);
        }
        if name.len() > AT_ONCE {
            from = at + 1;
        } else {
            size += name.len() + 1;
        }
    }
    portions.push(&names[from..]);
    portions.retain(|portion| !portion.is_empty());
    portions
}

/// What each name says; nothing where nobody knows.
fn ask(names: &[&str]) -> Vec<String> {
    let Some(program) = find_program("c++filt") else { return Vec::new() };
    let spawn = Spawn {
        program,
        args: names.iter().map(|&name| name.to_owned()).collect(),
        env: vec![("LC_ALL".to_owned(), Some("C".to_owned()))],
        dir: "/".to_owned(),
        limit: Some(PATIENCE),
        ..Spawn::default()
    };
    let ended = RealProcesses::new().run(&spawn).ok().filter(|ended| ended.status == Status::Exited(0));
    let output = ended.map_or_else(Vec::new, |ended| ended.output);
    let lines: Vec<String> = String::from_utf8_lossy(&output).lines().map(str::to_owned).collect();
    if lines.len() == names.len() { lines } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let ask = |names: &[&str]| {
            let known =
                |name: &&str| if *name == "_Zno" { (*name).to_owned() } else { format!("<{name}>") };
            names.iter().map(known).collect()
        };
        assert_eq!(replaced(text, ask), expected);
    }

    #[test]
    fn names_are_said_in_both_ways_and_all_else_stays() {
        check("nothing defines _Za (needed by a.o)", "nothing defines <_Za> (_Za) (needed by a.o)");
        check("_Za, _Rb: _Za.", "<_Za> (_Za), <_Rb> (_Rb): <_Za> (_Za).");
        check("_Za.cold@V1 _Zno", "<_Za.cold> (_Za.cold)@V1 _Zno");
        check("host: _Z, _Zno and main", "host: <_Z> (_Z), _Zno and main");
    }

    #[test]
    fn what_a_user_types_and_what_only_looks_so_stays() {
        for text in [
            "`explain _Za` tells",
            "exports \"_Za\"",
            "src/_Za.c and x_Za, a-_Za, -u=_Za",
            "l\u{e4}_Za",
            "_zA and _RESTRICT in \"_R\"",
        ] {
            check(text, &text.replace("_RESTRICT", "<_RESTRICT> (_RESTRICT)"));
        }
        check("don't \"open\n_Za", "don't \"open\n<_Za> (_Za)");
    }

    #[test]
    fn a_question_holds_only_so_much() {
        let (long, longer) = ("_Z".repeat(AT_ONCE / 3), "_Z".repeat(AT_ONCE));
        let names = [long.as_str(), &long, &longer, "_Za", "_Zb"];
        let portions = at_once(&names);
        assert_eq!(portions.iter().map(|portion| portion.len()).collect::<Vec<_>>(), [1, 1, 2]);
        assert!(at_once(&[]).is_empty());
    }
}
