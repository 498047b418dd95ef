//! What pkg-config is told of an installed library: pc(5), made of what its declaration says. Directories are said from the prefix
//! on, so that whoever moves everything says that one.

use std::collections::BTreeSet;

use modpin_project::{InstalledSource, Resolved, TargetInstall};

use super::dirs::InstallDirs;

/// A library, and what is known of it.
pub(super) struct Described<'a> {
    pub resolved: &'a Resolved,
    pub dirs: &'a InstallDirs,
    pub kind: &'a str,
    pub name: &'a str,
    pub told: &'a TargetInstall,
    /// The directory in which it is installed.
    pub dir: &'a str,
}

/// The name of the package, and what its file says.
pub(super) fn pkg_config_text(library: &Described<'_>) -> (String, String) {
    let said = library.told.pkg_config.clone().unwrap_or_default();
    let base = library.name.rsplit('/').next().unwrap_or(library.name);
    let name = said.name.unwrap_or_else(|| base.to_owned()).replace(['/', '\n'], "-");
    let description =
        said.description.unwrap_or_else(|| format!("{base}, a library of {}", library.resolved.name));
    let version =
        said.version.or_else(|| library.told.version.clone()).unwrap_or_else(|| "0".to_owned());
    let from_prefix = |dir: &str| {
        let rest = dir.strip_prefix(library.dirs.prefix.as_str()).unwrap_or(dir);
        format!("${{prefix}}{}", escaped(rest))
    };
    let prefix = if library.dirs.prefix.is_empty() { "/" } else { &library.dirs.prefix };
    let mut text = format!("prefix={}\n", escaped(prefix));
    text += &format!("libdir={}\n", from_prefix(library.dir));
    text += &format!("includedir={}\n\n", from_prefix(&library.dirs.include));
    text += &format!("Name: {}\nDescription: {}\n", one_line(&name), one_line(&description));
    text += &format!("Version: {}\n", one_line(&version));
    let Links { packages, libs } = links(library);
    if !packages.is_empty() {
        text += &format!("Requires: {}\n", packages.join(", "));
    }
    text += &format!("Libs: -L${{libdir}} {}\n", libs.join(" "));
    text += &format!("Cflags: {}\n", cflags(library).join(" "));
    (name, text)
}

/// What those link who link the library.
#[derive(Default)]
struct Links {
    packages: Vec<String>,
    libs: Vec<String>,
}

fn links(library: &Described<'_>) -> Links {
    let resolved = library.resolved;
    let mut links = Links::default();
    let mut add = |arg: String| {
        if !links.libs.contains(&arg) {
            links.libs.push(arg);
        }
    };
    if library.kind == "shared library" {
        let own = resolved.shared_libraries.iter().find(|it| it.name == library.name);
        own.into_iter().for_each(|own| add(format!("-l{}", escaped(&own.linker_name()))));
        return links;
    }
    let at = resolved.libraries.iter().position(|it| it.name == library.name);
    let needed = resolved.with_needed(&at.into_iter().collect::<Vec<_>>());
    let mut packages = Vec::new();
    let mut behind = Vec::new();
    for archive in needed.iter().map(|&at| &resolved.libraries[at]) {
        if let Some(package) = resolved.install.packages.get(&archive.name) {
            packages.push(package.clone());
            continue;
        }
        let file = archive.file_name.rsplit('/').next().unwrap_or(&archive.file_name);
        let name = file.strip_prefix("lib").and_then(|name| name.strip_suffix(".a")).unwrap_or(file);
        match &archive.archive {
            Some(path) => behind.push(escaped(path)),
            None => add(format!("-l{}", escaped(name))),
        }
        let system = archive.system_libraries.iter().chain(&archive.keep_system_libraries);
        behind.extend(system.map(|name| format!("-l{}", escaped(name))));
    }
    for at in resolved.shared_of(&needed, &[]) {
        add(format!("-l{}", escaped(&resolved.shared_libraries[at].linker_name())));
    }
    behind.into_iter().for_each(add);
    Links { packages, ..links }
}

/// Where its headers are found, in the way in which those of this project include them; and what else these are compiled with.
fn cflags(library: &Described<'_>) -> Vec<String> {
    let title = format!("{} {:?}", library.kind, library.name);
    let mut dirs = BTreeSet::new();
    for file in library.resolved.install.files.iter().filter(|file| file.by == title) {
        let (InstalledSource::File(source) | InstalledSource::Made(source)) = &file.source else {
            continue;
        };
        let installed = format!("{}/{}", library.dirs.of(&file.dir), file.name);
        let included = library.told.public_includes.iter().filter_map(|dir| below(source, dir));
        dirs.extend(
            included
                .filter_map(|name| Some(installed.strip_suffix(name)?.strip_suffix('/')?.to_owned())),
        );
    }
    let include = library.dirs.include.as_str();
    if dirs.is_empty() {
        dirs.insert(include.to_owned());
    }
    let flag = |dir: &String| match dir.strip_prefix(include) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            format!("-I${{includedir}}{}", escaped(rest))
        }
        _ => {
            let rest = dir.strip_prefix(library.dirs.prefix.as_str()).unwrap_or(dir);
            format!("-I${{prefix}}{}", escaped(rest))
        }
    };
    let others = library.told.public_flags.iter().map(|flag| escaped(flag));
    dirs.iter().map(flag).chain(others).collect()
}

/// A path as those write it who look for headers in `dir`.
fn below<'a>(path: &'a str, dir: &str) -> Option<&'a str> {
    match dir {
        "." | "" => (!path.starts_with('/')).then_some(path),
        dir => path.strip_prefix(dir)?.strip_prefix('/'),
    }
}

/// As a word of a line of pc(5).
fn escaped(word: &str) -> String {
    let mut text = String::new();
    for letter in word.chars() {
        match letter {
            ' ' | '\t' | '\\' | '"' | '\'' | '#' => text.extend(['\\', letter]),
            '$' => text += "$$",
            '\n' => {}
            letter => text.push(letter),
        }
    }
    text
}

fn one_line(text: &str) -> String {
    text.replace('\n', " ").replace('#', "\\#").replace('$', "$$")
}
