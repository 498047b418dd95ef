//! What is compiled into a target, looked up: its sources, its directories for headers, and the flags of each source.

use std::path::Path;

use crate::declare::code::Code;
use crate::declare::executable::Executable;
use crate::declare::library::Library;
use crate::declare::project::Project;
use crate::declare::target::Target;
use crate::resolve::files::include::directory;
use crate::resolve::files::pattern::Pattern;
use crate::resolve::files::sources;
use crate::resolve::findings::Findings;
use crate::resolve::resolved::{ResolvedCode, ResolvedSource};
use crate::suggest::did_you_mean;

/// What the project gives to every target.
pub(crate) fn of_project(root: &Path, project: &Project, findings: &mut Findings) -> ResolvedCode {
    let title = format!("project {:?}", project.name);
    ResolvedCode {
        sources: Vec::new(),
        includes: directories(root, &title, &project.includes, findings),
        defines: project.defines.clone(),
        cflags: project.cflags.clone(),
    }
}

/// What a target is compiled from and how; `shared` is what all targets get.
pub(crate) fn of_target(
    root: &Path,
    target: &Target,
    shared: &ResolvedCode,
    findings: &mut Findings,
) -> ResolvedCode {
    let code = target.code();
    let own = directories(root, &target.title(), &code.includes, findings);
    ResolvedCode {
        sources: sources_of(root, target, findings),
        includes: [&shared.includes[..], &own].concat(),
        defines: [&shared.defines[..], &code.defines].concat(),
        cflags: [&shared.cflags[..], &code.cflags].concat(),
    }
}

fn sources_of(root: &Path, target: &Target, findings: &mut Findings) -> Vec<ResolvedSource> {
    let made_elsewhere = matches!(
        target,
        Target::Library(Library { archive: Some(_), .. })
            | Target::Executable(Executable { cargo: Some(_), .. })
    );
    if made_elsewhere {
        return Vec::new();
    }
    let (title, code) = (&target.title(), target.code());
    let problems_before = findings.problems.len();
    let patterns = patterns(root, title, &code.sources, findings);
    let excludes = self::patterns(root, title, &code.exclude, findings);
    let mut paths = sources::files(root, title, &patterns, findings);
    for exclude in &excludes {
        let before = paths.len();
        paths.retain(|path| !exclude.matches(path));
        if paths.len() == before {
            let text = format!("{title}: .exclude({:?}) leaves out nothing", exclude.text());
            findings.warn(text, "correct it or remove it");
        }
    }
    let paths = findings.keep_all(paths.iter().map(|path| sources::source(title, path)));
    let found = paths.into_iter().map(|path| ResolvedSource { path, cflags: Vec::new() });
    let mut found: Vec<ResolvedSource> = found.collect();
    if found.is_empty() && findings.problems.len() == problems_before {
        let help = "add .sources(\"DIRECTORY/*.c\"), or remove the target";
        findings.problem(format!("{title} has no sources"), help);
    }
    give_flags(root, title, code, &mut found, findings);
    found
}

/// Gives sources their own flags, in the order of the declaration.
fn give_flags(
    root: &Path,
    title: &str,
    code: &Code,
    found: &mut [ResolvedSource],
    findings: &mut Findings,
) {
    for flags in &code.flags_for {
        let pattern = Pattern::new(root, &flags.sources, title);
        let Some(pattern) = findings.keep(pattern) else { continue };
        let mut used = false;
        for source in found.iter_mut().filter(|source| pattern.matches(&source.path)) {
            source.cflags.extend(flags.cflags.iter().cloned());
            used = true;
        }
        if !used && !found.is_empty() {
            let text = format!("{title}: .flags_for({:?}) matches none of its sources", flags.sources);
            let names = found.iter().map(|source| source.path.as_str());
            let help = did_you_mean(&flags.sources, names, "paths start at the project's root");
            findings.problem(text, help);
        }
    }
}

fn patterns(root: &Path, title: &str, texts: &[String], findings: &mut Findings) -> Vec<Pattern> {
    findings.keep_all(texts.iter().map(|text| Pattern::new(root, text, title)))
}

fn directories(root: &Path, title: &str, texts: &[String], findings: &mut Findings) -> Vec<String> {
    let found = findings.keep_all(texts.iter().map(|text| directory(root, title, text)));
    findings.looked_up.there.extend(found.iter().map(Into::into));
    found
}
