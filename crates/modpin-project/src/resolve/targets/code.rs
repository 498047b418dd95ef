//! What is compiled into a target, looked up: its sources, and the flags of each source.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::declare::code::FlagsFor;
use crate::declare::compiled_again::CompiledAgain;
use crate::declare::executable::Executable;
use crate::declare::library::Library;
use crate::declare::module::Module;
use crate::declare::options::item::Item;
use crate::declare::rule::rule_text::{RuleText, is_made};
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::files::pattern::Pattern;
use crate::resolve::files::sources;
use crate::resolve::findings::Findings;
use crate::resolve::flags::language::Language;
use crate::resolve::flags::level::{Level, OwnFlags};
use crate::resolve::flags::levels::Levels;
use crate::resolve::flags::own_arguments::OwnArguments;
use crate::resolve::flags::resolved_flag::flags_in;
use crate::resolve::flags::said_by::SaidBy;
use crate::resolve::flags::speaker::Speaker;
use crate::resolve::made::made_files::MadeFiles;
use crate::resolve::made::waiting;
use crate::resolve::off::LeftOut;
use crate::resolve::resolved::{ResolvedCode, ResolvedSource};
use crate::suggest::did_you_mean;

/// What a target is compiled from and how. `levels` are the flags of the target and of all outside of it.
pub(crate) fn of_target(
    target: &Target,
    levels: &Levels,
    speaker: Speaker<'_>,
    findings: &mut Findings,
) -> ResolvedCode {
    ResolvedCode {
        sources: sources_of(target, speaker, findings),
        flags: levels.of(false).compile.clone(),
        module_flags: levels.only_of_modules().map(|module| module.compile.clone()),
        waits_for: waits_for(target, levels, speaker, findings),
        header_dirs: Vec::new(),
        hooks: Vec::new(),
    }
}

/// The rules whose headers it waits for, and those that make sources of it: these may make headers beside.
fn waits_for(
    target: &Target,
    levels: &Levels,
    speaker: Speaker<'_>,
    findings: &mut Findings,
) -> Vec<usize> {
    let Speaker { title, chooser, made, .. } = speaker;
    let mut headers: Vec<&String> =
        [false, true].into_iter().flat_map(|is_module| &levels.of(is_module).rules).collect();
    headers.sort();
    headers.dedup();
    let mut rules = findings.keep_all(waiting::named(headers, made, title));
    let code = target.code();
    let lists = code.sources_as.iter().map(|again| &again.sources).chain([&code.sources]);
    let texts = lists.flat_map(|list| chooser.chosen(list)).filter_map(|text| RuleText::read(text));
    // A source that is not made is told where it is looked for.
    rules.extend(texts.filter_map(|text| made.rule(text.rule, (title, "")).ok()));
    rules.sort_unstable();
    rules.dedup();
    rules
}

fn sources_of(target: &Target, speaker: Speaker<'_>, findings: &mut Findings) -> Vec<ResolvedSource> {
    let made_elsewhere = matches!(
        target,
        Target::Library(Library { archive: Some(_), .. } | Library { package: Some(_), .. })
            | Target::Module(Module { file: Some(_), .. })
            | Target::Executable(Executable { cargo: Some(_), .. })
            | Target::Group(_)
            | Target::Rule(_)
    );
    if made_elsewhere {
        return Vec::new();
    }
    let Speaker { root, title, chooser, .. } = speaker;
    let code = target.code();
    let problems_before = findings.problems.len();
    let patterns = patterns(root, title, chooser.chosen(&code.sources), findings);
    let excludes = self::patterns(root, title, chooser.chosen(&code.exclude), findings);
    let mut paths = sources::files(root, title, &patterns, findings);
    let texts: Vec<&String> = chooser.chosen(&code.sources).collect();
    name_makers(&mut findings.problems[problems_before..], &texts, speaker.made);
    let made = add_made(&mut paths, &texts, speaker, findings);
    let mut left_out = left_out(speaker, &code.sources, &paths, findings);
    leave_out(&excludes, (&mut paths, &left_out), title, findings);
    let paths = findings.keep_all(paths.iter().map(|path| sources::source(title, path)));
    let mut found: Vec<ResolvedSource> =
        paths.into_iter().map(|(path, language)| source(path, language, None, &made)).collect();
    let again = compiled_again(target, speaker, &mut found, findings);
    left_out.extend_from_slice(&again);
    if found.is_empty() && findings.problems.len() == problems_before {
        no_sources(target, &left_out, findings);
    }
    give_flags(target, speaker, (&mut found, &left_out), findings);
    give_own_flags(target, speaker, &mut found, findings);
    let is_excluded = |path: &String| excludes.iter().any(|exclude| exclude.matches(path));
    left_out.retain(|item| again.contains(item) || !is_excluded(&item.0));
    let target =
        |(path, why)| LeftOut { path, kind: target.kind(), target: target.name().to_owned(), why };
    findings.left_out.extend(left_out.into_iter().map(target));
    found
}

/// Of sources that are missing, those that rules make are said to be theirs.
fn name_makers(problems: &mut [Problem], texts: &[&String], made: &MadeFiles) {
    for problem in problems {
        let is_lost =
            |text: &&&String| problem.text.ends_with(&format!("the source {text:?} is missing"));
        if let Some(rule) = texts.iter().find(is_lost).and_then(|text| made.maker(text)) {
            problem.help = format!("rule {rule:?} makes it: name it by that rule's .output()");
        }
    }
}

/// Takes away what patterns leave out. Each has to be for something, be it for what a condition leaves out.
fn leave_out(
    excludes: &[Pattern],
    (paths, left_out): (&mut Vec<PathBuf>, &[(String, String)]),
    title: &str,
    findings: &mut Findings,
) {
    for exclude in excludes {
        let before = paths.len();
        paths.retain(|path| !exclude.matches(path));
        if paths.len() == before && !left_out.iter().any(|(path, _)| exclude.matches(path)) {
            let text = format!("{title}: .exclude({:?}) leaves out nothing", exclude.text());
            findings.warn(text, "correct it or remove it");
        }
    }
}

fn source(
    path: String,
    language: Language,
    compiled_as: Option<String>,
    made: &HashSet<PathBuf>,
) -> ResolvedSource {
    let (own, is_made) = (OwnArguments::default(), made.contains(Path::new(&path)));
    ResolvedSource { path, language, own, own_of_module: None, compiled_as, is_made }
}

/// Adds the sources that rules make, each where the list names it; answers which they are.
fn add_made(
    paths: &mut Vec<PathBuf>,
    texts: &[&String],
    speaker: Speaker<'_>,
    findings: &mut Findings,
) -> HashSet<PathBuf> {
    let Speaker { root, title, made, .. } = speaker;
    let mut added = HashSet::new();
    for (at, text) in texts.iter().enumerate() {
        let Some(text) = RuleText::read(text) else { continue };
        let found = findings.keep(made.find(text, title)).unwrap_or_default();
        // Of all that a rule makes, headers are no sources.
        let mut new: Vec<PathBuf> = match text.file {
            Some(_) => found.into_iter().map(PathBuf::from).collect(),
            None => found
                .into_iter()
                .filter(|path| Language::of(path).is_some())
                .map(PathBuf::from)
                .collect(),
        };
        if text.file.is_none() && new.is_empty() && made.rule(text.rule, (title, "")).is_ok() {
            let help = "headers that it makes are named by .generated_headers()";
            findings.problem(format!("{title}: rule {:?} makes no sources", text.rule), help);
        }
        new.retain(|path| added.insert(path.clone()));
        let mut before = Findings::default();
        let earlier = patterns(root, title, texts[..at].iter().copied(), &mut before);
        let place = sources::files(root, title, &earlier, &mut before).len() + added.len() - new.len();
        let place = place.min(paths.len());
        paths.splice(place..place, new);
    }
    added
}

/// Adds the sources that are compiled under other names; answers those that conditions leave out.
fn compiled_again(
    target: &Target,
    speaker: Speaker<'_>,
    found: &mut Vec<ResolvedSource>,
    findings: &mut Findings,
) -> Vec<(String, String)> {
    let Speaker { root, title, chooser, .. } = speaker;
    let mut out = Vec::new();
    for again in &target.code().sources_as {
        let patterns = patterns(root, title, chooser.chosen(&again.sources), findings);
        let mut paths = sources::files(root, title, &patterns, findings);
        let texts: Vec<&String> = chooser.chosen(&again.sources).collect();
        let made = add_made(&mut paths, &texts, speaker, findings);
        out.extend(left_out(speaker, &again.sources, &paths, findings));
        let paths = findings.keep_all(paths.iter().map(|path| sources::source(title, path)));
        let name = || Some(again.name.clone());
        found.extend(paths.into_iter().map(|(path, language)| source(path, language, name(), &made)));
    }
    out
}

/// Gives the sources that are compiled under other names the flags which are theirs for that.
fn give_own_flags(
    target: &Target,
    speaker: Speaker<'_>,
    found: &mut [ResolvedSource],
    findings: &mut Findings,
) {
    for CompiledAgain { name, cflags, flags, .. } in &target.code().sources_as {
        let by = SaidBy::CompiledAs(name.clone());
        let mut level = Level::of(flags, by, speaker, findings);
        level.extend(cflags, speaker.chooser);
        let (own, of_module) = level.flavours();
        let is_it = |source: &&mut ResolvedSource| source.compiled_as.as_ref() == Some(name);
        found.iter_mut().filter(is_it).for_each(|source| give(source, &own, of_module.as_ref()));
    }
}

/// Sources under conditions that do not hold, each with what keeps it off. What is missing among them is no mistake yet.
fn left_out(
    speaker: Speaker<'_>,
    items: &[Item<String>],
    chosen: &[PathBuf],
    findings: &mut Findings,
) -> Vec<(String, String)> {
    let Speaker { root, title, chooser, made } = speaker;
    let mut seen: HashSet<PathBuf> = HashSet::new();
    let mut found = Vec::new();
    for item in items.iter().filter(|item| !chooser.has(item)) {
        if seen.is_empty() {
            seen.extend(chosen.iter().cloned());
        }
        let mut unasked = Findings::default();
        let patterns = patterns(root, title, item.all().iter(), findings);
        let mut files = sources::files(root, title, &patterns, &mut unasked);
        let of_rules = item.all().iter().filter_map(|text| RuleText::read(text));
        let of_rules = of_rules.filter_map(|text| made.find(text, title).ok());
        files.extend(of_rules.flatten().map(PathBuf::from));
        // Of a rule that is off nobody knows what it would make.
        let is_off = |text: &&String| {
            RuleText::read(text).is_some_and(|text| made.off.iter().any(|(off, _)| off == text.rule))
        };
        found.extend(item.all().iter().filter(is_off).map(|text| (text.clone(), chooser.why(item))));
        findings.looked_up.there.append(&mut unasked.looked_up.there);
        findings.looked_up.missing.append(&mut unasked.looked_up.missing);
        let new = files.into_iter().filter(|path| seen.insert(path.clone()));
        let why = chooser.why(item);
        found.extend(new.filter_map(|path| {
            let (path, _) = sources::source(title, &path).ok()?;
            Some((path, why.clone()))
        }));
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
            let help = match target {
                Target::Executable(_) => {
                    "add .sources(\"DIRECTORY/*.c\"), or remove the target; a program that cargo links is declared by p.host(RustHost::new(NAME))"
                }
                _ => "add .sources(\"DIRECTORY/*.c\"), or remove the target",
            };
            findings.problem(format!("{title} has no sources"), help);
        }
    }
}

/// Gives sources their own flags, in the order of the declaration. Those that are left out count as sources, too.
fn give_flags(
    target: &Target,
    speaker: Speaker<'_>,
    (found, left_out): (&mut [ResolvedSource], &[(String, String)]),
    findings: &mut Findings,
) {
    let Speaker { root, title, chooser, .. } = speaker;
    for FlagsFor { sources, cflags, flags } in &target.code().flags_for {
        let Some(pattern) = findings.keep(Pattern::new(root, sources, title)) else { continue };
        let by = SaidBy::Sources(sources.clone());
        let mut level = Level::of(flags, by, speaker, findings);
        level.extend(cflags, chooser);
        let (own, of_module) = level.flavours();
        let mut used = left_out.iter().any(|(path, _)| pattern.matches(path));
        for source in found.iter_mut().filter(|source| pattern.matches(&source.path)) {
            give(source, &own, of_module.as_ref());
            used = true;
        }
        if !used && !found.is_empty() {
            let text = format!("{title}: .flags_for({sources:?}) matches none of its sources");
            let names = found.iter().map(|source| source.path.as_str());
            let help = did_you_mean(sources, names, "paths start at the project's root");
            findings.problem(text, help);
        }
    }
}

/// Gives one source what is said of it, behind what was said before.
fn give(source: &mut ResolvedSource, own: &OwnFlags, of_module: Option<&OwnFlags>) {
    let language = source.language;
    let add = |to: &mut OwnArguments, from: &OwnFlags| {
        to.flags.extend(flags_in(&from.compile, language).cloned());
        to.without.extend_from_slice(&from.without);
    };
    if of_module.is_some() || source.own_of_module.is_some() {
        let before = || Box::new(source.own.clone());
        add(source.own_of_module.get_or_insert_with(before), of_module.unwrap_or(own));
    }
    add(&mut source.own, own);
}

fn patterns<'a>(
    root: &Path,
    title: &str,
    texts: impl Iterator<Item = &'a String>,
    findings: &mut Findings,
) -> Vec<Pattern> {
    let texts = texts.filter(|text| !is_made(text));
    findings.keep_all(texts.map(|text| Pattern::new(root, text, title)))
}
