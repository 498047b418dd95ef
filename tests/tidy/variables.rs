//! docs/arguments.md names every variable of the environment that the code names, and no other.

use std::collections::BTreeSet;

use crate::tidy::source::{read, sources};

/// Texts in capitals that are no variables that modpin reads, in files that read the environment.
const OTHERS: [&str; 11] = [
    // Options of every project.
    "CC_KIND",
    "CC_VERSION",
    "ARCH",
    "ENDIAN",
    "ENV",
    "OS",
    "POINTER_WIDTH",
    // Set for commands, and of the crate itself.
    "PWD",
    "CARGO_PKG_VERSION",
    // What a shell is to complete.
    "NAME",
    "TEST",
];

/// Variables that somebody else reads for us: the cc crate, cargo, the jobserver crate; and one whose name is put together.
const OF_OTHERS: [&str; 11] = [
    "TARGET_CC",
    "HOST_CC",
    "CRATE_CC_NO_DEFAULTS",
    "CARGO_TARGET_DIR",
    "MAKEFLAGS",
    "CARGO_MAKEFLAGS",
    "STRIP",
    "OBJCOPY",
    "HOSTCXXFLAGS",
    "PKG_CONFIG_PATH",
    "PKG_CONFIG_LIBDIR",
];

/// Names in capitals between these marks.
fn names(text: &str, mark: char) -> impl Iterator<Item = &str> {
    let is_name = |name: &&str| {
        let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        name.len() > 1 && name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(fits)
    };
    text.split(mark).skip(1).step_by(2).filter(is_name)
}

#[test]
fn every_variable_that_is_read_stands_on_one_page() {
    let page = read("docs/arguments.md");
    let listed: BTreeSet<&str> = names(&page, '`').collect();
    let sources = sources();
    let ours = sources.iter().filter(|source| {
        source.path.starts_with("crates/")
            && !source.path.starts_with("crates/modpin-test")
            && !source.is_test()
    });
    let mut read = BTreeSet::new();
    for source in ours.filter(|source| source.says("env::") || source.path.ends_with("say/voice.rs")) {
        for line in source.lines().take_while(|line| !line.starts_with("#[cfg(test)]")) {
            let found = names(line, '"').filter(|name| !OTHERS.contains(name) && !name.ends_with('_'));
            for name in found {
                assert!(listed.contains(name), "{}: docs/arguments.md lacks {name}", source.path);
                read.insert(name);
            }
        }
    }
    let prefixed = |name: &str| name.strip_prefix("HOST").is_some_and(|name| read.contains(name));
    let not_ours: Vec<_> = listed
        .into_iter()
        .filter(|name| {
            !name.ends_with('_') && !read.contains(name) && !OF_OTHERS.contains(name) && !prefixed(name)
        })
        .filter(|name| !["AR", "NM", "RANLIB", "LD", "BUILD_DSO", "HOST"].contains(name))
        .collect();
    assert!(not_ours.is_empty(), "docs/arguments.md names what nobody reads: {not_ours:?}");
}
