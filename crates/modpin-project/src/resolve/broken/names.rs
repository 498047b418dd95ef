//! Names that no target can have, and names that two targets cannot share.

use std::collections::{HashMap, HashSet};

use crate::declare::target::Target;
use crate::problem::Problem;

pub(crate) fn wrong(target: &Target) -> Option<Problem> {
    let cause = wrong_name(target.name())?;
    let help =
        "write letters, digits, `_`, `-`, `+`, and `.` inside a name; `/` stands between directories";
    Some(Problem::new(format!("{}: {cause}", target.title()), help))
}

/// What is wrong with a name of a target. It becomes file names, arguments and parts of globs, so it is made of few
/// characters. Names that begin with a dot are the build directory's own.
pub(crate) fn wrong_name(name: &str) -> Option<String> {
    let strange = name.chars().find(|c| !c.is_alphanumeric() && !"_-+./".contains(*c));
    Some(if name.is_empty() {
        "the name is empty".to_owned()
    } else if name.starts_with('/') {
        "the name is an absolute path".to_owned()
    } else if name.ends_with('/') {
        "the name ends with a slash".to_owned()
    } else if name.starts_with('-') {
        "the name begins like an option".to_owned()
    } else if let Some(part) = name.split('/').find(|part| part.is_empty() || part.starts_with('.')) {
        format!("the name has the part {part:?}")
    } else if let Some(strange) = strange {
        format!("the name holds {strange:?}")
    } else {
        return None;
    })
}

/// Targets that cannot all have the names that they have.
pub(super) fn shared(targets: &[Target]) -> Vec<Problem> {
    let of_kinds =
        [declared_twice, groups_named_like_others, libraries_of_one_name, programs_of_one_name];
    of_kinds.into_iter().flat_map(|of_kind| of_kind(targets)).collect()
}

/// Two targets of one kind with one name.
fn declared_twice(targets: &[Target]) -> Vec<Problem> {
    let mut seen = HashSet::new();
    let again = targets.iter().filter(|target| !seen.insert((target.kind(), target.name())));
    let problem = |target: &Target| {
        Problem::new(format!("{} is declared twice", target.title()), "give one of them another name")
    };
    again.map(problem).collect()
}

/// Who links a library says its name.
fn libraries_of_one_name(targets: &[Target]) -> Vec<Problem> {
    let shared = targets.iter().filter(|target| matches!(target, Target::SharedLibrary(_)));
    let is_library = |name: &str| {
        targets.iter().any(|target| matches!(target, Target::Library(_)) && target.name() == name)
    };
    let problem = |target: &Target| {
        let name = target.name();
        let text = format!("library {name:?} and shared library {name:?} have one name");
        let help = format!(
            "rename one: SharedLibrary::new(\"{name}-shared\").base_name({name:?}) becomes lib{name}.so"
        );
        Problem::new(text, help)
    };
    shared.filter(|target| is_library(target.name())).map(problem).collect()
}

/// Who runs a program while building says its name.
fn programs_of_one_name(targets: &[Target]) -> Vec<Problem> {
    let programs = targets.iter().filter(|target| matches!(target, Target::HostProgram(_)));
    let problem = |target: &Target| {
        let name = target.name();
        let is_it = |other: &&Target| matches!(other, Target::Executable(_)) && other.name() == name;
        targets.iter().find(is_it)?;
        let text = format!("executable {name:?} and host program {name:?} have one name");
        Some(Problem::new(text, "give the program for the build machine another name"))
    };
    programs.filter_map(problem).collect()
}

/// Who asks for a group or a rule must not get something else.
fn groups_named_like_others(targets: &[Target]) -> Vec<Problem> {
    let is_group = |target: &&Target| matches!(target, Target::Group(_) | Target::Rule(_));
    let groups: HashMap<&str, &Target> =
        targets.iter().filter(is_group).map(|target| (target.name(), target)).collect();
    let is_other =
        |target: &&Target| groups.get(target.name()).is_some_and(|group| group.kind() != target.kind());
    let others = targets.iter().filter(is_other).filter(|target| !matches!(target, Target::Group(_)));
    let problem = |target: &Target| {
        let group = groups[target.name()];
        let text = format!("{} and {} have one name", target.title(), group.title());
        Problem::new(text, format!("give the {} another name", group.kind()))
    };
    others.map(problem).collect()
}
