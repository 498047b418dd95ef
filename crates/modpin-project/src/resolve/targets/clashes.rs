//! Modules that are named like a source of another target. Kbuild takes such a source for the module's own object and drops it
//! without a word (Linux, Documentation/kbuild/makefiles, "Composite objects"); who writes both means two things.

use std::collections::{HashMap, HashSet};

use crate::problem::Problem;
use crate::resolve::resolved::{Resolved, ResolvedCode, ResolvedModule};

/// What is said of each such module.
pub(crate) fn of_names(resolved: &Resolved) -> Vec<Problem> {
    let modules: HashMap<&str, &ResolvedModule> =
        resolved.modules.iter().map(|module| (module.name.as_str(), module)).collect();
    if modules.is_empty() {
        return Vec::new();
    }
    let libraries = resolved.libraries.iter().map(|t| (format!("library {:?}", t.name), &t.code));
    let others = resolved.modules.iter().map(|t| (format!("module {:?}", t.name), &t.code));
    let programs = resolved.executables.iter().map(|t| (format!("executable {:?}", t.name), &t.code));
    let shared = resolved.shared_libraries.iter();
    let shared = shared.map(|t| (format!("shared library {:?}", t.name), &t.code));
    let mut problems = Vec::new();
    let mut told = HashSet::new();
    for (title, code) in libraries.chain(shared).chain(others).chain(programs) {
        for source in &code.sources {
            let Some((stem, _)) = source.path.rsplit_once('.') else { continue };
            let Some(module) = modules.get(stem).filter(|module| !has(&module.code, &source.path))
            else {
                continue;
            };
            if told.insert(&module.name) {
                let text = format!(
                    "module {:?} is named like {}, a source of {title} and not of its own",
                    module.name, source.path
                );
                let help = "rename the module, or give it that source with .sources()";
                problems.push(Problem::new(text, help));
            }
        }
    }
    problems
}

fn has(code: &ResolvedCode, path: &str) -> bool {
    code.sources.iter().any(|source| source.path == path)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::resolve::tests::tree::tree;
    use crate::{Config, Executable, Library, Module, Project, resolve};

    #[test]
    fn a_module_is_not_named_like_a_source_of_another_target() {
        let root = tree(&["fs/ext2.c", "fs/super.c", "main.c", "net.c"]);
        let declare = |of_module: &'static [&'static str]| {
            let mut p = Project::new("demo", root.path());
            p.add(Library::new("all").sources("fs/*.c"));
            p.add(Module::new("fs/ext2").sources(of_module.iter().copied()));
            p.add(Module::new("net").sources("net.c"));
            p.add(Executable::new("main").sources("main.c").loads("**"));
            resolve(&p, &Config::default(), root.path())
        };
        expect![[r#"
            module "fs/ext2" is named like fs/ext2.c, a source of library "all" and not of its own
              help: rename the module, or give it that source with .sources()"#]]
        .assert_eq(&declare(&["fs/super.c"]).unwrap_err().to_string());
        assert!(declare(&["fs/super.c", "fs/ext2.c"]).is_ok());
    }
}
