//! What flags must not be, whatever files there are: arguments that no command line can carry, macros without a name, flags
//! where nothing obeys them.

use crate::declare::code::FlagsFor;
use crate::declare::flags::Flags;
use crate::declare::library::Library;
use crate::declare::options::item::{Item, entries};
use crate::declare::target::Target;
use crate::problem::Problem;

/// What is wrong with the flags of a target and of its sources.
pub(super) fn of_target(target: &Target) -> Vec<Problem> {
    let title = target.title();
    let mut problems = of_level(&title, target.flags());
    if let Target::Library(Library { flags, public, .. }) = target {
        problems.extend(public.iter().flat_map(|public| of_level(&title, public)));
        if !flags.ldflags.is_empty() {
            let text = format!("{title}: it has ldflags, and nothing links a library by itself");
            let help = "give them to those who link it: .public(Flags::new().ldflags(…))";
            problems.push(Problem::new(text, help));
        }
    }
    let all = &target.code().flags_for;
    for (at, of_files) in all.iter().enumerate() {
        let FlagsFor { sources, cflags, flags } = of_files;
        problems.extend(arguments(&title, "flags_for", entries(cflags)));
        problems.extend(of_level(&title, flags));
        if !flags.ldflags.is_empty() {
            let text = format!(
                "{title}: .flags_for({sources:?}) has ldflags, and nothing links a source by itself"
            );
            problems.push(Problem::new(text, "give them to the target"));
        }
        let same = |earlier: &&FlagsFor| earlier.sources == *sources;
        if all[..at].iter().find(same).is_some_and(|earlier| earlier != of_files) {
            let text = format!("{title}: {sources:?} is there twice with different flags");
            problems.push(Problem::new(text, "give all of its flags in one .flags_for()"));
        }
    }
    problems
}

/// What is wrong with flags of whatever level.
pub(super) fn of_level(title: &str, flags: &Flags) -> Vec<Problem> {
    let mut problems = defines(title, &flags.defines);
    // Directories are looked for.
    let others = flags.lists().into_iter().filter(|(name, _)| !name.ends_with("includes"));
    for (name, list) in others.filter(|(name, _)| *name != "defines") {
        problems.extend(arguments(title, name, entries(list)));
    }
    problems
}

/// Arguments that neither a command line nor a response file can carry.
pub(super) fn arguments<'a>(
    title: &str,
    field: &str,
    arguments: impl Iterator<Item = &'a String>,
) -> Vec<Problem> {
    let bad = arguments.filter(|word| word.is_empty() || word.contains(['\n', '\0']));
    bad.map(|word| {
        let text = format!("{title}: {field} holds the argument {word:?}");
        Problem::new(text, "an argument must not be empty or hold a newline or NUL")
    })
    .collect()
}

fn defines(title: &str, defines: &[Item<String>]) -> Vec<Problem> {
    let mut problems = arguments(title, "defines", entries(defines));
    for define in entries(defines).filter(|define| !define.is_empty()) {
        let name = define.split_once('=').map_or(define.as_str(), |(name, _)| name);
        if !is_identifier(name) {
            let text = format!("{title}: {name:?} is no name for a macro");
            problems.push(Problem::new(
                text,
                "write .define(\"NAME\", VALUE); other arguments go to .cflags()",
            ));
        }
    }
    problems
}

fn is_identifier(name: &str) -> bool {
    let letters = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    !name.is_empty() && !name.starts_with(|c: char| c.is_numeric()) && name.chars().all(letters)
}
