//! What commands cost: CPU and wall time, peak memory; medians of runs that take turns. Knows no tool.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The cost of one run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// User and system time of the process and its children, in milliseconds.
    pub cpu: f64,
    /// Wall time in milliseconds.
    pub wall: f64,
    /// Peak memory of the largest process in MiB.
    pub memory: f64,
}

/// One of those that take turns.
pub struct Contender<'a> {
    /// What the table calls it.
    pub name: String,
    /// Makes ready; not measured.
    pub before: Box<dyn Fn() + 'a>,
    /// What is measured.
    pub command: Box<dyn Fn() -> Command + 'a>,
}

/// Runs commands and says what they cost.
pub struct Meter {
    /// The program that measures (tools/measure.c).
    pub program: PathBuf,
    /// Where it writes.
    pub result: PathBuf,
}

impl Meter {
    /// The cost of each contender: medians of `runs` rounds in which all take turns, after one round that
    /// does not count.
    pub fn compare(&self, contenders: &[Contender<'_>], runs: usize) -> Vec<Cost> {
        let mut costs = vec![Vec::new(); contenders.len()];
        for round in 0..=runs {
            for (contender, costs) in contenders.iter().zip(&mut costs) {
                (contender.before)();
                let cost = self.cost(&(contender.command)());
                if round > 0 {
                    costs.push(cost);
                }
            }
        }
        costs.iter().map(|costs| medians(costs)).collect()
    }

    /// Runs one command. A command that fails ends the benchmark: its time would mean nothing.
    pub fn cost(&self, command: &Command) -> Cost {
        let mut measured = Command::new(&self.program);
        measured.arg(&self.result).arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => measured.env(name, value),
                None => measured.env_remove(name),
            };
        }
        if let Some(dir) = command.get_current_dir() {
            measured.current_dir(dir);
        }
        let output = measured.stdin(Stdio::null()).output().expect("the meter starts");
        let text = std::fs::read_to_string(&self.result).expect("the meter's result");
        let numbers: Vec<f64> = text.split_whitespace().map(|word| word.parse().unwrap()).collect();
        assert!(
            numbers[4] == 0.0,
            "{command:?} failed:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Cost {
            cpu: (numbers[0] + numbers[1]) / 1000.0,
            wall: numbers[2] / 1000.0,
            memory: numbers[3] / 1024.0,
        }
    }
}

/// A contender that needs nothing before it runs.
pub fn contender<'a>(name: impl Into<String>, command: impl Fn() -> Command + 'a) -> Contender<'a> {
    Contender { name: name.into(), before: Box::new(|| {}), command: Box::new(command) }
}

/// A command with its arguments and its directory. What modpin keeps of other builds would be no fair play.
pub fn command(dir: &Path, program: impl AsRef<std::ffi::OsStr>, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(dir).env("MODPIN_CACHE", "off");
    command
}

fn medians(costs: &[Cost]) -> Cost {
    let median = |of: fn(&Cost) -> f64| {
        let mut values: Vec<f64> = costs.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    Cost {
        cpu: median(|cost| cost.cpu),
        wall: median(|cost| cost.wall),
        memory: median(|cost| cost.memory),
    }
}

/// After this, nothing is in the tick of its last change: what a later turn changes is told apart from it.
pub fn pass_ticks() {
    std::thread::sleep(std::time::Duration::from_millis(30));
}
