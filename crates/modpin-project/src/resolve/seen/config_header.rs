//! Headers that say what was configured, looked up: what their macros stand for, and what they must not be.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use crate::configure::answer::{Asker, answer};
use crate::configure::asked::{Askable, unanswerable};
use crate::configure::known::Known;
use crate::declare::condition::cond::Cond;
use crate::declare::condition::expr::{Expr, Operand};
use crate::declare::options::kind::OptKind;
use crate::declare::project::Project;
use crate::declare::seen::config_header::{ConfigHeader, HeaderMacro, Others};
use crate::problem::Problem;
use crate::resolve::files::nearby::near;
use crate::resolve::files::path::normal;
use crate::resolve::findings::Findings;
use crate::resolve::placed::below;
use crate::resolve::scopes::Scopes;
use crate::resolve::seen::autoconf::wrong_header;
use crate::resolve::seen::header_value::HeaderValue;
use crate::resolve::seen::resolved_header::{ResolvedConfigHeader, ResolvedDirHeader, ResolvedTemplate};

/// Every header, in the order of declaration.
pub(crate) fn resolved(
    root: &Path,
    project: &Project,
    known: &Known,
    findings: &mut Findings,
) -> Vec<ResolvedConfigHeader> {
    let mut names: HashSet<&str> =
        project.autoconf.iter().map(|autoconf| autoconf.header.as_str()).collect();
    for header in &project.config_headers {
        if !names.insert(&header.header) {
            let text = format!("header {:?} is declared twice", header.header);
            findings.problem(text, TWICE);
        }
    }
    let title = |header: &ConfigHeader| format!("header {:?}", header.header);
    let headers = project.config_headers.iter();
    headers.map(|header| one(root, &title(header), header, known, findings)).collect()
}

/// Those of directories. What is wrong with one of a directory that is off is told as well.
pub(crate) fn of_dirs(
    root: &Path,
    scopes: &Scopes<'_>,
    known: &Known,
    findings: &mut Findings,
) -> Vec<ResolvedDirHeader> {
    let (mut resolved, mut names) = (Vec::new(), HashSet::new());
    for (declared, dir, is_on) in scopes.headers() {
        let title = format!("directory {dir:?}: header {:?}", declared.header);
        let place = normal(root, &below(dir, &declared.header));
        if !names.insert(place) {
            findings.problem(format!("{title} is declared twice"), TWICE);
            continue;
        }
        let template = declared.template.as_ref().map(|path| below(dir, path));
        let placed = ConfigHeader { template, ..declared.clone() };
        let header = one(root, &title, &placed, known, findings);
        if is_on {
            resolved.push(ResolvedDirHeader { dir: normal(root, dir), header });
        }
    }
    resolved
}

/// The way out of two headers of one name.
const TWICE: &str = "give one of them another name, or put what both say into one";

fn one(
    root: &Path,
    title: &str,
    header: &ConfigHeader,
    known: &Known,
    findings: &mut Findings,
) -> ResolvedConfigHeader {
    findings.problems.extend(wrong_header(title, &header.header));
    let mut values: Vec<(String, HeaderValue)> = Vec::new();
    for entry in &header.values {
        if values.iter().any(|(name, _)| *name == entry.name) {
            let text = format!("{title} defines {} twice", entry.name);
            findings.problem(text, "remove one of them");
            continue;
        }
        let value = findings.keep(value(title, entry, known));
        values.extend(value.map(|value| (entry.name.clone(), value)));
    }
    let template =
        header.template.as_ref().map(|path| template(root, title, path, header, known, findings));
    if template.is_none() && header.values.is_empty() {
        values = words(known);
        let is_path = |name: &str| known.probes.get(name).is_some_and(|probe| probe.path_of().is_some());
        values.retain(|(name, _)| !is_path(name));
    }
    ResolvedConfigHeader { header: header.header.clone(), values, template }
}

/// Every option and probe with what it is. A choice is seen by its members.
fn words(known: &Known) -> Vec<(String, HeaderValue)> {
    let names = known.names().into_iter().filter(|name| known.kind(name) != Some(OptKind::Choice));
    names.filter_map(|name| Some((name.to_owned(), HeaderValue::of_word(known, name)?))).collect()
}

fn template(
    root: &Path,
    title: &str,
    path: &str,
    header: &ConfigHeader,
    known: &Known,
    findings: &mut Findings,
) -> ResolvedTemplate {
    let path = normal(root, path);
    if !findings.looked_up.is_file(root, Path::new(&path)) {
        let help = near(root, &path, Path::new(&path), Path::is_file);
        findings.problem(format!("{title}: there is no template {path:?}"), help);
    }
    let own: BTreeSet<&str> = header.values.iter().map(|entry| entry.name.as_str()).collect();
    let others: BTreeMap<String, HeaderValue> =
        words(known).into_iter().filter(|(name, _)| !own.contains(name.as_str())).collect();
    ResolvedTemplate { path, words: others, others_off: header.others == Some(Others::Off) }
}

fn value(title: &str, entry: &HeaderMacro, known: &Known) -> Result<HeaderValue, Problem> {
    let HeaderMacro { name, is, text, code } = entry;
    let first = name.chars().next().unwrap_or('0');
    if first.is_ascii_digit() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        let text = format!("{title}: {name:?} is no name of a macro");
        return Err(Problem::new(text, "write letters, digits and `_`, and no digit first"));
    }
    match (is, text, code) {
        (Some(is), None, None) => asked(title, name, is, known),
        (None, Some(text), None) => Ok(HeaderValue::Text(text.clone())),
        (None, None, Some(code)) if !code.contains(['\n', '\r', '\0']) => {
            Ok(HeaderValue::Code(code.clone()))
        }
        (None, None, Some(_)) => {
            let text = format!("{title}: the code of {name} has more than one line");
            Err(Problem::new(text, "write it in one line, or put it into a header of your own"))
        }
        _ => {
            let text = format!("{title}: {name} needs one of \"is\", \"text\" and \"code\"");
            Err(Problem::new(text, "write { \"name\": \"X\", \"text\": \"value\" }"))
        }
    }
}

/// The value of a word by itself, or the answer to a condition.
fn asked(title: &str, name: &str, Cond(expr): &Cond, known: &Known) -> Result<HeaderValue, Problem> {
    if let Expr::Value(Operand::Word(word)) = expr
        && let Some(value) = word.name().and_then(|word| HeaderValue::of_word(known, word))
    {
        return Ok(value);
    }
    let subject = format!("{title}: {name} asks for");
    match unanswerable(&subject, expr, known) {
        Some(problem) => Err(problem),
        None => Ok(HeaderValue::of_answer(Some(answer(expr, known, Asker::Option)))),
    }
}

/// Headers that stand under the same name in a directory in which sources look.
pub(crate) fn collisions<'a>(
    root: &Path,
    headers: impl Iterator<Item = &'a str> + Clone,
    dirs: &BTreeSet<&str>,
    findings: &mut Findings,
) {
    for dir in dirs {
        for header in headers.clone() {
            let path = if *dir == "." { header.to_owned() } else { format!("{dir}/{header}") };
            if findings.looked_up.is_file(root, Path::new(&path)) {
                let text = format!("header {header:?}: {path} is found under the same name");
                let help = "an earlier build system may have left it: remove it, or give the header another name";
                findings.problem(text, help);
            }
        }
    }
}
