//! Files that a project or a directory installs, whatever its targets are.

use crate::declare::dir::Dir;
use crate::declare::installing::InstallFiles;
use crate::declare::options::item::Items;
use crate::declare::project::Project;

impl Project {
    /// Adds files that are installed: `p.install("include/foo", ["foo.h"])`. `bin`, `lib`, `include` and `modules` in front mean
    /// what the installation says of these; everything else lies below the prefix.
    pub fn install<M>(&mut self, dir: impl Into<String>, files: impl Items<String, M>) -> &mut Project {
        self.install_files(InstallFiles::new(dir, files))
    }

    /// The same for files that keep their directories: `p.install_files(InstallFiles::new("include", "inc/**/*.h").from("inc"))`.
    pub fn install_files(&mut self, mut files: InstallFiles) -> &mut Project {
        self.look_up_options(&mut files.files);
        self.install.push(files);
        self
    }
}

impl Dir<'_> {
    /// Adds files that are installed where the directory is on: `d.install("include/foo", ["foo.h"])`.
    pub fn install<M>(&mut self, dir: impl Into<String>, files: impl Items<String, M>) -> &mut Self {
        self.install_files(InstallFiles::new(dir, files))
    }

    /// The same for files that keep their directories.
    pub fn install_files(&mut self, mut files: InstallFiles) -> &mut Self {
        self.project.look_up_options(&mut files.files);
        self.project.targets.scope_mut(self.scope).install.push(files);
        self
    }
}
