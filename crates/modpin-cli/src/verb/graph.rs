//! `graph`: a picture of what is linked, as a page, for graphviz, or as JSON.

use std::path::PathBuf;

use modpin::explain;
use modpin::picture::{self, Picture, Sizes};
use modpin::{Error, Problem, shown};

use super::explain::{bring_up_to_date, tell_gaps};
use crate::command::args::{Graph, GraphFormat, Limit};
use crate::command::exit::{Ended, Stop};
use crate::context::{Context, Planned};
use crate::say::message::Message;

/// Draws.
pub fn run(context: &mut Context<'_>, args: &Graph) -> Result<Ended, Stop> {
    let planned = context.plan(&args.setup, Limit::default().timeout)?;
    let ended = bring_up_to_date(context, &planned, args.jobs)?;
    let scene = explain::read(&planned.plan, &planned.layout.root);
    tell_gaps(context, &ended, &scene);
    let sizes = Sizes::new(&planned.layout.root);
    let picture = picture::picture(&planned.project.name, &scene, &sizes);
    let text = drawn(&picture, args.format)?;
    match destination(&planned, args)? {
        Some(path) => write(context, &path, &text)?,
        None if context.terminal.json() => {
            context.terminal.message(&Message::Graph { file: None, text: Some(&text) });
        }
        None if args.format == GraphFormat::Json => context.terminal.print_json(&text),
        None => context.terminal.print(&text),
    }
    Ok(ended)
}

fn drawn(picture: &Picture, format: GraphFormat) -> Result<String, Stop> {
    let odd = |error: serde_json::Error| {
        Stop::from(Error::Declaration(vec![Problem::new(format!("the picture: {error}"), "")]))
    };
    match format {
        GraphFormat::Html => picture::page(picture).map_err(odd),
        GraphFormat::Dot => Ok(picture::dot(picture)),
        GraphFormat::Json => Ok(serde_json::to_string_pretty(picture).map_err(odd)? + "\n"),
    }
}

/// Where the picture goes: a page is for a browser, so it is a file in any case.
fn destination(planned: &Planned, args: &Graph) -> Result<Option<PathBuf>, Stop> {
    match (&args.output, args.format) {
        (Some(path), _) if path.as_os_str() == "-" => Ok(None),
        (Some(path), _) => Ok(Some(
            std::path::absolute(path).map_err(|error| Error::io(path, "make it absolute", error))?,
        )),
        (None, GraphFormat::Html) => {
            let file = format!("{}/graph.html", planned.layout.state_dir());
            Ok(Some(planned.layout.absolute(&file)))
        }
        (None, GraphFormat::Dot | GraphFormat::Json) => Ok(None),
    }
}

fn write(context: &mut Context<'_>, path: &PathBuf, text: &str) -> Result<(), Stop> {
    std::fs::write(path, text).map_err(|error| Error::io(path, "write the picture", error))?;
    let file = path.display().to_string();
    if !context.terminal.json() {
        context.terminal.print(&format!("{}\n", shown::line(&file)));
    }
    context.terminal.message(&Message::Graph { file: Some(&file), text: None });
    Ok(())
}
