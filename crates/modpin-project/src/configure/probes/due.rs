//! Which probes can be asked now: those about whose conditions nothing is open any more. Whoever asks them comes back with the
//! answers, until none is left. Those of one round do not need each other's answers.

use crate::configure::answer::{Asker, answer};
use crate::configure::config::Config;
use crate::configure::evaluate::evaluate;
use crate::configure::order::WhoAsks;
use crate::configure::probes::probed::{ProbeState, Probed};
use crate::configure::symbols::Symbols;
use crate::declare::condition::tristate::Tristate;
use crate::declare::options::opt::Opt;
use crate::declare::probes::probe::wrong_probes;
use crate::declare::project::Project;
use crate::error::{Error, Result};

/// The names of the probes to be asked now; none when all have their answers. A probe whose condition does not hold gets its
/// answer here.
///
/// # Errors
/// [`Error::Declaration`] when options or probes are declared wrongly, or ask each other in a circle: then nothing is to be
/// asked.
pub fn due_probes(project: &Project, config: &mut Config) -> Result<Vec<String>> {
    let wrong = wrong_probes(&project.probes);
    if !wrong.is_empty() {
        return Err(Error::Declaration(wrong));
    }
    loop {
        let due = due(&project.options, config)?;
        let has_idle = !due.idle.is_empty();
        due.idle.iter().for_each(|name| config.probes.leave(name));
        // What was left out may be all that others waited for.
        if !due.asked.is_empty() || !has_idle {
            return Ok(due.asked);
        }
    }
}

/// The probes whose conditions can be answered.
struct Due {
    asked: Vec<String>,
    idle: Vec<String>,
}

fn due(options: &[Opt], config: &Config) -> Result<Due> {
    let mut due = Due { asked: Vec::new(), idle: Vec::new() };
    let is_open = |probes: &Probed| probes.iter().any(|probe| probe.state == ProbeState::Open);
    if !is_open(&config.probes) {
        return Ok(due);
    }
    let (symbols, problems) = Symbols::of(options, &config.probes);
    if !problems.is_empty() {
        return Err(Error::Declaration(problems));
    }
    let asked = WhoAsks::of(&symbols);
    let order = asked.order().map_err(|problem| Error::Declaration(vec![problem]))?;
    let first_probe = symbols.list.len();
    let of_options: Vec<usize> = order.iter().copied().filter(|at| *at < first_probe).collect();
    let known = evaluate(&symbols, &of_options, config);
    let mut settled = vec![false; asked.by.len()];
    for at in order {
        settled[at] = asked.by[at].iter().all(|&other| settled[other]);
        let Some(probe) = at.checked_sub(first_probe).map(|at| asked.probes[at]) else { continue };
        if probe.state != ProbeState::Open {
            continue;
        }
        if settled[at] {
            let holds = probe
                .when
                .as_ref()
                .is_none_or(|condition| answer(&condition.0, &known, Asker::Option) != Tristate::No);
            if holds { &mut due.asked } else { &mut due.idle }.push(probe.name.clone());
        }
        settled[at] = false;
    }
    Ok(due)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Probe, configure};

    fn project(options: &[Opt], probes: &[Probe]) -> Project {
        let mut project = Project::new("p", "/nowhere");
        project.options.extend_from_slice(options);
        project.probes.extend_from_slice(probes);
        project
    }

    #[test]
    fn each_round_asks_what_the_rounds_before_have_decided() {
        let options = [
            Opt::bool("EVENTS").default("HAVE_EPOLL_H"),
            Opt::bool("NET").default(true),
            Opt::int("WIDTH").default_when("SIZEOF_LONG = 8", 64).default(32),
        ];
        let probes = [
            Probe::header("epoll.h").when("NET"),
            Probe::function("epoll_create1").when("EVENTS && WIDTH > 32"),
            Probe::header("gone.h").when("!NET"),
            Probe::function("gone").when("HAVE_GONE_H"),
            Probe::size_of("long"),
            Probe::function("last").when("HAVE_EPOLL_CREATE1 && !HAVE_GONE"),
        ];
        let rounds = |set: &[&str], answer: &dyn Fn(&str) -> String| {
            let mut config = Config { probes: Probed::of(&probes), ..Config::default() };
            set.iter().for_each(|text| config.set_from_text(&options, text).unwrap());
            let mut rounds = Vec::new();
            loop {
                let due = due_probes(&project(&options, &probes), &mut config).unwrap();
                if due.is_empty() {
                    break;
                }
                due.iter().for_each(|name| config.probes.answer(name, answer(name)));
                rounds.push(due.join(" "));
            }
            let known = configure(&options, &config).unwrap();
            let values: Vec<&str> = known.options.iter().map(|option| option.text.as_str()).collect();
            rounds.push(values.join(" "));
            rounds
        };
        let yes = |name: &str| if name == "SIZEOF_LONG" { "8" } else { "y" }.to_owned();
        let all = rounds(&[], &yes);
        assert_eq!(all, ["HAVE_EPOLL_H SIZEOF_LONG", "HAVE_EPOLL_CREATE1", "HAVE_LAST", "y y 64"]);
        let narrow = rounds(&["SIZEOF_LONG=4"], &yes);
        assert_eq!(narrow, ["HAVE_EPOLL_H", "n y 32"].map(|text| text.replace("n y", "y y")));
        let by_hand = rounds(&["CONFIG_HAVE_EPOLL_H=n"], &yes);
        assert_eq!(by_hand, ["SIZEOF_LONG", "n y 64"]);
        let without = rounds(&["NET=n", "HAVE_GONE_H=n"], &yes);
        assert_eq!(
            without,
            ["HAVE_GONE SIZEOF_LONG", "n n 64"].map(|text| text.replace("HAVE_GONE ", ""))
        );
    }
}
