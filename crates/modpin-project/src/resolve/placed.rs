//! What is declared in a directory, as if it were declared at the root: each path of a target, of its flags and of what it installs.

use crate::declare::flags::Flags;
use crate::declare::installing::InstallFiles;
use crate::declare::options::item::Item;
use crate::declare::rule::rule::Rule;
use crate::declare::rule::rule_arg::{EACH, RuleArg};
use crate::declare::rule::rule_text::is_made;
use crate::declare::target::Target;

/// A path that is said in a directory, from the root.
pub(crate) fn below(dir: &str, path: &str) -> String {
    match path {
        "" => String::new(),
        _ if path.starts_with('/') || is_made(path) => path.to_owned(),
        _ => format!("{}/{path}", dir.trim_end_matches('/')),
    }
}

pub(crate) fn place(target: &mut Target, dir: &str) {
    // A directory is no pattern.
    let pattern = globset::escape(dir);
    if let Target::Library(library) = target {
        if let Some(archive) = library.archive.as_mut().filter(|archive| !archive.starts_with("-l")) {
            *archive = below(dir, archive);
        }
        library.public.iter_mut().for_each(|flags| place_flags(flags, dir));
    }
    if let Target::Module(module) = target {
        module.file.iter_mut().for_each(|path| *path = below(dir, path));
    }
    if let Target::SharedLibrary(library) = target {
        library.version_script.iter_mut().for_each(|path| *path = below(dir, path));
    }
    target.installing_mut().into_iter().for_each(|own| place_installs(&mut own.install, dir));
    if let Target::Rule(rule) = target {
        place_rule(rule, dir);
    }
    place_flags(target.flags_mut(), dir);
    let code = target.code_mut();
    for list in [&mut code.sources, &mut code.exclude] {
        place_list(list, &pattern);
    }
    for again in &mut code.sources_as {
        place_list(&mut again.sources, &pattern);
        place_flags(&mut again.flags, dir);
    }
    for files in &mut code.flags_for {
        files.sources = below(&pattern, &files.sources);
        place_flags(&mut files.flags, dir);
    }
}

fn place_rule(rule: &mut Rule, dir: &str) {
    let pattern = globset::escape(dir);
    let place = |path: &mut String, dir: &str| {
        // A file that it is run for is found from the root.
        if !path.starts_with(EACH) {
            *path = below(dir, path);
        }
    };
    for arg in rule.run.iter_mut().flat_map(Item::all_mut).flat_map(RuleArg::parts_mut) {
        match arg {
            RuleArg::Input(path) => place(path, &pattern),
            RuleArg::Output(path) | RuleArg::OutDir(path) | RuleArg::Depfile(path) => place(path, dir),
            _ => {}
        }
    }
    for sources in rule.except.iter_mut().flat_map(Item::all_mut) {
        place(sources, &pattern);
    }
    for arg in [&mut rule.stdin, &mut rule.stdout, &mut rule.cwd].into_iter().flatten() {
        if let RuleArg::Text(path)
        | RuleArg::Input(path)
        | RuleArg::Output(path)
        | RuleArg::OutDir(path) = arg
        {
            place(path, dir);
        }
    }
    rule.depfile.iter_mut().for_each(|path| place(path, dir));
    place_list(&mut rule.outputs, dir);
    place_list(&mut rule.each, &pattern);
    place_list(&mut rule.reads, &pattern);
}

pub(crate) fn place_installs(installs: &mut [InstallFiles], dir: &str) {
    let pattern = globset::escape(dir);
    for InstallFiles { from, files, .. } in installs {
        place_list(files, &pattern);
        from.iter_mut().for_each(|from| *from = below(dir, from));
    }
}

pub(crate) fn place_flags(flags: &mut Flags, dir: &str) {
    place_list(&mut flags.includes, dir);
    place_list(&mut flags.system_includes, dir);
}

fn place_list(list: &mut [Item<String>], dir: &str) {
    list.iter_mut().flat_map(Item::all_mut).for_each(|path| *path = below(dir, path));
}
