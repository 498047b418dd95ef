//! How a source becomes an object. Knows flags, not what the object is for.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use modpin_engine::{Arg, Command, Elsewhere, FileId, Scan, Search, Then, Work};
use modpin_project::{Language, OwnArguments, ResolvedSource};

use super::compiled::Compiled;
use super::elsewhere::{is_told, on_any_machine};
use super::planned::TargetKind;
use super::planner::{NewAction, Planner, add_new};
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
        let object = compiled.object(source, self.layout);
        // An assembler file that is not preprocessed reads no headers, but what the assembler includes.
        let is_plain = source.language == Language::Assembler;
        let own = source.own_of(compiled.flavour == Flavour::Module);
        let args = shared.left_by(own);
        let (path, beside) = (self.source_path(source), self.beside_source(source));
        let own_words = self.own_words(own);
        let own_args = || args.iter().chain(&own_words).chain(&beside);
        // A launcher may answer from its cache, where no assembler runs. What is assembled at the link gets the same
        // arguments once more, and the place of this depfile is gone then.
        let tools = self.toolchain.of(source.language);
        let asks = tools.assembler_depfile
            && tools.launcher.is_none()
            && !own_args().any(|arg| arg.starts_with("-flto"));
        let depfile = (!is_plain || asks).then(|| format!("{object}.d"));
        let (program, compiler) = tools.driver();
        let mut typed: Vec<Arg> = compiler.into_iter().map(Arg::from).collect();
        let told = own_args().filter(|arg| !asks_for_depfile(arg));
        typed.extend(told.map(|arg| Arg::from(beside_object(arg))));
        let mut scanned = 0;
        if !is_plain {
            typed.extend(self.headers.forced.iter().flat_map(|path| ["-include", path]).map(Arg::from));
            scanned = typed.len();
            typed.extend([Arg::from("-MD"), Arg::from("-MF"), Arg::Depfile { prefix: String::new() }]);
        }
        if asks {
            let words = ["-Xassembler", "--MD", "-Xassembler"];
            typed.extend(words.map(|word| Arg::Aside(word.to_owned())));
            typed.push(Arg::Further);
        }
        let output = Arg::Output { prefix: String::new(), index: 0 };
        typed.extend([Arg::from("-c"), Arg::from("-o"), output, Arg::from(&path)]);
        self.commands.push(CompileCommand {
            directory: String::new(),
            file: path.clone(),
            arguments: database_args(&program, &typed, &object),
            output: object.clone(),
        });
        let (env, launcher) = (tools.compile_env.clone(), tools.launcher_aside());
        // A source of its own flags may look elsewhere.
        let looks = match *own == OwnArguments::default() && beside.is_empty() {
            true => shared.looks.clone(),
            false => self.looks(&own_args().cloned().collect::<Vec<_>>(), tools),
        };
        let search = Some(looks.search);
        let mut inputs = vec![self.graph.file(&path)];
        // Who tells what it has read needs no more of what rules make than that, once it has run.
        let before = if depfile.is_some() { shared.made.clone() } else { Vec::new() };
        if depfile.is_none() {
            inputs.extend(&shared.made);
        }
        if !is_plain {
            inputs.extend(&self.headers.before);
        }
        inputs.extend(self.files(&tools.compile_tools));
        let later = later(&object, own_args());
        if own_args().any(|arg| arg == "-fprofile-use") {
            // It is looked for beside the object.
            inputs.extend(self.files(&later));
        }
        add_new(&mut inputs, looks.named);
        let mut then = Vec::new();
        for (hook, read, _) in hooks.iter().filter(|(_, _, except)| !except.contains(&source.path)) {
            then.push(hook.clone());
            add_new(&mut inputs, read.clone());
        }
        let root = self.layout.root.to_string_lossy();
        let reasons = [
            (is_plain, "an assembler may read what nobody names"),
            (launcher.is_some(), "a launcher runs it"),
            (!then.is_empty(), "rules on objects follow it"),
            (!later.is_empty(), "more than its object comes of it"),
            is_told(&env),
        ];
        let words = own_args().map(String::as_str);
        let command = Command {
            elsewhere: on_any_machine(|| scan(scanned, &path), &reasons, (words, &root)),
            program,
            launcher,
            args: typed,
            env,
            search,
            later,
            then,
            before,
            ..Command::default()
        };
        let work = Work::Command(command);
        let label = match self.programs {
            TargetKind::HostProgram => format!("{} (build machine)", source.title()),
            _ => source.title(),
        };
        self.add_one(NewAction {
            verb: Verb::Compiling,
            label,
            work,
            inputs,
            outputs: &[object],
            depfile,
        })
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

/// How to find out what a compilation reads: by all of its arguments up to those for the depfile.
fn scan(first: usize, path: &str) -> Elsewhere {
    let depfile = Arg::Depfile { prefix: String::new() };
    let behind = vec!["-M".into(), "-MF".into(), depfile, path.into()];
    Elsewhere::Scanned(Box::new(Scan { first, behind }))
}

/// Files on the way lie beside the object: there they are outputs, and where the compiler runs two of one name are one file.
fn beside_object(arg: &str) -> &str {
    match arg.trim_start_matches('-') {
        "save-temps" | "save-temps=cwd" => "-save-temps=obj",
        "save-stats" | "save-stats=cwd" => "-save-stats=obj",
        _ => arg,
    }
}

/// Whether an argument has depfiles written otherwise than a build needs them: elsewhere, or without headers of the system. Makefiles
/// say so; here it is said for all.
fn asks_for_depfile(arg: &str) -> bool {
    arg == "-MMD" || arg.starts_with("-Wp,-MD") || arg.starts_with("-Wp,-MMD")
}

/// What the program writes beside an object that counts how often its code runs, each time that it runs (GCC's manual,
/// "Program Instrumentation Options"). Arguments in a file may say anything.
fn later<'a>(object: &str, mut args: impl Iterator<Item = &'a String>) -> Vec<String> {
    let counts = |arg: &String| {
        arg == "--coverage" || arg == "-coverage" || arg.starts_with("-fprofile") || arg.starts_with('@')
    };
    let data = object.strip_suffix(".o").filter(|_| args.any(counts));
    data.into_iter().map(|stem| format!("{stem}.gcda")).collect()
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
