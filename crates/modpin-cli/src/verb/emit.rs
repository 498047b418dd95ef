//! `emit`: what a compiler makes of a source on the way to its object, with the object's own flags.

use std::path::{Path, PathBuf};

use modpin::explain;
use modpin::own_file::replace_beside;
use modpin::plan::ObjectCommand;
use modpin::session::BuiltPrograms;
use modpin::{Error, did_you_mean};
use modpin_engine::{Ended as Died, FileId, Spawn, Status};

use crate::command::args::Limit;
use crate::command::exit::{Ended, Exit, Stop};
use crate::command::source_args::{Emit, EmitKind};
use crate::context::{Context, Planned};
use crate::say::message::Message;
use crate::source::absolute;

/// Makes what was asked for.
pub fn run(context: &mut Context<'_>, args: &Emit) -> Result<Ended, Stop> {
    context.jobs = args.running.jobs;
    let planned = context.plan(&args.setup, Limit::default().timeout)?;
    let command = the_command(&planned, args)?;
    if args.kinds.contains(&EmitKind::Ll) && planned.toolchain.kind != "clang" {
        let text = format!("LLVM's code is clang's, and the compiler is {}", planned.toolchain.kind);
        return Err(Stop::usage(text, "CC=clang in the environment"));
    }
    let outputs = outputs(&planned, args, &command)?;
    // A source that does not compile can still be preprocessed: only what it needs is built.
    let before: Vec<FileId> = command.before.clone();
    let (ran, session) = context.run_and_stay(&planned, &before, &args.running)?;
    if ran.ended.exit != Exit::Done || args.running.dry_run {
        return Ok(ran.ended);
    }
    let programs = session.into_programs();
    let failed = |stop: Stop| Stop { commands: ran.ended.commands, ..stop };
    for (kind, path) in &outputs {
        let emitter = Emitter { planned: &planned, command: &command, programs: &programs };
        match emitter.emitted(*kind).map_err(failed)? {
            Ok((bytes, said)) => {
                context.terminal.foreign(&said);
                replace_beside(path, &bytes)
                    .map_err(|error| failed(Error::io(path, "write", error).into()))?;
                let file = path.display().to_string();
                if !context.terminal.json() {
                    context.terminal.print(&format!("{}\n", modpin::shown::line(&file)));
                }
                context.terminal.message(&Message::Emitted { file: &file });
            }
            Err(said) => {
                context.terminal.error(format_args!("{}: there is no {}", command.title, kind.suffix()));
                context.terminal.foreign(&said);
                return Ok(Ended { exit: Exit::Failed, ..ran.ended });
            }
        }
    }
    Ok(ran.ended)
}

/// How the source is compiled: in the one way that there is, or that of the target.
fn the_command(planned: &Planned, args: &Emit) -> Result<ObjectCommand, Stop> {
    let dir = std::env::current_dir().unwrap_or_default();
    let names = explain::names(&planned.layout, &args.file, &dir);
    let all = planned.plan.object_commands();
    let mut found: Vec<&ObjectCommand> = all.iter().filter(|it| names.contains(&it.source)).collect();
    if found.is_empty() {
        if let Some(out) = planned.resolved.left_out.iter().find(|out| names.contains(&out.path)) {
            let text = format!("{} is left out of {} {:?}", out.path, out.kind, out.target);
            return Err(Stop::usage(format!("{text}: {}", out.why), "switch it on: -D"));
        }
        let known = all.iter().map(|command| command.source.as_str());
        let help = did_you_mean(&args.file, known, "name a source as the project does");
        return Err(Stop::usage(format!("no source is named {:?}", args.file), help));
    }
    let owner = |command: &ObjectCommand| owner(planned, command);
    if let Some(of) = &args.of {
        found.retain(|command| owner(command) == *of);
    }
    match found[..] {
        [only] => Ok(only.clone()),
        _ => {
            let owners = all.iter().filter(|it| names.contains(&it.source)).map(owner);
            let owners: Vec<String> = owners.collect();
            let text = match &args.of {
                Some(of) => format!("{of:?} does not compile {} once", args.file),
                None => format!("{} is compiled {} times", args.file, owners.len()),
            };
            Err(Stop::usage(text, format!("say with whose flags: --of {}", owners.join(", --of "))))
        }
    }
}

/// Whose object it is, by the name of the target: the directory in which it lies is named after the target's file.
fn owner(planned: &Planned, command: &ObjectCommand) -> String {
    let inside = command.object.strip_prefix(&format!("{}/.modpin/", planned.layout.dir));
    let inside =
        inside.and_then(|path| path.split_once('/')).map_or(command.object.as_str(), |(_, rest)| rest);
    let resolved = &planned.resolved;
    let libraries = resolved.libraries.iter().map(|it| (it.file_name.clone(), &it.name));
    let shared = resolved.shared_libraries.iter().map(|it| (it.file_names[0].clone(), &it.name));
    let modules = resolved.modules.iter().map(|it| (format!("{}.so", it.name), &it.name));
    let programs = resolved.executables.iter().map(|it| (it.name.clone(), &it.name));
    let mut all = libraries.chain(shared).chain(modules).chain(programs);
    let found = all.find(|(file, _)| inside.starts_with(&format!("{file}/")));
    found.map_or_else(|| inside.to_owned(), |(_, name)| name.clone())
}

/// Where each goes. A source is never written over.
fn outputs(
    planned: &Planned,
    args: &Emit,
    command: &ObjectCommand,
) -> Result<Vec<(EmitKind, PathBuf)>, Stop> {
    let dir = absolute(args.output.as_deref().unwrap_or(Path::new(".")))?;
    let stem = Path::new(&command.source).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut outputs = Vec::new();
    for &kind in &args.kinds {
        let path = dir.join(format!("{stem}.{}", kind.suffix()));
        let is_source = |other: &ObjectCommand| same(&planned.layout.absolute(&other.source), &path);
        if planned.plan.object_commands().iter().any(is_source) {
            let text = format!("{} is a source of the project", path.display());
            return Err(Stop::usage(text, "choose another directory: --output DIR"));
        }
        outputs.push((kind, path));
    }
    Ok(outputs)
}

fn same(one: &Path, other: &Path) -> bool {
    one == other
        || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

struct Emitter<'a> {
    planned: &'a Planned,
    command: &'a ObjectCommand,
    programs: &'a BuiltPrograms,
}

/// The file with what the compiler said, or what it said instead.
type Emitted = Result<(Vec<u8>, Vec<u8>), Vec<u8>>;

impl Emitter<'_> {
    fn emitted(&self, kind: EmitKind) -> Result<Emitted, Stop> {
        let dir = tempfile::tempdir();
        let dir = dir.map_err(|error| Error::io(std::env::temp_dir(), "make a directory", error))?;
        let made = dir.path().join("made").to_string_lossy().into_owned();
        let how: &[&str] = match kind {
            EmitKind::I => &["-E"],
            EmitKind::S => &["-S"],
            EmitKind::O => &["-c"],
            EmitKind::Lst => &["-g", "-c"],
            EmitKind::Ll => &["-S", "-emit-llvm"],
        };
        let mut words = self.command.words.clone();
        words.extend(how.iter().map(|&word| word.to_owned()));
        words.extend(["-o".to_owned(), made.clone(), self.command.source.clone()]);
        let Died { status, output } = self.run(words, self.command.env.clone())?;
        if status != Status::Exited(0) {
            return Ok(Err(output));
        }
        if kind != EmitKind::Lst {
            let bytes = std::fs::read(&made).map_err(|error| Error::io(&made, "read", error))?;
            return Ok(Ok((bytes, output)));
        }
        let objdump = self.planned.toolchain.binutil("objdump")?;
        let words = [&objdump, "--source", "--line-numbers", "--reloc", "--disassemble", &made]
            .map(str::to_owned);
        let listing = self.run(words.to_vec(), vec![("LC_ALL".into(), Some("C".into()))])?;
        if listing.status != Status::Exited(0) {
            return Ok(Err(listing.output));
        }
        // Where it lay for a moment is nobody's business.
        let text = String::from_utf8_lossy(&listing.output).replace(&made, &self.command.title);
        Ok(Ok((text.into_bytes(), output)))
    }

    fn run(&self, words: Vec<String>, env: Vec<(String, Option<String>)>) -> Result<Died, Stop> {
        let mut words = words.into_iter();
        let program = words.next().unwrap_or_default();
        // As the build does: compilers write down how the directory in which they run is spelled.
        let dir = self.planned.layout.root.to_string_lossy().into_owned();
        let env = env.into_iter().chain([("PWD".to_owned(), Some(dir.clone()))]).collect();
        let args = words.collect();
        let spawn = Spawn { program: program.clone(), args, env, dir, ..Spawn::default() };
        let died = self.programs.run(&spawn);
        died.map_err(|error| Error::io(program, "start it", error).into())
    }
}
