//! `graph`: a picture of what is linked, as a page, for graphviz, or as JSON.

use std::path::PathBuf;

use modpin::explain;
use modpin::own_file;
use modpin::picture::{self, Picture, Sizes};
use modpin::toolchain::said;
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
    let mut picture = picture::picture(&planned.project.name, &scene, &sizes);
    picture.demangled = said(picture.symbols());
    let text = drawn(&picture, args.format)?;
    match destination(&planned, args)? {
        Some(page) => write(context, &page, &text)?,
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
        GraphFormat::Json => {
            let text = serde_json::to_string_pretty(picture).map_err(odd)?;
            Ok((shown::json(&text) + "\n").into_owned())
        }
    }
}

/// A file for the picture.
struct Page {
    path: PathBuf,
    /// The state directory in which it lies, where nobody but us has chosen its name.
    state_dir: Option<PathBuf>,
}

/// Where the picture goes: a page is for a browser, so it is a file in any case.
fn destination(planned: &Planned, args: &Graph) -> Result<Option<Page>, Stop> {
    match (&args.output, args.format) {
        (Some(path), _) if path.as_os_str() == "-" => Ok(None),
        (Some(path), _) => {
            let absolute = std::path::absolute(path);
            let path = absolute.map_err(|error| Error::io(path, "make it absolute", error))?;
            Ok(Some(Page { path, state_dir: None }))
        }
        (None, GraphFormat::Html) => {
            let state_dir = planned.layout.absolute(&planned.layout.state_dir());
            Ok(Some(Page { path: state_dir.join("graph.html"), state_dir: Some(state_dir) }))
        }
        (None, GraphFormat::Dot | GraphFormat::Json) => Ok(None),
    }
}

fn write(context: &mut Context<'_>, page: &Page, text: &str) -> Result<(), Stop> {
    let Page { path, state_dir } = page;
    let written = match state_dir {
        Some(state_dir) => own_file::replace_in_state(state_dir, path, text.as_bytes()),
        // The user may have named a device, or a link to where it is wanted.
        None => std::fs::write(path, text),
    };
    written.map_err(|error| Error::io(path, "write the picture", error))?;
    let file = path.display().to_string();
    if !context.terminal.json() {
        context.terminal.print(&format!("{}\n", shown::line(&file)));
    }
    context.terminal.message(&Message::Graph { file: Some(&file), text: None });
    Ok(())
}
