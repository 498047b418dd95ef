//! Rules: each of their commands is an action, whose tool is an input like any other.

use modpin_engine::{Arg, Command, FileId, Stage, Work};
use modpin_project::{ResolvedRule, RuleCommand, RuleDir, RuleFile, RulePart, RuleProgram};

use super::planned::{PlannedTarget, TargetKind};
use super::planner::{NewAction, Planner, add_new};
use crate::error::Result;
use crate::steps::{BuildStep, TellMade, Verb};

impl Planner<'_> {
    /// Every rule, once all targets are planned whose files it may need.
    pub(super) fn rules(&mut self) -> Result<()> {
        let resolved = self.resolved;
        for rule in &resolved.rules {
            let mut files = Vec::new();
            for command in &rule.commands {
                files.extend(self.rule_command(rule, command)?);
            }
            let done = self.layout.rule_done(&rule.name);
            self.add_one(NewAction {
                verb: Verb::Writing,
                label: done.clone(),
                work: BuildStep::TellMade(TellMade).into_work(),
                inputs: files.clone(),
                outputs: &[done],
                depfile: None,
            })?;
            let (name, kind) = (rule.name.clone(), TargetKind::Rule);
            self.targets.push(PlannedTarget { name, kind, files, checks: vec![] });
        }
        Ok(())
    }

    fn rule_command(&mut self, rule: &ResolvedRule, command: &RuleCommand) -> Result<Vec<FileId>> {
        let from = self.named_from(command);
        let (program, mut inputs) = self.rule_program(&command.program);
        let mut args = Vec::new();
        for parts in &command.args {
            let mut joined = Vec::new();
            for part in parts {
                joined.extend(self.rule_part(part, command, &from, &mut inputs));
            }
            args.push(if joined.len() == 1 { joined.remove(0) } else { Arg::Joined(joined) });
        }
        let files = command.stdin.iter().chain(&command.reads);
        for file in files {
            add_new(&mut inputs, self.rule_file(file));
        }
        let stdin = command.stdin.as_ref().and_then(|file| self.rule_file(file).first().copied());
        let stage = Stage {
            dir: match &command.cwd {
                RuleDir::Root => None,
                RuleDir::Source(dir) => Some(dir.clone()),
                RuleDir::Own(dir) => Some(self.layout.generated(dir)),
            },
            stdin: stdin.map(|file| self.graph.path(file).to_owned()),
            stdout: command.stdout,
            own_dirs: command.own_dirs.iter().map(|dir| self.layout.generated(dir) + "/").collect(),
        };
        let outputs: Vec<String> =
            command.outputs.iter().map(|path| self.layout.generated(path)).collect();
        let set = command.env.iter().map(|(name, value)| (name.clone(), Some(value.clone())));
        let env = [("LC_ALL".to_owned(), Some("C".to_owned()))].into_iter().chain(set).collect();
        let stage = Some(Box::new(stage));
        let work = Work::Command(Command { program, args, env, stage, ..Command::default() });
        let label = match &command.each {
            Some(each) => format!("{} for {each}", rule.name),
            None => rule.name.clone(),
        };
        let depfile = command.depfile.as_ref().map(|path| self.layout.generated(path));
        let verb = Verb::Generating;
        self.add(NewAction { verb, label, work, inputs, outputs: &outputs, depfile })
    }

    /// What stands before paths: a tool that runs elsewhere finds its files by absolute ones.
    fn named_from(&self, command: &RuleCommand) -> String {
        match command.cwd {
            RuleDir::Root => String::new(),
            _ => format!("{}/", self.layout.root.display()),
        }
    }

    fn rule_program(&mut self, program: &RuleProgram) -> (String, Vec<FileId>) {
        match program {
            RuleProgram::Tool(name) => {
                let path = self.resolved.tools.get(name).unwrap_or(name);
                (path.clone(), vec![self.graph.file(path)])
            }
            RuleProgram::File(file) => {
                let files = self.rule_file(file);
                let path = files.first().map_or("", |&file| self.graph.path(file));
                (self.layout.absolute(path).to_string_lossy().into_owned(), files)
            }
        }
    }

    fn rule_part(
        &mut self,
        part: &RulePart,
        command: &RuleCommand,
        from: &str,
        inputs: &mut Vec<FileId>,
    ) -> Vec<Arg> {
        // What lies outside of the root is absolute already.
        let absolute = |path: &str| path.starts_with('/') || from.is_empty();
        let before = |path: &str| if absolute(path) { String::new() } else { from.to_owned() };
        match part {
            RulePart::Text(text) => vec![Arg::from(text)],
            RulePart::File(file) => {
                let files = self.rule_file(file);
                let path = files.first().map_or("", |&file| self.graph.path(file)).to_owned();
                add_new(inputs, files);
                vec![Arg::Text(before(&path) + &path)]
            }
            RulePart::Output(index) => {
                let prefix = before(&self.layout.dir);
                vec![Arg::Output { prefix, index: *index }]
            }
            RulePart::Depfile if command.depfile.is_some() => {
                vec![Arg::Depfile { prefix: before(&self.layout.dir) }]
            }
            RulePart::Depfile => vec![],
            RulePart::OwnDir(dir) => {
                let own = Arg::OwnDir(self.layout.generated(dir));
                let prefix = before(&self.layout.dir);
                if prefix.is_empty() { vec![own] } else { vec![Arg::Text(prefix), own] }
            }
        }
    }

    /// A file that a rule names, with what it needs when it is run.
    fn rule_file(&mut self, file: &RuleFile) -> Vec<FileId> {
        match file {
            RuleFile::Source(path) => vec![self.graph.file(path)],
            RuleFile::Made(path) => vec![self.graph.file(self.layout.generated(path))],
            RuleFile::Header(name) => vec![self.graph.file(self.layout.header(name))],
            RuleFile::Target { kind, name } => self.target_files(TargetKind::of(kind), name),
        }
    }

    /// The files of a target, and of a program also those that it loads.
    fn target_files(&mut self, kind: TargetKind, name: &str) -> Vec<FileId> {
        let is_it = |target: &&PlannedTarget| target.kind == kind && target.name == name;
        let Some(target) = self.targets.iter().find(is_it) else { return Vec::new() };
        let mut files: Vec<FileId> = target.files.first().copied().into_iter().collect();
        match kind {
            // Nobody loads modules into it, so what proves it is what it needs to run.
            TargetKind::HostProgram => files.extend(&target.checks),
            TargetKind::Executable => files.extend(self.run_files(name)),
            _ => {}
        }
        files
    }

    /// What a program loads: shared libraries, and modules with theirs.
    fn run_files(&mut self, name: &str) -> Vec<FileId> {
        let Some(host) = self.resolved.executables.iter().find(|host| host.name == name) else {
            return Vec::new();
        };
        let mut shared = self.resolved.shared_of(&host.link, &host.link_shared);
        for module in host.built_in.iter().chain(&host.modules) {
            let module = &self.resolved.modules[*module];
            shared.extend(self.resolved.shared_of(&module.link, &module.link_shared));
        }
        let mut files = self.at_run_time(&shared);
        let loaded = self.loads.iter().filter(|load| load.host == name);
        let loaded: Vec<String> = loaded.map(|load| load.file.clone()).collect();
        files.extend(self.files(&loaded));
        files
    }
}
