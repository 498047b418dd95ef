//! Paths that start in a cargo package, `package:lua-src/lua-5.4.*/*.c`: the package's directory takes the place of its name, before
//! anything else is looked up.

use std::path::PathBuf;

use crate::declare::project::Project;
use crate::error::{Error, Result};
use crate::resolve::files::looked_up::LookedUp;
use crate::resolve::paths::in_project;

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
    in_project(&mut placed, &mut place);
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
    in_project(&mut project.clone(), &mut |path, _| found |= path.starts_with(PREFIX));
    found
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
