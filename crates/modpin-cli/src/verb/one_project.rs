//! A verb for one project, or for files that the user names.

use std::path::PathBuf;

use super::{
    build, cache, check, check_load, clean, compile_commands, config, emit, explain, explain_files,
    graph, init, install, link, list, modules, new, order, pins, project, recipe, resolve, test,
};
use crate::command::args::Verb;
use crate::command::exit::{Ended, Stop};
use crate::context::Context;
use crate::say::output_file::or_nothing;

/// Does what was typed. What it was to write is not there if something is wrong.
pub fn run(context: &mut Context<'_>, verb: &Verb) -> Result<Ended, Stop> {
    let ended = run_verb(context, verb);
    let written = context.write_timings();
    let ended = ended.and_then(|ended| written.map(|()| ended));
    or_nothing(&outputs(verb), ended)
}

/// The files that a verb writes for other builds.
fn outputs(verb: &Verb) -> Vec<PathBuf> {
    match verb {
        Verb::Link(args) => vec![link::list_of(&args.output), args.output.clone()],
        Verb::Pins(args) => args.output.output.iter().cloned().collect(),
        Verb::Exports(args) => args.output.output.iter().cloned().collect(),
        Verb::Order(args) => args.output.output.iter().cloned().collect(),
        Verb::CheckLoad(args) => args.step.stamp.iter().cloned().collect(),
        Verb::Resolve(args) => args.step.stamp.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

fn run_verb(context: &mut Context<'_>, verb: &Verb) -> Result<Ended, Stop> {
    match verb {
        Verb::Build(args) => build::run(context, args),
        Verb::Modules(args) => modules::run(context, args),
        Verb::Project => project::run(context),
        Verb::CompileCommands(args) => compile_commands::run(context, args),
        Verb::List(setup) => list::run(context, setup),
        Verb::Config(args) => config::run(context, args),
        Verb::Explain(args) => match &args.host {
            Some(host) => explain_files::run(context, host, args),
            None => explain::run(context, args),
        },
        Verb::Graph(args) => graph::run(context, args),
        Verb::Clean(args) => clean::run(context, args),
        Verb::Cache(args) => cache::run(context, args),
        Verb::Run(args) => super::run::run(context, args),
        #[cfg(feature = "watch")]
        Verb::Watch(args) => super::watch::run(context, args),
        #[cfg(not(feature = "watch"))]
        Verb::Watch(_) => Err(Stop::usage(
            "this program was built without watch",
            "modpin-cli = { version = \"…\", features = [\"watch\"] } where this program is declared, or the program modpin",
        )),
        Verb::Emit(args) => emit::run(context, args),
        Verb::Check(args) => check::run(context, args),
        Verb::Test(args) => test::run(context, args),
        Verb::Install(args) => install::run(context, args),
        Verb::Uninstall(args) => install::remove(context, args),
        Verb::CheckLoad(args) => check_load::run(context, args),
        Verb::Resolve(args) => resolve::run(context, args),
        Verb::Pins(args) => pins::run(context, args),
        Verb::Exports(args) => pins::exports(context, args),
        Verb::Link(args) => link::run(context, args),
        Verb::Recipe(args) => Ok(recipe::run(context, args)),
        Verb::Order(args) => order::run(context, args),
        Verb::New(args) => new::run(context, args),
        Verb::Init(args) => init::run(context, args),
        #[cfg(feature = "installed")]
        Verb::Completions(args) => super::completions::run(context, args),
        #[cfg(feature = "installed")]
        Verb::Man(args) => super::man::run(context, args),
    }
}
