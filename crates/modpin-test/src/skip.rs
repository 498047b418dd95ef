//! A test that cannot run here says so loudly. Knows no test.

/// Says that a test, or a part of one, cannot run on this machine. With `MODPIN_REQUIRE_ALL=1` in the
/// environment, as in CI, that is a failure.
///
/// # Panics
/// When everything is required.
pub fn skip(what: &str, why: &str) {
    if std::env::var_os("MODPIN_REQUIRE_ALL").is_some_and(|value| value == "1") {
        panic!("{what} cannot run: {why}");
    }
    eprintln!("SKIPPED: {what}: {why}");
}

/// The linkers that gcc can be told to use here, by the name that `-fuse-ld` takes. Those that are
/// missing are skipped loudly.
pub fn linkers(test: &str) -> Vec<&'static str> {
    let there = |linker: &&&str| {
        let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
            .any(|dir| dir.join(format!("ld.{linker}")).is_file());
        if !found {
            skip(&format!("{test} with {linker}"), "it is not installed");
        }
        found
    };
    ["bfd", "gold", "lld", "mold"].iter().filter(there).copied().collect()
}
