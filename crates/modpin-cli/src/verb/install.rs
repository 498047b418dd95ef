//! `install` and `uninstall`: says what was put where, and what went. What is installed is decided in `modpin::install`.

use std::path::{Path, PathBuf};

use modpin::Error;
use modpin::install::{
    Change, ChangeKind, Entry, InstallDirs, Installation, Sources, Treatment, What, install, list,
    uninstall,
};
use modpin::toolchain::Toolchain;
use modpin_engine::FileId;

use crate::command::args::Limit;
use crate::command::exit::{Ended, Exit, Stop};
use crate::command::install_args::{Install, Places, Uninstall};
use crate::context::{Context, Planned};
use crate::say::message::Message;
use crate::say::terminal::Terminal;
use crate::source::{Source, absolute};

/// How many files that were replaced are named to people.
const NAMED: usize = 5;

/// Builds, and installs what is built.
pub fn run(context: &mut Context<'_>, args: &Install) -> Result<Ended, Stop> {
    let programs = match &context.source {
        Source::Cargo(hosts) => hosts.programs.clone(),
        _ => Default::default(),
    };
    context.jobs = args.running.jobs;
    let planned = context.plan(&args.setup, Limit::default().timeout)?;
    let (project, destdir) = (planned.resolved.name.as_str(), destdir(&args.places)?);
    let dirs = dirs(project, &args.places)?;
    let sources = Sources { resolved: &planned.resolved, layout: &planned.layout, programs: &programs };
    let entries = list(&sources, &dirs)?;
    let treatment = treatment(args, &planned.toolchain)?;
    let mut wanted = planned.plan.default.clone();
    wanted.extend(entries.iter().filter_map(|entry| made(&planned, entry)));
    let ran = context.run(&planned, &wanted, &args.running)?;
    if ran.ended.exit != Exit::Done {
        return Ok(ran.ended);
    }
    context.begin("installing");
    let installation = Installation {
        entries: &entries,
        project,
        dirs: &dirs,
        destdir: destdir.as_deref(),
        root: &planned.layout.root,
        treatment: &treatment,
        dry_run: args.running.dry_run,
    };
    let mut told = ToldChanges::new(context.terminal, args.running.dry_run);
    let done = install(&installation, &mut |change| told.hear(change));
    done.map_err(|error| Stop { commands: ran.ended.commands, ..Stop::from(error) })?;
    told.say(project, "nothing to install: everything is as it is there");
    Ok(ran.ended)
}

/// Takes away what was installed: of the project, and of the packages whose programs cargo links.
pub fn remove(context: &mut Context<'_>, args: &Uninstall) -> Result<Ended, Stop> {
    let destdir = destdir(&args.places)?;
    let mut absent = Vec::new();
    let projects = projects(context)?;
    for project in &projects {
        let dirs = dirs(project, &args.places)?;
        let mut told = ToldChanges::new(context.terminal, args.dry_run);
        let hear = &mut |change: &Change| told.hear(change);
        match uninstall(project, &dirs, destdir.as_deref(), args.dry_run, hear)? {
            true => told.say(project, "nothing to remove"),
            false => absent.push((project, dirs.record(project))),
        }
    }
    match absent.first() {
        Some((project, record)) if absent.len() == projects.len() => Err(Stop::usage(
            format!("project {project:?}: there is no installation that {record} records"),
            "name its --destdir, --prefix and --libdir as they were named to install",
        )),
        _ => Ok(Ended::DONE),
    }
}

/// The names of all projects of the workspace. That of a build script is its package's.
fn projects(context: &Context<'_>) -> Result<Vec<String>, Stop> {
    let (own, _) = context.source.project()?;
    let scripts = context.source.workspace_with_scripts()?;
    let scripts = scripts.map(|workspace| workspace.embedding).unwrap_or_default();
    let own = (!own.targets.is_empty() || scripts.is_empty()).then_some(own.name);
    Ok(own.into_iter().chain(scripts).collect())
}

/// What a build makes for an entry, whether it makes it without being asked or not.
fn made(planned: &Planned, entry: &Entry) -> Option<FileId> {
    let (What::File { from } | What::Built { from, .. }) = &entry.what else { return None };
    let file = planned.plan.graph.find(from)?;
    planned.plan.graph.file_at(file).producer.map(|_| file)
}

fn dirs(project: &str, places: &Places) -> Result<InstallDirs, Stop> {
    InstallDirs::new(project, &places.words()).map_err(|problems| Error::Declaration(problems).into())
}

/// What is said, else what the environment says, as for make.
fn destdir(places: &Places) -> Result<Option<PathBuf>, Stop> {
    let said = places.destdir.clone().or_else(|| std::env::var_os("DESTDIR").map(PathBuf::from));
    let dir = said.filter(|dir| !dir.as_os_str().is_empty()).map(|dir| absolute(&dir)).transpose()?;
    let in_the_way = dir.as_deref().into_iter().flat_map(Path::ancestors).find(|path| path.exists());
    match in_the_way.filter(|path| !path.is_dir()) {
        Some(file) => Err(Stop::usage(
            format!("--destdir: {} is a file", modpin::shown::line(&file.to_string_lossy())),
            "name a directory; it need not be there yet",
        )),
        None => Ok(dir),
    }
}

fn treatment(args: &Install, toolchain: &Toolchain) -> Result<Treatment, Stop> {
    let strip = args.strip.as_ref().map(|args| args.split_whitespace().map(str::to_owned).collect());
    let split_debug = args.split_debug;
    let program = |name: &str, is_needed: bool| match is_needed {
        true => toolchain.binutil(name),
        false => Ok(String::new()),
    };
    Ok(Treatment {
        strip_program: program("strip", strip.is_some() || split_debug)?,
        objcopy: program("objcopy", split_debug)?,
        strip,
        split_debug,
    })
}

/// Tells what changes, and counts.
struct ToldChanges<'a> {
    terminal: &'a mut Terminal,
    dry_run: bool,
    installed: usize,
    removed: usize,
    replaced: Vec<String>,
}

impl ToldChanges<'_> {
    fn new(terminal: &mut Terminal, dry_run: bool) -> ToldChanges<'_> {
        ToldChanges { terminal, dry_run, installed: 0, removed: 0, replaced: Vec::new() }
    }

    fn hear(&mut self, Change { kind, path }: &Change) {
        let (status, change) = match kind {
            ChangeKind::Installed => ("Installing", "installed"),
            ChangeKind::Replaced => ("Replacing", "replaced"),
            ChangeKind::Removed => ("Removing", "removed"),
            ChangeKind::Kept => ("Keeping", "kept"),
        };
        match kind {
            ChangeKind::Installed => self.installed += 1,
            ChangeKind::Removed => self.removed += 1,
            ChangeKind::Replaced => {
                self.installed += 1;
                self.replaced.push(path.clone());
            }
            ChangeKind::Kept => {
                self.terminal.warn(&format!("{path} stays: a directory is in its place"));
            }
        }
        self.terminal.status(status, path);
        self.terminal.message(&Message::Installed { change, path, dry_run: self.dry_run });
    }

    fn say(self, project: &str, nothing: &str) {
        let ToldChanges { terminal, dry_run, installed, removed, replaced } = self;
        let files =
            |count: usize| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
        let would = if dry_run { " (dry run: nothing is changed)" } else { "" };
        match (installed, removed) {
            (0, 0) => terminal.status("Finished", nothing),
            (0, _) => terminal.status("Removed", format_args!("{} of {project}{would}", files(removed))),
            (_, 0) => {
                terminal.status("Installed", format_args!("{} of {project}{would}", files(installed)))
            }
            _ => terminal.status(
                "Installed",
                format_args!("{} of {project}, removed {}{would}", files(installed), files(removed)),
            ),
        }
        if !replaced.is_empty() {
            let named = replaced.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            let more = match replaced.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let text = format!(
                "{named}{more}: what was there is of no installation of this project, and is replaced"
            );
            terminal.warn(&text);
        }
    }
}
