//! Listens to a build and tells what happens: status lines, reasons, command lines, what compilers say,
//! failures. Keeps its own counts. Knows nothing of targets or symbols.

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use modpin_engine::{Action, ActionId, Event, Failure, Graph, Origin, Reason, Work};

use crate::command::shell;
use crate::say::failure;
use crate::say::message::Message;
use crate::say::progress::{self, Way};
use crate::say::summary::Counts;
use crate::say::terminal::Terminal;
use crate::say::voice::Verbosity;
use crate::say::way_out::way_out;

/// Actions of these verbs take time and are worth a line; the others are small steps between them.
const SHOWN: [&str; 5] = ["Generating", "Compiling", "Archiving", "Linking", "Checking"];

/// What to tell, besides what the terminal's verbosity says.
#[derive(Clone, Debug, Default)]
pub struct Telling {
    /// Why each action runs.
    pub explain: bool,
    /// Where command lines start, when the user stands elsewhere.
    pub dir: Option<String>,
}

/// The listener.
pub struct Display<'a> {
    terminal: &'a mut Terminal,
    graph: &'a Graph,
    telling: Telling,
    counts: Counts,
    left: Option<Duration>,
    running: Vec<ActionId>,
    announced: HashSet<ActionId>,
    done: HashSet<ActionId>,
}

impl<'a> Display<'a> {
    /// Listens to a build of `graph`.
    pub fn new(terminal: &'a mut Terminal, graph: &'a Graph, telling: Telling) -> Display<'a> {
        Display {
            terminal,
            graph,
            telling,
            counts: Counts::default(),
            left: None,
            running: Vec::new(),
            announced: HashSet::new(),
            done: HashSet::new(),
        }
    }

    /// Takes in one event.
    pub fn hear(&mut self, event: Event<'_>) {
        match event {
            Event::Waiting { .. } | Event::Warning(_) => hear_opening(self.terminal, &event),
            Event::Planned { total } => self.counts.planned = total,
            Event::Removed(path) if self.terminal.verbosity() == Verbosity::Verbose => {
                self.terminal.status("Removing", path);
            }
            Event::Removed(_) => {}
            Event::Left(left) => {
                self.left = Some(left);
                self.draw();
            }
            Event::Fresh(action) => {
                self.counts.fresh += 1;
                self.done.insert(action);
            }
            Event::Started(action, reason) => self.started(action, reason, Origin::Made),
            Event::Taken(action, reason, origin) => self.started(action, reason, origin),
            Event::Finished { action, output, elapsed, failure, origin } => {
                self.finished(action, output, (elapsed, origin), failure);
            }
        }
    }

    /// What was counted so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The actions whose outputs are as they should be.
    pub fn into_done(self) -> HashSet<ActionId> {
        self.terminal.end_progress();
        self.done
    }

    /// Nobody waits for a result that was there.
    fn started(&mut self, id: ActionId, reason: &Reason, origin: Origin) {
        let cached = origin.is_cached();
        let action = self.graph.action(id);
        self.counts.started += 1;
        self.running.push(id);
        let verbose = self.terminal.verbosity() == Verbosity::Verbose;
        if verbose || self.telling.explain || (SHOWN.contains(&action.verb) && !cached) {
            let from = match origin {
                Origin::Made | Origin::Elsewhere => "",
                Origin::Cache => " (from the cache)",
                Origin::Server => " (from the server)",
            };
            match self.telling.explain {
                true => {
                    self.terminal.status(action.verb, format_args!("{}: {reason}{from}", action.label));
                }
                false => self.terminal.status(action.verb, format_args!("{}{from}", action.label)),
            }
            self.announced.insert(id);
        }
        let wanted = verbose || self.terminal.json();
        let command = if wanted { self.command_line(action) } else { None };
        if let Some(line) = command.as_ref().filter(|_| verbose && !cached) {
            self.terminal.status("Running", format_args!("`{line}`"));
        }
        self.terminal.message(&Message::Started {
            verb: action.verb,
            label: &action.label,
            why: reason.to_string(),
            command,
        });
        self.draw();
    }

    fn finished(
        &mut self,
        id: ActionId,
        output: &[u8],
        (elapsed, origin): (Duration, Origin),
        failure: Option<&Failure>,
    ) {
        let action = self.graph.action(id);
        self.running.retain(|&running| running != id);
        match failure {
            None => self.succeeded(id, output, origin),
            Some(failure) => self.failed(action, output, failure),
        }
        self.terminal.message(&Message::ActionFinished {
            verb: action.verb,
            label: &action.label,
            success: failure.is_none(),
            cached: origin.is_cached(),
            from_server: origin == Origin::Server,
            elsewhere: origin == Origin::Elsewhere,
            elapsed_ms: elapsed.as_millis().try_into().unwrap_or(u64::MAX),
            output: String::from_utf8_lossy(output),
            failure: failure.map(|failure| failure.message.as_str()),
            cause: failure.map(|failure| failure.cause.into()),
        });
        self.draw();
    }

    fn succeeded(&mut self, id: ActionId, output: &[u8], origin: Origin) {
        let action = self.graph.action(id);
        let is_command = matches!(action.work, Work::Command(_));
        self.counts.commands += usize::from(is_command && origin == Origin::Made);
        self.counts.cached += usize::from(origin.is_cached());
        self.counts.brought += usize::from(origin == Origin::Server);
        self.counts.elsewhere += usize::from(origin == Origin::Elsewhere);
        self.done.insert(id);
        if !output.is_empty() && self.announced.insert(id) {
            self.terminal.status(action.verb, &action.label);
        }
        match action.work {
            Work::Step(_) => self.terminal.of_step(output),
            Work::Command(_) => self.terminal.foreign(output),
        }
    }

    fn failed(&mut self, action: &Action, output: &[u8], failure: &Failure) {
        self.counts.failed += 1;
        let command = self.command_line(action);
        failure::say(self.terminal, action, output, failure, command.as_deref());
        let root = Path::new(self.telling.dir.as_deref().unwrap_or("."));
        if let Some(help) = way_out(self.graph, action, output, root) {
            self.terminal.note(format_args!("  help: {help}"));
        }
    }

    fn command_line(&self, action: &Action) -> Option<String> {
        match &action.work {
            Work::Command(command) => {
                Some(shell::line(self.graph, action, command, self.telling.dir.as_deref()))
            }
            Work::Step(_) => None,
        }
    }

    fn draw(&mut self) {
        let (graph, running) = (self.graph, &self.running);
        let done = self.counts.fresh + finished(self.counts, running);
        let Counts { planned: total, cached, brought, elsewhere, .. } = self.counts;
        let (cached, there) = (cached - brought, brought + elsewhere);
        let way = Way { done, total, cached, there, left: self.left };
        let labels = || progress::names(running.iter().map(|&id| graph.action(id).label.as_str()));
        self.terminal.progress(way, labels);
    }
}

/// Takes in what may happen before anything is looked at, while a build directory is opened.
pub fn hear_opening(terminal: &mut Terminal, event: &Event<'_>) {
    match event {
        Event::Waiting { holder } => terminal.blocked(*holder),
        Event::Warning(text) => terminal.warn(text),
        _ => {}
    }
}

fn finished(counts: Counts, running: &[ActionId]) -> usize {
    counts.started - running.len()
}
