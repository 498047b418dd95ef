//! What there is to say of a name that is a target or a file. Knows which files are meant; what is said of a file is
//! told in `file`.

use std::path::{Component, Path, PathBuf};

use modpin_project::Resolved;
use serde::Serialize;

use super::file::{self, FileAnswer, Memory};
use crate::layout::Layout;
use crate::plan::{Plan, PlannedLink, TargetKind};

/// A target of the project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetAnswer {
    /// Its name.
    pub target: String,
    /// `library`, `module` or `executable`.
    pub target_kind: TargetKind,
    /// What this build makes of it.
    pub state: TargetState,
    /// That in a sentence.
    pub summary: String,
    /// Its file; none for a module that is built in or switched off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<FileAnswer>,
}

/// What a build makes of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetState {
    /// A file.
    File,
    /// A part of its hosts.
    BuiltIn,
    /// Nothing: the configuration switches it off.
    Disabled,
}

/// Every target of that name: a library and a program may share one.
pub fn explain_target(
    plan: &Plan,
    resolved: &Resolved,
    name: &str,
    mut memory: impl FnMut(&str) -> Option<FileAnswer>,
) -> Vec<TargetAnswer> {
    let mut found = Vec::new();
    for target in plan.targets.iter().filter(|target| target.name == name) {
        let (state, summary) = match (target.kind, target.files.is_empty()) {
            (TargetKind::Module, true) => (TargetState::BuiltIn, built_in(resolved, name)),
            _ => (TargetState::File, purpose(plan, resolved, target.kind, name)),
        };
        let file = target.files.first().filter(|_| target.kind != TargetKind::Group);
        let file = file.and_then(|&file| memory(plan.graph.path(file)));
        let (target, target_kind) = (target.name.clone(), target.kind);
        found.push(TargetAnswer { target, target_kind, state, summary, file });
    }
    for disabled in resolved.disabled.iter().filter(|disabled| disabled.name == name) {
        found.push(TargetAnswer {
            target: name.to_owned(),
            target_kind: TargetKind::of(disabled.kind),
            state: TargetState::Disabled,
            summary: format!("not built, because {}", disabled.why),
            file: None,
        });
    }
    found
}

/// What is known of a file by a name that a user may type: from the project's root or from where the user stands, or its
/// place in the build directory.
pub fn explain_file(
    plan: &Plan,
    layout: &Layout,
    typed: &str,
    dir: &Path,
    memory: &Memory<'_>,
) -> Option<FileAnswer> {
    names(layout, typed, dir).iter().find_map(|path| file::explain(plan, path, memory))
}

/// The file of the graph that a user means.
pub fn find_file(
    plan: &Plan,
    layout: &Layout,
    typed: &str,
    dir: &Path,
) -> Option<modpin_engine::FileId> {
    names(layout, typed, dir).iter().find_map(|path| plan.graph.find(path))
}

/// The paths that may be meant, in the form that the graph has.
pub fn names(layout: &Layout, typed: &str, dir: &Path) -> Vec<String> {
    let plain = typed.strip_prefix("./").unwrap_or(typed);
    let mut names = vec![plain.to_owned(), format!("{}/{plain}", layout.dir)];
    let absolute = dir.join(plain);
    let below = |root: &Path, path: &Path| {
        path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
    };
    // The root may have been reached through `..` or a link, and so may the file.
    names.push(below(&straight(&layout.root), &straight(&absolute)));
    if let (Ok(root), Ok(path)) = (layout.root.canonicalize(), absolute.canonicalize()) {
        names.push(below(&root, &path));
    }
    names
}

/// A path without `.` and `..`, taken out textually.
fn straight(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                straight.pop();
            }
            part => straight.push(part),
        }
    }
    straight
}

fn built_in(resolved: &Resolved, name: &str) -> String {
    let is_it = |&module: &usize| resolved.modules[module].name == name;
    let hosts = resolved.executables.iter().filter(|host| host.built_in.iter().any(is_it));
    let hosts: Vec<&str> = hosts.map(|host| host.name.as_str()).collect();
    match hosts.is_empty() {
        true => "built in, but no executable takes it".to_owned(),
        false => format!("built into {}", hosts.join(", ")),
    }
}

/// Who wants a target.
fn purpose(plan: &Plan, resolved: &Resolved, kind: TargetKind, name: &str) -> String {
    let users: Vec<String> = match kind {
        TargetKind::Module => {
            let hosts = plan.loads.iter().filter(|load| load.module == name);
            hosts.map(|load| format!("executable {}", load.host)).collect()
        }
        TargetKind::Library => {
            let library = resolved.libraries.iter().position(|library| library.name == name);
            let uses = |link: &&PlannedLink| {
                link.archives.iter().any(|archive| Some(archive.library) == library)
            };
            let links = plan.links.iter().filter(uses);
            let links = links.map(|link| format!("{} {}", link.kind, link.name));
            links.chain(host_programs(resolved, name)).collect()
        }
        TargetKind::SharedLibrary => {
            let library = resolved.shared_libraries.iter().position(|library| library.name == name);
            let users = shared_users(resolved, library);
            users.into_iter().chain(host_programs(resolved, name)).collect()
        }
        TargetKind::HostProgram => {
            return "a program for the build machine, built for whoever asks for it".to_owned();
        }
        TargetKind::Executable => return program(plan, name),
        TargetKind::Group => return group(resolved, name),
        TargetKind::Rule => return rule(resolved, name),
    };
    let (used, unused) = match kind {
        TargetKind::Module => ("loaded by", "no executable loads it"),
        _ => ("linked into", "no executable or module links it"),
    };
    if users.is_empty() { unused.to_owned() } else { format!("{used} {}", users.join(", ")) }
}

fn shared_users(resolved: &Resolved, library: Option<usize>) -> Vec<String> {
    let has = |link: &[usize], own: &[usize]| {
        library.is_some_and(|library| resolved.shared_of(link, own).contains(&library))
    };
    let shared = resolved.shared_libraries.iter();
    let shared =
        shared.filter(|it| has(&it.link, &it.link_shared)).map(|it| ("shared library", &it.name));
    let modules = resolved.modules.iter();
    let modules = modules.filter(|it| has(&it.link, &it.link_shared)).map(|it| ("module", &it.name));
    let programs = resolved.executables.iter();
    let programs =
        programs.filter(|it| has(&it.link, &it.link_shared)).map(|it| ("executable", &it.name));
    let all = shared.chain(modules).chain(programs);
    all.map(|(kind, name)| format!("{kind} {name}")).collect()
}

/// The host programs that link a library of this name, directly or through another one.
fn host_programs(resolved: &Resolved, name: &str) -> Vec<String> {
    let Some(there) = resolved.build_machine.as_deref() else { return Vec::new() };
    let links = |link: &[usize], own: &[usize]| {
        let mut libraries = there.with_needed(link).into_iter();
        libraries.any(|at| there.libraries[at].name == name)
            || there.shared_of(link, own).iter().any(|&at| there.shared_libraries[at].name == name)
    };
    let programs = there.executables.iter().filter(|it| links(&it.link, &it.link_shared));
    programs.map(|it| format!("host program {}", it.name)).collect()
}

fn group(resolved: &Resolved, name: &str) -> String {
    let group = resolved.groups.iter().find(|group| group.name == name);
    let targets = group.map(|group| group.targets.join(", ")).unwrap_or_default();
    format!("a name for {targets}")
}

/// What a rule does.
fn rule(resolved: &Resolved, name: &str) -> String {
    let rule = resolved.rules.iter().find(|rule| rule.name == name);
    let commands = rule.map_or(&[][..], |rule| &rule.commands);
    let outputs: Vec<String> =
        commands.iter().flat_map(|command| &command.outputs).map(|path| format!("gen/{path}")).collect();
    match outputs.len() {
        0 => "runs on objects as they are compiled".to_owned(),
        1..=4 => format!("makes {}", outputs.join(", ")),
        count => format!("makes {} and {} more files", outputs[..3].join(", "), count - 3),
    }
}

/// What a program is for: it is built because it is declared.
fn program(plan: &Plan, name: &str) -> String {
    let link = plan.links.iter().find(|link| link.kind == TargetKind::Executable && link.name == name);
    let modules = link.map_or(0, |link| link.modules.len());
    match modules {
        0 => "a program".to_owned(),
        1 => "a program that loads 1 module".to_owned(),
        _ => format!("a program that loads {modules} modules"),
    }
}
