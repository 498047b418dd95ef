//! Probes that host programs rest on, asked of the build machine: what a list of theirs mentions, what a header says that they may
//! read. Where one compiler compiles for both machines, its answers are those for the target.

use modpin_project::{Config, ProbeState, Probed, Project, chosen_probes, probes_of_host_programs};

use super::request::ProbeRequest;
use super::rounds::{AskedProbes, ask};
use crate::error::Result;
use crate::toolchain::Request;

/// Asks those that were asked for the target: what is off there is off here, too.
pub fn ask_there(
    project: &Project,
    config: &mut Config,
    asking: &ProbeRequest<'_>,
) -> Result<AskedProbes> {
    let toolchain = asking.toolchain.for_build_machine();
    let is_cross = asking.request.is_cross();
    if !is_cross && toolchain.compiler == asking.toolchain.compiler {
        return Ok(AskedProbes::default());
    }
    // A hand's answer is for the machine that is built for.
    let is_asked = |name: &String| {
        config.probes.get(name).is_some_and(|probe| match probe.state {
            ProbeState::Asked(_) => true,
            ProbeState::Given(..) => is_cross,
            ProbeState::Open | ProbeState::Idle => false,
        })
    };
    let names = probes_of_host_programs(project);
    let mut there = project.clone();
    // What their lists hold is decided for the target, as all options are.
    there.probes = chosen_probes(project, config)?;
    there.options.clear();
    there.probes.retain(|probe| names.contains(&probe.word()) && is_asked(&probe.word()));
    there.probes.iter_mut().for_each(|probe| probe.when = None);
    let request = Request { target: None, ..asking.request.clone() };
    let mut config_there = Config { probes: Probed::of(&there.probes), ..Config::default() };
    let asked = ask(
        &there,
        &mut config_there,
        &ProbeRequest { toolchain, request: &request, is_beside_target: is_cross, ..asking.clone() },
    )?;
    config.build_machine.probes = Some(config.probes.replaced_by(&config_there.probes));
    Ok(asked)
}
