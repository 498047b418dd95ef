//! The last words of a build: that it is done and how long it took, or how much of it is not there.

use std::time::{Duration, Instant};

use modpin_engine::{Hash, Outcome};

use crate::command::exit::interrupted;
use crate::say::terminal::Terminal;

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Actions that were looked at, or will be.
    pub planned: usize,
    /// Actions with nothing to do.
    pub fresh: usize,
    /// Actions that started; in a dry run, those that would.
    pub started: usize,
    /// Those of them whose result was in the cache.
    pub cached: usize,
    /// Those of them that were brought from a server.
    pub brought: usize,
    /// Commands that another machine ran.
    pub elsewhere: usize,
    /// Commands among the actions that ran and succeeded.
    pub commands: usize,
    /// Actions that failed.
    pub failed: usize,
}

/// What a build came to.
pub struct Summary<'a> {
    /// What the engine answers.
    pub outcome: &'a Outcome,
    /// What was counted.
    pub counts: Counts,
    /// How long it took.
    pub elapsed: Duration,
    /// `debug` or `release`.
    pub profile: &'a str,
    /// Nothing was meant to run.
    pub dry_run: bool,
}

/// Says it.
pub fn say(terminal: &mut Terminal, summary: &Summary<'_>) {
    let Summary { outcome, counts, elapsed, profile, dry_run } = *summary;
    if let Some(trouble) = trouble(outcome, counts) {
        return terminal.error(trouble);
    }
    let actions = actions(counts.started);
    let seconds = elapsed.as_secs_f64();
    match (dry_run, counts.started) {
        (_, 0) => {
            terminal.status("Finished", format_args!("{profile} build in {seconds:.2}s, nothing to do"))
        }
        (true, _) => terminal.status("Finished", format_args!("dry run: {actions} would run")),
        (false, _) => {
            let ran = ran(counts);
            terminal.status("Finished", format_args!("{profile} build in {seconds:.2}s, {ran}"));
        }
    }
}

/// How long it takes to hash a small file, undisturbed.
pub fn time_to_hash() -> Duration {
    let bytes = [1; 1 << 16];
    let tries = (0..8).map(|_| {
        let started = Instant::now();
        std::hint::black_box(Hash::of(std::hint::black_box(&bytes)));
        started.elapsed()
    });
    tries.min().unwrap_or_default()
}

/// What to say where crates that do most in a build are compiled without optimisation: then they take fifty times as long.
pub fn unoptimised(to_hash: Duration) -> Option<&'static str> {
    (to_hash > Duration::from_micros(100)).then_some(
        "note: modpin is compiled without optimisation here, so it takes about twice its time; Cargo.toml of the workspace can have\n    \
         [profile.dev.package]\n    object.opt-level = 3\n    xxhash-rust.opt-level = 3\n    memchr.opt-level = 3",
    )
}

/// Why not everything is there, if that is so.
pub fn trouble(outcome: &Outcome, counts: Counts) -> Option<String> {
    match outcome.interrupted {
        Some(signal) => Some(interrupted(signal)),
        None if !outcome.failed.is_empty() => Some(failures(counts)),
        None => None,
    }
}

/// Of what was not fresh, as far as anybody knows: what was not reached may have been.
fn failures(counts: Counts) -> String {
    let all = counts.planned.saturating_sub(counts.fresh);
    let text = format!("{} of {} failed", counts.failed, actions(all));
    match all.saturating_sub(counts.started) {
        0 => text,
        1 => text + "; 1 was not reached",
        rest => format!("{text}; {rest} were not reached"),
    }
}

/// What became of actions that were not fresh.
fn ran(Counts { started, cached, brought, elsewhere, .. }: Counts) -> String {
    let there = match elsewhere {
        0 => String::new(),
        some => format!(", {some} of them elsewhere"),
    };
    let of_them = match brought {
        0 => String::new(),
        all if all == cached => ", brought from the server".to_owned(),
        some => format!(", {some} of them brought from the server"),
    };
    match started - cached {
        0 => format!("{} from the cache{of_them}", actions(cached)),
        ran if cached == 0 => format!("{} ran{there}", actions(ran)),
        ran => format!("{} ran{there}, {cached} from the cache{of_them}", actions(ran)),
    }
}

fn actions(count: usize) -> String {
    if count == 1 { "1 action".to_owned() } else { format!("{count} actions") }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use modpin_engine::{Action, ActionId, Failure, Graph, Work};

    use super::*;
    use crate::say::terminal::tests::{plain, voice, with_margin};
    use crate::say::voice::Verbosity;

    fn ids(count: usize) -> Vec<ActionId> {
        let mut graph = Graph::new();
        let mut add = |at: usize| {
            let outputs = vec![graph.file(format!("{at}"))];
            let work = Work::Command(Default::default());
            let (verb, label) = ("Linking", String::new());
            graph.add(Action { verb, label, work, inputs: vec![], outputs, depfile: None }).unwrap()
        };
        (0..count).map(&mut add).collect()
    }

    fn check(counts: Counts, interrupted: Option<i32>, dry_run: bool, expected: Expect) {
        let failure = Failure::unfinished("");
        let failed = ids(counts.failed).into_iter().map(|id| (id, failure.clone())).collect();
        let outcome = Outcome { failed, interrupted, ..Outcome::default() };
        let elapsed = Duration::from_millis(1234);
        let (mut terminal, _, err) = plain(voice(Verbosity::Normal, false));
        say(&mut terminal, &Summary { outcome: &outcome, counts, elapsed, profile: "debug", dry_run });
        expected.assert_eq(&with_margin(&err.text()));
    }

    fn counts(planned: usize, started: usize, failed: usize) -> Counts {
        Counts { planned: planned + 100, fresh: 100, started, failed, ..Counts::default() }
    }

    #[test]
    fn what_was_done() {
        check(
            counts(14, 14, 0),
            None,
            false,
            expect![[r#"
            |    Finished debug build in 1.23s, 14 actions ran
        "#]],
        );
        check(
            counts(1, 1, 0),
            None,
            false,
            expect![[r#"
            |    Finished debug build in 1.23s, 1 action ran
        "#]],
        );
        let some = |cached| Counts { cached, ..counts(14, 14, 0) };
        check(
            some(4),
            None,
            false,
            expect![[r#"
            |    Finished debug build in 1.23s, 10 actions ran, 4 from the cache
        "#]],
        );
        check(
            some(14),
            None,
            false,
            expect![[r#"
            |    Finished debug build in 1.23s, 14 actions from the cache
        "#]],
        );
        check(
            counts(0, 0, 0),
            None,
            false,
            expect![[r#"
            |    Finished debug build in 1.23s, nothing to do
        "#]],
        );
        check(
            counts(3, 3, 0),
            None,
            true,
            expect![[r#"
            |    Finished dry run: 3 actions would run
        "#]],
        );
    }

    #[test]
    fn what_is_not_there() {
        check(
            counts(14, 9, 2),
            None,
            false,
            expect![[r#"
            |error: 2 of 14 actions failed; 5 were not reached
        "#]],
        );
        check(
            counts(2, 1, 1),
            None,
            false,
            expect![[r#"
            |error: 1 of 2 actions failed; 1 was not reached
        "#]],
        );
        check(
            counts(4, 4, 1),
            None,
            false,
            expect![[r#"
            |error: 1 of 4 actions failed
        "#]],
        );
    }

    #[test]
    fn who_stopped_it() {
        check(
            counts(14, 9, 0),
            Some(2),
            false,
            expect![[r#"
            |error: interrupted by SIGINT
        "#]],
        );
        check(
            counts(14, 9, 1),
            Some(15),
            false,
            expect![[r#"
            |error: interrupted by SIGTERM
        "#]],
        );
    }

    #[test]
    fn crates_that_are_not_optimised_are_told() {
        assert_eq!(unoptimised(Duration::from_micros(10)), None);
        let told = unoptimised(Duration::from_micros(500)).expect("slow");
        let written = include_str!("../../templates/c/Cargo.toml.in");
        let lines = told.lines().skip(1);
        assert_eq!(lines.filter(|line| written.contains(&format!("{}\n", line.trim()))).count(), 4);
    }
}
