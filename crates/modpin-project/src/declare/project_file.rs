//! A project as a JSON file. docs/project-format.md describes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;

use crate::declare::code::Code;
use crate::declare::json;
use crate::declare::options::item::entries;
use crate::declare::project::{FORMAT, Project};
use crate::declare::rule::rule::Rule;
use crate::declare::target::Target;
use crate::error::{Error, Result};
use crate::problem::Problem;

impl Project {
    /// Reads a project file. Its directory becomes the root.
    ///
    /// # Errors
    /// A file that cannot be read, is not the documented JSON, or has another format number.
    pub fn from_file(path: &Path) -> Result<Project> {
        let io = |source| Error::io(path, "read the project file", source);
        let text = std::fs::read_to_string(path).map_err(io)?;
        let mut root = std::path::absolute(path).map_err(io)?;
        root.pop();
        Project::from_json(&text, &path.display().to_string(), root)
    }

    /// Reads a project from JSON text. `file` is what messages call it.
    ///
    /// # Errors
    /// Text that is not the documented JSON, an unknown field, or another format number.
    pub fn from_json(text: &str, file: &str, root: impl Into<PathBuf>) -> Result<Project> {
        let wrong = |source| Error::Json { file: file.to_owned(), source };
        // serde takes an array for a struct; the format does not.
        let _: BTreeMap<String, IgnoredAny> = json::read(text).map_err(wrong)?;
        // The number first: a newer format may well have fields that look like mistakes here.
        let format = json::format(text).map_err(wrong)?;
        if !(1..=FORMAT).contains(&format) {
            return Err(Error::Format { file: file.to_owned(), found: format, known: FORMAT });
        }
        let mut project: Project = json::read(text).map_err(wrong)?;
        project.root = root.into();
        if format == 1 {
            project.cflags_for_assembler();
        }
        // What else an older format can say, this one says in the same words.
        project.format = FORMAT;
        Ok(project)
    }

    /// In format 1, `cflags` are for assembler files, too.
    fn cflags_for_assembler(&mut self) {
        let has_assembler = |code: &Code| entries(&code.sources).any(|source| !source.ends_with(".c"));
        let mut anywhere = false;
        for target in self.targets.iter_mut() {
            if has_assembler(target.code()) {
                let flags = target.flags_mut();
                flags.asflags.clone_from(&flags.cflags);
                anywhere = true;
            }
        }
        if anywhere {
            self.flags.asflags.clone_from(&self.flags.cflags);
        }
    }

    /// The project as the JSON that [`Project::from_json`] reads, with a newline at the end.
    ///
    /// # Errors
    /// A target that refers to something by a handle of another project.
    pub fn to_json(&self) -> Result<String> {
        let step = |target: &Target| match target {
            Target::Rule(Rule { step: Some(step), .. }) => Some((target.title(), step.key.clone())),
            _ => None,
        };
        if let Some((title, key)) = self.targets.iter().find_map(step) {
            let text =
                format!("{title}: its step {key:?} is Rust code, which a project file cannot hold");
            let help = "have a program do it: .run([input(\"SCRIPT\"), …])";
            return Err(Error::Declaration(vec![Problem::new(text, help)]));
        }
        let text = serde_json::to_string_pretty(self).map_err(|error| {
            let text = format!("project {:?}: {error}", self.name);
            let help = "use the handles that this project's add() and option() gave, or names";
            Error::Declaration(vec![Problem::new(text, help)])
        })?;
        Ok(text + "\n")
    }
}
