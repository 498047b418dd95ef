//! `clean`: says what became of a build directory. What goes and what stays is decided in `modpin::session`.

use modpin::layout::Layout;
use modpin::plan::Checker;
use modpin::session::{Cleaned, clean};
use modpin::{Error, shown};

use crate::command::args::Clean;
use crate::command::exit::{Ended, Stop};
use crate::configured::FILE;
use crate::context::Context;
use crate::say::display::hear_opening;
use crate::say::message::Message;
use crate::say::terminal::Terminal;
use crate::source::absolute;

/// How many files that stay are named to people.
const NAMED: usize = 5;

/// Cleans.
pub fn run(context: &mut Context<'_>, args: &Clean) -> Result<Ended, Stop> {
    let mut workspace = context.source.workspace()?;
    if let Some(dir) = &args.target_dir {
        workspace.target_dir = absolute(dir)?;
    }
    let layout = Layout::new(&workspace, args.target.as_deref(), args.release);
    let terminal = &mut *context.terminal;
    let mut cleaned = clean(&layout, &mut |event| hear_opening(terminal, &event))?;
    let beside = Checker::ALL.map(Checker::name).into_iter().chain(["reads"]);
    for layout in beside.map(|what| layout.checks(what)) {
        let checks = clean(&layout, &mut |event| hear_opening(terminal, &event))?;
        cleaned.removed += checks.removed;
        let dir = layout.dir.rsplit('/').next().unwrap_or_default();
        cleaned.kept.extend(checks.kept.iter().map(|path| format!("../{dir}/{path}")));
    }
    if args.config && remove_config(&layout)? {
        cleaned.removed += 1;
        terminal.status("Removed", format_args!("{FILE}, and with it what was set by hand"));
    }
    say(terminal, &layout.dir, &cleaned);
    Ok(Ended::DONE)
}

/// Whether there was one. A link goes, and what it leads to stays.
fn remove_config(layout: &Layout) -> Result<bool, Stop> {
    let path = layout.root.join(FILE);
    match std::fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::io(&path, "remove", error).into()),
    }
}

fn say(terminal: &mut Terminal, dir: &str, cleaned: &Cleaned) {
    let Cleaned { removed, kept } = cleaned;
    let files = |count: usize| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
    match (removed, kept.len()) {
        (0, 0) => terminal.status("Removed", format_args!("nothing: {dir} is clean")),
        _ => terminal.status("Removed", format_args!("{} of {dir}", files(*removed))),
    }
    if !kept.is_empty() {
        let text = format!("{dir}: {} that no build made: {}", stay(kept.len()), first(kept));
        terminal.warn(&text);
    }
    terminal.message(&Message::Cleaned { dir, removed: *removed, kept });
}

fn stay(count: usize) -> String {
    if count == 1 { "1 file stays".to_owned() } else { format!("{count} files stay") }
}

fn first(kept: &[String]) -> String {
    let named = kept.iter().take(NAMED).map(|name| shown::line(name)).collect::<Vec<_>>().join(", ");
    match kept.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::say::terminal::tests::{plain, voice};
    use crate::say::voice::Verbosity;

    fn check(removed: usize, kept: &[&str], expected: Expect) {
        let kept = kept.iter().map(|&path| path.to_owned()).collect();
        let (mut terminal, out, err) = plain(voice(Verbosity::Normal, true));
        say(&mut terminal, "target/modpin/debug", &Cleaned { removed, kept });
        expected.assert_eq(&(err.text() + &out.text()));
    }

    #[test]
    fn what_went_and_what_stays() {
        check(
            0,
            &[],
            expect![[r#"
                 Removed nothing: target/modpin/debug is clean
            {"reason":"cleaned","dir":"target/modpin/debug","removed":0,"kept":[]}
        "#]],
        );
        check(
            2,
            &[],
            expect![[r#"
                 Removed 2 files of target/modpin/debug
            {"reason":"cleaned","dir":"target/modpin/debug","removed":2,"kept":[]}
        "#]],
        );
        check(
            1,
            &["a.txt"],
            expect![[r#"
                 Removed 1 file of target/modpin/debug
            warning: target/modpin/debug: 1 file stays that no build made: a.txt
            {"reason":"warning","message":"target/modpin/debug: 1 file stays that no build made: a.txt"}
            {"reason":"cleaned","dir":"target/modpin/debug","removed":1,"kept":["a.txt"]}
        "#]],
        );
        check(
            3,
            &["a", "b", "c/", "d", "e", "f", "g"],
            expect![[r#"
                 Removed 3 files of target/modpin/debug
            warning: target/modpin/debug: 7 files stay that no build made: a, b, c/, d, e and 2 more
            {"reason":"warning","message":"target/modpin/debug: 7 files stay that no build made: a, b, c/, d, e and 2 more"}
            {"reason":"cleaned","dir":"target/modpin/debug","removed":3,"kept":["a","b","c/","d","e","f","g"]}
        "#]],
        );
    }
}
