//! Where modules are: the directories in which a manifest is looked for.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::library::is_privileged;
use crate::modules::Modules;

/// The variable of the environment that names a directory of modules. Build scripts set it for programs and tests that cargo runs.
pub const VARIABLE: &str = "MODPIN_MODULES";

/// The file that says which modules there are.
const MANIFEST: &str = "modules.json";

/// Where to look for modules: in the directory that [`VARIABLE`] names, else beside the program's file, else in those that are
/// added here. The first that has a `modules.json` has them all. A program that has more rights than who started it looks
/// only in absolute directories that are added here: the variable is the user's, and a second name of the program's file may
/// lie in any directory.
#[derive(Clone, Debug, Default)]
pub struct Search {
    installed: Vec<PathBuf>,
}

/// What decides besides.
struct Surroundings {
    variable: Option<OsString>,
    program_dir: Option<PathBuf>,
    is_privileged: bool,
}

impl Search {
    /// The variable, and beside the program.
    pub fn new() -> Search {
        Search::default()
    }

    /// Where modules are installed: a directory, from the one of the program's file on if it is relative.
    pub fn installed(mut self, dir: impl Into<PathBuf>) -> Search {
        self.installed.push(dir.into());
        self
    }

    /// Finds the modules of the program that is called `host` in the declaration. Loads nothing.
    ///
    /// # Errors
    /// No manifest, or one that is wrong or about other programs; a variable that is relative; a program that cannot be read.
    pub fn find(&self, host: &str) -> Result<Modules> {
        let program = std::env::current_exe();
        let program = program.map_err(|source| Error::Io { path: "/proc/self/exe".into(), source })?;
        let surroundings = Surroundings {
            variable: std::env::var_os(VARIABLE),
            program_dir: program.parent().map(Path::to_owned),
            is_privileged: is_privileged(),
        };
        let looked_in = self.dirs(surroundings)?;
        let found = looked_in.iter().find(|dir| dir.join(MANIFEST).is_file());
        let Some(dir) = found else { return Err(Error::NoManifest { looked_in }) };
        Modules::new(dir, &dir.join(MANIFEST), host)
    }

    fn dirs(&self, surroundings: Surroundings) -> Result<Vec<PathBuf>> {
        let Surroundings { variable, program_dir, is_privileged } = surroundings;
        if is_privileged {
            return Ok(self.installed.iter().filter(|dir| dir.is_absolute()).cloned().collect());
        }
        if let Some(value) = variable.map(PathBuf::from).filter(|value| !value.as_os_str().is_empty()) {
            // Who sets it means it: modules of another place would be a surprise.
            return if value.is_absolute() {
                Ok(vec![value])
            } else {
                Err(Error::RelativeVariable { value })
            };
        }
        let below = |dir: &PathBuf| match &program_dir {
            Some(program) => Some(program.join(dir)),
            None => dir.is_absolute().then(|| dir.clone()),
        };
        Ok(program_dir.iter().cloned().chain(self.installed.iter().filter_map(below)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dirs(variable: Option<&str>, is_privileged: bool) -> std::result::Result<Vec<String>, String> {
        let search = Search::new().installed("../lib/app").installed("/usr/lib/app");
        let surroundings = Surroundings {
            variable: variable.map(OsString::from),
            program_dir: Some("/opt/bin".into()),
            is_privileged,
        };
        let dirs = search.dirs(surroundings).map_err(|error| error.to_string())?;
        Ok(dirs.into_iter().map(|dir| dir.to_string_lossy().into_owned()).collect())
    }

    #[test]
    fn directories_in_order() {
        let installed = ["/opt/bin", "/opt/bin/../lib/app", "/usr/lib/app"].map(str::to_owned).to_vec();
        assert_eq!(dirs(None, false), Ok(installed.clone()));
        assert_eq!(dirs(Some(""), false), Ok(installed));
        assert_eq!(dirs(Some("/elsewhere"), false), Ok(vec!["/elsewhere".to_owned()]));
        assert!(dirs(Some("modules"), false).is_err_and(|said| said.contains("not an absolute path")));
    }

    #[test]
    fn who_has_more_rights_looks_where_they_were_installed() {
        for variable in [None, Some("/elsewhere"), Some("modules")] {
            assert_eq!(dirs(variable, true), Ok(vec!["/usr/lib/app".to_owned()]));
        }
    }
}
