//! Declare C libraries, modules and hosts; plan what builds and proves them.
//!
//! A *host* is an executable that loads *modules* at run time. A *library* is an archive that hosts
//! and modules link. A declaration is plain data: adding a target checks nothing, and [`resolve`]
//! reports every mistake at once.
//!
//! # A program in Rust that loads a module in C
//!
//! `cargo new app`, and in it `cargo add --build modpin`, `cargo add --dev modpin`, `cargo add modpin-load`. Beside `src` stand an archive's source and a
//! module's. `c/core/greeting.c`:
//!
#![doc = "```c"]
#![doc = include_str!("../tutorial/greeting.c")]
#![doc = "```"]
//!
//! `c/hello.c` calls a function of the archive, which nothing in the program does, and one of the program:
//!
#![doc = "```c"]
#![doc = include_str!("../tutorial/hello.c")]
#![doc = "```"]
//!
//! The build script declares both, `build.rs`:
//!
#![doc = "```ignore"]
#![doc = include_str!("../tutorial/build.rs")]
#![doc = "```"]
//!
//! and `src/main.rs` loads the module:
//!
#![doc = "```ignore"]
#![doc = include_str!("../tutorial/main.rs")]
#![doc = "```"]
//!
//! `cargo run` prints
//!
//! ```text
//! hello, module
//! run says 7
//! ```
//!
//! Without modpin it would print `undefined symbol: app_greeting`: the linker takes an archive's member only if something asks for
//! it, and rustc exports no function of a program. Here both are kept and exported, and nothing else is. That this holds for every
//! module is a test, `tests/modules.rs`:
//!
#![doc = "```ignore"]
#![doc = include_str!("../tutorial/modules.rs")]
#![doc = "```"]
//!
//! A function that nobody defines ends `cargo build`, with its name and who needs it. `cargo modpin new app` writes these files and an
//! `xtask`, whose `cargo xtask explain app_greeting` says why the program keeps it.
//!
//! # Declarations
//!
//! A library and a program:
//!
//! ```
//! use modpin::{Executable, Library, Project};
//!
//! fn declare(p: &mut Project) -> modpin::Result<()> {
//!     let util = p.add(Library::new("util").sources("util/*.c"));
//!     p.add(Executable::new("tool").sources(["main.c", "usage.c"]).link(util));
//!     Ok(())
//! }
//! # declare(&mut Project::new("demo", "/nowhere")).unwrap();
//! ```
//!
//! With modules, one of them behind an option that can be `y` (built in), `m` (a module) or `n`
//! (left out):
//!
//! ```
//! use modpin::{Executable, Library, Module, Opt, Project, Tristate};
//!
//! fn declare(p: &mut Project) -> modpin::Result<()> {
//!     let crypt = p.option(Opt::tristate("CRYPT").default(Tristate::Module).help("encrypted images"));
//!
//!     let util  = p.add(Library::new("imgutil").sources("c-src/util/*.c").include("c-src/include"));
//!     let stubs = p.add(Library::new("imgstub").sources("c-src/stubs/*.c"));
//!
//!     p.add(Module::new("block/crypt").when(crypt).sources("c-src/block/crypt/*.c").system_library("crypto"));
//!     p.add(Module::new("block/raw").sources("c-src/block/raw.c"));
//!
//!     p.add(Executable::new("imgtool").sources("c-src/imgtool/*.c").link([util, stubs]).loads("block/*"));
//!     Ok(())
//! }
//! # let mut p = Project::new("imgtool", "/nowhere");
//! # declare(&mut p).unwrap();
//! # assert_eq!(Project::from_json(&p.to_json().unwrap(), "x", "/nowhere").unwrap(), p);
//! ```
//!
//! The four ideas: conditions, items under them, directories with flags for what lies below, rules:
//!
//! ```
//! use modpin::{Autoconf, Executable, Flags, HostProgram, Library, Module, Opt, Probe, Project};
//! use modpin::{Rule, Tristate, input, output, when};
//!
//! fn declare(p: &mut Project) -> modpin::Result<()> {
//!     // Conditions: what a user sets, and what the machine answers.
//!     let net = p.option(Opt::tristate("NET").default(Tristate::Module).help("talk to others"));
//!     let trace = p.option(Opt::bool("TRACE").depends_on("PROFILE = 'debug'"));
//!     let epoll = p.probe(Probe::header("sys/epoll.h"));
//!     p.autoconf(Autoconf::new().force_include());
//!
//!     // A rule: a program of the project makes a source and a header.
//!     let mktable = p.add(HostProgram::new("mktable").sources("tools/mktable.c"));
//!     let files = [input("table.def"), output("table.c"), output("table.h")];
//!     let table = p.add(Rule::new("table").run(mktable.arg()).run(files));
//!
//!     // Items under a condition, in any list.
//!     let util = Library::new("util").sources("util/*.c").sources(when(trace, "debug/trace.c"));
//!     let util = p.add(util.sources(table.output("table.c")).public(Flags::new().include("include")));
//!     let net = Module::new("net/core").when(net).sources("net/core.c");
//!     p.add(net.sources(when(epoll, "net/epoll.c")).sources(when(!epoll, "net/poll.c")));
//!
//!     // A directory, with flags for itself and for all below it.
//!     p.dir("fs", |d| {
//!         d.flags(Flags::new().cflags("-Wshadow"));
//!         d.below(Flags::new().cflags(when("FLAVOUR = 'module'", "-DMODULE")));
//!         d.add(Module::new("fs/ext2").sources("ext2/*.c").exclude("ext2/old.c"));
//!     })?;
//!     p.add(Executable::new("host").sources("main.c").link(util).loads(["net/*", "fs/*"]));
//!     Ok(())
//! }
//! # declare(&mut Project::new("demo", "/nowhere")).unwrap();
//! ```
//!
//! A project under another configuration, looked up on disk. What the result says is all
//! that a plan needs:
//!
//! ```
//! use modpin::{Config, Executable, Module, Opt, Project, resolve};
//! # let root = tempfile::tempdir().unwrap();
//! # std::fs::write(root.path().join("crypt.c"), "").unwrap();
//! # std::fs::write(root.path().join("main.c"), "").unwrap();
//! # let root = root.path();
//!
//! let mut p = Project::new("demo", root);
//! let crypt = p.option(Opt::tristate("CRYPT"));
//! p.add(Module::new("crypt").when(crypt).sources("crypt.c").define("ROUNDS", 12));
//! p.add(Executable::new("tool").sources("main.c").loads("*"));
//!
//! let mut config = Config::default();
//! config.set_from_text(&p.options, "CONFIG_CRYPT=y")?;
//! let resolved = resolve(&p, &config, p.root())?;
//! assert!(resolved.modules[0].built_in);
//! assert_eq!(resolved.modules[0].code.flags.said[0].text, "-DROUNDS=12");
//! assert_eq!(resolved.executables[0].built_in, [0]);
//!
//! config.set_from_text(&p.options, "CRYPT=n")?;
//! assert_eq!(resolve(&p, &config, p.root())?.disabled[0].why, "CRYPT=n");
//! # Ok::<(), modpin::Error>(())
//! ```

pub mod layout;
mod trial;
pub mod plan;
pub mod session;
#[cfg(feature = "inspect")]
pub mod foreign;
#[cfg(feature = "inspect")]
pub mod explain;
#[cfg(feature = "inspect")]
pub mod picture;
#[cfg(feature = "inspect")]
pub mod timings;
#[cfg(feature = "inspect")]
pub mod install;
mod embed;

pub use embed::{Embedded, embed, verify_host};
#[cfg(feature = "inspect")]
pub use foreign::{OrderedFiles, order_files};
#[doc(hidden)]
pub use modpin_loader::Cache;
pub use modpin_loader::verdict as load_check;
pub use modpin_project::Error as ProjectError;
pub use modpin_project::{
    ALL_SYMBOLS, ARCHIVE, Autoconf, Binding, BuildIdentity, BuildMachine, CargoLink, Clangd, Code,
    CodeFlags, CompiledAgain, Component, Cond, Conditional, Config, ConfigDeps, ConfigHeader, Cycles,
    Declare, DeclaredDir, DefaultWhen, Dir, Disabled, Each, Executable, ExecutableId, FORMAT, FileFlags,
    FlagList, Flags, FlagsFor, Group, Handle, HostProgram, HostProgramId, InstallFiles, Installing,
    Item, Items, Known, KnownOption, KnownProbe, Language, Layer, LeftOut, Library, LibraryId,
    LinkPlaces, LinkRecord, Links, LookedUp, Many, Module, ModuleId, NameGlob, Needed, Offsets, One,
    OpenScope, Opening, Opt, OptDefault, OptKind, OptionId, Origin, Outcome, OwnArguments, Package,
    PackageFlags, PkgConfigFile, Plain, Probe, ProbeId, ProbeKind, ProbeLanguage, ProbeState, Probed,
    Problem, Project, Ref, Resolved, ResolvedCode, ResolvedExecutable, ResolvedFlag, ResolvedGroup,
    ResolvedHook, ResolvedLibrary, ResolvedModule, ResolvedPlaces, ResolvedRule, ResolvedSharedLibrary,
    ResolvedSource, ResolvedTest, Rule, RuleArg, RuleCommand, RuleDir, RuleFile, RuleId, RulePart,
    RuleProgram, RuleStep, RustHost, SaidBy, Scope, SetBy, Setting, SharedLibrary, StepFiles,
    StepResult, TakenFlag, Target, TargetId, Targets, TestRun, Tristate, Under, When, Without, concat,
    configure, depfile, did_you_mean, dirs_outside, each, found_program, header, input, module_list,
    nearest, object, objects, out_dir, output, probe_reason, reasons, resolve, response_file,
    target_file, tool, value, when, with_settings, without_settings,
};
pub use modpin_steps::{Error, Result, own_file, steps, toolchain};
use modpin_steps::{error, load};
pub use modpin_symbols::{Duplicate, shown};
pub use trial::{Answered, AskedProbes, ProbeRequest, Rest, ask_probes};
