//! Where things are installed, in the words of the GNU coding standards ("Variables for Installation Directories"): a prefix, and
//! directories below it. Knows no DESTDIR: that is where all of this is put for a while, and stands in no file.

use std::path::{Component, Path};

use modpin_project::Problem;
use modpin_symbols::shown;

/// What the user says of directories; left out: the usual.
#[derive(Clone, Debug, Default)]
pub struct DirWords {
    /// `--prefix`
    pub prefix: Option<String>,
    /// `--bindir`
    pub bindir: Option<String>,
    /// `--libdir`
    pub libdir: Option<String>,
    /// `--moddir`
    pub moddir: Option<String>,
    /// `--includedir`
    pub includedir: Option<String>,
}

/// The directories, as absolute paths without `.`, `..` and slashes at their ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallDirs {
    /// All others are below it.
    pub prefix: String,
    /// Programs.
    pub bin: String,
    /// Libraries.
    pub lib: String,
    /// Modules, with their manifest.
    pub modules: String,
    /// Headers.
    pub include: String,
}

impl InstallDirs {
    /// The directories of a project.
    ///
    /// # Errors
    /// A prefix that is relative; directories that are not below it.
    pub fn new(project: &str, words: &DirWords) -> Result<InstallDirs, Vec<Problem>> {
        let prefix = words.prefix.as_deref().unwrap_or("/usr/local");
        let Some(prefix) = normal(prefix).filter(|_| prefix.starts_with('/')) else {
            return Err(vec![Problem::new(
                format!("--prefix {} is not an absolute path", shown::line(prefix)),
                "say where it will be when it runs: /usr/local, /usr; --destdir says where it is put for now",
            )]);
        };
        let mut problems = Vec::new();
        let mut dir = |option: &str, said: &Option<String>, usual: String| {
            let said = said.clone().unwrap_or(usual);
            below(&prefix, &said).unwrap_or_else(|| {
                problems.push(Problem::new(
                    format!("{option} {said} is not below the prefix {}", shown(&prefix)),
                    "choose a --prefix that holds everything: files find each other by ways below it",
                ));
                String::new()
            })
        };
        let bin = dir("--bindir", &words.bindir, "bin".into());
        let lib = dir("--libdir", &words.libdir, "lib".into());
        let modules = dir("--moddir", &words.moddir, format!("{lib}/{}", file_name(project)));
        let include = dir("--includedir", &words.includedir, "include".into());
        match problems.is_empty() {
            true => Ok(InstallDirs { prefix, bin, lib, modules, include }),
            false => Err(problems),
        }
    }

    /// What a declaration means by a directory: `include/foo`.
    pub fn of(&self, words: &str) -> String {
        let (first, rest) = words.split_once('/').unwrap_or((words, ""));
        let known = match first {
            "bin" => &self.bin,
            "lib" => &self.lib,
            "include" => &self.include,
            "modules" => &self.modules,
            _ => return join(&self.prefix, words),
        };
        join(known, rest)
    }

    /// The record of what is installed.
    pub fn record(&self, project: &str) -> String {
        format!("{}/modpin/{}.json", self.lib, file_name(project))
    }
}

/// A path below a directory, either of which may be empty.
pub(super) fn join(dir: &str, rest: &str) -> String {
    if rest.is_empty() { dir.to_owned() } else { format!("{dir}/{rest}") }
}

/// The name of a project as that of a file.
pub(super) fn file_name(project: &str) -> String {
    let plain = project.replace(['/', '\0', '\n'], "-");
    let plain = plain.trim_start_matches('.');
    if plain.is_empty() { "project".to_owned() } else { plain.to_owned() }
}

fn shown(prefix: &str) -> &str {
    if prefix.is_empty() { "/" } else { prefix }
}

/// An absolute path, or one from the prefix on; `None` where it is not below the prefix. The prefix `/` is empty text.
fn below(prefix: &str, path: &str) -> Option<String> {
    if !path.starts_with('/') {
        return Some(join(prefix, normal(path)?.trim_start_matches('/')));
    }
    let path = normal(path)?;
    let rest = path.strip_prefix(prefix)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(path)
}

/// Without `.`, with a slash in front of each part; `None` for what has a `..`, and for what no list of files can carry.
fn normal(path: &str) -> Option<String> {
    if path.contains(['\0', '\n']) {
        return None;
    }
    let mut text = String::new();
    for part in Path::new(path).components() {
        match part {
            Component::RootDir | Component::CurDir => {}
            Component::Normal(part) => text += &format!("/{}", part.to_string_lossy()),
            Component::ParentDir | Component::Prefix(_) => return None,
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(words: &[(&str, &str)], expected: Expect) {
        let said = |name: &str| {
            words.iter().find(|(option, _)| *option == name).map(|(_, dir)| (*dir).to_owned())
        };
        let words = DirWords {
            prefix: said("prefix"),
            bindir: said("bin"),
            libdir: said("lib"),
            moddir: said("mod"),
            includedir: said("include"),
        };
        let said = match InstallDirs::new("a/b tool", &words) {
            Ok(dirs) => {
                let InstallDirs { prefix, bin, lib, modules, include } = &dirs;
                let places =
                    ["include/x", "share/man", "lib", "libexec", "modules/data"].map(|it| dirs.of(it));
                let record = dirs.record("a/b tool");
                format!("{prefix} {bin} {lib} {modules} {include}\n{}\n{record}\n", places.join(" "))
            }
            Err(problems) => problems.iter().map(|problem| format!("{problem}\n")).collect(),
        };
        expected.assert_eq(&said);
    }

    #[test]
    fn directories_are_below_the_prefix() {
        check(
            &[],
            expect![[r#"
            /usr/local /usr/local/bin /usr/local/lib /usr/local/lib/a-b tool /usr/local/include
            /usr/local/include/x /usr/local/share/man /usr/local/lib /usr/local/libexec /usr/local/lib/a-b tool/data
            /usr/local/lib/modpin/a-b tool.json
        "#]],
        );
        check(
            &[("prefix", "/usr/./"), ("lib", "lib/x86_64-linux-gnu"), ("mod", "/usr/lib/tool")],
            expect![[r#"
                /usr /usr/bin /usr/lib/x86_64-linux-gnu /usr/lib/tool /usr/include
                /usr/include/x /usr/share/man /usr/lib/x86_64-linux-gnu /usr/libexec /usr/lib/tool/data
                /usr/lib/x86_64-linux-gnu/modpin/a-b tool.json
            "#]],
        );
        check(
            &[("prefix", "/"), ("bin", "/sbin")],
            expect![[r#"
             /sbin /lib /lib/a-b tool /include
            /include/x /share/man /lib /libexec /lib/a-b tool/data
            /lib/modpin/a-b tool.json
        "#]],
        );
    }

    #[test]
    fn what_is_not_below_the_prefix() {
        check(
            &[("prefix", "usr")],
            expect![[r#"
            --prefix usr is not an absolute path
              help: say where it will be when it runs: /usr/local, /usr; --destdir says where it is put for now
        "#]],
        );
        check(
            &[("prefix", "/usr"), ("bin", "/usrlocal/bin"), ("lib", "../lib"), ("mod", "/usr/../x")],
            expect![[r#"
                --bindir /usrlocal/bin is not below the prefix /usr
                  help: choose a --prefix that holds everything: files find each other by ways below it
                --libdir ../lib is not below the prefix /usr
                  help: choose a --prefix that holds everything: files find each other by ways below it
                --moddir /usr/../x is not below the prefix /usr
                  help: choose a --prefix that holds everything: files find each other by ways below it
            "#]],
        );
    }
}
