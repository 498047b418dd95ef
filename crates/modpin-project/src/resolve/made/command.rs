//! The commands of a rule: what is started, with which arguments, and what it reads.

use crate::configure::answer::Words;
use crate::declare::handle::{OptionId, Ref};
use crate::declare::probes::probe::path_word;
use crate::declare::rule::rule::Rule;
use crate::declare::rule::rule_arg::{EACH, RuleArg};
use crate::declare::rule::rule_text::{Piece, RuleText, pieces};
use crate::problem::Problem;
use crate::resolve::files::include::directory;
use crate::resolve::files::pattern::Pattern;
use crate::resolve::files::sources;
use crate::resolve::findings::Findings;
use crate::resolve::flags::speaker::Speaker;
use crate::resolve::made::code;
use crate::resolve::made::hooks;
use crate::resolve::made::made_by::{MadeBy, RuleRun};
use crate::resolve::made::nameable::Nameable;
use crate::resolve::made::outputs::{below_gen, carried, written_to};
use crate::resolve::made::placeholder::EachObject;
use crate::resolve::made::resolved_rule::{
    ResolvedRule, RuleCommand, RuleDir, RuleFile, RulePart, RuleProgram,
};
use crate::resolve::made::shell_words;

/// A rule with its commands.
pub(crate) fn resolved(
    rule: &Rule,
    made: &MadeBy,
    (nameable, speaker): (Nameable<'_>, Speaker<'_>),
    findings: &mut Findings,
) -> ResolvedRule {
    let commands = made.runs.iter().filter_map(|run| {
        let mut reader = RunReader { rule, run, nameable, speaker, findings };
        reader.command()
    });
    let commands: Vec<RuleCommand> = commands.collect();
    let first = commands.first();
    findings.warnings.extend(first.and_then(|first| shell_words::doubt(&first.args, speaker.title)));
    ResolvedRule { name: rule.name.clone(), commands }
}

/// Reads what a rule says for one of its runs.
struct RunReader<'a, 'f> {
    rule: &'a Rule,
    run: &'a RuleRun,
    nameable: Nameable<'a>,
    speaker: Speaker<'a>,
    findings: &'f mut Findings,
}

impl RunReader<'_, '_> {
    fn command(&mut self) -> Option<RuleCommand> {
        let (rule, chooser, mut words) = (self.rule, self.speaker.chooser, Vec::new());
        self.findings.problems.extend(hooks::wrong(rule, self.run, self.speaker.title));
        let known = self.findings.problems.len();
        for arg in chooser.chosen(&rule.run) {
            match self.words(arg) {
                Ok(more) => words.extend(more),
                Err(problem) => self.findings.problems.push(problem),
            }
        }
        let is_clear = self.findings.problems.len() == known;
        if let Some(step) = &rule.step {
            // It stands where a program would.
            words.insert(0, Vec::new());
            self.findings.problems.extend(code::wrong((rule, step), &words, self.speaker.title));
        }
        let program = match &rule.step {
            Some(step) => Ok(RuleProgram::Step(step.clone())),
            None => self.program(words.first().map_or(&[], Vec::as_slice)),
        };
        // What is wrong with the first word was said.
        let program = if is_clear || program.is_ok() { self.findings.keep(program) } else { None };
        let stdin = self.rule.stdin.as_ref().map(|arg| self.stdin(arg));
        let stdin = stdin.and_then(|stdin| self.findings.keep(stdin));
        let stdout = self.rule.stdout.as_ref().map(|arg| self.stdout(arg));
        let stdout = stdout.and_then(|stdout| self.findings.keep(stdout));
        let reads = self.reads();
        let cwd = self.cwd();
        let cwd = self.findings.keep(cwd)?;
        let env = self.env();
        self.check_own_dirs();
        let RuleRun { each, outputs, depfile, own_dirs } = self.run.clone();
        Some(RuleCommand {
            each: each.map(|each| each.label()),
            program: program?,
            args: words.split_off(1),
            stdin,
            stdout,
            reads,
            outputs,
            depfile,
            own_dirs,
            cwd,
            env,
        })
    }

    fn title(&self) -> &str {
        self.speaker.title
    }

    fn problem<T>(&self, text: &str, help: impl Into<String>) -> Result<T, Problem> {
        Err(Problem::new(format!("{}{text}", self.title()), help))
    }

    /// What one entry becomes: an argument, or one for each file that it means.
    fn words(&mut self, arg: &RuleArg) -> Result<Vec<Vec<RulePart>>, Problem> {
        let one = |part: RulePart| Ok(vec![vec![part]]);
        match arg {
            RuleArg::Text(text) => {
                let text = self.run.fill(text);
                match RuleText::read(&text) {
                    Some(made) => self.made(made).map(words_of),
                    None => self.text_parts(&text).map(|parts| vec![parts]),
                }
            }
            RuleArg::Input(path) => self.inputs(path).map(words_of),
            RuleArg::Objects(target) => match self.nameable.target(self.title(), target)? {
                RuleFile::Target { kind, name } => one(RulePart::Objects { kind, name }),
                _ => Ok(Vec::new()),
            },
            RuleArg::Tool(name) => one(RulePart::OfCompiler(name.clone())),
            RuleArg::ResponseFile(args) => self.response_file(args),
            RuleArg::Concat(parts) => self.joined(parts).map(|joined| vec![joined]),
            RuleArg::Output(path) => one(RulePart::Output(self.output_index(path))),
            RuleArg::OutDir(path) => {
                one(RulePart::OwnDir(below_gen(self.title(), "out_dir", &self.run.fill(path))?))
            }
            RuleArg::Depfile(_) => one(RulePart::Depfile),
            RuleArg::Target(target) => one(RulePart::File(self.nameable.target(self.title(), target)?)),
            RuleArg::Header(name) => one(RulePart::File(self.nameable.header(self.title(), name)?)),
            RuleArg::ModuleList(host) => {
                one(RulePart::File(self.nameable.module_list(self.title(), host)?))
            }
            RuleArg::Program(probe) => one(RulePart::Text(self.found(probe)?)),
            RuleArg::Value(option) => one(RulePart::Text(self.value(option)?)),
        }
    }

    /// Words that become one.
    fn joined(&mut self, parts: &[RuleArg]) -> Result<Vec<RulePart>, Problem> {
        let mut joined = Vec::new();
        for part in parts {
            let mut words = self.words(part)?;
            let is_list =
                matches!(part, RuleArg::Concat(_) | RuleArg::Objects(_) | RuleArg::ResponseFile(_));
            if words.len() != 1 || is_list {
                return self.problem(
                    ": a concat() has a part that is no single word",
                    "join one file at a time, and no concat() in another",
                );
            }
            joined.append(&mut words[0]);
        }
        Ok(joined)
    }

    /// What an option is.
    fn value(&self, option: &Ref<OptionId>) -> Result<String, Problem> {
        let name = option.name().unwrap_or_default();
        match self.speaker.chooser.known().fact(name) {
            Some(fact) => Ok(fact.text.to_owned()),
            None => self.problem(
                &format!(" wants the value of {name:?}, which is no option of the project"),
                "declare it, or correct the name",
            ),
        }
    }

    /// Where the program is that a probe has found.
    fn found(&self, probe: &Ref<OptionId>) -> Result<String, Problem> {
        let name = probe.name().unwrap_or_default();
        match self.speaker.chooser.known().fact(&path_word(name)) {
            Some(fact) if !fact.text.is_empty() => Ok(fact.text.to_owned()),
            Some(_) => self.problem(
                &format!(" starts the program of the probe {name:?}, which found none"),
                format!("say so where it is there: .when({name:?})"),
            ),
            None => self.problem(
                &format!(" starts the program of {name:?}, which is no probe for a program"),
                format!("a program's own name is a text, {name:?}; what a probe has found is named by p.probe(Probe::program({name:?}))"),
            ),
        }
    }

    fn response_file(&mut self, args: &[RuleArg]) -> Result<Vec<Vec<RulePart>>, Problem> {
        let mut words = Vec::new();
        for arg in args {
            match arg {
                RuleArg::Text(_) | RuleArg::Input(_) | RuleArg::Target(_) | RuleArg::Objects(_) => {
                    words.extend(self.words(arg)?);
                }
                RuleArg::Header(_)
                | RuleArg::Value(_)
                | RuleArg::Program(_)
                | RuleArg::ModuleList(_) => words.extend(self.words(arg)?),
                _ => {
                    return self.problem(
                        ": its response file holds what is neither a text nor read",
                        "outputs and joined words stand on the command line itself",
                    );
                }
            }
        }
        Ok(vec![vec![RulePart::Response(words)]])
    }

    /// A text in which files that rules make may be named.
    fn text_parts(&self, text: &str) -> Result<Vec<RulePart>, Problem> {
        if text.contains('\0') {
            return self.problem(": an argument holds NUL", "no command can be given it");
        }
        let mut parts = Vec::new();
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => parts.extend(hooks::with_object(self.rule, text)),
                Piece::Made(made) => match self.made(made)?.as_slice() {
                    [file] => parts.push(RulePart::File(file.clone())),
                    files => {
                        let text = format!(": {text:?} stands for {} files", files.len());
                        return self.problem(&text, "name one file inside of an argument");
                    }
                },
            }
        }
        if parts.is_empty() {
            parts.push(RulePart::Text(String::new()));
        }
        Ok(parts)
    }

    fn made(&self, made: RuleText<'_>) -> Result<Vec<RuleFile>, Problem> {
        let files = self.speaker.made.find(made, self.title())?;
        Ok(files.into_iter().map(RuleFile::Made).collect())
    }

    /// The files that an input means.
    fn inputs(&mut self, text: &str) -> Result<Vec<RuleFile>, Problem> {
        if let (EACH, Some(each)) = (text, &self.run.each) {
            return Ok(vec![match &each.object {
                Some(EachObject { kind, name, compiled_as }) => RuleFile::Object {
                    kind,
                    name: name.clone(),
                    source: each.path.clone(),
                    compiled_as: compiled_as.clone(),
                },
                None => RuleFile::Source(each.path.clone()),
            }]);
        }
        let text = self.run.fill_pattern(text);
        if let Some(made) = RuleText::read(&text) {
            return self.made(made);
        }
        let Speaker { root, title, .. } = self.speaker;
        let pattern = Pattern::new(root, &text, title)?;
        let mut found = Findings::default();
        let files = sources::files(root, title, std::slice::from_ref(&pattern), &mut found);
        self.findings.looked_up.there.append(&mut found.looked_up.there);
        self.findings.looked_up.missing.append(&mut found.looked_up.missing);
        if let Some(problem) = found.problems.pop() {
            return Err(self.missing(&pattern, problem));
        }
        files.iter().map(|path| carried(title, path).map(RuleFile::Source)).collect()
    }

    fn missing(&self, pattern: &Pattern, problem: Problem) -> Problem {
        let text = problem.text.replace("the source", "the input");
        match self.speaker.made.maker(pattern.text()) {
            Some(rule) => {
                Problem::new(text, format!("rule {rule:?} makes it: name it by that rule's .output()"))
            }
            None => Problem::new(text, problem.help),
        }
    }

    fn program(&self, parts: &[RulePart]) -> Result<RuleProgram, Problem> {
        match parts {
            [RulePart::OfCompiler(name)] => Ok(RuleProgram::OfCompiler(name.clone())),
            [RulePart::File(file)] if !matches!(file, RuleFile::Header(_) | RuleFile::DotConfig) => Ok(RuleProgram::File(file.clone())),
            [RulePart::Text(name)] if !name.is_empty() && (name.starts_with('/') || !name.contains('/')) => {
                Ok(RuleProgram::Tool(name.clone()))
            }
            [RulePart::Text(name)] if !name.is_empty() => self.problem(
                &format!(" starts {name:?}, which is a path and no input"),
                format!("write input({name:?}) for a script of the project; a name without `/` is looked for on the search path"),
            ),
            [] => self.problem(" runs nothing", "name the program first: .run([\"python3\".into(), …])"),
            _ => self.problem(" does not begin with a program", "name the program first: .run([\"python3\".into(), …])"),
        }
    }

    fn stdin(&mut self, arg: &RuleArg) -> Result<RuleFile, Problem> {
        let mut files = match arg {
            RuleArg::Text(path) | RuleArg::Input(path) => self.inputs(path)?,
            RuleArg::Target(target) => vec![self.nameable.target(self.title(), target)?],
            RuleArg::Header(name) => vec![self.nameable.header(self.title(), name)?],
            RuleArg::ModuleList(host) => vec![self.nameable.module_list(self.title(), host)?],
            _ => Vec::new(),
        };
        match files.len() {
            1 => Ok(files.remove(0)),
            _ => {
                self.problem(": its standard input is no single file", "name one file: .stdin(\"PATH\")")
            }
        }
    }

    fn stdout(&self, arg: &RuleArg) -> Result<usize, Problem> {
        let Some(path) = written_to(arg) else {
            return self
                .problem(": its standard output is no file", "name one: .stdout(output(\"PATH\"))");
        };
        Ok(self.output_index(path))
    }

    /// Which output a path is. What is wrong with it was told where outputs are looked up.
    fn output_index(&self, path: &str) -> usize {
        let path = below_gen(self.title(), "output", &self.run.fill(path)).unwrap_or_default();
        self.run.outputs.iter().position(|output| *output == path).unwrap_or_default()
    }

    fn reads(&mut self) -> Vec<RuleFile> {
        let (rule, chooser, mut reads) = (self.rule, self.speaker.chooser, Vec::new());
        for text in chooser.chosen(&rule.reads) {
            let files = self.inputs(text);
            reads.extend(self.findings.keep(files).into_iter().flatten());
        }
        reads
    }

    fn cwd(&mut self) -> Result<RuleDir, Problem> {
        let Speaker { root, title, .. } = self.speaker;
        match &self.rule.cwd {
            None => Ok(RuleDir::Root),
            Some(RuleArg::OutDir(path)) => {
                below_gen(title, "out_dir", &self.run.fill(path)).map(RuleDir::Own)
            }
            Some(RuleArg::Text(path) | RuleArg::Input(path)) => {
                let dir = directory(root, title, &self.run.fill(path)).map_err(|problem| {
                    Problem::new(problem.text.replace(".include", ".cwd"), problem.help)
                })?;
                self.findings.looked_up.dirs.push(dir.clone().into());
                Ok(RuleDir::Source(dir))
            }
            Some(_) => self.problem(
                ": its .cwd() is no directory",
                "name one, or one of its own: out_dir(\"DIR\")",
            ),
        }
    }

    fn env(&mut self) -> Vec<(String, String)> {
        let mut env = Vec::new();
        for text in self.speaker.chooser.chosen(&self.rule.env) {
            let text = self.run.fill(text);
            match text.split_once('=').filter(|(name, value)| !name.is_empty() && !value.contains('\0'))
            {
                Some((name, value)) => env.push((name.to_owned(), value.to_owned())),
                None => {
                    let text = format!("{}: {text:?} sets no variable", self.title());
                    self.findings.problem(text, "write NAME=VALUE, or .env(\"NAME\", \"VALUE\")");
                }
            }
        }
        env
    }

    /// In a directory of its own something lies.
    fn check_own_dirs(&mut self) {
        for dir in &self.run.own_dirs {
            let inside = |path: &String| {
                path.strip_prefix(dir.as_str()).is_some_and(|rest| rest.starts_with('/'))
            };
            if !self.run.outputs.iter().any(inside) {
                let text = format!("{}: none of its outputs lies in its out_dir {dir:?}", self.title());
                let help = format!("name what it writes there: .outputs([\"{dir}/…\"])");
                self.findings.problem(text, help);
            }
        }
    }
}

/// Each file as an argument.
fn words_of(files: Vec<RuleFile>) -> Vec<Vec<RulePart>> {
    files.into_iter().map(|file| vec![RulePart::File(file)]).collect()
}
