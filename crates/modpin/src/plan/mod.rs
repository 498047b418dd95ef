//! From a resolved project to a graph: which command or step makes which file. Pure: the same project,
//! toolchain and layout give the same graph, and nothing here touches a disk.
//!
//! Reading symbols, pinning and checking are actions like any other, so everything that holds for a
//! compilation holds for them: they run when their inputs differ, and stop the build where their
//! outputs do not.

mod planned;
mod pins;
mod planned_shared;
mod compared;
mod planner;
mod compiled;
mod words;
mod headers;
mod made_dirs;
mod made;
mod rule;
mod rule_step;
mod elsewhere;
mod source_call;
mod compile;
mod link;
mod identity;
mod order;
mod library;
mod shared_library;
mod beside;
mod module;
mod parts;
mod shared_of_host;
mod data_twice;
mod host;
mod taken;
mod cargo_host;
mod host_programs;
mod known;
mod check;
mod group;
#[cfg(feature = "inspect")]
mod object_command;
#[cfg(feature = "inspect")]
mod checkers;
#[cfg(feature = "inspect")]
mod traced;

use modpin_engine::FileId;
use modpin_project::Resolved;

use crate::error::Result;
use crate::layout::Layout;
use crate::toolchain::Toolchain;
use planner::Planner;

#[cfg(feature = "inspect")]
pub(crate) use beside::{run_path, run_path_of_cargo};
#[cfg(feature = "inspect")]
pub use checkers::{Checker, CheckerRun, check_graph};
#[cfg(feature = "inspect")]
pub(crate) use compiled::Compiled;
#[cfg(feature = "inspect")]
pub(crate) use made_dirs::MadeDirs;
#[cfg(feature = "inspect")]
pub use object_command::ObjectCommand;
pub use planned::{
    Plan, PlannedArchive, PlannedCargoLink, PlannedLink, PlannedLoad, PlannedOrder, PlannedSymbols,
    PlannedTarget, TargetKind,
};
pub use planner::{CargoBuild, CheckConfig};
#[cfg(feature = "inspect")]
pub use traced::{Traced, traced_graph};
#[cfg(feature = "inspect")]
pub(crate) use words::{
    WordFrom, header_dirs, headers_dirs, headers_dirs_of_build_machine, shared_words,
};

/// Plans everything that a project has.
///
/// # Errors
/// [`Error::Graph`](crate::Error::Graph) when two targets write one file.
pub fn plan(
    resolved: &Resolved,
    toolchain: &Toolchain,
    layout: &Layout,
    check: &CheckConfig,
) -> Result<Plan> {
    plan_with_cargo(resolved, toolchain, layout, check, &CargoBuild::default())
}

/// The same for a project with programs that cargo links.
///
/// # Errors
/// As [`plan`](plan()).
pub fn plan_with_cargo(
    resolved: &Resolved,
    toolchain: &Toolchain,
    layout: &Layout,
    check: &CheckConfig,
    cargo: &CargoBuild,
) -> Result<Plan> {
    let placed = made_dirs::placed(resolved, layout);
    let resolved = placed.as_ref();
    let mut planner = Planner::new(resolved, toolchain, layout, *check, cargo);
    planner.identity = planner.identity_object()?;
    planner.headers = planner.written_headers()?;
    // Compilations may start them; in lists they come behind what they are for.
    planner.host_programs()?;
    let there = (planner.targets.len(), planner.commands.len());
    let libraries = planner.libraries()?;
    let records = planner.link_records(&libraries)?;
    planner.shared_libraries(&libraries)?;
    let modules = planner.modules(&libraries)?;
    planner.candidates = planner.candidates(&libraries, &modules);
    planner.hosts(&libraries, &modules)?;
    let manifest = planner.manifest()?;
    planner.targets.rotate_left(there.0);
    planner.commands.rotate_left(there.1);
    planner.rules()?;
    let compile_commands = planner.compile_commands()?;
    let groups = planner.groups();
    let Planner { graph, headers, mut targets, loads, orders, links, cargo_links, .. } = planner;
    // Host programs are built for whoever asks for them.
    let by_default = targets.iter().filter(|target| target.kind != TargetKind::HostProgram);
    let mut default: Vec<FileId> =
        by_default.flat_map(|target| target.files.iter().chain(&target.checks)).copied().collect();
    default.extend(records);
    default.extend(manifest);
    default.extend(headers.files);
    default.push(compile_commands);
    targets.extend(groups);
    let libraries = resolved.libraries.iter().zip(&libraries).map(|(library, planned)| PlannedSymbols {
        library: library.name.clone(),
        file_name: library.file_name.clone(),
        archive: planned.archive,
        symbols: planned.symbols,
    });
    let libraries = libraries.collect();
    let library_dirs = toolchain.library_dirs.clone();
    Ok(Plan {
        graph,
        default,
        targets,
        loads,
        orders,
        links,
        cargo_links,
        libraries,
        library_dirs,
        compile_commands,
    })
}
