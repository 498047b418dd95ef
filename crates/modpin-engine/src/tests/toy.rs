//! Toy tools: what they read is what their output shows. One function, used as a command, as a step, and
//! by the model without any disk.
//!
//! A file may include others (`#include PATH`; `#include <NAME>`, looked for in the directories of the flag
//! `-IDIR:DIR`; `-l NAME`, looked for as `NAME.so` and `NAME.a` in those of the flag `-LDIR:DIR`; `?PATH` if it is there, for steps; `.incbin PATH` and `.maybe PATH`, of which no depfile tells; `%NAME`, a value in the file of values), and may refuse to compile (`#error`). The tool `cut` reads only first lines, and so ignores some edits; `now` is a step
//! whose result holds for one build only, unless there is a 3 in it; `name` is a step whose output is a link to its input; `await` is one that reads nothing, and waits.

use crate::graph::stage::Stage;
use crate::graph::step::StepDecoder;
use crate::graph::step::{Step, StepError, StepIo};
use crate::graph::{Action, Arg, Command, Elsewhere, FileId, Graph, Search, Work};
use crate::tests::toy_texts::{MAYBE, VALUES, WHOLE, untold, value_in};
use crate::tests::toy_then::{marked, then};
use crate::world::hash::Hash;
use crate::world::process::Spawn;
use crate::world::values::value_path;
use std::sync::{Arc, Mutex};

/// The program of toy commands.
pub const PROGRAM: &str = "/bin/toy";

/// What surrounds a toy command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staging {
    /// A directory of its own, in which it runs; its first output lies there.
    pub own: Option<String>,
    /// The last input is its standard input.
    pub stdin: bool,
    /// The last output is its standard output.
    pub stdout: bool,
}

/// A toy action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Toy {
    /// Which tool: `cc`, `cut`, `now`, or anything.
    pub tool: String,
    /// What it is asked for besides its inputs.
    pub flags: String,
    /// What its environment says.
    pub env: Option<String>,
    /// In this process, not in another.
    pub step: bool,
    /// What it writes.
    pub outputs: Vec<String>,
    /// What it reads.
    pub inputs: Vec<String>,
    /// The file that is started, where another action makes the tool.
    pub host: Option<String>,
    /// What must be there before a command runs that may read it.
    pub before: Vec<String>,
    /// What surrounds a command.
    pub staging: Staging,
    /// What is added to a command's first output before anybody sees it.
    pub then: Option<String>,
}

/// What actions have read: first output, path, content.
pub type Log = Arc<Mutex<Vec<(String, String, Option<Vec<u8>>)>>>;

/// Reads a file, if it is there.
pub type Read<'a> = &'a mut dyn FnMut(&str) -> Option<Vec<u8>>;

impl Toy {
    /// The content of each output, or what went wrong.
    pub fn make(&self, read: Read<'_>) -> Result<Vec<String>, String> {
        let mut text = String::new();
        if let Some(host) = &self.host {
            let program = read(host).ok_or_else(|| format!("{host}: no such program"))?;
            text = Hash::of(&program).to_string();
        }
        for input in self.inputs.iter().filter(|_| self.tool != "await") {
            let content = self.expand(input, read, &mut Vec::new())?;
            text.push_str(if text.is_empty() { "" } else { "," });
            text.push_str(&content);
        }
        if text.len() > 120 {
            text = Hash::of(text.as_bytes()).to_string();
        }
        let (tool, flags, env) = (&self.tool, &self.flags, self.env.as_deref().unwrap_or(""));
        let several = self.outputs.len() > 1;
        let nth = |at: usize| if several { at.to_string() } else { String::new() };
        let made = (0..self.outputs.len()).map(|at| format!("{tool}{flags}{env}{}({text})", nth(at)));
        let mut made: Vec<String> = made.collect();
        if let Some(word) = self.then() {
            made[0] = marked(&made[0], word)?;
        }
        Ok(made)
    }

    /// What is done with its first output, unless something beside that shows what it was.
    fn then(&self) -> Option<&String> {
        self.then.as_ref().filter(|_| !self.step && self.beside().is_none())
    }

    /// The file that a command with the flag `-beside` leaves beside its first output.
    pub fn beside(&self) -> Option<String> {
        let leaves = !self.step && self.flags.contains("-beside");
        leaves.then(|| format!("{}.side", self.outputs[0]))
    }

    /// What it declares to read.
    pub fn declared(&self) -> impl Iterator<Item = &String> {
        self.inputs.iter().chain(&self.host)
    }

    /// The same without what has no part in its result.
    pub fn recipe(&self) -> Toy {
        Toy { before: Vec::new(), then: self.then().cloned(), ..self.clone() }
    }

    /// Whether it leaves what a tool of the project's own must not leave.
    pub fn is_untidy(&self) -> bool {
        self.is_staged() && self.beside().is_some()
    }

    fn is_staged(&self) -> bool {
        self.staging != Staging::default()
    }

    /// A step needs no process, and nothing that surrounds one.
    pub fn settle(&mut self) {
        if self.step {
            let before = std::mem::take(&mut self.before);
            self.inputs.extend(before.into_iter().chain(self.host.take()));
            self.staging = Staging::default();
            self.then = None;
        }
    }

    /// Whether a result that begins with this content is not kept.
    pub fn is_for_once(&self, content: &[u8]) -> bool {
        self.tool == "now" && !content.contains(&b'3')
    }

    fn expand(&self, path: &str, read: Read<'_>, above: &mut Vec<String>) -> Result<String, String> {
        let bytes = read(path).ok_or_else(|| format!("{path}: no such file"))?;
        let content = String::from_utf8_lossy(&bytes).into_owned();
        if self.tool == "cut" {
            return Ok(content.lines().next().unwrap_or("").to_owned());
        }
        above.push(path.to_owned());
        let mut lines = Vec::new();
        for line in content.lines() {
            // Of such a tool only its depfile tells what it has read.
            if self.is_staged() && !line.starts_with("#include h") && !line.starts_with("#include out/")
            {
                lines.push(line.to_owned());
                continue;
            }
            if let Some(name) = line.strip_prefix('%') {
                lines.push(self.value(name, read));
                continue;
            }
            let optional = line.strip_prefix('?');
            let header = line.strip_prefix("#include <").map(|name| name.trim_end_matches('>'));
            let library = line.strip_prefix("-l ").filter(|_| self.flags.starts_with("-L"));
            let searched = header.or(library).map(|name| self.search_for(name, read));
            if let Some((_, path)) = untold(line) {
                let there = read(path).map(|bytes| String::from_utf8_lossy(&bytes).replace('\n', ";"));
                let missing = (!line.starts_with(MAYBE)).then(|| format!("{path}: no such file"));
                lines.push(match (there, missing) {
                    (Some(content), _) => content,
                    (None, Some(error)) => return Err(error),
                    (None, None) => "none".to_owned(),
                });
                continue;
            }
            match searched.as_deref().or(line.strip_prefix("#include ")).or(optional) {
                _ if line == "#error" => return Err(format!("{path}: #error")),
                Some(header) if above.iter().any(|open| open == header) => {}
                Some(header) if optional.is_some() && (!self.step || read(header).is_none()) => {}
                Some(header) => lines.push(self.expand(header, read, above)?),
                None => lines.push(line.to_owned()),
            }
        }
        above.pop();
        Ok(lines.join(";"))
    }

    /// A value of the file of values; who reads the whole file depends on all of it.
    fn value(&self, name: &str, read: Read<'_>) -> String {
        let value = if self.step || self.flags == WHOLE {
            read(VALUES).and_then(|content| value_in(&content, name))
        } else {
            read(&value_path(VALUES, name))
        };
        value.map_or("none".to_owned(), |value| String::from_utf8_lossy(&value).into_owned())
    }

    /// The first file of that name, or the name when there is none.
    fn search_for(&self, name: &str, read: Read<'_>) -> String {
        let Search { dirs, mut endings, .. } = self.search().unwrap_or_default();
        if endings.is_empty() {
            endings.push(String::new());
        }
        let names = |dir: &String| {
            let names = endings.iter().map(|ending| format!("{dir}/{name}{ending}"));
            names.map(|path| path.trim_start_matches('/').to_owned()).collect::<Vec<_>>()
        };
        let mut paths = dirs.iter().flat_map(names);
        paths.find(|path| read(path).is_some()).unwrap_or_else(|| name.to_owned())
    }

    fn search(&self) -> Option<Search> {
        let (headers, libraries) = (self.flags.strip_prefix("-I"), self.flags.strip_prefix("-L"));
        let dirs = headers.or(libraries)?.split(':').map(str::to_owned).collect();
        let endings: &[&str] = if headers.is_some() { &[] } else { &[".so", ".a"] };
        let endings = endings.iter().map(|&ending| ending.to_owned()).collect();
        Some(Search { beside: headers.is_some(), dirs, endings })
    }

    /// Adds it to a graph.
    pub fn add_to(&self, graph: &mut Graph, log: &Log) -> Result<(), crate::GraphError> {
        let ids = |graph: &mut Graph, paths: &[String]| -> Vec<FileId> {
            paths.iter().map(|path| graph.file(path.as_str())).collect()
        };
        let declared: Vec<String> = self.declared().cloned().collect();
        let (inputs, outputs) = (ids(graph, &declared), ids(graph, &self.outputs));
        let depfile = (!self.step).then(|| format!("{}.d", self.outputs[0]));
        let work = if self.step {
            Work::Step(Arc::new(ToyStep(self.clone(), log.clone())))
        } else {
            let before = ids(graph, &self.before);
            Work::Command(Command { before, ..self.command() })
        };
        let label = self.outputs[0].clone();
        graph.add(Action { verb: "Making", label, work, inputs, outputs, depfile }).map(drop)
    }

    fn command(&self) -> Command {
        let mut args: Vec<Arg> = vec![self.tool.as_str().into(), self.flags.as_str().into()];
        args.push(Arg::Depfile { prefix: "-MF".into() });
        let Staging { own, stdin, stdout } = &self.staging;
        let named = ..self.outputs.len() - usize::from(*stdout);
        args.extend((0..named.end).map(|index| Arg::Output { prefix: "-o".into(), index }));
        args.extend(own.iter().map(|dir| Arg::Joined(vec!["-D".into(), Arg::OwnDir(dir.clone())])));
        let read = &self.inputs[..self.inputs.len() - usize::from(*stdin)];
        args.extend(read.iter().map(|input| Arg::from(input.as_str())));
        let stage = self.is_staged().then(|| {
            Box::new(Stage {
                dir: own.clone(),
                stdin: self.inputs.last().filter(|_| *stdin).cloned(),
                stdout: stdout.then(|| self.outputs.len() - 1),
                own_dirs: own.iter().map(|dir| format!("{dir}/")).collect(),
            })
        });
        let env = self.env.iter().map(|value| ("TOY".to_owned(), Some(value.clone()))).collect();
        Command {
            program: self.host.as_ref().map_or(PROGRAM.into(), |host| format!("/w/{host}")),
            args,
            env,
            search: self.search().map(Arc::new),
            stage,
            elsewhere: if self.flags.contains("-far") { Elsewhere::Declared } else { Elsewhere::No },
            then: self.then().into_iter().map(|word| then(word)).collect(),
            ..Command::default()
        }
    }

    /// The toy action that is started, and where it is to write its depfile.
    pub fn parse(spawn: &Spawn) -> (Toy, String) {
        let Spawn { program, args, env, stdin, stdout, dir, .. } = spawn;
        let relative = |path: &String| path.strip_prefix("/w/").unwrap_or(path).to_owned();
        let tagged =
            |tag: &str| args.iter().filter_map(|arg| arg.strip_prefix(tag)).map(str::to_owned).collect();
        let depfiles: Vec<String> = tagged("-MF");
        let plain = args.iter().skip(2).filter(|arg| !arg.starts_with('-')).cloned();
        let outputs: Vec<String> = tagged("-o");
        let toy = Toy {
            tool: args[0].clone(),
            flags: args[1].clone(),
            env: env.iter().find(|(name, _)| name == "TOY").and_then(|(_, value)| value.clone()),
            step: false,
            outputs: outputs.into_iter().chain(stdout.iter().map(relative)).collect(),
            inputs: plain.chain(stdin.iter().map(relative)).collect(),
            staging: Staging {
                own: Some(dir).filter(|dir| dir.contains("/.state/")).cloned(),
                stdin: stdin.is_some(),
                stdout: stdout.is_some(),
            },
            host: Some(program).filter(|program| *program != PROGRAM).map(relative),
            ..Toy::default()
        };
        (toy, depfiles.concat())
    }
}

/// The same in this process.
struct ToyStep(Toy, Log);

impl Step for ToyStep {
    fn key(&self) -> String {
        format!("{} {} {}", self.0.tool, self.0.flags, self.0.env.as_deref().unwrap_or(""))
    }

    fn reads_inputs(&self) -> bool {
        self.0.tool != "await"
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        if self.0.tool == "name" {
            return io.link_beside(0, 0);
        }
        let mut broken = None;
        let declared: Vec<String> = io.inputs().iter().map(|&path| path.to_owned()).collect();
        let made = self.0.make(&mut |path| {
            let content = match declared.iter().position(|input| input == path) {
                Some(index) => io.input(index).map(|bytes| Some(bytes.to_vec())),
                // Others may look for it as well.
                None => io.finder().once(path, |finder| finder.read(path)).map(|found| (*found).clone()),
            };
            let content = content.unwrap_or_else(|error| {
                broken = Some(error);
                None
            });
            let line = (self.0.outputs[0].clone(), path.to_owned(), content.clone());
            self.1.lock().unwrap().push(line);
            content
        });
        match (broken, made) {
            (Some(error), _) => return Err(error),
            (_, Err(why)) => return Err(StepError::Refused(why)),
            (_, Ok(made)) => {
                for (index, content) in made.iter().enumerate() {
                    io.write(index, content.as_bytes())?;
                }
                if self.0.is_for_once(made[0].as_bytes()) {
                    io.forget();
                }
            }
        }
        Ok(())
    }

    fn encoded(&self) -> Option<Vec<u8>> {
        let Toy { tool, flags, env, outputs, inputs, .. } = &self.0;
        let env = env.as_deref().unwrap_or("");
        let texts = [flags, env, &outputs.join("\t"), &inputs.join("\t")];
        // One that is only ever planned.
        (tool != "once").then(|| texts.join("\n").into_bytes())
    }

    fn shared(&self) -> Option<Arc<[u8]>> {
        Some(self.0.tool.as_bytes().into())
    }
}

/// Makes toy steps again.
pub struct Toys(pub Log);

impl StepDecoder for Toys {
    fn step(&self, bytes: &[u8], shared: Option<Arc<[u8]>>) -> Option<Arc<dyn Step>> {
        let text = std::str::from_utf8(bytes).ok()?;
        let [flags, env, outputs, inputs]: [&str; 4] =
            text.split('\n').collect::<Vec<_>>().try_into().ok()?;
        let paths = |text: &str| text.split_terminator('\t').map(str::to_owned).collect();
        let toy = Toy {
            tool: String::from_utf8(shared?.to_vec()).ok()?,
            flags: flags.to_owned(),
            env: Some(env.to_owned()).filter(|env| !env.is_empty()),
            step: true,
            outputs: paths(outputs),
            inputs: paths(inputs),
            ..Toy::default()
        };
        Some(Arc::new(ToyStep(toy, self.0.clone())))
    }

    fn verb(&self, text: &str) -> Option<&'static str> {
        Some("Making").filter(|verb| *verb == text)
    }
}

#[test]
fn what_a_toy_leaves_out_is_no_part_of_its_recipe() {
    let toy = |flags: &str, word: &str| {
        let (flags, then) = (flags.to_owned(), Some(word.to_owned()));
        Toy { flags, then, outputs: vec!["out".to_owned()], ..Toy::default() }.recipe()
    };
    assert_eq!(toy("-beside", "+"), toy("-beside", "!"));
    assert_ne!(toy("", "+"), toy("", "!"));
}
