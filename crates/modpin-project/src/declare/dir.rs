//! What a directory declares: a function or closure for each, which says what it has by paths of its own.

use crate::declare::condition::cond::Cond;
use crate::declare::declared::Declare;
use crate::declare::flags::Flags;
use crate::declare::handle::{OptionId, ProbeId};
use crate::declare::installing::InstallFiles;
use crate::declare::options::item::Items;
use crate::declare::options::opt::Opt;
use crate::declare::package::Package;
use crate::declare::probes::probe::Probe;
use crate::declare::project::Project;
use crate::declare::seen::config_header::ConfigHeader;
use crate::error::{Error, Result};

/// The declarations of a directory while they are made: [`Project::dir`]. Paths start in the directory; names and handles are
/// the project's.
///
/// ```
/// use modpin_project::{Dir, Executable, Flags, Module, Opt, Project, Result};
///
/// fn fs(d: &mut Dir) -> Result<()> {
///     d.flags(Flags::new().cflags("-Wshadow")); // this directory
///     d.below(Flags::new().define_flag("FS")); // and all below it
///     d.add(Module::new("fs/core").sources("core.c")); // fs/core.c
///     d.dir("ext2", |d| {
///         d.add(Module::new("fs/ext2").sources("*.c")); // fs/ext2/*.c
///     })?;
///     Ok(())
/// }
///
/// let mut p = Project::new("demo", "/nowhere");
/// let on = p.option(Opt::tristate("FS"));
/// p.dir("fs", fs)?.when(on);
/// p.add(Executable::new("host").sources("main.c").loads("fs/*"));
/// assert_eq!(p.targets.len(), 3);
/// # Ok::<(), modpin_project::Error>(())
/// ```
#[derive(Debug)]
pub struct Dir<'a> {
    pub(super) project: &'a mut Project,
    pub(super) scope: usize,
}

/// A directory that has said what it has.
#[derive(Debug)]
pub struct DeclaredDir<'a> {
    project: &'a mut Project,
    scope: usize,
}

/// What a directory's function may answer: nothing, or whether it went well.
pub trait Outcome {
    /// What may go wrong.
    type Error;
    /// Whether it went well.
    #[doc(hidden)]
    fn outcome(self) -> std::result::Result<(), Self::Error>;
}

impl Outcome for () {
    type Error = Error;

    fn outcome(self) -> Result<()> {
        Ok(())
    }
}

impl<E> Outcome for std::result::Result<(), E> {
    type Error = E;

    fn outcome(self) -> std::result::Result<(), E> {
        self
    }
}

impl DeclaredDir<'_> {
    /// What switches all targets of the directory, and of those below: an option, or a condition made of several. A module is
    /// at most what this is; everything else is there unless it is `n`.
    pub fn when(self, condition: impl Into<Cond>) {
        let mut condition = condition.into();
        self.project.look_up_condition(&mut condition);
        self.project.targets.scope_mut(self.scope).when = Some(condition);
    }
}

impl Project {
    /// Adds what a directory declares. Paths that are said there start in it; so do those of its flags.
    ///
    /// # Errors
    /// Whatever `declare` answers.
    pub fn dir<R: Outcome>(
        &mut self,
        dir: impl Into<String>,
        declare: impl FnOnce(&mut Dir<'_>) -> R,
    ) -> std::result::Result<DeclaredDir<'_>, R::Error> {
        let scope = self.dir_in(dir.into(), None, declare)?;
        Ok(DeclaredDir { project: self, scope })
    }

    fn dir_in<R: Outcome>(
        &mut self,
        dir: String,
        around: Option<usize>,
        declare: impl FnOnce(&mut Dir<'_>) -> R,
    ) -> std::result::Result<usize, R::Error> {
        let scope = self.targets.open(dir, around);
        declare(&mut Dir { project: self, scope }).outcome()?;
        self.targets.close(scope);
        Ok(scope)
    }
}

impl Dir<'_> {
    /// Adds a library, module or executable; gives the handle by which others refer to it.
    pub fn add<T: Declare>(&mut self, target: T) -> T::Id {
        self.project.add(target)
    }

    /// Adds an option; gives the handle for conditions.
    pub fn option(&mut self, option: Opt) -> OptionId {
        self.project.option(option)
    }

    /// Adds a question to the machine; gives the handle for conditions.
    pub fn probe(&mut self, probe: Probe) -> ProbeId {
        self.project.probe(probe)
    }

    /// Adds flags of this directory's targets, behind those of the directories around it.
    pub fn flags(&mut self, mut flags: Flags) -> &mut Self {
        self.project.look_up_flags(&mut flags);
        self.project.targets.scope_mut(self.scope).flags.extend(flags);
        self
    }

    /// Adds flags of this directory's targets and of all below it.
    pub fn below(&mut self, mut flags: Flags) -> &mut Self {
        self.project.look_up_flags(&mut flags);
        self.project.targets.scope_mut(self.scope).below.extend(flags);
        self
    }

    /// Adds a header as [`Project::config_header`] does, which only targets of this directory see, and of those below: sources of
    /// others have headers of that name, too. A template is named by its path from here.
    ///
    /// ```
    /// # use modpin_project::{ConfigHeader, Library, Project};
    /// # let mut p = Project::new("demo", "/nowhere");
    /// p.dir("deps/regex", |d| {
    ///     d.config_header(ConfigHeader::new("config.h").template("config.h.in").code("LINK_SIZE", "2"));
    ///     d.add(Library::new("regex").sources("*.c").define_flag("HAVE_CONFIG_H"));
    /// })?;
    /// # Ok::<(), modpin_project::Error>(())
    /// ```
    pub fn config_header(&mut self, header: impl Into<ConfigHeader>) -> &mut Self {
        let header = header.into().asking(|condition| self.project.look_up_condition(condition));
        self.project.targets.scope_mut(self.scope).config_headers.push(header);
        self
    }

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

    /// Adds what a directory below this one declares.
    ///
    /// # Errors
    /// Whatever `declare` answers.
    pub fn dir<R: Outcome>(
        &mut self,
        dir: impl Into<String>,
        declare: impl FnOnce(&mut Dir<'_>) -> R,
    ) -> std::result::Result<DeclaredDir<'_>, R::Error> {
        let scope = self.project.dir_in(dir.into(), Some(self.scope), declare)?;
        Ok(DeclaredDir { project: self.project, scope })
    }

    /// Where a cargo package lies, as [`Project::package`] says. What it gives is an absolute path.
    ///
    /// # Errors
    /// As there.
    pub fn package(&mut self, name: &str) -> Result<Package> {
        self.project.package(name)
    }
}
