//! Paths that start in a cargo package, `package:lua-src/lua-5.4.*/*.c`: the package's directory takes the place of its name, before
//! anything else is looked up.

use std::path::PathBuf;

use crate::declare::flags::Flags;
use crate::declare::installing::InstallFiles;
use crate::declare::options::item::Item;
use crate::declare::project::Project;
use crate::declare::scope::Scope;
use crate::declare::seen::config_header::ConfigHeader;
use crate::declare::target::Target;
use crate::error::{Error, Result};
use crate::resolve::files::looked_up::LookedUp;

/// How such a path begins.
pub(crate) const PREFIX: &str = "package:";

/// A project with paths of this machine in the place of those; `None` when there are none.
///
/// # Errors
/// Packages that are not there, and a cargo that cannot be asked. What else is wrong with the project comes later: without its
/// packages it would be wrong everywhere.
pub(crate) fn placed(project: &Project, looked_up: &mut LookedUp) -> Result<Option<Project>> {
    if !mentions(project) {
        return Ok(None);
    }
    let (mut placed, mut asked) = (project.clone(), project.clone());
    let (mut failed, mut problems) = (None, Vec::new());
    let mut place = |path: &mut String, is_pattern: bool| {
        let Some(inside) = path.strip_prefix(PREFIX) else { return };
        let (name, rest) = inside.split_once('/').unwrap_or((inside, ""));
        match asked.package(name) {
            Ok(package) => {
                let dir = if is_pattern { globset::escape(&package.dir) } else { package.dir };
                *path = format!("{dir}/{rest}").trim_end_matches('/').to_owned();
            }
            // Once, however many paths start in it.
            Err(Error::Declaration(new)) if new.iter().all(|problem| problems.contains(problem)) => {}
            Err(Error::Declaration(new)) => problems.extend(new),
            Err(error) => failed = failed.take().or(Some(error)),
        }
    };
    each_path(&mut placed, &mut place);
    // Which version of a package it is stands there.
    for file in ["Cargo.lock", "Cargo.toml"] {
        let list = match project.root().join(file).is_file() {
            true => &mut looked_up.there,
            false => &mut looked_up.missing,
        };
        list.push(PathBuf::from(file));
    }
    match failed {
        Some(error) => Err(error),
        None if problems.is_empty() => Ok(Some(placed)),
        None => Err(Error::Declaration(problems)),
    }
}

fn mentions(project: &Project) -> bool {
    let mut found = false;
    each_path(&mut project.clone(), &mut |path, _| found |= path.starts_with(PREFIX));
    found
}

/// Every path of a declaration, and whether it is a pattern.
pub(crate) fn each_path(project: &mut Project, change: &mut dyn FnMut(&mut String, bool)) {
    in_flags(&mut project.flags, change);
    in_headers(&mut project.config_headers, change);
    in_installs(&mut project.install, change);
    for at in 0..project.targets.scopes().len() {
        let Scope { dir, flags, below, config_headers, install, .. } = project.targets.scope_mut(at);
        change(dir, false);
        in_headers(config_headers, change);
        in_installs(install, change);
        in_flags(flags, change);
        in_flags(below, change);
    }
    for target in project.targets.iter_mut() {
        let (file, public) = match target {
            Target::Library(library) => (&mut library.archive, library.public.as_mut()),
            Target::SharedLibrary(library) => (&mut library.version_script, None),
            Target::Module(module) => (&mut module.file, None),
            Target::Executable(_) | Target::HostProgram(_) | Target::Group(_) | Target::Rule(_) => {
                (&mut None, None)
            }
        };
        file.iter_mut().for_each(|path| change(path, false));
        public.into_iter().for_each(|flags| in_flags(flags, change));
        target.installing_mut().into_iter().for_each(|own| in_installs(&mut own.install, change));
        in_flags(target.flags_mut(), change);
        let code = target.code_mut();
        for list in [&mut code.sources, &mut code.exclude] {
            list.iter_mut().flat_map(Item::all_mut).for_each(|path| change(path, true));
        }
        for again in &mut code.sources_as {
            again.sources.iter_mut().flat_map(Item::all_mut).for_each(|path| change(path, true));
            in_flags(&mut again.flags, change);
        }
        for files in &mut code.flags_for {
            change(&mut files.sources, true);
            in_flags(&mut files.flags, change);
        }
    }
}

fn in_headers(headers: &mut [ConfigHeader], change: &mut dyn FnMut(&mut String, bool)) {
    headers
        .iter_mut()
        .filter_map(|header| header.template.as_mut())
        .for_each(|path| change(path, false));
}

fn in_installs(installs: &mut [InstallFiles], change: &mut dyn FnMut(&mut String, bool)) {
    for InstallFiles { from, files, .. } in installs {
        files.iter_mut().flat_map(Item::all_mut).for_each(|path| change(path, true));
        from.iter_mut().for_each(|from| change(from, false));
    }
}

fn in_flags(flags: &mut Flags, change: &mut dyn FnMut(&mut String, bool)) {
    for list in [&mut flags.includes, &mut flags.system_includes] {
        list.iter_mut().flat_map(Item::all_mut).for_each(|path| change(path, false));
    }
}

#[cfg(all(test, feature = "packages"))]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{Config, resolve};

    /// A workspace that depends on a package with C inside.
    fn workspace() -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a directory");
        let package = |name: &str| {
            format!("[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n")
        };
        for (path, text) in [
            (
                "Cargo.toml",
                package("app") + "[dependencies]\nc-code = { path = \"c-code [1]\" }\n[workspace]\n",
            ),
            ("src/lib.rs", String::new()),
            ("c-code [1]/Cargo.toml", package("c-code")),
            ("c-code [1]/src/lib.rs", String::new()),
            ("c-code [1]/v1/a.c", String::new()),
            ("c-code [1]/v1/b.c", String::new()),
            ("c-code [1]/v1/inc/a.h", String::new()),
            ("main.c", String::new()),
        ] {
            let path = root.path().join("it").join(path);
            std::fs::create_dir_all(path.parent().expect("a directory")).expect("directories");
            std::fs::write(path, text).expect("a file");
        }
        root
    }

    fn project(text: &str, root: &Path) -> Project {
        let text = format!(r#"{{ "format": 2, "name": "p", "targets": [{text}] }}"#);
        Project::from_json(&text, "p.json", root).expect("a project")
    }

    fn said(text: &str, root: &Path) -> String {
        let project = project(text, root);
        resolve(&project, &Config::default(), root).expect_err("an error").to_string()
    }

    #[test]
    fn a_package_is_where_cargo_says() {
        let dir = workspace();
        let root = dir.path().canonicalize().expect("a directory").join("it");
        let text = r#"
            { "kind": "library", "name": "c", "sources": ["package:c-code/v*/*.c"], "exclude": ["package:c-code/v1/b.c"],
              "includes": ["package:c-code/v1/inc"], "flags_for": [{ "sources": "package:c-code@0.1.0/v1/a.c", "cflags": ["-O3"] }] },
            { "kind": "executable", "name": "app", "sources": ["main.c"], "link": ["c"] }"#;
        let mut project = project(text, &root);
        let resolved = resolve(&project, &Config::default(), &root).expect("a project");
        let sources = &resolved.libraries[0].code.sources;
        let path = root.join("c-code [1]/v1/a.c");
        // Below the root, paths are relative.
        let relative = path.strip_prefix(&root).expect("below");
        assert_eq!(
            sources.iter().map(|source| source.path.as_str()).collect::<Vec<_>>(),
            [relative.to_str().unwrap()]
        );
        assert_eq!(sources[0].own.texts().collect::<Vec<_>>(), ["-O3"]);
        assert_eq!(resolved.libraries[0].code.flags.said[0].text, "-Ic-code [1]/v1/inc");
        assert!(resolved.looked_up.there.contains(&PathBuf::from("Cargo.lock")));
        // The builder says the same.
        let package = project.package("c-code").expect("a package");
        assert_eq!(package.sources("v1/a.c"), format!("{}/c-code [[]1[]]/v1/a.c", root.display()));
    }

    #[test]
    fn every_path_of_a_declaration_may_start_there() {
        let dir = workspace();
        let root = dir.path().canonicalize().expect("a directory").join("it");
        let text = r#"
            { "kind": "library", "name": "c", "sources": ["main.c"], "sources_as": [{ "as": "again", "sources": ["package:c-code/v1/a.c"] }] },
            { "kind": "module", "name": "m", "file": "package:c-code/v1/m.so" },
            { "kind": "executable", "name": "app", "sources": ["main.c"], "link": ["c"], "loads": ["m"] }"#;
        let resolved = resolve(&project(text, &root), &Config::default(), &root).expect("a project");
        assert!(
            resolved.libraries[0].code.sources.iter().any(|source| source.path == "c-code [1]/v1/a.c")
        );
        let file = resolved.modules[0].file.as_deref().expect("a file");
        assert_eq!(Path::new(file), root.join("c-code [1]/v1/m.so"));
    }

    #[test]
    fn what_is_not_there_is_told_once() {
        let dir = workspace();
        let root = dir.path().canonicalize().expect("a directory").join("it");
        let library =
            |sources: &str| format!(r#"{{ "kind": "library", "name": "c", "sources": [{sources}] }}"#);
        let text = said(&library(r#""package:c_code/a.c", "package:c_code/b.c""#), &root);
        assert_eq!(
            text.matches("package \"c_code\": the workspace does not depend on it").count(),
            1,
            "{text}"
        );
        assert!(text.contains("did you mean \"c-code\"?"), "{text}");
        let text = said(&library(r#""package:c-code/v2/*.c""#), &root);
        assert!(text.contains("no file matches") && text.contains("v2"), "{text}");
    }
}
