//! What a user declares, and what it resolves to.
//!
//! A declaration is plain data: adding a target checks nothing, and [`resolve`](resolve()) reports every mistake at once. What it
//! returns has everything looked up, and is all that a plan needs.
//!
//! ```
//! use modpin_project::{Config, Executable, Library, Project, resolve};
//! # let root = tempfile::tempdir().unwrap();
//! # std::fs::write(root.path().join("util.c"), "").unwrap();
//! # std::fs::write(root.path().join("main.c"), "").unwrap();
//! # let root = root.path();
//!
//! let mut p = Project::new("demo", root);
//! let util = p.add(Library::new("util").sources("util.c"));
//! p.add(Executable::new("tool").sources("main.c").link(util));
//! let resolved = resolve(&p, &Config::default(), p.root())?;
//! assert_eq!(resolved.executables[0].link, [0]);
//! assert_eq!(resolved.libraries[0].file_name, "libutil.a");
//! # Ok::<(), modpin_project::Error>(())
//! ```

mod declare;
mod configure;
mod resolve;
mod error;
mod problem;
mod suggest;
mod fields;

pub use configure::build_machine::BuildMachine;
pub use configure::config::{Config, Setting};
pub use configure::edit::{with_settings, without_settings};
pub use configure::known::{Known, KnownOption, Origin};
pub use configure::probes::due::{chosen_probes, due_probes};
pub use configure::probes::probed::{KnownProbe, PackageFlags, ProbeState, Probed};
pub use configure::set_by::SetBy;
pub use configure::{configure, probe_reason, reasons};
pub use declare::cargo_link::CargoLink;
pub use declare::clangd::Clangd;
pub use declare::code::{ByLanguage, Code, FileFlags, FlagsFor, Listed};
pub use declare::compiled_again::CompiledAgain;
pub use declare::condition::cond::Cond;
pub use declare::condition::tristate::Tristate;
pub use declare::declared::Declare;
pub use declare::dir::{DeclaredDir, Dir, Outcome};
pub use declare::executable::Executable;
pub use declare::flags::Flags;
pub use declare::group::Group;
pub use declare::handle::{
    ExecutableId, Handle, HostProgramId, LibraryId, ModuleId, OptionId, ProbeId, Ref, TargetId,
};
pub use declare::host_program::HostProgram;
pub use declare::installing::{InstallFiles, Installing, PkgConfigFile};
pub use declare::library::Library;
pub use declare::link_order::{ARCHIVE, Cycles, Layer};
pub use declare::link_places::LinkPlaces;
pub use declare::links::Links;
pub use declare::many::{Each, Many, One};
pub use declare::module::Module;
pub use declare::opening::{Binding, OpenScope, Opening};
pub use declare::options::default_value::{DefaultWhen, OptDefault};
pub use declare::options::item::{Conditional, Item, Items, Plain, Under, When, entries, when};
pub use declare::options::kind::OptKind;
pub use declare::options::opt::Opt;
pub use declare::package::Package;
pub use declare::probes::compiler::compiler_fits;
pub use declare::probes::kind::{ProbeKind, ProbeLanguage};
pub use declare::probes::probe::Probe;
pub use declare::project::{FORMAT, Project};
pub use declare::rule::offsets::Offsets;
pub use declare::rule::rule::Rule;
pub use declare::rule::rule_arg::{
    RuleArg, concat, depfile, each, found_program, header, input, module_list, object, objects, out_dir,
    output, response_file, target_file, tool, value,
};
pub use declare::rule::rule_id::RuleId;
pub use declare::rule::rule_step::{RuleStep, StepFiles, StepResult};
pub use declare::rust_host::RustHost;
pub use declare::scope::{Scope, Targets};
pub use declare::seen::autoconf::{Autoconf, ConfigDeps};
pub use declare::seen::config_header::{ConfigHeader, HeaderMacro, Others};
pub use declare::shared_library::SharedLibrary;
pub use declare::symbol_pattern::{ALL_SYMBOLS, SymbolPattern};
pub use declare::target::Target;
pub use declare::test_run::TestRun;
pub use error::{Error, Result};
pub use problem::Problem;
pub use resolve::argument_files::ArgumentFiles;
pub use resolve::build_machine::probes_of_host_programs;
pub use resolve::files::looked_up::LookedUp;
pub use resolve::flags::language::Language;
pub use resolve::flags::own_arguments::OwnArguments;
pub use resolve::flags::resolved_flag::{CodeFlags, Reach, ResolvedFlag, TakenFlag, Without};
pub use resolve::flags::said_by::{FlagList, SaidBy};
pub use resolve::follow_records::follow_records;
pub use resolve::link_record::{LinkRecord, Needed};
pub use resolve::load_first::{load_first, load_later};
pub use resolve::made::in_arguments::GEN;
pub use resolve::made::resolved_hook::ResolvedHook;
pub use resolve::made::resolved_rule::{
    ResolvedRule, RuleCommand, RuleDir, RuleFile, RulePart, RuleProgram,
};
pub use resolve::name_glob::NameGlob;
pub use resolve::off::{Disabled, LeftOut};
pub use resolve::outside::dirs_outside;
pub use resolve::resolve;
pub use resolve::resolved::{
    BuildIdentity, Component, Resolved, ResolvedCode, ResolvedExecutable, ResolvedGroup,
    ResolvedLibrary, ResolvedModule, ResolvedPlaces, ResolvedSharedLibrary, ResolvedSource,
    ResolvedTest,
};
pub use resolve::resolved_install::{InstalledFile, InstalledSource, ResolvedInstall, TargetInstall};
pub use resolve::seen::header_value::HeaderValue;
pub use resolve::seen::macros::MODULE_ENDING;
pub use resolve::seen::resolved_autoconf::{PastedOptions, ResolvedAutoconf, SeenOption};
pub use resolve::seen::resolved_header::{ResolvedConfigHeader, ResolvedDirHeader, ResolvedTemplate};
pub use suggest::{did_you_mean, nearest};
