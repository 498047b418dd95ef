//! A library that its loader does not find, and that lies where its user may have meant it to be found: beside a file of
//! the process, on the path that another one has (DT_RUNPATH holds for one file's own libraries), or there but for
//! another machine. Only for words.

use super::opener::{Found, Opener};
use super::process::Process;
use super::search::Stop;

impl Process {
    /// Where the file is that `name` means to the file at `by`, in words.
    pub(super) fn seen_elsewhere<O: Opener>(
        &self,
        by: usize,
        name: &str,
        opener: &mut O,
    ) -> Result<Vec<String>, O::Error> {
        let machine = self.files.first().map(|host| host.file.machine.clone()).unwrap_or_default();
        let mut seen = Vec::new();
        for dir in self.likely_dirs(by).iter().filter(|_| !name.contains('/')) {
            let path = format!("{}/{name}", dir.trim_end_matches('/'));
            if let Found::File(file) = opener.open(&path)? {
                seen.push(match file.machine == machine {
                    true => format!("{path} is there, and is not on the path that is searched for this"),
                    false => format!("{path} is for {}", file.machine),
                });
            }
        }
        Ok(seen)
    }

    /// The directories that are searched, then those of all files and those that any of them names.
    fn likely_dirs(&self, by: usize) -> Vec<String> {
        let mut dirs = Vec::new();
        for stop in self.system.search(&self.chain(by)) {
            if let Stop::Dir(dir) = stop {
                dirs.push(dir);
            }
        }
        for mapped in &self.files {
            dirs.extend(mapped.path.rsplit_once('/').map(|(dir, _)| dir.to_owned()));
            let paths = [&mapped.file.rpath, &mapped.file.runpath].into_iter().flatten();
            let named = paths.flat_map(|path| path.split(':'));
            dirs.extend(named.map(|dir| self.system.expanded(dir, &mapped.path)));
        }
        let mut seen = std::collections::HashSet::new();
        dirs.retain(|dir| seen.insert(dir.clone()));
        dirs
    }
}
