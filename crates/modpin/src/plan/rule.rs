//! Rules: each of their commands is an action, whose tool is an input like any other.

use modpin_engine::{Arg, Command, FileId, Response, Stage, Then, Work};
use modpin_project::{
    Language, ResolvedRule, ResolvedSource, RuleCommand, RuleDir, RuleFile, RulePart, RuleProgram,
};

use super::compiled::Compiled;
use super::planned::{PlannedTarget, TargetKind};
use super::planner::{NewAction, Planner, add_new};
use crate::error::Result;
use crate::layout::Flavour;
use crate::steps::{BuildStep, TellMade, Verb, WriteDotConfig};
use crate::toolchain::{compiled_language, of_compiler, response_text};

/// Variables that a command gets.
type Environment = Vec<(String, Option<String>)>;

/// The command line of a rule while it is made, and what it reads.
#[derive(Default)]
struct RuleWords {
    /// What stands before paths: a tool that runs elsewhere finds its files by absolute ones.
    from: String,
    args: Vec<Arg>,
    inputs: Vec<FileId>,
    /// What its response file holds.
    response: Option<Vec<String>>,
}

impl RuleWords {
    /// What stands before a path; nothing if it is absolute already.
    fn before(&self, path: &str) -> &str {
        if path.starts_with('/') { "" } else { &self.from }
    }
}

impl Planner<'_> {
    /// Every rule, once all targets are planned whose files it may need.
    pub(super) fn rules(&mut self) -> Result<()> {
        let resolved = self.resolved;
        self.dot_config()?;
        for (at, rule) in resolved.rules.iter().enumerate() {
            let mut files = self.hooked(at);
            for command in rule.commands.iter().filter(|command| !command.outputs.is_empty()) {
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

    /// What every option is, if a rule reads that.
    fn dot_config(&mut self) -> Result<()> {
        let mut commands = self.resolved.rules.iter().flat_map(|rule| &rule.commands);
        if !commands.any(|command| command.reads_file(&RuleFile::DotConfig)) {
            return Ok(());
        }
        let path = self.layout.dot_config_of_rules();
        let step = WriteDotConfig { text: self.resolved.options.to_dot_config() };
        let (verb, label, work) =
            (Verb::Writing, path.clone(), BuildStep::WriteDotConfig(step).into_work());
        self.add_one(NewAction { verb, label, work, inputs: vec![], outputs: &[path], depfile: None })?;
        Ok(())
    }

    fn rule_command(&mut self, rule: &ResolvedRule, command: &RuleCommand) -> Result<Vec<FileId>> {
        if let RuleProgram::Step(step) = &command.program {
            return self.rule_step((rule, command), step);
        }
        let mut words = RuleWords { from: self.named_from(command), ..RuleWords::default() };
        let (program, env) = self.rule_words(command, &mut words);
        let stage = Some(Box::new(self.stage(command)));
        let outputs: Vec<String> =
            command.outputs.iter().map(|path| self.layout.generated(path)).collect();
        let response = words.response.take().map(|listed| {
            let path = self.layout.rule_response(&command.outputs[0]);
            Box::new(Response { path, text: response_text(&listed) })
        });
        let RuleWords { args, inputs, .. } = words;
        let work = Work::Command(Command { program, args, env, response, stage, ..Command::default() });
        let label = match &command.each {
            Some(each) => format!("{} for {each}", rule.name),
            None => rule.name.clone(),
        };
        let depfile = command.depfile.as_ref().map(|path| self.layout.generated(path));
        let verb = Verb::Generating;
        self.add(NewAction { verb, label, work, inputs, outputs: &outputs, depfile })
    }

    /// What is typed; what is read goes to the words.
    fn rule_words(&mut self, command: &RuleCommand, words: &mut RuleWords) -> (String, Environment) {
        let (program, mut env) = self.rule_program(&command.program, words);
        for parts in &command.args {
            self.rule_word(parts, command, words);
        }
        for file in command.stdin.iter().chain(&command.reads) {
            add_new(&mut words.inputs, self.rule_file(file));
        }
        env.extend(command.env.iter().map(|(name, value)| (name.clone(), Some(value.clone()))));
        (program, env)
    }

    /// A rule that runs on objects, as part of a compilation; with what it reads.
    pub(super) fn hook(&mut self, rule: usize) -> Option<(Then, Vec<FileId>)> {
        let rule = self.resolved.rules.get(rule)?;
        let command = rule.commands.first()?;
        let mut words = RuleWords::default();
        let (program, env) = self.rule_words(command, &mut words);
        let RuleWords { args, inputs, .. } = words;
        Some((Then { name: format!("rule {:?}", rule.name), program, args, env }, inputs))
    }

    /// The objects on which a rule runs.
    fn hooked(&mut self, rule: usize) -> Vec<FileId> {
        let resolved = self.resolved;
        let libraries = resolved.libraries.iter().flat_map(|library| {
            [Flavour::Program, Flavour::Module].map(|flavour| Compiled::of_library(library, flavour))
        });
        let shared = resolved.shared_libraries.iter().map(Compiled::of_shared_library);
        let all = libraries.chain(shared).chain(resolved.modules.iter().map(Compiled::of_module));
        let all = all.chain(resolved.executables.iter().map(Compiled::of_executable));
        let mut objects = Vec::new();
        for compiled in all {
            let Some(hook) = compiled.code.hooks.iter().find(|hook| hook.rule == rule) else { continue };
            let sources =
                compiled.code.sources.iter().filter(|source| !hook.except.contains(&source.path));
            objects.extend(sources.map(|source| compiled.object(source, self.layout)));
        }
        let files = objects.iter().filter_map(|path| self.graph.find(path));
        files.filter(|&file| self.graph.file_at(file).producer.is_some()).collect()
    }

    fn stage(&mut self, command: &RuleCommand) -> Stage {
        let stdin = command.stdin.as_ref().and_then(|file| self.rule_file(file).first().copied());
        Stage {
            dir: match &command.cwd {
                RuleDir::Root => None,
                RuleDir::Source(dir) => Some(dir.clone()),
                RuleDir::Own(dir) => Some(self.layout.generated(dir)),
            },
            stdin: stdin.map(|file| self.graph.path(file).to_owned()),
            stdout: command.stdout,
            own_dirs: command.own_dirs.iter().map(|dir| self.layout.generated(dir) + "/").collect(),
        }
    }

    /// What stands before the paths of a command.
    fn named_from(&self, command: &RuleCommand) -> String {
        match command.cwd {
            RuleDir::Root => String::new(),
            _ => format!("{}/", self.layout.root.display()),
        }
    }

    /// What is started, with the environment that it gets.
    fn rule_program(&mut self, program: &RuleProgram, words: &mut RuleWords) -> (String, Environment) {
        let plain = || vec![("LC_ALL".to_owned(), Some("C".to_owned()))];
        match program {
            RuleProgram::Tool(name) => {
                let path = self.resolved.tools.get(name).unwrap_or(name).clone();
                words.inputs.push(self.graph.file(&path));
                (path, plain())
            }
            RuleProgram::OfCompiler(name) => match compiled_language(name) {
                Some(language) => self.compiler(language, words),
                None => {
                    let path = self.tool_of_compiler(name);
                    words.inputs.push(self.graph.file(&path));
                    (path, plain())
                }
            },
            RuleProgram::Step(_) => (String::new(), plain()),
            RuleProgram::File(file) => {
                let files = self.rule_file(file);
                let path = files.first().map_or("", |&file| self.graph.path(file));
                let path = self.layout.absolute(path).to_string_lossy().into_owned();
                add_new(&mut words.inputs, files);
                let for_target = matches!(file, RuleFile::Target { kind: "executable", .. });
                let runner = &self.toolchain.runner;
                match runner.program().filter(|_| for_target) {
                    // A program of another machine is started as its checks are.
                    Some(program) if program.starts_with('/') => {
                        words.inputs.push(self.graph.file(program));
                        let (program, args, _) = runner.command(path, vec![]);
                        words.args.extend(args.into_iter().map(Arg::Text));
                        (program, plain())
                    }
                    _ => (path, plain()),
                }
            }
        }
    }

    /// The compiler as every compilation has it, with the headers that the build writes.
    fn compiler(&mut self, language: Language, words: &mut RuleWords) -> (String, Environment) {
        let tools = self.toolchain.of(language);
        let (program, compiler) = tools.driver();
        let header_dirs = self.headers.dirs.iter();
        let headers: Vec<String> =
            header_dirs.map(|dir| format!("-I{}{dir}", words.before(dir))).collect();
        let first = compiler.into_iter().chain(tools.first_args.clone()).chain(headers);
        words.args.extend(first.map(Arg::Text));
        words.inputs.extend(self.files(&tools.compile_tools));
        words.inputs.extend(&self.headers.before);
        (program, tools.compile_env.clone())
    }

    fn tool_of_compiler(&self, name: &str) -> String {
        let known = self.resolved.tools.get(&of_compiler(name));
        known.map_or_else(|| name.to_owned(), Clone::clone)
    }

    /// What some parts become: one word, or one for each object.
    fn rule_word(&mut self, parts: &[RulePart], command: &RuleCommand, words: &mut RuleWords) {
        match parts {
            [RulePart::Objects { kind, name }] => {
                let objects = self.objects_of(TargetKind::of(kind), name);
                let text = |path: &String| Arg::Text(format!("{}{path}", words.before(path)));
                let texts: Vec<Arg> = objects.iter().map(text).collect();
                words.args.extend(texts);
                add_new(&mut words.inputs, self.files(&objects));
            }
            [RulePart::Response(listed)] => {
                let mut inner = RuleWords { from: words.from.clone(), ..RuleWords::default() };
                listed.iter().for_each(|parts| self.rule_word(parts, command, &mut inner));
                let text =
                    |arg: &Arg| if let Arg::Text(text) = arg { text.clone() } else { String::new() };
                if words.response.is_none() {
                    let path = self.layout.rule_response(&command.outputs[0]);
                    words.args.push(Arg::Text(format!("@{}{path}", words.before(&path))));
                }
                words.response.get_or_insert_default().extend(inner.args.iter().map(text));
                add_new(&mut words.inputs, inner.inputs);
            }
            parts => {
                let mut joined = Vec::new();
                for part in parts {
                    joined.extend(self.rule_part(part, command, words));
                }
                let all_text = joined.iter().all(|part| matches!(part, Arg::Text(_)));
                words.args.push(match joined.len() {
                    1 => joined.remove(0),
                    _ if all_text => {
                        let text = |arg: &Arg| {
                            if let Arg::Text(text) = arg { text.clone() } else { String::new() }
                        };
                        Arg::Text(joined.iter().map(text).collect())
                    }
                    _ => Arg::Joined(joined),
                });
            }
        }
    }

    fn rule_part(&mut self, part: &RulePart, command: &RuleCommand, words: &mut RuleWords) -> Vec<Arg> {
        let prefix = words.before(&self.layout.dir).to_owned();
        match part {
            RulePart::Text(text) => vec![Arg::from(text)],
            RulePart::File(file) => {
                let files = self.rule_file(file);
                let path = files.first().map_or("", |&file| self.graph.path(file)).to_owned();
                add_new(&mut words.inputs, files);
                vec![Arg::Text(words.before(&path).to_owned() + &path)]
            }
            RulePart::Object => vec![Arg::Output { prefix, index: 0 }],
            RulePart::Output(index) => vec![Arg::Output { prefix, index: *index }],
            RulePart::Depfile if command.depfile.is_some() => vec![Arg::Depfile { prefix }],
            RulePart::OwnDir(dir) => {
                let own = Arg::OwnDir(self.layout.generated(dir));
                if prefix.is_empty() { vec![own] } else { vec![Arg::Text(prefix), own] }
            }
            RulePart::OfCompiler(name) => {
                let path = self.tool_of_compiler(name);
                words.inputs.push(self.graph.file(&path));
                vec![Arg::Text(path)]
            }
            RulePart::Depfile | RulePart::Objects { .. } | RulePart::Response(_) => vec![],
        }
    }

    /// The objects that a target has of its own sources.
    fn objects_of(&self, kind: TargetKind, name: &str) -> Vec<String> {
        let Some(compiled) = self.compiled_of(kind, name) else { return Vec::new() };
        compiled.code.sources.iter().map(|source| compiled.object(source, self.layout)).collect()
    }

    /// What is compiled of a target's own sources.
    fn compiled_of(&self, kind: TargetKind, name: &str) -> Option<Compiled<'_>> {
        let resolved = self.resolved;
        match kind {
            TargetKind::Library => {
                let library = resolved.libraries.iter().find(|library| library.name == name);
                library.map(|library| Compiled::of_library(library, Flavour::Program))
            }
            TargetKind::SharedLibrary => {
                let library = resolved.shared_libraries.iter().find(|library| library.name == name);
                library.map(Compiled::of_shared_library)
            }
            TargetKind::Module => {
                resolved.modules.iter().find(|module| module.name == name).map(Compiled::of_module)
            }
            _ => {
                let program = resolved.executables.iter().find(|program| program.name == name);
                program.map(Compiled::of_executable)
            }
        }
    }

    /// A file that a rule names, with what it needs when it is run.
    pub(super) fn rule_file(&mut self, file: &RuleFile) -> Vec<FileId> {
        match file {
            RuleFile::Source(path) => vec![self.graph.file(path)],
            RuleFile::Made(path) => vec![self.graph.file(self.layout.generated(path))],
            RuleFile::Object { kind, name, source, compiled_as } => {
                let compiled = self.compiled_of(TargetKind::of(kind), name);
                let is_it = |it: &&ResolvedSource| it.path == *source && it.compiled_as == *compiled_as;
                let object = compiled.and_then(|compiled| {
                    let source = compiled.code.sources.iter().find(is_it)?;
                    Some(compiled.object(source, self.layout))
                });
                object.into_iter().map(|path| self.graph.file(path)).collect()
            }
            RuleFile::ModuleList => vec![self.graph.file(self.layout.manifest())],
            RuleFile::Header(name) => vec![self.graph.file(self.layout.header(name))],
            RuleFile::DotConfig => vec![self.graph.file(self.layout.dot_config_of_rules())],
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
