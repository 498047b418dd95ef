//! The whole declaration as one value. Adding a target checks nothing and cannot fail; everything wrong is reported together
//! when the project is resolved.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::declare::clangd::Clangd;
use crate::declare::condition::cond::Cond;
use crate::declare::conditional::whens_mut;
use crate::declare::declared::Declare;
use crate::declare::flags::{Flags, defined};
use crate::declare::group::Group;
use crate::declare::handle::{
    ExecutableId, FIRST_PROBE, FIRST_TARGET, Named, OptionId, Position, ProbeId, Ref, TargetId,
};
use crate::declare::installing::InstallFiles;
use crate::declare::library::Library;
use crate::declare::link_order::{Cycles, Layer};
use crate::declare::many::Many;
use crate::declare::options::item::{Item, Items};
use crate::declare::options::opt::Opt;
use crate::declare::package::{Package, Packages};
use crate::declare::probes::kind::ProbeKind;
use crate::declare::probes::probe::Probe;
use crate::declare::rust_host::RustHost;
use crate::declare::scope::Targets;
use crate::declare::seen::autoconf::Autoconf;
use crate::declare::seen::config_header::ConfigHeader;
use crate::declare::target::Target;
use crate::error::Result;

/// The format number of the project files that this version writes.
pub const FORMAT: u32 = 2;

/// A declared project: options and targets in the order of their declaration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Always [`FORMAT`].
    pub(super) format: u32,
    /// What messages call the project.
    pub name: String,
    /// What hosts and modules record of the build that they belong to, besides its configuration; nothing is recorded without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// Options, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Opt>,
    /// The header in which C sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoconf: Option<Autoconf>,
    /// Headers that say what was configured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub config_headers: Vec<ConfigHeader>,
    /// Probes, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<Probe>,
    /// How every target is compiled and linked, before the target's own.
    #[serde(flatten)]
    pub flags: Flags,
    /// What to do about libraries that need each other, where the target does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<Cycles>,
    /// Arguments between layers of libraries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<Layer>,
    /// How clangd finds the compilation database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clangd: Option<Clangd>,
    /// Files that are installed, whatever targets are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub install: Vec<InstallFiles>,
    /// Targets, in order, and the directories in which they stand.
    #[serde(default, skip_serializing_if = "Targets::is_empty")]
    pub targets: Targets,
    #[serde(skip)]
    pub(super) root: PathBuf,
    #[serde(skip)]
    packages: Packages,
}

impl Project {
    /// An empty project. Relative paths of the declaration start at `root`, an absolute directory.
    pub fn new(name: impl Into<String>, root: impl Into<PathBuf>) -> Project {
        Project {
            format: FORMAT,
            name: name.into(),
            identity: None,
            options: Vec::new(),
            autoconf: None,
            config_headers: Vec::new(),
            probes: Vec::new(),
            flags: Flags::default(),
            cycles: None,
            layers: Vec::new(),
            clangd: None,
            install: Vec::new(),
            targets: Targets::default(),
            root: root.into(),
            packages: Packages::default(),
        }
    }

    /// Where relative paths start.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Adds a target of any kind; gives the handle by which others refer to it.
    pub fn add<T: Declare>(&mut self, mut target: T) -> T::Id {
        if let Some(mut first) = target.first() {
            self.look_up_handles(&mut first);
            self.targets.push(first);
        }
        let (mut target, id) = target.declare();
        if let Target::Library(library) = &mut target {
            self.ask_for_package(library);
        }
        self.look_up_handles(&mut target);
        let position = Position::new(self.targets.len(), target.name());
        let id = T::named(id(position), target.name());
        self.targets.push(target);
        id
    }

    /// What messages call the project, and what the record and the module directory of an installation are named after. Without it, that
    /// is the directory in which the project lies, which is another in each checkout.
    pub fn name(&mut self, name: impl Into<String>) -> &mut Project {
        self.name = name.into();
        self
    }

    /// Has each host and each module file record the build that it belongs to, so that whoever loads modules can refuse one of
    /// another build: this text, and a digest of the configuration (options, target, profile, the project's arguments). Change
    /// the text when modules have to be built again for another reason: `p.identity("imgtool 2")`.
    pub fn identity(&mut self, text: impl Into<String>) -> &mut Project {
        self.identity = Some(text.into());
        self
    }

    /// Adds a host that cargo links: the declaration of a build script ([`modpin::embed`]) has one for each bin target
    /// that loads modules or links archives.
    ///
    /// [`modpin::embed`]: https://docs.rs/modpin/latest/modpin/fn.embed.html
    pub fn host(&mut self, host: RustHost) -> ExecutableId {
        self.add(host)
    }

    /// Adds a name for several targets, of which any build may be asked: `p.group("tools", ["tools/*", "imgtool"])`.
    pub fn group<M>(
        &mut self,
        name: impl Into<String>,
        targets: impl Items<Ref<TargetId>, M>,
    ) -> TargetId {
        self.add(Group::new(name).targets(targets))
    }

    /// Adds an option; gives the handle for conditions such as [`Module::when`](crate::Module::when).
    pub fn option(&mut self, mut option: Opt) -> OptionId {
        option.look_up(&|index| self.word_at(index));
        let position = Position::new(self.options.len(), &option.name);
        self.options.push(option);
        OptionId(position)
    }

    /// Lets C see the options, in a header that every source may include; a second one takes the place of the first.
    pub fn autoconf(&mut self, autoconf: Autoconf) -> &mut Project {
        self.autoconf = Some(autoconf);
        self
    }

    /// Adds a header that says what was configured: `p.config_header("config.h")`, or with a template and macros of its own.
    pub fn config_header(&mut self, header: impl Into<ConfigHeader>) -> &mut Project {
        let header = header.into().asking(|condition| self.look_up_condition(condition));
        self.config_headers.push(header);
        self
    }

    /// Adds a question to the machine; gives the handle for conditions. It is asked before anything is built, with the flags
    /// of the project that stand under no condition and with its own, and again when one of these, the compiler or what the
    /// answer rests on changes.
    ///
    /// ```
    /// # use modpin_project::{Library, Probe, Project, when};
    /// # let mut p = Project::new("demo", "/nowhere");
    /// let epoll = p.probe(Probe::header("sys/epoll.h"));
    /// p.probe(Probe::size_of("long"));
    /// p.add(
    ///     Library::new("events")
    ///         .sources(when(epoll, "epoll.c"))
    ///         .sources(when(!epoll, "poll.c"))
    ///         .defines(when("SIZEOF_LONG = 8", "WIDE")),
    /// );
    /// ```
    pub fn probe(&mut self, mut probe: Probe) -> ProbeId {
        if let Some(condition) = &mut probe.when {
            condition.0.look_up(&|index| self.word_at(index));
        }
        probe.lists_mut().into_iter().for_each(|list| self.look_up_options(list));
        let name = probe.word();
        let position = Position::new(FIRST_PROBE + self.probes.len(), &name);
        probe.name = Some(name).filter(|name| !name.is_empty());
        self.probes.push(probe);
        ProbeId(position)
    }

    /// Adds directories to every target's search for headers, before the target's own.
    pub fn include<M>(&mut self, directories: impl Items<String, M>) -> &mut Project {
        let directories = self.named(directories);
        self.flags.includes.extend(directories);
        self
    }

    /// Defines a macro for every target.
    pub fn define(&mut self, name: impl AsRef<str>, value: impl ToString) -> &mut Project {
        self.flags.defines.push(defined(name, value));
        self
    }

    /// Defines a macro without a value, which C sees as `1`, for every target.
    pub fn define_flag(&mut self, name: impl Into<String>) -> &mut Project {
        self.flags.defines.push(Item::Always(name.into()));
        self
    }

    /// Adds macros as after `-D` for every target: `p.defines(when(&debug, "TRACE"))`.
    pub fn defines<M>(&mut self, macros: impl Items<String, M>) -> &mut Project {
        let macros = self.named(macros);
        self.flags.defines.extend(macros);
        self
    }

    /// Adds arguments for C to every target, before the target's own. [`Flags`] has those for other languages.
    pub fn cflags<M>(&mut self, flags: impl Items<String, M>) -> &mut Project {
        let flags = self.named(flags);
        self.flags.cflags.extend(flags);
        self
    }

    /// Adds flags of every kind to every target, before the target's own.
    pub fn flags(&mut self, mut flags: Flags) -> &mut Project {
        self.look_up_flags(&mut flags);
        self.flags.extend(flags);
        self
    }

    /// Says what to do about libraries that need each other, for every target that does not say so itself.
    pub fn cycles(&mut self, cycles: Cycles) -> &mut Project {
        self.cycles = Some(cycles);
        self
    }

    /// Adds arguments in front of a layer of libraries in every link: `p.before_layer(1, "-Wl,-Bdynamic")` stands
    /// between the libraries that are built (layer 0, if they do not say) and those that were there already (layer 1).
    /// System libraries follow all layers.
    pub fn before_layer<M>(&mut self, layer: u32, args: impl Many<String, M>) -> &mut Project {
        self.layers.push(Layer { layer, args: args.many() });
        self
    }

    /// Says what the verb `compile-commands` leaves in the root of the project for clangd: a link, if nothing is said.
    pub fn clangd(&mut self, clangd: Clangd) -> &mut Project {
        self.clangd = Some(clangd);
        self
    }

    /// Where the cargo package `name` lies, to build C sources that it ships: `p.package("lua-src")?.sources("lua-5.4.*/*.c")`. A
    /// project file writes such a path as `package:lua-src/lua-5.4.*/*.c`, and so may Rust. `name` may be `NAME@VERSION` if the
    /// workspace has several. Asks cargo once per project, without network if all packages are there.
    ///
    /// # Errors
    /// A package that the workspace does not depend on; a workspace that cargo cannot describe
    /// offline.
    pub fn package(&mut self, name: &str) -> Result<Package> {
        self.packages.find(&self.root, name)
    }

    /// What a handle of a condition means: an option, a probe, or the probe behind a library of pkg-config.
    pub(super) fn word_at(&self, index: usize) -> Option<Named<'_>> {
        if let Some(at) = index.checked_sub(FIRST_TARGET) {
            let Some(Target::Library(library)) = self.targets.get(at) else { return None };
            return Some(Named { declared: &library.name, word: library.package.as_deref()? });
        }
        match index.checked_sub(FIRST_PROBE) {
            Some(at) => self.probes.get(at)?.name.as_deref().map(Named::from),
            None => self.options.get(index).map(|option| Named::from(option.name.as_str())),
        }
    }

    /// A library of pkg-config rests on a probe, and several may rest on the same one.
    fn ask_for_package(&mut self, library: &mut Library) {
        let Some(asks) = library.asks.take() else { return };
        let is_it = |probe: &&Probe| probe.kind == ProbeKind::PkgConfig && probe.of == asks;
        library.package = Some(match self.probes.iter().find(is_it) {
            Some(probe) => probe.word(),
            None => {
                let probe = Probe::pkg_config(asks);
                let word = probe.word();
                self.probe(probe);
                word
            }
        });
    }

    /// Puts names in the place of this project's options' handles.
    fn named<M>(&self, entries: impl Items<String, M>) -> Vec<Item<String>> {
        let mut items = entries.items();
        self.look_up_options(&mut items);
        items
    }

    pub(super) fn look_up_flags(&self, flags: &mut Flags) {
        flags.lists_mut().into_iter().for_each(|list| self.look_up_options(list));
    }

    pub(super) fn look_up_condition(&self, condition: &mut Cond) {
        condition.0.look_up(&|at| self.word_at(at));
    }

    pub(super) fn look_up_options(&self, items: &mut [Item<String>]) {
        whens_mut(items).for_each(|condition| self.look_up_condition(condition));
    }
}
