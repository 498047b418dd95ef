//! Which directories `.include()` means.

use std::path::Path;

use crate::problem::Problem;
use crate::resolve::files::nearby::near;
use crate::resolve::files::path::normal;

/// The directory as plan and compiler see it: relative to the root if it lies below it.
pub(crate) fn directory(root: &Path, subject: &str, text: &str) -> Result<String, Problem> {
    let path = if text.is_empty() { String::new() } else { normal(root, text) };
    if path.is_empty() || path.contains(['\n', '\0']) || !root.join(&path).is_dir() {
        let problem = format!("{subject}: .include({text:?}) names no directory");
        return Err(Problem::new(problem, near(root, &path, Path::new(&path), Path::is_dir)));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::directory;
    use crate::resolve::tests::tree::tree;

    #[test]
    fn include_directories() {
        let root = tree(&["include/img/util.h"]);
        let say = |text: &str| match directory(root.path(), "library \"x\"", text) {
            Ok(path) => format!("{path}\n"),
            Err(problem) => format!("{problem}\n"),
        };
        let texts = ["include", "./include/img/", ".", "inclde", "include/img/util.h", ""];
        expect![[r#"
            include
            include/img
            .
            library "x": .include("inclde") names no directory
              help: did you mean "include"?
            library "x": .include("include/img/util.h") names no directory
              help: the directory "include/img" exists
            library "x": .include("") names no directory
              help: paths start at the project's root, ROOT
        "#]]
        .assert_eq(&texts.map(say).concat().replace(&root.path().display().to_string(), "ROOT"));
        let absolute = format!("{}/include", root.path().display());
        assert_eq!(say(&absolute), "include\n");
    }
}
