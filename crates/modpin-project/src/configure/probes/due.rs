//! Which probes can be asked now: those about whose conditions nothing is open any more. Whoever asks them comes back with the
//! answers, until none is left. Those of one round do not need each other's answers.

use std::collections::HashSet;

use crate::configure::answer::{Asker, answer};
use crate::configure::config::Config;
use crate::configure::configure;
use crate::configure::evaluate::evaluate;
use crate::configure::known::Known;
use crate::configure::order::WhoAsks;
use crate::configure::probes::probed::{ProbeState, Probed};
use crate::configure::symbols::Symbols;
use crate::declare::condition::cond::Cond;
use crate::declare::condition::tristate::Tristate;
use crate::declare::probes::probe::{Probe, wrong_probes};
use crate::declare::project::Project;
use crate::error::{Error, Result};

/// The probes to be asked now, with what is left of their lists; none when all have their answers. A probe whose condition does
/// not hold gets its answer here.
///
/// # Errors
/// [`Error::Declaration`] when options or probes are declared wrongly, or ask each other in a circle: then nothing is to be
/// asked.
pub fn due_probes(project: &Project, config: &mut Config) -> Result<Vec<Probe>> {
    let wrong = wrong_probes(&project.probes);
    if !wrong.is_empty() {
        return Err(Error::Declaration(wrong));
    }
    loop {
        let due = due(project, config)?;
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
    asked: Vec<Probe>,
    idle: Vec<String>,
}

/// Probes with what their conditions leave of their lists, once all that these ask about has its value.
///
/// # Errors
/// [`Error::Declaration`] when options are declared wrongly.
pub fn chosen_probes(project: &Project, config: &Config) -> Result<Vec<Probe>> {
    let known = configure(&project.options, config)?;
    let holds = |condition: &Cond| holds(condition, &known);
    Ok(project.probes.iter().map(|probe| probe.chosen(&holds)).collect())
}

fn holds(Cond(expr): &Cond, known: &Known) -> bool {
    answer(expr, known, Asker::Option) != Tristate::No
}

fn due(project: &Project, config: &Config) -> Result<Due> {
    let mut due = Due { asked: Vec::new(), idle: Vec::new() };
    let is_open = |probes: &Probed| probes.iter().any(|probe| probe.state == ProbeState::Open);
    if !is_open(&config.probes) {
        return Ok(due);
    }
    let (symbols, problems) = Symbols::of(&project.options, &config.probes);
    if !problems.is_empty() {
        return Err(Error::Declaration(problems));
    }
    let asked = WhoAsks::of(&symbols);
    let order = asked.order().map_err(|problem| Error::Declaration(vec![problem]))?;
    let first_probe = symbols.list.len();
    let of_options: Vec<usize> = order.iter().copied().filter(|at| *at < first_probe).collect();
    let known = evaluate(&symbols, &of_options, config);
    let mut settled = vec![false; asked.by.len()];
    let mut names = HashSet::new();
    for at in order {
        settled[at] = asked.by[at].iter().all(|&other| settled[other]);
        let Some(probe) = at.checked_sub(first_probe).map(|at| asked.probes[at]) else { continue };
        if probe.state != ProbeState::Open {
            continue;
        }
        // Where a program is, is known with the answer to the question.
        if settled[at] && probe.path_of().is_none() {
            match probe.when.as_ref().is_none_or(|condition| holds(condition, &known)) {
                true => _ = names.insert(probe.name.as_str()),
                false => due.idle.push(probe.name.clone()),
            }
        }
        settled[at] = false;
    }
    let asked = project.probes.iter().filter(|probe| names.contains(probe.word().as_str()));
    due.asked = asked.map(|probe| probe.chosen(&|condition| holds(condition, &known))).collect();
    Ok(due)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::options::item::entries;
    use crate::{Opt, when};

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
                let mut due: Vec<String> = due.iter().map(Probe::word).collect();
                due.iter().for_each(|name| config.probes.answer(name, answer(name)));
                due.sort();
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

    #[test]
    fn entries_under_a_condition_wait_for_what_it_asks() {
        let options = [Opt::bool("NET"), Opt::bool("WIDE").default("SIZEOF_LONG = 8")];
        let probes = [
            Probe::header("b.h").with_header(when("WIDE", "wide.h")).with_header("always.h"),
            Probe::function("f").define(when("NET", ["NET", "MORE"])).link(when("!NET", "-s")),
            Probe::size_of("long"),
        ];
        let project = project(&options, &probes);
        let mut config = Config { probes: Probed::of(&probes), ..Config::default() };
        let due = due_probes(&project, &mut config).unwrap();
        let told = |probe: &Probe| {
            let lists = probe.lists().map(|list| entries(list).cloned().collect::<Vec<_>>().join(","));
            format!("{} {}", probe.word(), lists.join(" "))
        };
        assert_eq!(due.iter().map(told).collect::<Vec<_>>(), ["HAVE_F    -s ", "SIZEOF_LONG     "]);
        due.iter().for_each(|probe| config.probes.answer(&probe.word(), "8"));
        let due = due_probes(&project, &mut config).unwrap();
        assert_eq!(due.iter().map(told).collect::<Vec<_>>(), ["HAVE_B_H wide.h,always.h    "]);
        let chosen = chosen_probes(&project, &config).unwrap();
        assert_eq!(told(&chosen[0]), told(&due[0]));
        let circle = [Probe::header("a.h").flags(when("HAVE_A_H", "-O"))];
        let mut config = Config { probes: Probed::of(&circle), ..Config::default() };
        let said = due_probes(&self::project(&[], &circle), &mut config).unwrap_err().to_string();
        assert!(said.contains("ask each other in a circle: HAVE_A_H asks HAVE_A_H"), "{said}");
    }

    #[test]
    fn where_a_program_is_is_known_with_its_answer() {
        let options = [Opt::bool("OWN").default("HAVE_SED_PATH = '/bin/sed'")];
        let probes = [Probe::program("sed"), Probe::header("a.h").when("OWN")];
        let project = project(&options, &probes);
        let rounds = |set: &[&str]| {
            let mut config = Config { probes: Probed::of(&probes), ..Config::default() };
            set.iter().for_each(|text| config.set_from_text(&options, text).unwrap());
            let mut rounds = String::new();
            loop {
                let due = due_probes(&project, &mut config).unwrap();
                if due.is_empty() {
                    let path = config.probes.get("HAVE_SED_PATH").unwrap().text().to_owned();
                    return format!("{rounds}{} {path}", config.probes.get("HAVE_SED").unwrap().text());
                }
                due.iter().for_each(|probe| rounds += &format!("{} ", probe.word()));
                due.iter().for_each(|probe| match probe.word().as_str() {
                    "HAVE_SED" => config.probes.answer_program("HAVE_SED", "y", "/bin/sed"),
                    word => config.probes.answer(word, "n"),
                });
            }
        };
        assert_eq!(rounds(&[]), "HAVE_SED HAVE_A_H y /bin/sed");
        assert_eq!(rounds(&["HAVE_SED=y"]), "y sed");
        assert_eq!(rounds(&["HAVE_SED=n"]), "n ");
        assert_eq!(rounds(&["HAVE_SED_PATH=/opt/sed"]), "y /opt/sed");
        assert_eq!(rounds(&["HAVE_SED=y", "HAVE_SED_PATH=/bin/sed"]), "HAVE_A_H y /bin/sed");
    }
}
