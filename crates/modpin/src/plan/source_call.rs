//! One source with all that its compiler is told, and what follows from that: the command line, what else comes of it, where it may run.

use modpin_engine::{Arg, Elsewhere, Scan, Then};

use super::elsewhere::{is_told, on_any_machine};
use crate::toolchain::Toolchain;

/// One source and all that its compiler is told.
pub struct SourceCall<'a> {
    pub path: String,
    pub object: String,
    /// The arguments that anybody says, in their order.
    pub said: Vec<&'a String>,
    pub tools: &'a Toolchain,
    /// An assembler file that is not preprocessed reads no headers, but what the assembler includes.
    pub is_plain: bool,
}

impl SourceCall<'_> {
    /// Whether the assembler is told to say what it reads. A launcher may answer from its cache, where no assembler runs. What is
    /// assembled at the link gets the same arguments once more, and the place of this depfile is gone then.
    fn assembler_tells(&self) -> bool {
        self.tools.assembler_depfile
            && self.tools.launcher.is_none()
            && !self.said.iter().any(|arg| arg.starts_with("-flto"))
    }

    pub fn depfile(&self) -> Option<String> {
        (!self.is_plain || self.assembler_tells()).then(|| format!("{}.d", self.object))
    }

    /// All arguments, and how many of them say what is read. `forced` is a header that every source includes.
    pub fn args(&self, compiler: Option<String>, forced: Option<&str>) -> (Vec<Arg>, usize) {
        let mut args: Vec<Arg> = compiler.into_iter().map(Arg::from).collect();
        let told = self.said.iter().filter(|arg| !asks_for_depfile(arg));
        args.extend(told.map(|arg| Arg::from(beside_object(arg))));
        let mut scanned = 0;
        if !self.is_plain {
            args.extend(forced.into_iter().flat_map(|path| ["-include", path]).map(Arg::from));
            scanned = args.len();
            args.extend([Arg::from("-MD"), Arg::from("-MF"), Arg::Depfile { prefix: String::new() }]);
        }
        if self.assembler_tells() {
            let words = ["-Xassembler", "--MD", "-Xassembler"];
            args.extend(words.map(|word| Arg::Aside(word.to_owned())));
            args.push(Arg::Further);
        }
        let output = Arg::Output { prefix: String::new(), index: 0 };
        args.extend([Arg::from("-c"), Arg::from("-o"), output, Arg::from(&self.path)]);
        (args, scanned)
    }

    /// What the program writes beside the object that counts how often its code runs, each time that it runs (GCC's manual,
    /// "Program Instrumentation Options"). Arguments in a file may say anything.
    pub fn later(&self) -> Vec<String> {
        let counts = |arg: &&String| {
            *arg == "--coverage"
                || *arg == "-coverage"
                || arg.starts_with("-fprofile")
                || arg.starts_with('@')
        };
        let data = self.object.strip_suffix(".o").filter(|_| self.said.iter().any(counts));
        data.into_iter().map(|stem| format!("{stem}.gcda")).collect()
    }

    /// Whether another machine may run it, with the rules `then` behind it.
    pub fn elsewhere(&self, scanned: usize, then: &[Then], root: &str) -> Elsewhere {
        let reasons = [
            (self.is_plain, "an assembler may read what nobody names"),
            (self.tools.launcher_aside().is_some(), "a launcher runs it"),
            (!then.is_empty(), "rules on objects follow it"),
            (!self.later().is_empty(), "more than its object comes of it"),
            is_told(&self.tools.compile_env),
        ];
        let words = self.said.iter().map(|arg| arg.as_str());
        on_any_machine(|| scan(scanned, &self.path), &reasons, (words, root))
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
