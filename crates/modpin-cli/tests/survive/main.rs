//! What the real program survives, on a real disk with the real compiler. `MODPIN_RELIABILITY=full` runs the counts
//! of the reliability table; a few otherwise.

mod world;
mod tree;
mod random;
mod signals;
mod clean;
mod at_once;
mod full_disk;
mod headers;
mod tools;
mod moved;
mod clashes;
mod reads;

/// `full` on request, `few` otherwise.
fn count(few: usize, full: usize) -> usize {
    if std::env::var("MODPIN_RELIABILITY").is_ok_and(|value| value == "full") { full } else { few }
}

/// Says loudly that a test cannot run without a program; where everything is required, that is a failure. Where the
/// program is there and the system forbids what it does, installing something would not help.
fn skip(program: &str, why: &str) {
    let there = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|dir| dir.join(program).is_file());
    let required = std::env::var_os("MODPIN_REQUIRE_ALL").is_some();
    assert!(there || !required, "this test needs {program}");
    eprintln!("\n*** SKIPPED: {program}: {why}\n");
}
