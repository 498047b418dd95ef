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

/// Says loudly that a test cannot run here.
fn skip(why: &str) {
    assert!(std::env::var_os("MODPIN_REQUIRE_ALL").is_none(), "this test has to run here: {why}");
    eprintln!("\n*** SKIPPED: {why}\n");
}
