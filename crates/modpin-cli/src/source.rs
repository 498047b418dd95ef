//! Where a project comes from: a function of the program that we are in, or a file that the user names.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use modpin::layout::Workspace;
use modpin::{Error, Project};

use crate::cargo_build::CargoHosts;
use crate::command::args::ProjectFile;
use crate::command::bug;
use crate::command::exit::Stop;

/// What declares a project in Rust.
pub type Declare<'a> = &'a dyn Fn(&mut Project) -> modpin::Result<()>;

/// Where the project comes from.
pub enum Source<'a> {
    /// A function of the program that we are in. It is called once.
    Declared(Declare<'a>, Box<OnceCell<(Project, Workspace)>>),
    /// The build script of a package, which cargo has run.
    Cargo(Box<CargoHosts>),
    /// A file.
    File {
        /// Its name, if the user gave it.
        file: ProjectFile,
        /// What the user typed to start us: `cargo modpin`.
        program: &'a str,
    },
}

/// A project before anything is planned.
pub enum Description {
    /// As it was declared.
    Declared(Box<Project>),
    /// A file that nobody has read yet.
    File(PathBuf),
}

impl<'a> Source<'a> {
    /// A function that nobody has called yet.
    pub fn of_function(declare: Declare<'a>) -> Source<'a> {
        Source::Declared(declare, Box::default())
    }

    /// What is known of the project at no cost, and the workspace in which it lies.
    pub fn description(&self) -> Result<(Description, Workspace), Stop> {
        match self {
            Source::Declared(..) | Source::Cargo(_) => {
                let (project, workspace) = self.project()?;
                Ok((Description::Declared(Box::new(project)), workspace))
            }
            Source::File { file, program } => {
                let (path, workspace) = file_and_workspace(file, program)?;
                Ok((Description::File(path), workspace))
            }
        }
    }

    /// The project, and the workspace in which it lies.
    pub fn project(&self) -> Result<(Project, Workspace), Stop> {
        match self {
            Source::Declared(declare, known) => match known.get() {
                Some(known) => Ok(known.clone()),
                None => {
                    let found = declared(*declare)?;
                    Ok(known.get_or_init(|| found).clone())
                }
            },
            Source::Cargo(hosts) => {
                let project = hosts.embedded.project()?;
                let workspace = Workspace::at(project.root());
                Ok((project, workspace))
            }
            Source::File { file, program } => read(file, program),
        }
    }

    /// The workspace of a declaration in Rust, if it has packages whose build scripts call modpin.
    pub fn workspace_with_scripts(&self) -> Result<Option<Workspace>, Stop> {
        let Source::Declared(..) = self else { return Ok(None) };
        let (_, workspace) = self.project()?;
        Ok(Some(workspace).filter(|workspace| !workspace.embedding.is_empty()))
    }

    /// The workspace, whatever the project declares.
    pub fn workspace(&self) -> Result<Workspace, Stop> {
        match self {
            Source::Declared(_, known) => match known.get() {
                Some((_, workspace)) => Ok(workspace.clone()),
                None => workspace(),
            },
            Source::Cargo(hosts) => Ok(Workspace::at(&hosts.embedded.root)),
            Source::File { file, program } => {
                let (path, workspace) = file_and_workspace(file, program)?;
                match std::fs::metadata(&path) {
                    Ok(_) => Ok(workspace),
                    Err(error) => Err(Stop::usage(
                        Error::io(path, "look at the project file", error).to_string(),
                        "",
                    )),
                }
            }
        }
    }
}

/// A project file, and the workspace in which its project lies. The file is not looked at.
fn file_and_workspace(file: &ProjectFile, program: &str) -> Result<(PathBuf, Workspace), Stop> {
    let path = absolute(named(file, program)?)?;
    let root = match &file.root {
        Some(root) => absolute(root)?,
        None => path.parent().map_or_else(|| path.clone(), Path::to_owned),
    };
    Ok((path, Workspace::at(&root)))
}

/// A path of the user's, as the system finds it.
pub fn absolute(path: &Path) -> Result<PathBuf, Stop> {
    Ok(std::path::absolute(path).map_err(|error| Error::io(path, "make it absolute", error))?)
}

fn named<'a>(file: &'a ProjectFile, program: &str) -> Result<&'a Path, Stop> {
    file.project.as_deref().ok_or_else(|| {
        let help = format!("write {program} --project FILE.json VERB");
        Stop::usage("no project is named", help)
    })
}

fn read(file: &ProjectFile, program: &str) -> Result<(Project, Workspace), Stop> {
    let path = named(file, program)?;
    let project = match &file.root {
        None => Project::from_file(path).map_err(Error::from),
        Some(root) => project_below(path, &absolute(root)?),
    };
    match project {
        Ok(project) => {
            let workspace = Workspace::at(project.root());
            Ok((project, workspace))
        }
        Err(error @ Error::Io { .. }) => Err(Stop::usage(error.to_string(), "")),
        Err(error) => Err(error.into()),
    }
}

fn project_below(path: &Path, root: &Path) -> modpin::Result<Project> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::io(path, "read the project file", error))?;
    Ok(Project::from_json(&text, &path.display().to_string(), root)?)
}

/// The workspace of the program that we are in.
fn workspace() -> Result<Workspace, Stop> {
    let dir = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    Ok(Workspace::of_workspace(&dir)?)
}

fn declared(declare: Declare<'_>) -> Result<(Project, Workspace), Stop> {
    let workspace = workspace()?;
    let name = workspace.root.file_name();
    let name = name.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut project = Project::new(name, &workspace.root);
    call(declare, &mut project)?;
    Ok((project, workspace))
}

/// A panic of the user's own code is no bug of ours.
fn call(declare: Declare<'_>, project: &mut Project) -> Result<(), Stop> {
    match bug::catch(|| declare(project)) {
        Ok(result) => Ok(result?),
        Err(words) => Err(Stop::usage(format!("the project's declaration panicked: {words}"), "")),
    }
}

#[cfg(test)]
mod tests {
    use modpin::Problem;

    use super::*;
    use crate::command::exit::Exit;

    #[test]
    fn a_declaration_that_fails_or_panics_is_the_users() {
        let mut project = Project::new("p", "/nowhere");
        let said = |declare: Declare<'_>, project: &mut Project| {
            let stop = call(declare, project).unwrap_err();
            assert_eq!(stop.exit(), Exit::Wrong);
            stop.texts().concat()
        };
        let fails = |_: &mut Project| Err(Error::Declaration(vec![Problem::new("no", "")]));
        assert_eq!(said(&fails, &mut project), "no");
        let panicked = said(&|_| panic!("oh"), &mut project);
        assert!(panicked.starts_with("the project's declaration panicked: "), "{panicked}");
        assert!(panicked.ends_with("oh"), "{panicked}");
    }
}
