//! Where the C sources of a cargo package lie. Asks cargo through cargo_metadata, without network if it can and only
//! for the machine's own platform: without that filter cargo wants the packages of every platform,
//! which a normal build never fetched.

use std::path::Path;

use crate::error::{Error, Result};
use crate::problem::Problem;
use crate::suggest::did_you_mean;

/// A package that the workspace depends on, as fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The directory of its Cargo.toml, absolute, for use in globs and includes.
    pub dir: String,
}

impl Package {
    /// Sources of the package, as a glob or a path that starts in its directory: `package.sources("lua-5.4.*/*.c")`. In a project
    /// file it is `package:NAME/lua-5.4.*/*.c`.
    pub fn sources(&self, pattern: &str) -> String {
        format!("{}/{pattern}", globset::escape(&self.dir))
    }

    /// A directory or a file of the package: `package.path("include")`.
    pub fn path(&self, path: &str) -> String {
        format!("{}/{path}", self.dir)
    }
}

/// The workspace's packages, once asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Packages {
    known: Option<Vec<Package>>,
    /// Those of optional dependencies are among them.
    with_optional: bool,
}

impl Packages {
    /// The package `wanted`, `NAME` or `NAME@VERSION`, of the workspace at `root`.
    pub(crate) fn find(&mut self, root: &Path, wanted: &str) -> Result<Package> {
        let known = match &mut self.known {
            Some(known) => known,
            None => self.known.insert(ask_cargo(root, wanted, &[])?),
        };
        // An optional dependency is one only with its feature. Nobody but cargo knows which features are on, and where they are off,
        // its sources may not be there.
        if !self.with_optional && !known.iter().any(|package| package.name == split(wanted).0) {
            self.with_optional = true;
            *known =
                ask_cargo(root, wanted, &["--all-features"]).unwrap_or_else(|_| std::mem::take(known));
        }
        choose(known, wanted).cloned().map_err(|problem| Error::Declaration(vec![problem]))
    }
}

/// `NAME` or `NAME@VERSION`.
fn split(wanted: &str) -> (&str, Option<&str>) {
    wanted.split_once('@').map_or((wanted, None), |(name, version)| (name, Some(version)))
}

#[cfg(not(feature = "packages"))]
fn ask_cargo(_: &Path, wanted: &str, _: &[&str]) -> Result<Vec<Package>> {
    Err(Error::NoPackages(wanted.to_owned()))
}

#[cfg(feature = "packages")]
fn ask_cargo(root: &Path, _: &str, features: &[&str]) -> Result<Vec<Package>> {
    let ask = |options: &[&str]| {
        let options = options.iter().chain(features);
        let mut options: Vec<String> = options.map(|&option| option.to_owned()).collect();
        if let Some(triple) = host_triple() {
            options.extend(["--filter-platform".to_owned(), triple]);
        }
        cargo_metadata::MetadataCommand::new().current_dir(root).other_options(options).exec()
    };
    // A build of one package fetches only what that package needs; cargo describes a workspace only when
    // the packages of all members are there, and then it may have to fetch the others.
    let metadata = ask(&["--offline"]).or_else(|_| ask(&[]))?;
    let package = |package: cargo_metadata::Package| Package {
        name: package.name.to_string(),
        version: package.version.to_string(),
        dir: package.manifest_path.parent().map(ToString::to_string).unwrap_or_default(),
    };
    Ok(metadata.packages.into_iter().map(package).collect())
}

/// The platform that the Rust compiler runs on; `None` if it does not say, and then cargo lists
/// every platform.
#[cfg(feature = "packages")]
fn host_triple() -> Option<String> {
    let output = std::process::Command::new("rustc").arg("-vV").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned)
}

fn choose<'a>(packages: &'a [Package], wanted: &str) -> std::result::Result<&'a Package, Problem> {
    let (name, version) = split(wanted);
    let named: Vec<&Package> = packages.iter().filter(|package| package.name == name).collect();
    let fits = |package: &&&Package| version.is_none_or(|version| package.version == version);
    let versions =
        || named.iter().map(|p| format!("{}@{}", p.name, p.version)).collect::<Vec<_>>().join(", ");
    match named.iter().filter(fits).collect::<Vec<_>>()[..] {
        [package] => Ok(package),
        [] if named.is_empty() => {
            let text = format!("package {wanted:?}: the workspace does not depend on it");
            let names = packages.iter().map(|package| package.name.as_str());
            let help = did_you_mean(
                name,
                names,
                format!(
                    "add it for a build script: cargo add --build {name}; for an xtask: cargo add --package xtask {name}"
                ),
            );
            Err(Problem::new(text, help))
        }
        [] => {
            let text = format!("package {wanted:?}: the workspace has other versions of it");
            Err(Problem::new(text, format!("write one of {}", versions())))
        }
        _ => {
            let text = format!("package {wanted:?}: the workspace has several versions of it");
            Err(Problem::new(text, format!("write one of {}", versions())))
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "packages")]
    use std::fs;

    use expect_test::{Expect, expect};

    use super::*;

    fn check(wanted: &str, expected: Expect) {
        let package = |name: &str, version: &str| Package {
            name: name.to_owned(),
            version: version.to_owned(),
            dir: format!("/registry/{name}-{version}"),
        };
        let packages = [package("lua-src", "547.0.0"), package("cc", "1.0.0"), package("cc", "1.2.0")];
        let said = match choose(&packages, wanted) {
            Ok(package) => package.dir.clone(),
            Err(problem) => problem.to_string(),
        };
        expected.assert_eq(&said);
    }

    #[test]
    fn a_package_is_found_by_name_or_by_name_and_version() {
        check("lua-src", expect!["/registry/lua-src-547.0.0"]);
        check("cc@1.2.0", expect!["/registry/cc-1.2.0"]);
    }

    #[test]
    fn packages_that_are_not_one() {
        check(
            "lua_src",
            expect![[r#"
            package "lua_src": the workspace does not depend on it
              help: did you mean "lua-src"?"#]],
        );
        check(
            "libz-sys",
            expect![[r#"
            package "libz-sys": the workspace does not depend on it
              help: add it for a build script: cargo add --build libz-sys; for an xtask: cargo add --package xtask libz-sys"#]],
        );
        check(
            "cc",
            expect![[r#"
            package "cc": the workspace has several versions of it
              help: write one of cc@1.0.0, cc@1.2.0"#]],
        );
        check(
            "cc@2.0.0",
            expect![[r#"
            package "cc@2.0.0": the workspace has other versions of it
              help: write one of cc@1.0.0, cc@1.2.0"#]],
        );
    }

    #[cfg(feature = "packages")]
    /// A workspace whose member `xtask` depends on `c-code`, which lies beside it.
    fn workspace() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let package = |name: &str| {
            format!("[package]\nname = {name:?}\nversion = \"0.1.0\"\nedition = \"2024\"\n")
        };
        write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"xtask\"]\nexclude = [\"c-code\"]\n",
        );
        write(
            "xtask/Cargo.toml",
            &(package("xtask") + "[dependencies]\nc-code = { path = \"../c-code\" }\n"),
        );
        write("xtask/src/main.rs", "fn main() {}\n");
        write("c-code/Cargo.toml", &package("c-code"));
        write("c-code/src/lib.rs", "");
        root
    }

    #[test]
    #[cfg(feature = "packages")]
    fn cargo_says_where_a_dependency_lies() {
        let root = workspace();
        let mut project = crate::Project::new("demo", root.path());
        let package = project.package("c-code").unwrap();
        assert_eq!(package.version, "0.1.0");
        assert_eq!(
            fs::canonicalize(package.dir).unwrap(),
            fs::canonicalize(root.path().join("c-code")).unwrap()
        );

        // Asked once: cargo would not find the workspace any more.
        fs::remove_file(root.path().join("Cargo.toml")).unwrap();
        fs::remove_file(root.path().join("xtask/Cargo.toml")).unwrap();
        assert!(project.package("c-code").is_ok());
    }

    #[test]
    #[cfg(feature = "packages")]
    fn an_optional_dependency_is_one() {
        let root = workspace();
        let manifest = root.path().join("xtask/Cargo.toml");
        let text = fs::read_to_string(&manifest).unwrap();
        fs::write(&manifest, text.replace("\"../c-code\"", "\"../c-code\", optional = true")).unwrap();
        let mut project = crate::Project::new("demo", root.path());
        assert_eq!(project.package("c-code").unwrap().version, "0.1.0");
        let said = project.package("c_code").unwrap_err().to_string();
        assert!(said.contains("did you mean \"c-code\"?"), "{said}");
    }

    #[test]
    #[cfg(feature = "packages")]
    fn a_directory_without_workspace_is_an_error_with_a_way_out() {
        let root = tempfile::tempdir().unwrap();
        let error = crate::Project::new("demo", root.path()).package("x").unwrap_err().to_string();
        assert!(error.starts_with("cargo metadata: "), "{error}");
        assert!(error.contains("could not find `Cargo.toml`"), "{error}");
        assert!(error.contains("help: `cargo fetch` brings packages"), "{error}");
    }
}
