//! Which files a rule writes, and whether they can lie where they would. Nothing is known yet of what it reads.

use std::path::Path;

use crate::declare::rule::rule::Rule;
use crate::declare::rule::rule_arg::RuleArg;
use crate::problem::Problem;
use crate::resolve::files::pattern::Pattern;
use crate::resolve::files::sources;
use crate::resolve::findings::Findings;
use crate::resolve::flags::speaker::Speaker;
use crate::resolve::made::made_by::{MadeBy, RuleRun};
use crate::resolve::made::placeholder::EachFile;

/// Looks a rule up that is there.
pub(crate) fn made_by(
    (target, rule): (usize, &Rule),
    dir: &str,
    speaker: Speaker<'_>,
    findings: &mut Findings,
) -> MadeBy {
    let mut made = MadeBy { name: rule.name.clone(), target, dir: dir.to_owned(), ..MadeBy::default() };
    if !rule.each_object_of.is_empty() {
        made.waits_for_objects = true;
        if !rule.each.is_empty() {
            let text = format!("{} is run for files and for objects", speaker.title);
            findings.problem(text, "make two rules of it");
        }
        return made;
    }
    let runs = each_files(rule, dir, speaker, findings);
    made.runs = runs.into_iter().map(|each| run(rule, each, speaker, findings)).collect();
    made
}

/// The files that it is run for; one run for none if it does not say.
fn each_files(
    rule: &Rule,
    dir: &str,
    speaker: Speaker<'_>,
    findings: &mut Findings,
) -> Vec<Option<EachFile>> {
    if rule.each.is_empty() {
        return vec![None];
    }
    let Speaker { root, title, chooser, .. } = speaker;
    let texts = chooser.chosen(&rule.each);
    let patterns = findings.keep_all(texts.map(|text| Pattern::new(root, text, title)));
    let files = sources::files(root, title, &patterns, findings);
    let paths = findings.keep_all(files.iter().map(|path| carried(title, path)));
    paths.into_iter().map(|path| Some(EachFile::new(path, dir))).collect()
}

/// The path of a file as a text that a command line can carry.
pub(crate) fn carried(title: &str, path: &Path) -> Result<String, Problem> {
    let text = path.to_str().filter(|text| !text.contains('\n') && !text.starts_with('-'));
    text.map(str::to_owned).ok_or_else(|| {
        let text = format!("{title}: the file name {path:?} is none that a command can be given");
        Problem::new(text, "rename the file")
    })
}

/// What it makes for one file.
pub(crate) fn run(
    rule: &Rule,
    each: Option<EachFile>,
    speaker: Speaker<'_>,
    findings: &mut Findings,
) -> RuleRun {
    let Speaker { title, chooser, .. } = speaker;
    let mut run = RuleRun { each, ..RuleRun::default() };
    let words = chooser.chosen(&rule.run).flat_map(RuleArg::parts);
    let words: Vec<&RuleArg> = words.chain(&rule.cwd).collect();
    let outputs =
        words.iter().filter_map(|word| if let RuleArg::Output(path) = word { Some(path) } else { None });
    let stdout = rule.stdout.iter().filter_map(written_to);
    let outputs: Vec<&String> = outputs.chain(stdout).chain(chooser.chosen(&rule.outputs)).collect();
    outputs.into_iter().for_each(|output| add_output(&mut run, output, speaker, findings));
    let depfile =
        words.iter().find_map(|word| if let RuleArg::Depfile(path) = word { Some(path) } else { None });
    let depfile = depfile.or(rule.depfile.as_ref()).map(|path| run.fill(path));
    run.depfile = depfile.and_then(|path| findings.keep(below_gen(title, "depfile", &path)));
    for word in &words {
        if let RuleArg::OutDir(path) = word {
            let dir = findings.keep(below_gen(title, "out_dir", &run.fill(path)));
            run.own_dirs.extend(dir.filter(|dir| !run.own_dirs.contains(dir)));
        }
    }
    if run.outputs.is_empty() && rule.on_objects_of.is_empty() && findings.problems.is_empty() {
        let help = "name what it writes: output(\"PATH\") among its arguments, .stdout(), or .outputs()";
        findings.problem(format!("{title} makes nothing"), help);
    }
    run
}

fn add_output(run: &mut RuleRun, output: &str, speaker: Speaker<'_>, findings: &mut Findings) {
    let Speaker { root, title, .. } = speaker;
    let path = findings.keep(below_gen(title, "output", &run.fill(output)));
    let Some(path) = path.filter(|path| !run.outputs.contains(path)) else { return };
    if findings.looked_up.is_file(root, Path::new(&path)) {
        let text = format!("{title}: its output {path:?} is there among the sources");
        findings
            .problem(text, "give it another name: gen/ mirrors the sources, and both would be meant");
    }
    run.outputs.push(path);
}

/// The path that a standard output is given.
pub(crate) fn written_to(arg: &RuleArg) -> Option<&String> {
    match arg {
        RuleArg::Output(path) | RuleArg::Text(path) => Some(path),
        _ => None,
    }
}

/// A path that is written, from `gen/`.
pub(crate) fn below_gen(title: &str, what: &str, text: &str) -> Result<String, Problem> {
    let parts: Vec<&str> = text.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let outside = text.starts_with('/') || parts.contains(&"..");
    if outside {
        let text = format!("{title}: its {what} {text:?} would lie outside of gen/");
        let help = "write where it would lie among the sources, without `..`: it lies there below gen/";
        return Err(Problem::new(text, help));
    }
    let path = parts.join("/");
    if path.is_empty() || text.ends_with('/') || path.contains(['\n', '\0']) || path.starts_with('-') {
        let text = format!("{title}: its {what} {text:?} is no path of a file");
        return Err(Problem::new(text, "name a file, without a newline in its name"));
    }
    Ok(path)
}
