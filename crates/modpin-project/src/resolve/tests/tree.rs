//! A directory of empty files, and what a project in it is told, for tests.

use std::fmt::Write as _;
use std::fs;

use tempfile::TempDir;

use crate::{Config, Project, Resolved, ResolvedCode, resolve};

pub fn tree(files: &[&str]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for file in files {
        let path = root.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    root
}

/// What compilations and links of a project are told with some settings, by target, and what is not built; or what is wrong.
pub fn told(files: &[&str], declare: impl Fn(&mut Project), settings: &str) -> String {
    let root = tree(files);
    let mut project = Project::new("demo", root.path());
    declare(&mut project);
    // The same through a file.
    let text = project.to_json().unwrap();
    let project = Project::from_json(&text, "p.json", root.path()).unwrap();
    assert_eq!(project.to_json().unwrap(), text);
    let mut config = Config::default();
    for setting in settings.split_whitespace() {
        config.set_from_text(&project.options, setting).unwrap();
    }
    let told = match resolve(&project, &config, root.path()) {
        Ok(resolved) => commands(&resolved),
        Err(error) => format!("{error}\n"),
    };
    told.replace(&root.path().display().to_string(), "ROOT")
}

fn commands(resolved: &Resolved) -> String {
    let mut told = String::new();
    for t in &resolved.libraries {
        compiled(&mut told, &t.name, &t.code, false);
    }
    for t in &resolved.modules {
        let name = if t.built_in { format!("{} (built in)", t.name) } else { t.name.clone() };
        compiled(&mut told, &name, &t.code, !t.built_in);
        linked(&mut told, &t.name, &t.ldflags.texts());
    }
    for t in &resolved.executables {
        compiled(&mut told, &t.name, &t.code, false);
        linked(&mut told, &t.name, &t.ldflags.texts());
    }
    for off in &resolved.disabled {
        let _ = writeln!(told, "off: {} {} ({})", off.kind, off.name, off.why);
    }
    told.extend(resolved.warnings.iter().map(|warning| format!("warning: {warning}\n")));
    told
}

fn compiled(told: &mut String, name: &str, code: &ResolvedCode, is_module: bool) {
    for source in &code.sources {
        let own = source.own_of(is_module);
        let shared = own.left_of(&code.flags_in(source.language, is_module));
        let flags = shared.iter().chain(own.texts()).cloned().collect::<Vec<_>>().join(" ");
        let _ = writeln!(told, "{}", format!("{name} {}: {flags}", source.path).trim_end());
    }
}

fn linked(told: &mut String, name: &str, ldflags: &[String]) {
    if !ldflags.is_empty() {
        let _ = writeln!(told, "{name}: {}", ldflags.join(" "));
    }
}
