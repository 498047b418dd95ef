//! A project with the values of its options, before anything is looked up: where `.config` is read, what `-D` says, and what
//! the toolchain tells of the machine.

use std::path::{Path, PathBuf};

use modpin::layout::{Layout, Workspace};
use modpin::toolchain::{Request, Toolchain, Tuning};
use modpin::{AskedProbes, Config, Error, Known, ProbeRequest, Probed, Project, ProjectError};
use modpin_engine::Jobserver;

use crate::command::exit::Stop;
use crate::command::setup::{Setup, Switch};
use crate::source::absolute;

/// The file of the project's root that says what is set.
pub const FILE: &str = ".config";

/// A project with what is set.
pub struct Configured {
    /// As declared.
    pub project: Project,
    /// What is set.
    pub config: Config,
    /// What is odd about the file.
    pub notes: Vec<String>,
    /// What the machine has.
    pub toolchain: Toolchain,
    /// For what it was asked.
    pub request: Request,
    /// Where its files lie.
    pub layout: Layout,
    /// The project's root.
    pub root: PathBuf,
    /// What the machine has answered.
    pub asked: AskedProbes,
}

/// How probes are asked.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// How many at once.
    pub jobs: usize,
    /// Whoever gives a place for each but the first of them.
    pub jobserver: Option<&'a Jobserver>,
    /// Whether they were answered before or not.
    pub again: bool,
}

/// A file of options: its text, or nothing where there is none.
pub struct OptionsFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What it says.
    pub text: Option<String>,
}

impl OptionsFile {
    /// The file of a project's root.
    pub fn of_root(root: &Path) -> Result<OptionsFile, Stop> {
        let path = root.join(FILE);
        let text = match std::fs::read(&path) {
            Ok(bytes) => Some(text(&path, bytes)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::io(path, "read what is set", error).into()),
        };
        Ok(OptionsFile { path, text })
    }

    /// A file that the user names; it has to be there.
    pub fn named(path: &Path) -> Result<OptionsFile, Stop> {
        let bytes = std::fs::read(path).map_err(|error| {
            Stop::usage(Error::io(path, "read a file of options", error).to_string(), "")
        })?;
        Ok(OptionsFile { path: path.to_owned(), text: Some(text(path, bytes)?) })
    }
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<String, Stop> {
    String::from_utf8(bytes)
        .map_err(|_| Stop::usage(format!("{}: it is not UTF-8", path.display()), "write the file anew"))
}

impl Configured {
    /// A project, with what is set in its file and by arguments.
    pub fn of(
        project: Project,
        workspace: Workspace,
        setup: &Setup,
        ask: Ask<'_>,
    ) -> Result<Configured, Stop> {
        let layout = layout(&workspace, setup)?;
        let (mut config, notes) = config(&project, &workspace.root, setup)?;
        let request = Request {
            target: setup.target.clone(),
            tuning: Tuning::of_release(setup.release),
            launcher: setup.launcher.clone(),
            root: workspace.root.clone(),
            cache: layout.absolute(&format!("{}/toolchain", layout.state_dir())),
        };
        let mut toolchain = Toolchain::detect(&request)?;
        toolchain.find_declared(&request, &project)?;
        config.words = toolchain.words(&request);
        config.build_machine.words = toolchain.words_of_build_machine();
        let asking = ProbeRequest {
            toolchain: &toolchain,
            request: &request,
            kept: layout.absolute(&layout.probes()),
            jobs: ask.jobs,
            jobserver: ask.jobserver,
            again: ask.again,
            is_beside_target: false,
        };
        let asked = modpin::ask_probes(&project, &mut config, &asking)?;
        let root = workspace.root;
        Ok(Configured { project, config, notes, toolchain, request, layout, root, asked })
    }

    /// What every option is.
    pub fn known(&self) -> Result<Known, Stop> {
        Ok(modpin::configure(&self.project.options, &self.config)?)
    }

    /// What every option would be with another file of options, or with none.
    pub fn known_with(&self, file: Option<&OptionsFile>) -> Result<Known, Stop> {
        let (modules, words) = (self.config.modules, self.config.words.clone());
        let probes = self.config.probes.clone();
        let mut config = Config { modules, words, probes, ..Config::default() };
        if let Some(OptionsFile { path, text: Some(text) }) = file {
            config.read(&self.project.options, text, &path.display().to_string());
        }
        Ok(modpin::configure(&self.project.options, &config)?)
    }
}

/// Where the files of a build lie.
pub fn layout(workspace: &Workspace, setup: &Setup) -> Result<Layout, Stop> {
    let mut workspace = workspace.clone();
    if let Some(dir) = &setup.target_dir {
        workspace.target_dir = absolute(dir)?;
    }
    Ok(Layout::new(&workspace, setup.target.as_deref(), setup.release))
}

/// Whether a project has a file of options. Where there is nothing to set, a file of that name is somebody else's.
pub fn has_file(project: &Project) -> bool {
    !project.options.is_empty() || !project.probes.is_empty()
}

/// What is set by the file of the root and then by arguments.
fn config(project: &Project, root: &Path, setup: &Setup) -> Result<(Config, Vec<String>), Stop> {
    let probes = Probed::of(&project.probes);
    let mut config = Config { modules: setup.modules == Switch::On, probes, ..Config::default() };
    let mut notes = Vec::new();
    if has_file(project) {
        let file = OptionsFile::of_root(root)?;
        notes = config.read(&project.options, &file.text.unwrap_or_default(), FILE);
    }
    let mut problems = Vec::new();
    for text in &setup.define {
        match config.set_from_text(&project.options, text) {
            Err(ProjectError::Declaration(found)) => problems.extend(found),
            other => other?,
        }
    }
    if problems.is_empty() { Ok((config, notes)) } else { Err(Error::Declaration(problems).into()) }
}

#[cfg(test)]
mod tests {
    use modpin::Opt;

    use super::*;

    fn setup(modules: Switch, define: &[&str]) -> Setup {
        let define = define.iter().map(|&text| text.to_owned()).collect();
        Setup { modules, define, ..Setup::default() }
    }

    #[test]
    fn settings_become_a_configuration() {
        let root = tempfile::tempdir().unwrap();
        let mut project = Project::new("p", root.path());
        project.option(Opt::tristate("NET"));
        let config = |modules, define: &[&str]| config(&project, root.path(), &setup(modules, define));
        let value = |config: &Config| {
            modpin::configure(&project.options, config).unwrap().options[0].text.clone()
        };
        let (good, _) = config(Switch::Off, &["CONFIG_NET=m"]).unwrap();
        assert!(!good.modules);
        assert_eq!(value(&good), "y", "there are no modules");
        let texts = config(Switch::On, &["NET=q", "NTE=y"]).err().unwrap().texts();
        assert_eq!(texts.len(), 2, "{texts:?}");

        std::fs::write(root.path().join(FILE), "CONFIG_NET=y\nCONFIG_OLD=y\n").unwrap();
        let (from_file, notes) = config(Switch::On, &[]).unwrap();
        assert_eq!((value(&from_file).as_str(), notes.len()), ("y", 1), "{notes:?}");
        let (by_hand, _) = config(Switch::On, &["NET=n"]).unwrap();
        assert_eq!(value(&by_hand), "n", "an argument wins over the file");
        std::fs::write(root.path().join(FILE), b"CONFIG_NET=\xff").unwrap();
        assert!(config(Switch::On, &[]).err().unwrap().texts()[0].contains("not UTF-8"));
    }
}
