//! How a source becomes an object. Knows flags, not what the object is for.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use modpin_engine::{Arg, Command, FileId, Search, Then, Work};
use modpin_project::{Language, OwnArguments, ResolvedSource};

use super::compiled::Compiled;
use super::planned::TargetKind;
use super::planner::{NewAction, Planner, add_new};
use super::source_call::SourceCall;
use super::words::{WordFrom, header_dirs, shared_words};
use crate::error::Result;
use crate::layout::Flavour;
use crate::steps::{BuildStep, CompileCommand, CompileCommands, Verb};
use crate::toolchain::Toolchain;
use crate::toolchain::arguments::header_dirs as header_dirs_of;

/// What arguments say of files that are read.
#[derive(Clone)]
struct Looks {
    search: Arc<Search>,
    /// Files that they name.
    named: Vec<FileId>,
}

/// What the sources of a target that are in one language have in common.
struct Shared {
    /// Everything up to a source's own arguments.
    args: Vec<String>,
    /// Which of these stand there because of the one in front of them.
    behind: BTreeSet<usize>,
    /// Which of these the project declares.
    declared: Range<usize>,
    looks: Looks,
    /// What rules make for the target.
    made: Vec<FileId>,
}

/// Rules that run on objects, each with what it reads and the sources whose objects it leaves alone.
type Hooks<'a> = Vec<(Then, Vec<FileId>, &'a [String])>;

impl Shared {
    /// What a source leaves of them: what the toolchain needs is nobody's to take away.
    fn left_by(&self, own: &OwnArguments) -> Cow<'_, [String]> {
        if own.without.is_empty() {
            return Cow::Borrowed(&self.args);
        }
        let is_left = |at: &usize| {
            let says = if self.behind.contains(at) { at - 1 } else { *at };
            !self.declared.contains(at) || own.taking(&self.args[says]).is_none()
        };
        Cow::Owned((0..self.args.len()).filter(is_left).map(|at| self.args[at].clone()).collect())
    }
}

impl Planner<'_> {
    /// Compiles every source; the objects in the order of the sources.
    pub(super) fn compile(&mut self, compiled: &Compiled<'_>) -> Result<Vec<FileId>> {
        let hooks = compiled.code.hooks.iter().filter_map(|hook| {
            let (then, inputs) = self.hook(hook.rule)?;
            Some((then, inputs, &hook.except[..]))
        });
        let hooks: Hooks<'_> = hooks.collect();
        let mut shared: Vec<(Language, Shared)> = Vec::new();
        let mut objects = Vec::new();
        for source in &compiled.code.sources {
            let known = shared.iter().position(|(language, _)| *language == source.language);
            let at = known.unwrap_or_else(|| {
                shared.push((source.language, self.shared_args(compiled, source.language)));
                shared.len() - 1
            });
            objects.push(self.compile_one(compiled, source, (&shared[at].1, &hooks))?);
        }
        Ok(objects)
    }

    /// What these arguments say of files that are read.
    fn looks(&mut self, args: &[String], tools: &Toolchain) -> Looks {
        let arguments = self.arguments(args);
        let dirs = header_dirs_of(&arguments.driver, tools);
        let search = Arc::new(Search { beside: true, dirs, endings: vec![] });
        let mut named = self.named(&arguments);
        named.extend(self.made_in(args.iter()));
        Looks { search, named }
    }

    /// Everything up to the sources' own arguments.
    fn shared_args(&mut self, compiled: &Compiled<'_>, language: Language) -> Shared {
        let mut args = Vec::new();
        let mut declared = 0..0;
        let mut behind = BTreeSet::new();
        let headers = header_dirs(compiled.code, self.layout, &self.headers.dirs);
        let look = (&headers[..], &self.made);
        shared_words(compiled, language, self.toolchain, look, |word, from| {
            if let WordFrom::Made(_) = from {
                behind.insert(args.len());
            }
            if let WordFrom::Declared(_) | WordFrom::Made(_) = from {
                let start = if declared.is_empty() { args.len() } else { declared.start };
                declared = start..args.len() + 1;
            }
            args.push(word.into_owned());
        });
        let looks = self.looks(&args, self.toolchain.of(language));
        let made = self.made_before(compiled.code);
        Shared { args, behind, declared, looks, made }
    }

    /// A source's own arguments.
    fn own_words(&self, own: &OwnArguments) -> Vec<String> {
        let with_behind = |word: &String| {
            let behind = self.made.behind(word);
            [word.clone()].into_iter().chain(behind)
        };
        own.texts().flat_map(with_behind).collect()
    }

    fn compile_one(
        &mut self,
        compiled: &Compiled<'_>,
        source: &ResolvedSource,
        (shared, hooks): (&Shared, &Hooks<'_>),
    ) -> Result<FileId> {
        let own = source.own_of(compiled.flavour == Flavour::Module);
        let (args, own_words) = (shared.left_by(own), self.own_words(own));
        let beside = self.beside_source(source);
        let it = SourceCall {
            path: self.source_path(source),
            object: compiled.object(source, self.layout),
            said: args.iter().chain(&own_words).chain(&beside).collect(),
            tools: self.toolchain.of(source.language),
            is_plain: source.language == Language::Assembler,
        };
        let (program, compiler) = it.tools.driver();
        let (args, scanned) = it.args(compiler, self.headers.forced.as_deref());
        self.commands.push(CompileCommand {
            directory: String::new(),
            file: it.path.clone(),
            arguments: database_args(&program, &args, &it.object),
            output: it.object.clone(),
        });
        // A source of its own flags may look elsewhere.
        let looks = match *own == OwnArguments::default() && beside.is_empty() {
            true => shared.looks.clone(),
            false => self.looks(&it.said.iter().copied().cloned().collect::<Vec<_>>(), it.tools),
        };
        let mut inputs = self.compiled_from(&it, &shared.made);
        add_new(&mut inputs, looks.named);
        let mut then = Vec::new();
        for (hook, read, _) in hooks.iter().filter(|(_, _, except)| !except.contains(&source.path)) {
            then.push(hook.clone());
            add_new(&mut inputs, read.clone());
        }
        let depfile = it.depfile();
        let command = Command {
            elsewhere: it.elsewhere(scanned, &then, &self.layout.root.to_string_lossy()),
            program,
            launcher: it.tools.launcher_aside(),
            args,
            env: it.tools.compile_env.clone(),
            search: Some(looks.search),
            later: it.later(),
            then,
            // Who tells what it has read needs no more of what rules make than that, once it has run.
            before: if depfile.is_some() { shared.made.clone() } else { Vec::new() },
            ..Command::default()
        };
        let label = match self.programs {
            TargetKind::HostProgram => format!("{} (build machine)", source.title()),
            _ => source.title(),
        };
        self.add_one(NewAction {
            verb: Verb::Compiling,
            label,
            work: Work::Command(command),
            inputs,
            outputs: &[it.object],
            depfile,
        })
    }

    /// What a compilation needs before it begins, but for what its arguments name.
    fn compiled_from(&mut self, it: &SourceCall<'_>, made: &[FileId]) -> Vec<FileId> {
        let mut inputs = vec![self.graph.file(&it.path)];
        if it.depfile().is_none() {
            inputs.extend(made);
        }
        if !it.is_plain {
            inputs.extend(&self.headers.before);
        }
        inputs.extend(self.files(&it.tools.compile_tools));
        if it.said.iter().any(|arg| *arg == "-fprofile-use") {
            // It is looked for beside the object.
            inputs.extend(self.files(&it.later()));
        }
        inputs
    }

    /// The compilation database of all that was compiled.
    pub(super) fn compile_commands(&mut self) -> Result<FileId> {
        let path = self.layout.compile_commands();
        let root = self.layout.root.to_string_lossy().into_owned();
        let commands = std::mem::take(&mut self.commands);
        let step = CompileCommands { root, commands };
        self.add_one(NewAction {
            verb: Verb::Writing,
            label: path.clone(),
            work: BuildStep::CompileCommands(step).into_work(),
            // Who reads the database may want to compile.
            inputs: self.headers.before.clone(),
            outputs: &[path],
            depfile: None,
        })
    }
}

/// A database is read by tools that want flags, not depfiles.
pub(super) fn database_args(program: &str, args: &[Arg], object: &str) -> Vec<String> {
    let mut words = vec![program.to_owned()];
    for arg in args {
        match arg {
            Arg::Text(text) if text == "-MD" || text == "-MF" => {}
            Arg::Text(text) => words.push(text.clone()),
            Arg::Output { prefix, .. } => words.push(format!("{prefix}{object}")),
            Arg::Aside(_) | Arg::Further | Arg::Depfile { .. } | Arg::OwnDir(_) | Arg::Joined(_) => {}
        }
    }
    words
}
