//! A test, or a part of one, that cannot run on this machine says so loudly. Each is noted, too, so that the end of a run of all
//! tests can say in one line how many there are and why.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

use crate::reliability;

/// Where the notes are, for tests that are run by a test.
const NOTES: &str = "MODPIN_SKIPPED";

/// Says that something cannot run here. With `MODPIN_REQUIRE_ALL=1` in the environment, as in CI, that is a failure.
///
/// # Panics
/// When everything is required.
pub fn skip(what: &str, why: &str) {
    assert!(!is_required(), "{what} cannot run: {why}");
    skip_for_good(what, why);
}

/// Whether a test is left out because it takes long. It runs in CI, and wherever everything is required.
pub fn is_long(test: &str) -> bool {
    let left_out = !is_required() && !reliability::is_full();
    if left_out {
        skip_for_good(test, LONG);
    }
    left_out
}

pub(crate) fn is_required() -> bool {
    std::env::var_os("MODPIN_REQUIRE_ALL").is_some_and(|value| value == "1")
}

/// The same where the system forbids it, and nothing can be installed against that: never a failure.
pub fn skip_for_good(what: &str, why: &str) {
    eprintln!("SKIPPED: {what}: {why}");
    note(what, why);
}

/// Whether a program is missing that something needs. That is said.
pub fn is_missing(program: &str, what: &str) -> bool {
    let missing = !installed(program);
    if missing {
        skip(what, &format!("{program} is not installed"));
    }
    missing
}

/// Whether there is a program of this name.
pub fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}

/// The linkers that gcc can be told to use here, by the name that `-fuse-ld` takes.
pub fn linkers(test: &str) -> Vec<&'static str> {
    let there = |linker: &&str| !is_missing(&format!("ld.{linker}"), &format!("{test} with {linker}"));
    ["bfd", "gold", "lld", "mold"].into_iter().filter(there).collect()
}

/// Tests that are started by a command note what they skip where this process does.
pub fn tell(command: &mut std::process::Command) {
    command.env(NOTES, notes());
}

/// What all test programs have noted that were started by the same process as this one, in one line, and where the whole of it
/// stands. `None` when everything could run.
pub fn summary() -> Option<String> {
    let notes = notes();
    let text = std::fs::read_to_string(&notes).ok()?;
    let dir = notes.parent()?;
    // Nobody asks for those of other runs any more.
    let _ = std::fs::remove_dir_all(dir);
    let whole = dir.with_extension("txt");
    let _ = std::fs::write(&whole, text.replace('\t', ": "));
    line(&text, &whole.display().to_string())
}

/// One file for each run of tests, which has one process above all of them.
fn notes() -> PathBuf {
    if let Some(notes) = std::env::var_os(NOTES) {
        return notes.into();
    }
    let program = std::env::current_exe().unwrap_or_default();
    let built = program.ancestors().nth(2).unwrap_or_else(|| "".as_ref());
    built.join("skipped-tests").join(std::os::unix::process::parent_id().to_string())
}

/// A note that cannot be written is no reason to fail: it has been said.
fn note(what: &str, why: &str) {
    let path = notes();
    let _ = path.parent().map(std::fs::create_dir_all);
    if let Ok(mut file) = std::fs::File::options().append(true).create(true).open(path) {
        let _ = file.write_all(format!("{what}\t{why}\n").as_bytes());
    }
}

/// Reasons that say the same stand together, those for most tests first.
fn line(notes: &str, whole: &str) -> Option<String> {
    let notes: BTreeSet<(&str, &str)> = notes.lines().filter_map(|note| note.split_once('\t')).collect();
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    notes.iter().for_each(|(_, why)| *reasons.entry(why).or_default() += 1);
    let mut reasons: Vec<(&str, usize)> = reasons.into_iter().collect();
    reasons.sort_by_key(|&(why, count)| (Reverse(count), !why.ends_with(NOT_INSTALLED)));
    let more = reasons.split_off(reasons.len().min(TOLD));
    let (tools, others): (Vec<_>, Vec<_>) =
        reasons.into_iter().partition(|(why, _)| why.ends_with(NOT_INSTALLED));
    let counted =
        |(why, count): (&str, usize)| format!("{} ({count})", why.trim_end_matches(NOT_INSTALLED));
    let tools = tools.into_iter().map(counted).collect::<Vec<_>>().join(", ");
    let tools = (!tools.is_empty()).then(|| format!("not installed are {tools}"));
    let rest = (!more.is_empty()).then(|| format!("and {} more reasons in {whole}", more.len()));
    let why: Vec<String> =
        tools.into_iter().chain(others.into_iter().map(counted)).chain(rest).collect();
    let (count, what) = (notes.len(), if notes.len() == 1 { "test" } else { "tests" });
    (count > 0).then(|| format!("{count} {what} or parts of tests did not run here: {}", why.join("; ")))
}

const LONG: &str = "takes long and runs in CI";

const NOT_INSTALLED: &str = " is not installed";

/// A line holds so many reasons.
const TOLD: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_become_one_line() {
        let notes = "a with lld\tlld is not installed\nb\tonly root can\nb with lld\tlld is not installed\n\
                     c\tmold is not installed\nb\tonly root can\n";
        let told = "not installed are lld (2), mold (1); only root can (1)";
        let expected = format!("4 tests or parts of tests did not run here: {told}");
        assert_eq!(line(notes, "all.txt"), Some(expected));
        let many: String = (0..9).map(|at| format!("{at}\t{at} is missing\n")).collect();
        assert!(
            line(&many, "all.txt").is_some_and(|line| line.ends_with("; and 3 more reasons in all.txt"))
        );
        assert_eq!(line("", "all.txt"), None);
    }
}
