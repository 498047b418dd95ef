//! The probe for hosts that no project declares: compiled when it is not there yet, in a small build directory of its own,
//! one for each kind of host.

use std::path::Path;

use modpin_engine::{Action, FileId, Graph, Work};

use crate::error::Result;
use crate::foreign::files::input;
use crate::layout::Layout;
use crate::load::compile_probe;
use crate::session::{RunConfig, Session};
use crate::steps::{BuildStep, Verb, WriteProbe};
use crate::toolchain::{Request, Runner, Toolchain, Tuning};

/// What decides how a probe is compiled.
pub(super) struct Kind {
    target: Option<String>,
    musl: bool,
}

impl Kind {
    /// For a host of this machine that asks for this loader.
    pub fn of(machine: &str, loader: Option<&str>) -> Kind {
        let musl = loader.is_some_and(|loader| loader.contains("/ld-musl-"));
        Kind { target: target(machine), musl }
    }

    /// What starts such hosts.
    pub fn runner(&self) -> Runner {
        Runner::of(self.target.as_deref(), &[])
    }

    fn name(&self) -> String {
        let target = self.target.as_deref().unwrap_or("this-machine");
        format!("probe-{target}{}", if self.musl { "-musl" } else { "" })
    }
}

/// The probe's file, below this directory. Signals end the program as they always do: the probe is half there then, which
/// the next call sees.
pub(super) fn probe(below: &Path, kind: &Kind) -> Result<String> {
    let layout = Layout { root: below.to_path_buf(), dir: kind.name() };
    let mut session = Session::embedded(&layout, &mut |_| {})?;
    let toolchain = Toolchain::detect(&Request {
        target: kind.target.clone(),
        tuning: Tuning::of_release(false),
        launcher: None,
        root: below.to_path_buf(),
        cache: layout.absolute(&layout.dir).join("toolchain"),
    })?;
    let mut graph = Graph::new();
    let source = graph.file(format!("{}/probe.c", layout.dir));
    graph.add(action(Verb::Writing, BuildStep::WriteProbe(WriteProbe).into_work(), vec![], source))?;
    let output = graph.file(format!("{}/probe.so", layout.dir));
    let command = compile_probe(&toolchain, graph.path(source), kind.musl);
    let tools = toolchain.tools().into_iter().map(|tool| graph.file(tool));
    let inputs = std::iter::once(source).chain(tools.collect::<Vec<_>>()).collect();
    graph.add(action(Verb::Compiling, Work::Command(command), inputs, output))?;
    let config = RunConfig { jobs: 1, links: None, keep_going: false, dry_run: false };
    let selection = session.select(&graph, &[output])?;
    let outcome = session.run(&graph, &selection, config, &mut |_| {})?;
    match outcome.failed.first() {
        None => Ok(layout.absolute(graph.path(output)).to_string_lossy().into_owned()),
        Some((_, failure)) => Err(input(Path::new("load check"), &failure.message)),
    }
}

/// An action without a label: nobody hears of it.
pub(super) fn action(verb: Verb, work: Work, inputs: Vec<FileId>, output: FileId) -> Action {
    Action {
        verb: verb.word(),
        label: String::new(),
        work,
        inputs,
        outputs: vec![output],
        depfile: None,
    }
}

/// The target for programs that may run here although they are for another machine: through a kernel that knows both, or
/// one that starts an emulator. `None` for this machine, and for those that nobody asked for yet.
fn target(machine: &str) -> Option<String> {
    let known = [
        ("x86-64", "x86_64"),
        ("aarch64", "aarch64"),
        ("i386", "i686"),
        ("arm", "armv7"),
        ("riscv64", "riscv64gc"),
        ("ppc64le", "powerpc64le"),
        ("s390x", "s390x"),
    ];
    let (_, triple) = known.iter().find(|(name, _)| *name == machine)?;
    let ours = std::env::consts::ARCH;
    let suffix = if *triple == "armv7" { "unknown-linux-gnueabihf" } else { "unknown-linux-gnu" };
    (!triple.starts_with(ours)).then(|| format!("{triple}-{suffix}"))
}
