//! Probes (rows F4, F5 and F9): what they answer, held against programs that were compiled and run; what they rest on; what is no
//! answer.

mod answers;
mod asked_again;
mod no_answer;
mod oracle;

use modpin::{Config, Probe, Project};
use modpin_test::World;

/// The answers of probes in a world, by their words.
fn answers(world: &World, probes: &[Probe]) -> modpin::Result<Vec<(String, String)>> {
    let mut project = Project::new("probes", world.root());
    probes.iter().for_each(|probe| _ = project.probe(probe.clone()));
    let mut config = Config::default();
    let mut toolchain = world.toolchain()?;
    toolchain.find_declared(&world.toolchain_request(), &project)?;
    config.words = Default::default();
    world.ask(&project, &mut config, &toolchain)?;
    let text = |word: &String| config.probes.get(word).expect("a probe").text().to_owned();
    let words = probes.iter().map(Probe::word);
    Ok(words.map(|word| (word.clone(), text(&word))).collect())
}

/// As `HAVE_X=y SIZEOF_Y=8`.
fn said(world: &World, probes: &[Probe]) -> String {
    let found = answers(world, probes).unwrap_or_else(|error| panic!("{error}"));
    found.iter().map(|(word, text)| format!("{word}={text}")).collect::<Vec<_>>().join(" ")
}
