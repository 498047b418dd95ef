//! What is compiled into a target, looked up: its sources, its directories for headers, and the flags of each source.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::declare::code::Code;
use crate::declare::executable::Executable;
use crate::declare::library::Library;
use crate::declare::options::item::Item;
use crate::declare::project::Project;
use crate::declare::target::Target;
use crate::resolve::choose::{Chooser, FLAVOURS};
use crate::resolve::files::include::directory;
use crate::resolve::files::pattern::Pattern;
use crate::resolve::files::sources;
use crate::resolve::findings::Findings;
use crate::resolve::resolved::{LeftOut, ResolvedCode, ResolvedSource};
use crate::suggest::did_you_mean;

/// What the project gives to every target.
pub(crate) fn of_project(
    root: &Path,
    project: &Project,
    chooser: Chooser<'_>,
    findings: &mut Findings,
) -> ResolvedCode {
    let title = format!("project {:?}", project.name);
    let [cflags, for_module] = FLAVOURS.map(|flavour| chooser.flags(&project.cflags, flavour));
    ResolvedCode {
        sources: Vec::new(),
        includes: directories(root, &title, &project.includes, chooser, findings),
        defines: chooser.texts(&project.defines),
        module_cflags: Some(for_module).filter(|for_module| *for_module != cflags),
        cflags,
    }
}

/// What a target is compiled from and how; `shared` is what all targets get.
pub(crate) fn of_target(
    root: &Path,
    target: &Target,
    chooser: Chooser<'_>,
    shared: &ResolvedCode,
    findings: &mut Findings,
) -> ResolvedCode {
    let code = target.code();
    let own = directories(root, &target.title(), &code.includes, chooser, findings);
    let [cflags, for_module] = [false, true].map(|is_module| {
        let own = chooser.flags(&code.cflags, FLAVOURS[usize::from(is_module)]);
        [shared.cflags_of(is_module), &own].concat()
    });
    ResolvedCode {
        sources: sources_of(root, target, chooser, findings),
        includes: [&shared.includes[..], &own].concat(),
        defines: [&shared.defines[..], &chooser.texts(&code.defines)].concat(),
        module_cflags: Some(for_module).filter(|for_module| *for_module != cflags),
        cflags,
    }
}

fn sources_of(
    root: &Path,
    target: &Target,
    chooser: Chooser<'_>,
    findings: &mut Findings,
) -> Vec<ResolvedSource> {
    let made_elsewhere = matches!(
        target,
        Target::Library(Library { archive: Some(_), .. })
            | Target::Executable(Executable { cargo: Some(_), .. })
            | Target::Group(_)
    );
    if made_elsewhere {
        return Vec::new();
    }
    let (title, code) = (&target.title(), target.code());
    let problems_before = findings.problems.len();
    let patterns = patterns(root, title, chooser.chosen(&code.sources), findings);
    let excludes = self::patterns(root, title, chooser.chosen(&code.exclude), findings);
    let mut paths = sources::files(root, title, &patterns, findings);
    let mut left_out = left_out(root, title, (&code.sources, chooser), &paths, findings);
    for exclude in &excludes {
        let before = paths.len();
        paths.retain(|path| !exclude.matches(path));
        if paths.len() == before && !left_out.iter().any(|(path, _)| exclude.matches(path)) {
            let text = format!("{title}: .exclude({:?}) leaves out nothing", exclude.text());
            findings.warn(text, "correct it or remove it");
        }
    }
    let paths = findings.keep_all(paths.iter().map(|path| sources::source(title, path)));
    let mut found: Vec<ResolvedSource> = paths.into_iter().map(|path| source(path, None)).collect();
    let again = compiled_again(root, target, chooser, &mut found, findings);
    left_out.extend_from_slice(&again);
    if found.is_empty() && findings.problems.len() == problems_before {
        no_sources(target, &left_out, findings);
    }
    give_flags(root, target, chooser, (&mut found, &left_out), findings);
    give_own_flags(target, chooser, &mut found);
    let is_excluded = |path: &String| excludes.iter().any(|exclude| exclude.matches(path));
    left_out.retain(|item| again.contains(item) || !is_excluded(&item.0));
    let target =
        |(path, why)| LeftOut { path, kind: target.kind(), target: target.name().to_owned(), why };
    findings.left_out.extend(left_out.into_iter().map(target));
    found
}

fn source(path: String, compiled_as: Option<String>) -> ResolvedSource {
    ResolvedSource { path, cflags: Vec::new(), module_cflags: None, compiled_as }
}

/// Adds the sources that are compiled under other names; answers those that conditions leave out.
fn compiled_again(
    root: &Path,
    target: &Target,
    chooser: Chooser<'_>,
    found: &mut Vec<ResolvedSource>,
    findings: &mut Findings,
) -> Vec<(String, String)> {
    let (title, mut out) = (&target.title(), Vec::new());
    for again in &target.code().sources_as {
        let patterns = patterns(root, title, chooser.chosen(&again.sources), findings);
        let paths = sources::files(root, title, &patterns, findings);
        out.extend(left_out(root, title, (&again.sources, chooser), &paths, findings));
        let paths = findings.keep_all(paths.iter().map(|path| sources::source(title, path)));
        found.extend(paths.into_iter().map(|path| source(path, Some(again.name.clone()))));
    }
    out
}

/// Gives the sources that are compiled under other names the flags which are theirs for that.
fn give_own_flags(target: &Target, chooser: Chooser<'_>, found: &mut [ResolvedSource]) {
    for again in &target.code().sources_as {
        let [own, for_module] = FLAVOURS.map(|flavour| chooser.flags(&again.cflags, flavour));
        let is_it = |source: &&mut ResolvedSource| source.compiled_as.as_ref() == Some(&again.name);
        found.iter_mut().filter(is_it).for_each(|source| add_flags(source, &own, &for_module));
    }
}

fn add_flags(source: &mut ResolvedSource, own: &[String], for_module: &[String]) {
    if own != for_module || source.module_cflags.is_some() {
        let before = source.cflags.clone();
        source.module_cflags.get_or_insert(before).extend_from_slice(for_module);
    }
    source.cflags.extend_from_slice(own);
}

/// Sources under conditions that do not hold, each with what keeps it off. What is missing among them is no mistake yet.
fn left_out(
    root: &Path,
    title: &str,
    (items, chooser): (&[Item<String>], Chooser<'_>),
    chosen: &[PathBuf],
    findings: &mut Findings,
) -> Vec<(String, String)> {
    let mut seen: HashSet<PathBuf> = HashSet::new();
    let mut found = Vec::new();
    for item in items.iter().filter(|item| !chooser.has(item)) {
        if seen.is_empty() {
            seen.extend(chosen.iter().cloned());
        }
        let mut unasked = Findings::default();
        let patterns = patterns(root, title, item.all().iter(), findings);
        let files = sources::files(root, title, &patterns, &mut unasked);
        findings.looked_up.there.append(&mut unasked.looked_up.there);
        findings.looked_up.missing.append(&mut unasked.looked_up.missing);
        let new = files.into_iter().filter(|path| seen.insert(path.clone()));
        let why = chooser.why(item);
        found.extend(new.filter_map(|path| Some((sources::source(title, &path).ok()?, why.clone()))));
    }
    found
}

/// A library may have nothing to it; nobody would run a program or load a module that does not.
fn no_sources(target: &Target, left_out: &[(String, String)], findings: &mut Findings) {
    let title = target.title();
    match (target, left_out.first()) {
        (Target::Library(_), Some(_)) => {}
        (_, Some((path, why))) => {
            let text =
                format!("{title} has no sources in this configuration: {path} is left out, {why}");
            let help = match target {
                Target::Module(_) => "put the module itself under the condition, with .when()",
                _ => "give it a source without a condition",
            };
            findings.problem(text, help);
        }
        (_, None) => {
            let help = "add .sources(\"DIRECTORY/*.c\"), or remove the target";
            findings.problem(format!("{title} has no sources"), help);
        }
    }
}

/// Gives sources their own flags, in the order of the declaration. Those that are left out count as sources, too.
fn give_flags(
    root: &Path,
    target: &Target,
    chooser: Chooser<'_>,
    (found, left_out): (&mut [ResolvedSource], &[(String, String)]),
    findings: &mut Findings,
) {
    let title = &target.title();
    let Code { flags_for, .. } = target.code();
    for flags in flags_for {
        let pattern = Pattern::new(root, &flags.sources, title);
        let Some(pattern) = findings.keep(pattern) else { continue };
        let [own, for_module] = FLAVOURS.map(|flavour| chooser.flags(&flags.cflags, flavour));
        let mut used = left_out.iter().any(|(path, _)| pattern.matches(path));
        for source in found.iter_mut().filter(|source| pattern.matches(&source.path)) {
            add_flags(source, &own, &for_module);
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

fn patterns<'a>(
    root: &Path,
    title: &str,
    texts: impl Iterator<Item = &'a String>,
    findings: &mut Findings,
) -> Vec<Pattern> {
    findings.keep_all(texts.map(|text| Pattern::new(root, text, title)))
}

/// Those that are chosen.
fn directories(
    root: &Path,
    title: &str,
    items: &[Item<String>],
    chooser: Chooser<'_>,
    findings: &mut Findings,
) -> Vec<String> {
    let chosen = findings.keep_all(chooser.chosen(items).map(|text| directory(root, title, text)));
    findings.looked_up.there.extend(chosen.iter().map(Into::into));
    chosen
}
