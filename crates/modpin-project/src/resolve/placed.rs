//! What is declared in a directory, as if it were declared at the root: each path of a target, of its flags and of what it installs.

use crate::declare::flags::Flags;
use crate::declare::installing::InstallFiles;
use crate::declare::options::item::Item;
use crate::declare::rule::rule::Rule;
use crate::declare::rule::rule_arg::{EACH, RuleArg};
use crate::declare::rule::rule_text::is_made;
use crate::declare::target::Target;
use crate::resolve::paths::{in_flags, in_installs, in_target};

/// A path that is said in a directory, from the root.
pub(crate) fn below(dir: &str, path: &str) -> String {
    match path {
        "" => String::new(),
        _ if path.starts_with('/') || is_made(path) => path.to_owned(),
        _ => format!("{}/{path}", dir.trim_end_matches('/')),
    }
}

/// What makes a path of this directory, or a pattern, one from the root.
fn from_root(dir: &str) -> impl FnMut(&mut String, bool) {
    // A directory is no pattern.
    let pattern = globset::escape(dir);
    move |path, is_pattern| *path = below(if is_pattern { &pattern } else { dir }, path)
}

/// A target of a directory.
pub(crate) fn place(target: &mut Target, dir: &str) {
    in_target(target, &mut from_root(dir));
    if let Target::Rule(rule) = target {
        place_rule(rule, dir);
    }
}

/// What a directory installs.
pub(crate) fn place_installs(installs: &mut [InstallFiles], dir: &str) {
    in_installs(installs, &mut from_root(dir));
}

/// Flags that are said in a directory.
pub(crate) fn place_flags(flags: &mut Flags, dir: &str) {
    in_flags(flags, &mut from_root(dir));
}

fn place_rule(rule: &mut Rule, dir: &str) {
    let mut place_all = from_root(dir);
    let lists = [(&mut rule.outputs, false), (&mut rule.each, true), (&mut rule.reads, true)];
    for (list, is_pattern) in lists {
        list.iter_mut().flat_map(Item::all_mut).for_each(|path| place_all(path, is_pattern));
    }
    let mut place = |path: &mut String, is_pattern: bool| {
        // A file that it is run for is found from the root.
        if !path.starts_with(EACH) {
            place_all(path, is_pattern);
        }
    };
    for arg in rule.run.iter_mut().flat_map(Item::all_mut).flat_map(RuleArg::parts_mut) {
        match arg {
            RuleArg::Input(path) => place(path, true),
            RuleArg::Output(path) | RuleArg::OutDir(path) | RuleArg::Depfile(path) => place(path, false),
            _ => {}
        }
    }
    for sources in rule.except.iter_mut().flat_map(Item::all_mut) {
        place(sources, true);
    }
    for arg in [&mut rule.stdin, &mut rule.stdout, &mut rule.cwd].into_iter().flatten() {
        if let RuleArg::Text(path)
        | RuleArg::Input(path)
        | RuleArg::Output(path)
        | RuleArg::OutDir(path) = arg
        {
            place(path, false);
        }
    }
    rule.depfile.iter_mut().for_each(|path| place(path, false));
}
