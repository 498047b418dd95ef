//! The files that rules make, by rule: what texts such as `{rule:table:table.c}` mean, and which directories `gen/` has.

use std::collections::{HashMap, HashSet};

use crate::declare::rule::rule_text::RuleText;
use crate::problem::Problem;
use crate::resolve::made::made_by::MadeBy;
use crate::resolve::made::placeholder::{EachFile, from_root};
use crate::resolve::name_glob::NameGlob;
use crate::suggest::did_you_mean;

/// What the rules of a project make.
#[derive(Debug, Clone, Default)]
pub(crate) struct MadeFiles {
    /// Those that are there, in order of declaration.
    pub(crate) rules: Vec<MadeBy>,
    /// Names of the others, with what keeps each off.
    pub(crate) off: Vec<(String, String)>,
    /// Directories in which a file of them lies, and all above.
    dirs: HashSet<String>,
}

impl MadeFiles {
    /// Of these rules. Files that two of them make are told as problems.
    pub(crate) fn new(
        rules: Vec<MadeBy>,
        off: Vec<(String, String)>,
        problems: &mut Vec<Problem>,
    ) -> MadeFiles {
        let mut makers: HashMap<&str, Made<'_>> = HashMap::new();
        let mut dirs = HashSet::new();
        for rule in &rules {
            for (each, path) in rule.files() {
                if let Some(before) = makers.insert(path, (rule, each)) {
                    problems.push(made_twice(path, before, (rule, each)));
                }
                let parents =
                    std::iter::successors(path.rsplit_once('/'), |(dir, _)| dir.rsplit_once('/'));
                dirs.extend(parents.map(|(dir, _)| dir.to_owned()).chain([".".to_owned()]));
            }
        }
        MadeFiles { rules, off, dirs }
    }

    /// Whether a file of a rule lies in a directory, or in one below it.
    pub(crate) fn has_dir(&self, dir: &str) -> bool {
        self.dirs.contains(dir)
    }

    /// Whose output a path is.
    pub(crate) fn maker(&self, path: &str) -> Option<&str> {
        let rules = self.rules.iter();
        rules
            .into_iter()
            .find(|rule| rule.files().any(|(_, file)| file == path))
            .map(|rule| rule.name.as_str())
    }

    /// The index of a rule that is there.
    ///
    /// # Errors
    /// What is said to `title`, which `does` something with it.
    pub(crate) fn rule(&self, name: &str, (title, does): (&str, &str)) -> Result<usize, Problem> {
        if let Some(at) = self.rules.iter().position(|rule| rule.name == name) {
            return Ok(at);
        }
        if let Some((_, why)) = self.off.iter().find(|(off, _)| off == name) {
            let text = format!("{title} {does} rule {name:?}, which is not built: {why}");
            return Err(Problem::new(text, "say so where the rule is there: when(CONDITION, …)"));
        }
        let names = self.rules.iter().map(|rule| rule.name.as_str());
        let names = names.chain(self.off.iter().map(|(name, _)| name.as_str()));
        let text = format!("{title} {does} {name:?}, which is no rule of the project");
        Err(Problem::new(text, did_you_mean(name, names, "declare it: p.add(Rule::new(…))")))
    }

    /// The files that a text means, from `gen/`.
    ///
    /// # Errors
    /// As [`MadeFiles::rule`]; and where the rule makes no such file.
    pub(crate) fn find(&self, text: RuleText<'_>, title: &str) -> Result<Vec<String>, Problem> {
        let rule = &self.rules[self.rule(text.rule, (title, "wants files of"))?];
        if rule.waits_for_objects {
            let text = format!(
                "{title} wants files of rule {:?}, which runs for objects: nothing is compiled of what it makes",
                rule.name
            );
            return Err(Problem::new(text, "let rules, links and installations use them"));
        }
        let all: Vec<&str> = rule.files().map(|(_, path)| path).collect();
        let Some(file) = text.file else { return Ok(all.into_iter().map(str::to_owned).collect()) };
        let wanted = from_root(&rule.dir, file);
        let found: Vec<&str> = match NameGlob::read(&wanted) {
            Ok(Some(glob)) => all.iter().copied().filter(|path| glob.matches(path)).collect(),
            _ => all.iter().copied().filter(|path| *path == wanted).collect(),
        };
        if found.is_empty() {
            let text =
                format!("{title} wants {file:?} of rule {:?}, which makes no such file", rule.name);
            let otherwise = format!("it makes {}", all.join(", "));
            return Err(Problem::new(text, did_you_mean(&wanted, all, otherwise)));
        }
        Ok(found.into_iter().map(str::to_owned).collect())
    }
}

/// Who makes a file, and for which one.
type Made<'a> = (&'a MadeBy, Option<&'a EachFile>);

fn made_twice(path: &str, one: Made<'_>, other: Made<'_>) -> Problem {
    if let ((rule, Some(first)), (again, Some(second))) = (one, other)
        && rule.name == again.name
    {
        let help = match first.path == second.path {
            true => "make a rule for each of the targets, with a directory for each",
            false => "have the file's directory in the path: output(\"{dir}/{stem}…\")",
        };
        let (first, second) = (first.label_with_target(), second.label_with_target());
        let text = format!("rule {:?} makes {path:?} twice: for {first} and for {second}", rule.name);
        return Problem::new(text, help);
    }
    let text = format!("rule {:?} and rule {:?} both make {path:?}", one.0.name, other.0.name);
    Problem::new(text, "give one of the two outputs another name")
}
