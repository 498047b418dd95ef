//! What a build script did, written down for whoever comes when cargo has linked the program: then its modules can be loaded
//! into it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use modpin_engine::{Event, FileId, Framing, read_file};
use modpin_loader::{Report, Verdict};
use modpin_project::{BuildMachine, Config, PackageFlags, Probed, Project, Resolved, resolve};
use serde::{Deserialize, Serialize};

use super::lines::MODULES;
use crate::error::{Error, Result};
use modpin_steps::own_file;

use crate::layout::Layout;
use crate::plan::{CargoBuild, CheckConfig, Plan, plan_with_cargo};
use crate::session::{RunConfig, Session};
use crate::toolchain::Toolchain;

const RECORD: Framing = Framing("embedded", 5);

/// How long a module may take to load.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A project as a build script has built it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Embedded {
    /// The declaration as JSON.
    pub project: String,
    /// Where relative paths of it start.
    pub root: PathBuf,
    /// The build directory.
    pub dir: String,
    /// The words that conditions know besides options.
    pub words: BTreeMap<String, String>,
    /// The answers of probes.
    pub answers: BTreeMap<String, (String, PackageFlags)>,
    /// Those of the build machine, if it was asked as well.
    pub answers_there: Option<BTreeMap<String, (String, PackageFlags)>>,
    /// What compiled it.
    pub toolchain: Toolchain,
}

impl Embedded {
    /// What was written down in a build directory.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::Input`] when it is not there, or is not what was written.
    pub fn read(dir: &Path) -> Result<Embedded> {
        let path =
            Embedded::path(&Layout { root: PathBuf::new(), dir: dir.to_string_lossy().into_owned() });
        let bytes = read_file(&path);
        let bytes =
            bytes.map_err(|source| Error::io(&path, "read what the build script wrote", source))?;
        let payload = RECORD.payload(&bytes);
        payload.and_then(|payload| serde_json::from_slice(payload).ok()).ok_or_else(|| Error::Input {
            path,
            why: format!("{}\n  help: build the program again with cargo", RECORD.objection(&bytes)),
        })
    }

    /// Writes it down.
    ///
    /// # Errors
    /// [`Error::Io`] when that is not possible.
    pub(super) fn write(&self) -> Result<()> {
        let layout = self.layout();
        let path = Embedded::path(&layout);
        let io = |source| Error::io(&path, "write", source);
        let text = RECORD.wrap(&serde_json::to_vec(self).map_err(|error| io(error.into()))?);
        if read_file(&path).is_ok_and(|old| old == text) {
            return Ok(());
        }
        own_file::replace_in_state(&layout.absolute(&layout.state_dir()), &path, &text).map_err(io)
    }

    fn path(layout: &Layout) -> PathBuf {
        layout.absolute(&layout.embedded())
    }

    /// Where its files lie.
    pub fn layout(&self) -> Layout {
        Layout { root: self.root.clone(), dir: self.dir.clone() }
    }

    /// The declaration.
    ///
    /// # Errors
    /// [`Error::Project`] when another version wrote it.
    pub fn project(&self) -> Result<Project> {
        Ok(Project::from_json(&self.project, "the build script's project", &self.root)?)
    }

    /// The same plan again, now with finished programs by the names of their bin targets; and what it was made of.
    ///
    /// # Errors
    /// What looking up the project can end with.
    pub fn plan(&self, programs: BTreeMap<String, String>) -> Result<(Project, Resolved, Plan)> {
        let project = self.project()?;
        let probes = answered(&project, &self.answers);
        let there = self.answers_there.as_ref().map(|answers| answered(&project, answers));
        let words = self.toolchain.words_of_build_machine();
        let build_machine = BuildMachine { words, probes: there };
        let config = Config { words: self.words.clone(), probes, build_machine, ..Config::default() };
        let mut resolved = resolve(&project, &config, &self.root)?;
        self.toolchain.find_archives(&mut resolved)?;
        self.toolchain.look_up_arguments(&mut resolved)?;
        let check = CheckConfig { timeout: TIMEOUT };
        let cargo = CargoBuild { programs };
        let plan = plan_with_cargo(&resolved, &self.toolchain, &self.layout(), &check, &cargo)?;
        Ok((project, resolved, plan))
    }

    /// Whether a finished program exports what its modules need, and each of them loads in it. Answers what is wrong, in
    /// words; nothing, if all is well.
    ///
    /// # Errors
    /// [`Error::Input`] for a program that the build script does not declare; what a build can end with.
    pub fn verify(&self, program: &Path) -> Result<Vec<String>> {
        let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let path = program.to_string_lossy().into_owned();
        let (_, _, plan) = self.plan(BTreeMap::from([(name.clone(), path)]))?;
        let Some(target) =
            plan.targets.iter().find(|target| target.name == name && !target.checks.is_empty())
        else {
            let why = format!("the build script declares no host of the name {name:?}");
            return Err(Error::Input { path: program.to_owned(), why });
        };
        let loads: Vec<FileId> =
            plan.loads.iter().filter(|load| load.host == name).map(|load| load.report).collect();
        let wanted = [&target.checks[..], &loads].concat();
        let layout = self.layout();
        let mut session = Session::embedded(&layout, &mut |_: Event<'_>| {})?;
        let selection = session.select(&plan.graph, &wanted)?;
        let jobs = std::thread::available_parallelism().map_or(1, usize::from);
        let config = RunConfig { jobs, links: None, keep_going: true, dry_run: false };
        let outcome = session.run(&plan.graph, &selection, config, &mut |_| {})?;
        let mut wrong: Vec<String> =
            outcome.failed.into_iter().map(|(_, failure)| failure.message).collect();
        for report in loads {
            let path = layout.absolute(plan.graph.path(report));
            // One that is not there has its failure above.
            let Ok(bytes) = std::fs::read(&path) else { continue };
            let report: Report = serde_json::from_slice(&bytes)
                .map_err(|error| Error::io(&path, "read", error.into()))?;
            if report.verdict != Verdict::Loads {
                wrong.push(format!("{} in {}: {}", report.module, report.host, report.detail));
            }
        }
        Ok(wrong)
    }
}

fn answered(project: &Project, answers: &BTreeMap<String, (String, PackageFlags)>) -> Probed {
    let mut probes = Probed::of(&project.probes);
    probes.take(answers.iter());
    probes
}

/// For a test of the package whose build script calls [`embed`](crate::embed()): the program that cargo has linked exports what
/// its modules need, and each of them loads in it, in a process of its own.
///
/// ```ignore
/// #[test]
/// fn the_modules_load() {
///     modpin::verify_host(env!("CARGO_BIN_EXE_app"));
/// }
/// ```
///
/// # Panics
/// When that is not so, with all that is wrong; and when cargo does not run the test.
#[track_caller]
pub fn verify_host(program: impl AsRef<Path>) {
    let program = program.as_ref();
    let dir = std::env::var_os(MODULES);
    let dir = dir.unwrap_or_else(|| {
        panic!("{MODULES} is not set: cargo sets it for tests of a package whose build.rs calls modpin::embed")
    });
    let embedded = Embedded::read(Path::new(&dir));
    match embedded.and_then(|embedded| embedded.verify(program)) {
        Ok(wrong) if wrong.is_empty() => {}
        Ok(wrong) => panic!("{}:\n{}", program.display(), wrong.join("\n")),
        Err(error) => panic!("{error}"),
    }
}
