//! The verbs, one a file. Each takes what was typed and answers how it ended.

pub mod build;
pub mod modules;
pub mod project;
pub mod compile_commands;
pub mod config;
pub mod list;
pub mod explain;
pub mod graph;
pub mod clean;
pub mod check_load;
pub mod resolve;
pub mod pins;
pub mod order;
pub mod explain_files;

use crate::command::args::Verb;
use crate::command::exit::{Ended, Stop};
use crate::context::Context;

/// Does what was typed.
pub fn run(context: &mut Context<'_>, verb: &Verb) -> Result<Ended, Stop> {
    match verb {
        Verb::Build(args) => build::run(context, args),
        Verb::Modules(args) => modules::run(context, args),
        Verb::Project => project::run(context),
        Verb::CompileCommands(setup) => compile_commands::run(context, setup),
        Verb::List(setup) => list::run(context, setup),
        Verb::Config(args) => config::run(context, args),
        Verb::Explain(args) => match &args.host {
            Some(host) => explain_files::run(context, host, args),
            None => explain::run(context, args),
        },
        Verb::Graph(args) => graph::run(context, args),
        Verb::Clean(args) => clean::run(context, args),
        Verb::CheckLoad(args) => check_load::run(context, args),
        Verb::Resolve(args) => resolve::run(context, args),
        Verb::Pins(args) => pins::run(context, args),
        Verb::Exports(args) => pins::exports(context, args),
        Verb::Order(args) => order::run(context, args),
    }
}
