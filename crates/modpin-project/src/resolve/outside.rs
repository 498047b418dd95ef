//! Where a project has files outside of its root: for who watches them.

use std::path::{Path, PathBuf};

use crate::declare::options::item::Item;
use crate::declare::project::Project;
use crate::declare::rule::rule_arg::RuleArg;
use crate::declare::target::Target;
use crate::resolve::files::pattern::is_glob;
use crate::resolve::paths::in_project;

/// Directories outside of the root in which a declaration names files, as they are spelled there. Those of the system and of cargo's
/// packages are none: nobody edits them.
pub fn dirs_outside(project: &Project) -> Vec<PathBuf> {
    let mut texts = Vec::new();
    let mut copy = project.clone();
    in_project(&mut copy, &mut |path, _| texts.push(path.clone()));
    for target in copy.targets.iter_mut() {
        let Target::Rule(rule) = target else { continue };
        let inputs = rule.words_mut().filter_map(|word| match word {
            RuleArg::Input(path) | RuleArg::Text(path) => Some(path.clone()),
            _ => None,
        });
        texts.extend(inputs);
        texts.extend(rule.each.iter().chain(&rule.reads).flat_map(Item::all).cloned());
    }
    // Paths start at the root, or in one of the directories that have targets of their own.
    let starts = copy.targets.scopes().iter().map(|scope| copy.root().join(&scope.dir));
    let starts: Vec<PathBuf> = [copy.root().to_owned()].into_iter().chain(starts).collect();
    let mut found = Vec::new();
    for text in texts.iter().filter(|text| text.starts_with("../") || text.starts_with('/')) {
        for dir in starts.iter().filter_map(|start| dir_of(&start.join(text))) {
            let is_new =
                !dir.starts_with(copy.root()) && !dir.starts_with("/usr") && !found.contains(&dir);
            found.extend(is_new.then_some(dir));
        }
    }
    found
}

/// The directory that is there in which a path or a glob looks.
fn dir_of(path: &Path) -> Option<PathBuf> {
    let mut dir = PathBuf::new();
    for part in path.components() {
        if part.as_os_str().to_str().is_some_and(is_glob) {
            break;
        }
        dir.push(part);
    }
    let dir = dir.canonicalize().ok()?;
    if dir.is_dir() { Some(dir) } else { dir.parent().map(Path::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::tests::tree::tree;
    use crate::{Flags, Library, Rule, input, output};

    #[test]
    fn only_what_lies_elsewhere() {
        let tree = tree(&["root/a.c", "root/sub/b.c", "shared/s.c", "inc/x.h", "deep/in/t.def"]);
        let base = tree.path().canonicalize().unwrap();
        let mut p = Project::new("demo", base.join("root"));
        p.include("../inc");
        let library = Library::new("l").sources(["a.c", "../shared/*.c", "../gone/x.c"]);
        p.add(library.public(Flags::new().system_include("/usr/include")));
        p.dir("sub", |d| {
            d.add(Library::new("b").sources(["b.c", "../../shared/s.c", "../a.c"]));
        })
        .unwrap();
        p.add(Rule::new("r").run(["cat".into(), input("../deep/in/t.def")]).stdout(output("t.h")));
        let names: Vec<PathBuf> =
            dirs_outside(&p).iter().map(|dir| dir.strip_prefix(&base).unwrap().to_owned()).collect();
        assert_eq!(names, ["inc", "shared", "deep/in"].map(PathBuf::from));
    }
}
