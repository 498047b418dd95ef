//! Texts: projects, records beside archives, settings, symbols as a build keeps them, the loader's cache.

use modpin::{Cache, Config, LinkRecord, Opt, Project};
use modpin_symbols::Index;

use crate::{check, measured};

fn project(bytes: &[u8]) -> Result<Project, modpin::ProjectError> {
    Project::from_json(std::str::from_utf8(bytes).expect("text"), "made.json", "/")
}

fn listed(before: &str, one: &str, count: usize, after: &str) -> Vec<u8> {
    let all = format!("{one},").repeat(count);
    format!("{before}{}{after}", all.trim_end_matches(',')).into_bytes()
}

#[test]
fn projects_without_end() {
    if crate::ran_alone() {
        return;
    }
    let start = r#"{"format":1,"name":"p","targets":["#;
    for (what, one) in ["library", "module", "executable"]
        .map(|kind| (kind, format!(r#"{{"kind":"{kind}","name":"a"}}"#)))
    {
        check(
            &format!("600,000 {what}"),
            || listed(start, &one, 600_000, "]}"),
            |bytes| drop(project(bytes)),
        );
        let few = || listed(start, &one, 20_000, "]}");
        check("20,000 targets", few, |bytes| assert!(project(bytes).is_ok()));
    }
    let start = r#"{"format":1,"name":"p","targets":[{"kind":"library","name":"a","sources":["#;
    check(
        "six million sources",
        || listed(start, r#""""#, 6 << 20, "]}]}"),
        |bytes| drop(project(bytes)),
    );
    let usual = |bytes: &[u8]| assert!(project(bytes).is_ok());
    check(
        "200,000 sources",
        || listed(start, r#""source/of/a/large/project.c""#, 200_000, "]}]}"),
        usual,
    );
}

#[test]
fn conditions_without_end() {
    if crate::ran_alone() {
        return;
    }
    let start = r#"{"format":2,"name":"p","options":[{"name":"A","kind":"bool","depends_on":""#;
    for (what, one) in
        [("words", "A&&"), ("turns", "!A||"), ("parentheses", "(A)||"), ("texts", "''=''||")]
    {
        let text = || format!("{start}{}A\"}}]}}", one.repeat(2 << 20)).into_bytes();
        check(&format!("two million {what}"), text, |bytes| drop(project(bytes)));
    }
    let few = || format!("{start}{}A\"}}]}}", "A&&".repeat(20_000)).into_bytes();
    check("20,000 words", few, |bytes| assert!(project(bytes).is_ok()));
}

#[test]
fn objects_within_objects() {
    if crate::ran_alone() {
        return;
    }
    check("brackets without end", || b"[".repeat(24 << 20), |bytes| assert!(project(bytes).is_err()));
    check(
        "braces without end",
        || br#"{"a":"#.repeat(4 << 20),
        |bytes| assert!(project(bytes).is_err()),
    );
    let many = || listed("{", r#""a":0"#, 4 << 20, "}");
    check("a field again and again", many, |bytes| assert!(project(bytes).is_err()));
    let others =
        || (0..1 << 20).fold(String::from("{"), |text, n| text + &format!("\"{n:x}\":0,")).into_bytes();
    check("a million fields", others, |bytes| assert!(project(bytes).is_err()));
}

#[test]
fn records_without_end() {
    if crate::ran_alone() {
        return;
    }
    let read = |bytes: &[u8]| drop(LinkRecord::from_json(std::str::from_utf8(bytes).expect("text")));
    let start = r#"{"format":1,"name":"a","needs":["#;
    check("a million needs", || listed(start, r#"{"name":"","archive":""}"#, 1 << 20, "]}"), read);
    let start = r#"{"format":1,"name":"a","link_args":["#;
    check("six million arguments", || listed(start, r#""""#, 6 << 20, "]}"), read);
}

#[test]
fn a_setting_without_end() {
    if crate::ran_alone() {
        return;
    }
    let options = [Opt::tristate("CRYPT")];
    let set = |bytes: &[u8]| {
        Config::default().set_from_text(&options, std::str::from_utf8(bytes).expect("text"))
    };
    // No longer argument can be given to a program.
    check("a setting without end", || vec![b'A'; 128 << 10], |bytes| assert!(set(bytes).is_err()));
    check(
        "a name without end",
        || [&vec![b'A'; 128 << 10][..], b"=m"].concat(),
        |bytes| assert!(set(bytes).is_err()),
    );
}

#[test]
fn files_of_options_without_end() {
    if crate::ran_alone() {
        return;
    }
    let options = [Opt::tristate("CRYPT"), Opt::string("TITLE")];
    let read = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).expect("text");
        assert!(Config::default().read(&options, text, ".config").len() < 100);
    };
    for (what, line) in [
        ("lines", "A\n"),
        ("unknown options", "CONFIG_A=y\n"),
        ("values", "CONFIG_CRYPT=x\n"),
        ("settings", "CONFIG_CRYPT=m\n"),
        ("texts", "CONFIG_TITLE=\"a\"\n"),
    ] {
        check(&format!("{what} without end"), || line.repeat(1 << 19).into_bytes(), read);
    }
}

#[test]
fn symbols_as_text() {
    if crate::ran_alone() {
        return;
    }
    let unit = "modpin-syms 1\n=r.\tx86-64\tx.o\n";
    let read = |bytes: &[u8]| Index::parse(std::str::from_utf8(bytes).expect("text")).map(drop);
    for (what, line) in [("names", "la\n"), ("units", "=r.\t\t\n"), ("texts", "?\t\n")] {
        let text = || (unit.to_owned() + &line.repeat(3 << 20)).into_bytes();
        check(&format!("{what} without end"), text, read).ok();
    }
    // Such a text was made of an object, in which a symbol has sixteen bytes: that is the input.
    for line in ["dgdf\ta\n", "nsd\ta\n"] {
        let text = (unit.to_owned() + &line.repeat(3 << 20)).into_bytes();
        measured("three million symbols in a text", 16 * (3 << 20), text.len(), || read(&text))
            .expect("a text");
    }
    let dynamic = || format!("{unit}yl\n{}", "yN\t\n".repeat(3 << 20)).into_bytes();
    check("libraries without end", dynamic, read).ok();
    check(
        "backslashes without end",
        || format!("{unit}dgdf\t{}\n", "\\\\".repeat(8 << 20)).into_bytes(),
        read,
    )
    .expect("text");
    let usual = || format!("{unit}{}", "dgdf\tsome_function_of_ours\n".repeat(1 << 20)).into_bytes();
    check("a million usual definitions", usual, read).expect("a usual text");
}

/// A cache with these entries, each the places of a name and a path in `strings`.
fn cache(entries: impl Iterator<Item = (u32, u32)>, strings: &[u8]) -> Vec<u8> {
    let entries: Vec<(u32, u32)> = entries.collect();
    let mut bytes = b"glibc-ld.so.cache1.1".to_vec();
    bytes.extend((entries.len() as u32).to_le_bytes());
    bytes.resize(48, 0);
    let start = 48 + 24 * entries.len() as u32;
    for (name, path) in entries {
        bytes
            .extend([[3, 3, 0, 0], (start + name).to_le_bytes(), (start + path).to_le_bytes()].concat());
        bytes.extend([0; 12]);
    }
    bytes.extend(strings);
    bytes
}

#[test]
fn caches_without_end() {
    if crate::ran_alone() {
        return;
    }
    let read = |bytes: &[u8]| Cache::read(bytes.into()).paths("a", &[]).len();
    let many = 1 << 20;
    let one =
        check("a million libraries of one name", || cache((0..many).map(|_| (0, 0)), b"a\0"), read);
    assert_eq!(one, many as usize);
    let short: Vec<u8> = (0..many).flat_map(|n| format!("{n:05x}\0").into_bytes()).collect();
    check("a million libraries", || cache((0..many).map(|n| (6 * n, 6 * n)), &short), read);
    let long = [&vec![b'a'; 1 << 20][..], b"\0"].concat();
    check("100,000 libraries in one long name", || cache((0..100_000).map(|n| (n, n)), &long), read);
    check("a long name without an end", || cache((0..100_000).map(|n| (n, n)), &long[..1 << 20]), read);
}
