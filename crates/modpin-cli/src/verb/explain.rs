//! `explain`: why a symbol is where it is, why a file is made, why an archive member is linked. What a name stands for is
//! looked up here; the answers come from `modpin::explain`.

use std::path::PathBuf;

use modpin::explain::{self, Answer, FileAnswer, Memory, ObjectLines, Scene};
use modpin::plan::Plan;
use modpin::session::{RunConfig, Session};
use modpin_engine::{ActionId, Event, FileId, value_of};

use crate::command::args::{Explain, Jobs, Limit, Running};
use crate::command::exit::{Ended, Exit, Stop};
use crate::command::shell;
use crate::context::{Context, Planned};
use crate::say::explained;
use crate::say::message::Message;
use crate::say::voice::Verbosity;

/// Explains.
pub fn run(context: &mut Context<'_>, args: &Explain) -> Result<Ended, Stop> {
    let planned = context.plan(&args.setup, Limit::default().timeout)?;
    if let Some(member) = &args.why_linked {
        return why_linked(context, &planned, member, args.jobs);
    }
    let name = args.name.as_deref().unwrap_or_default();
    let mut answers = of_build(context, &planned, name)?;
    let dir = std::env::current_dir().unwrap_or_default();
    let left_out = explain::explain_left_out(&planned.resolved, &planned.layout, name, &dir);
    answers.extend(left_out.map(Answer::LeftOut));
    // A name may be a target and a symbol. Who asks for a target wants to know how it stands, not how it stands after
    // a build, so nothing is built then.
    let stands = !answers.is_empty();
    let ended = if stands { Ended::DONE } else { bring_up_to_date(context, &planned, args.jobs)? };
    let mut scene = explain::read(&planned.plan, &planned.layout.root);
    scene.finished = explain::finished(&planned.plan, &planned.layout.root, name);
    let mut lines = ObjectLines::new(&planned.layout.root);
    answers.extend(explain::explain_symbol(&scene, name, &mut lines).map(Answer::Symbol));
    if stands && answers.iter().any(|answer| matches!(answer, Answer::Symbol(_))) {
        tell_what_changed(context, &planned, name)?;
    }
    if answers.iter().all(is_undefined) {
        let mentioned = explain::left_out_with(&planned.resolved, name);
        answers.extend(mentioned.into_iter().map(Answer::LeftOut));
    }
    if answers.is_empty() {
        answers.extend(explain::why_linked(&scene, name, &mut lines).map(Answer::Member));
    }
    if !stands {
        tell_gaps(context, &ended, &scene);
    }
    match answers.is_empty() {
        true => Err(Stop { commands: ended.commands, ..unknown(context, &planned, &scene, name) }),
        false => {
            say(context, name, &answers);
            Ok(ended)
        }
    }
}

/// A symbol that nobody defines, as far as is known.
fn is_undefined(answer: &Answer) -> bool {
    let Answer::Symbol(symbol) = answer else { return false };
    symbol.elsewhere.is_empty()
        && symbol.programs.iter().all(|program| program.defined.is_empty() && program.shared.is_empty())
}

fn why_linked(
    context: &mut Context<'_>,
    planned: &Planned,
    member: &str,
    jobs: Jobs,
) -> Result<Ended, Stop> {
    let ended = bring_up_to_date(context, planned, jobs)?;
    let scene = explain::read(&planned.plan, &planned.layout.root);
    tell_gaps(context, &ended, &scene);
    let mut lines = ObjectLines::new(&planned.layout.root);
    let Some(answer) = explain::why_linked(&scene, member, &mut lines) else {
        let stop = Stop::usage(
            format!("no object or archive member is named {member:?}"),
            meant_instead(&scene, member),
        );
        return Err(Stop { commands: ended.commands, ..stop });
    };
    say(context, member, &[Answer::Member(answer)]);
    Ok(ended)
}

fn meant_instead(scene: &Scene, member: &str) -> String {
    if scene.symbols().contains(member) {
        return format!("that is a symbol: `explain {member}` tells of it");
    }
    match explain::similar_unit(scene, member) {
        Some(name) => format!("did you mean {name:?}?"),
        None => "name it as ARCHIVE(MEMBER), MEMBER, or by its source".to_owned(),
    }
}

/// What an answer does not know, because it could not be built, and what it knows from before.
pub fn tell_gaps(context: &mut Context<'_>, ended: &Ended, scene: &Scene) {
    let unread: Vec<&str> = scene.unread.iter().map(|unbuilt| unbuilt.name.as_str()).collect();
    if !unread.is_empty() {
        let unread = unread.join(", ");
        context.warn(&format!("this was never built, so nothing that follows knows of it: {unread}"));
    } else if ended.exit != Exit::Done {
        context.warn("what could not be built is told here as it was built last");
    }
}

/// Says that sources have changed since the symbols were read, if they have.
fn tell_what_changed(context: &mut Context<'_>, planned: &Planned, name: &str) -> Result<(), Stop> {
    let plan = &planned.plan;
    let symbols = plan.libraries.iter().map(|library| library.symbols);
    let symbols: Vec<FileId> = symbols.chain(plan.links.iter().map(|link| link.symbols)).collect();
    if !would_run(&mut context.open(&planned.layout, None)?, plan, &symbols)?.is_empty() {
        context.warn(&format!(
            "what is said of the symbol {name} is as of the last build, and something has changed since"
        ));
    }
    Ok(())
}

fn say(context: &mut Context<'_>, name: &str, answers: &[Answer]) {
    context.terminal.message(&Message::Explain { name, answers });
    if !context.terminal.json() {
        let all = context.terminal.verbosity() == Verbosity::Verbose;
        let texts: Vec<String> = answers.iter().map(|answer| explained::text(answer, all)).collect();
        context.terminal.print_names(&texts.join("\n"));
    }
}

/// Brings the texts of all symbols up to date, and the files that programs and modules are: what a link hides, and what shared
/// libraries have, stands in no other. What fails is told, and the rest is explained all the same.
pub fn bring_up_to_date(
    context: &mut Context<'_>,
    planned: &Planned,
    jobs: Jobs,
) -> Result<Ended, Stop> {
    let plan = &planned.plan;
    let mut wanted: Vec<FileId> = plan.libraries.iter().map(|library| library.symbols).collect();
    for link in &plan.links {
        wanted.extend([link.symbols, link.file]);
        wanted.extend(link.offers);
    }
    let running = Running { jobs, keep_going: true, ..Running::default() };
    Ok(context.run(planned, &wanted, &running)?.ended)
}

/// What the build has to say of a name, as things stand now.
fn of_build(context: &mut Context<'_>, planned: &Planned, name: &str) -> Result<Vec<Answer>, Stop> {
    let dir = std::env::current_dir().unwrap_or_default();
    let mut asked = Asked { context, planned, dir };
    let targets = asked.targets(name)?;
    match targets.is_empty() {
        false => Ok(targets),
        true => Ok(asked.file(name)?.map(Answer::File).into_iter().collect()),
    }
}

struct Asked<'a, 'b> {
    context: &'a mut Context<'b>,
    planned: &'a Planned,
    dir: PathBuf,
}

impl Asked<'_, '_> {
    fn targets(&mut self, name: &str) -> Result<Vec<Answer>, Stop> {
        let planned = self.planned;
        let mut failed = None;
        let answers = explain::explain_target(&planned.plan, &planned.resolved, name, |path| {
            self.file(path).unwrap_or_else(|stop| {
                failed = Some(stop);
                None
            })
        });
        match failed {
            Some(stop) => Err(stop),
            None => Ok(answers.into_iter().map(Answer::Target).collect()),
        }
    }

    /// Looks at the file as a build would, and builds nothing.
    fn file(&mut self, typed: &str) -> Result<Option<FileAnswer>, Stop> {
        let (plan, layout) = (&self.planned.plan, &self.planned.layout);
        let mut session = self.context.open(layout, None)?;
        let known = explain::find_file(plan, layout, typed, &self.dir);
        let would_run = match known {
            Some(file) => would_run(&mut session, plan, &[file])?,
            None => Vec::new(),
        };
        let command = |action: &_, command: &_| shell::line(&plan.graph, action, command, None);
        let Planned { resolved, toolchain, .. } = self.planned;
        let compiled =
            |path: &str| explain::compilations(resolved, toolchain, (layout, &plan.graph), path);
        let linked = |path: &str| explain::linkage(resolved, toolchain, (layout, plan), path);
        let (store, would_run) = (session.store(), &would_run[..]);
        let (compiled, linked, command) = (&compiled, &linked, &command);
        let memory = Memory { store, would_run, compiled, linked, command };
        Ok(explain::explain_file(plan, layout, typed, &self.dir, &memory))
    }
}

fn would_run(
    session: &mut Session,
    plan: &Plan,
    files: &[FileId],
) -> Result<Vec<(ActionId, String)>, Stop> {
    let mut found = Vec::new();
    let config = RunConfig { jobs: 1, links: None, keep_going: true, dry_run: true };
    let selection = session.select(&plan.graph, files)?;
    session.run(&plan.graph, &selection, config, &mut |event| {
        if let Event::Started(action, reason) = event {
            found.push((action, reason.brief()));
        }
    })?;
    Ok(found)
}

fn unknown(context: &mut Context<'_>, planned: &Planned, scene: &Scene, name: &str) -> Stop {
    let plan = &planned.plan;
    let text = format!("no symbol, target or file of this project is named {name:?}");
    let symbols = scene.symbols();
    let files = plan.graph.actions().flat_map(|(_, action)| action.inputs.iter().chain(&action.outputs));
    let files: Vec<&str> = files.map(|&file| plan.graph.path(file)).collect();
    let headers = headers(context, planned);
    let end = format!("/{name}");
    let paths = files.iter().copied().chain(headers.iter().map(String::as_str));
    if let Some(path) = paths.filter(|path| path.ends_with(&end)).min_by_key(|path| path.len()) {
        return Stop::usage(text, format!("did you mean {path:?}?"));
    }
    let names = symbols.into_iter().chain(plan.targets.iter().map(|target| target.name.as_str()));
    let names = names.chain(files.iter().copied()).chain(headers.iter().map(String::as_str));
    let below = files.iter().filter_map(|path| path.strip_prefix(&format!("{}/", planned.layout.dir)));
    let help = "`list` prints the targets; for a member of an archive, use --why-linked";
    Stop::usage(text, modpin::did_you_mean(name, names.chain(below), help))
}

/// Files that no target names, and that were found to be read: headers.
fn headers(context: &mut Context<'_>, planned: &Planned) -> Vec<String> {
    let Ok(session) = context.open(&planned.layout, None) else { return Vec::new() };
    let store = session.store();
    let found = store.actions().flat_map(|(_, record)| &record.discovered);
    let found = found.map(|&(id, _)| store.path(id)).filter(|path| value_of(path).is_none());
    let mut paths: Vec<String> = found.map(str::to_owned).collect();
    paths.sort();
    paths.dedup();
    paths
}
