//! What stands on the command line of a rule: texts, and files by what they are for the rule.

use serde::Serialize;

use crate::declare::handle::{
    ExecutableId, HostProgramId, LibraryId, ModuleId, OptionId, ProbeId, Ref, TargetId,
};

/// One argument of a rule's command. In JSON a text is itself, anything else an object with one field: `{"input": "table.def"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum RuleArg {
    /// Files that it reads: a path or a glob, or what another rule makes. Each is an argument.
    Input(String),
    /// A file that it writes; its path below `gen/`.
    Output(String),
    /// A directory below `gen/` that is its own: nothing lies there but outputs that it names.
    OutDir(String),
    /// A file in which it says, in make's syntax, what else it has read.
    Depfile(String),
    /// The file of another target: the program that is run, if it stands first.
    Target(Ref<TargetId>),
    /// A header that the build writes: that of the options, or one that says what was configured. `.config`: what every option is.
    Header(String),
    /// What an option or a probe is.
    Value(Ref<OptionId>),
    /// The program that a probe has found.
    Program(Ref<OptionId>),
    /// The objects of a target, an argument each.
    Objects(Ref<TargetId>),
    /// The list of the modules of a program, by its name: `modules.json`.
    ModuleList(Ref<TargetId>),
    /// A program that belongs to the compiler: `cc`, `c++`, or one that it finds by this name, such as `objcopy`.
    Tool(String),
    /// Several in one argument.
    Concat(Vec<RuleArg>),
    /// Arguments in a file, which the command is given behind an `@`: for more than a command line can hold.
    ResponseFile(Vec<RuleArg>),
    /// Literally this.
    #[serde(untagged)]
    Text(String),
}

impl<T: Into<String>> From<T> for RuleArg {
    fn from(text: T) -> RuleArg {
        RuleArg::Text(text.into())
    }
}

/// Files that a rule reads: a path, a glob, or what another rule makes ([`RuleId::output`](crate::RuleId::output)).
pub fn input(path: impl Into<String>) -> RuleArg {
    RuleArg::Input(path.into())
}

/// A file that a rule writes, where it would lie among the sources; it lies at the same place below `gen/`.
pub fn output(path: impl Into<String>) -> RuleArg {
    RuleArg::Output(path.into())
}

/// A directory that a rule writes into, for itself: files that no argument names are told by
/// [`Rule::outputs`](crate::Rule::outputs).
pub fn out_dir(path: impl Into<String>) -> RuleArg {
    RuleArg::OutDir(path.into())
}

/// Where a rule writes what else it has read. [`Rule::depfile`](crate::Rule::depfile) says so where no argument does.
pub fn depfile(path: impl Into<String>) -> RuleArg {
    RuleArg::Depfile(path.into())
}

/// The file that a rule is run for, where it is run for each of several ([`Rule::each`](crate::Rule::each)).
pub fn each() -> RuleArg {
    RuleArg::Input(EACH.to_owned())
}

/// A target's file by the target's name. Handles have `arg()` for it.
pub fn target_file(name: impl Into<String>) -> RuleArg {
    RuleArg::Target(Ref::Name(name.into()))
}

/// The objects of a target, an argument each.
pub fn objects(target: impl Into<Ref<TargetId>>) -> RuleArg {
    RuleArg::Objects(target.into())
}

/// The list of a program's modules that the build writes, `modules.json`: which there are, their files, how each is opened.
pub fn module_list(host: impl Into<Ref<TargetId>>) -> RuleArg {
    RuleArg::ModuleList(host.into())
}

/// The object that a rule runs on, where it is a part of compilations ([`Rule::on_objects_of`](crate::Rule::on_objects_of)).
pub fn object() -> RuleArg {
    RuleArg::Text(OBJECT.to_owned())
}

/// A program that belongs to the compiler, for the machine that is built for: `cc` with the arguments that every compilation
/// has, or one that it finds by this name: `objcopy`, `strip`, `nm`.
pub fn tool(name: impl Into<String>) -> RuleArg {
    RuleArg::Tool(name.into())
}

/// Arguments in a file, which the command is given behind an `@`. None of them is an output.
pub fn response_file(args: impl IntoIterator<Item = RuleArg>) -> RuleArg {
    RuleArg::ResponseFile(args.into_iter().collect())
}

/// A header that the build writes, by the name under which C includes it: `"autoconf.h"`; or `".config"`, what every option is, as
/// Kconfig writes it down.
pub fn header(name: impl Into<String>) -> RuleArg {
    RuleArg::Header(name.into())
}

/// What an option or a probe is, as a text: `y`, `250`, `0x1000`.
pub fn value(option: impl Into<Ref<OptionId>>) -> RuleArg {
    RuleArg::Value(option.into())
}

/// The program that a probe has found, by the probe's name: its handle has `arg()` for it.
pub fn found_program(probe: impl Into<Ref<OptionId>>) -> RuleArg {
    RuleArg::Program(probe.into())
}

/// One argument of several: `concat(["-Ttext=".into(), value(base)])`.
pub fn concat(parts: impl IntoIterator<Item = RuleArg>) -> RuleArg {
    RuleArg::Concat(parts.into_iter().collect())
}

/// Stands for the object that a rule runs on.
pub(crate) const OBJECT: &str = "{object}";

/// Stands for the file that the rule is run for.
pub(crate) const EACH: &str = "{each}";

impl RuleArg {
    /// This, or the parts that it is made of.
    pub(crate) fn parts(&self) -> &[RuleArg] {
        match self {
            RuleArg::Concat(parts) | RuleArg::ResponseFile(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// The same, to be changed.
    pub(crate) fn parts_mut(&mut self) -> &mut [RuleArg] {
        match self {
            RuleArg::Concat(parts) | RuleArg::ResponseFile(parts) => parts,
            one => std::slice::from_mut(one),
        }
    }
}

/// Gives handles their place among the arguments of a rule.
macro_rules! as_argument {
    ($($handle:ident)*) => {
        $(impl $handle {
            /// Its file, for a rule: the program that is run if it stands first, else an input.
            pub fn arg(self) -> RuleArg {
                RuleArg::Target(self.into())
            }
        })*
    };
}

impl ProbeId {
    /// The program that it has found, for a rule: what is run if it stands first, else its path.
    pub fn arg(self) -> RuleArg {
        RuleArg::Program(self.into())
    }
}

as_argument!(ExecutableId HostProgramId LibraryId ModuleId);
