//! `watch`: does a verb, and again whenever something of the project has changed. Each time is a run of this program of its own: a
//! project file is read anew, and a verb that ends badly ends that run only.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::time::SystemTime;

use modpin::Error;

use crate::command::command_line;
use crate::command::exit::{Ended, Stop};
use crate::command::watch_args::Watch;
use crate::context::Context;
use crate::source::{Description, Source};
use crate::watching::Watcher;

/// Watches until a signal ends it.
pub fn run(context: &mut Context<'_>, args: &Watch) -> Result<Ended, Stop> {
    let words = words(args, std::env::args_os().skip(1).collect())?;
    let is_declared = matches!(context.source, Source::Declared(..));
    // What nobody can do once, nobody can do again and again.
    let own = words.iter().skip_while(|word| *word == "modpin").cloned().collect();
    if let Err(refusal) = command_line::parse("watch", is_declared, own) {
        return Err(Stop::usage(
            refusal.render().to_string().trim_end().trim_start_matches("error: "),
            "",
        ));
    }
    let program = std::env::current_exe()
        .map_err(|error| Error::io("/proc/self/exe", "find this program", error))?;
    let dirs = dirs(context)?;
    let mut watcher = Watcher::new(&dirs).map_err(|error| unwatched(&error))?;
    if is_declared {
        context
            .terminal
            .note("the declaration is a part of this program: after a change of it, start this again");
    }
    let mut read = None;
    loop {
        // Before the run, which sees what changes until then; whatever changes later is heard of.
        let now = changed(context);
        if read.as_ref() != Some(&now)
            && let Ok((project, _)) = context.source.project()
        {
            watcher.also(modpin::dirs_outside(&project)).map_err(|error| unwatched(&error))?;
            read = Some(now);
        }
        let run = Command::new(&program).args(&words).status();
        run.map_err(|error| Error::io(&program, "start this program", error))?;
        context.terminal.status("Watching", format_args!("{} for changes", dirs[0].display()));
        watcher.wait().map_err(|error| unwatched(&error))?;
    }
}

/// The arguments of each run: ours, without our own word.
fn words(args: &Watch, mut all: Vec<OsString>) -> Result<Vec<OsString>, Stop> {
    let at = all.len().checked_sub(args.words.len() + 1).filter(|&at| all[at] == "watch");
    let Some(at) = at else {
        return Err(Stop::usage(
            "options of this program stand in front of watch",
            "or behind the verb that is watched for",
        ));
    };
    all.remove(at);
    let verb = args.words.first();
    if verb.is_some_and(|verb| verb == "watch") {
        return Err(Stop::usage("watch watches for one verb", "leave one of the two out"));
    }
    if verb.is_none() {
        all.push("build".into());
    }
    Ok(all)
}

/// The root of the project, and where its file lies.
fn dirs(context: &Context<'_>) -> Result<Vec<PathBuf>, Stop> {
    let (description, workspace) = context.source.description()?;
    let mut dirs = vec![workspace.root];
    if let Description::File(path) = description
        && let Some(dir) = path.parent()
        && !dir.starts_with(&dirs[0])
    {
        dirs.push(dir.to_owned());
    }
    Ok(dirs)
}

/// When the project's file was changed last; nothing where there is none.
fn changed(context: &Context<'_>) -> Option<(u64, SystemTime)> {
    let Ok((Description::File(path), _)) = context.source.description() else { return None };
    let file = std::fs::metadata(path).ok()?;
    Some((file.len(), file.modified().ok()?))
}

fn unwatched(error: &notify::Error) -> Stop {
    let help = match error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            "let the system watch more: sysctl fs.inotify.max_user_watches=1000000"
        }
        _ => "",
    };
    Stop::usage(format!("cannot watch the project: {error}"), help)
}
