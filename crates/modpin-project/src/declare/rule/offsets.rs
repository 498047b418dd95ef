//! Numbers that only the compiler knows, as a header: where the fields of a structure lie, how large it is. No program is run
//! that was compiled, so they are right for a machine that is not this one (Linux' asm-offsets).

use crate::declare::declared::Declare;
use crate::declare::handle::Position;
use crate::declare::options::item::Items;
use crate::declare::rule::rule::Rule;
use crate::declare::rule::rule_arg::{RuleArg, depfile, input, output, tool};
use crate::declare::rule::rule_id::RuleId;
use crate::declare::rule::rule_text::written;
use crate::declare::target::Target;

/// A header of numbers. Its source has a function in which `DEFINE(NAME, NUMBER)` and `OFFSET(NAME, structure, field)` stand, as many
/// as there are numbers.
///
/// ```
/// use modpin_project::{Executable, Offsets, Project};
///
/// let mut p = Project::new("demo", "/nowhere");
/// let offsets = p.add(Offsets::new("offsets", "offsets.c", "offsets.h").run("-Iinclude"));
/// p.add(Executable::new("demo").sources(["main.c", "entry.S"]).generated_headers(offsets));
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Offsets {
    assembly: Rule,
    header: Rule,
}

/// Leaves a line `->NAME NUMBER` in the assembly, which nobody assembles.
const DEFINE: &str =
    "-DDEFINE(name,value)=__asm__ volatile(\"\\n.ascii \\\"->\" #name \" %0\\\"\" : : \"i\" (value))";
const OFFSET: &str = "-DOFFSET(name,type,field)=DEFINE(name, __builtin_offsetof(struct type, field))";

/// These lines as macros. A sign in front of numbers (`$`, `#`) is the assembler's.
const MACROS: &str = "s/^[[:space:]]*\\.ascii[[:space:]]*\"->\\([A-Za-z0-9_]*\\) [$#]*\\(-*[0-9][0-9]*\\)\".*$/#define \\1 \\2/p";

impl Offsets {
    /// Makes `to` of the source `from`.
    pub fn new(name: impl Into<String>, from: impl Into<String>, to: impl Into<String>) -> Offsets {
        let (name, to) = (name.into(), to.into());
        let assembly_name = format!("{name}-assembly");
        let assembly = format!("{to}.s");
        let flags = ["-S", "-O1", "-fno-lto", DEFINE, OFFSET, "-MD", "-MF"].map(RuleArg::from);
        let files = [depfile(format!("{to}.d")), "-o".into(), output(assembly), input(from)];
        let all = input(written(&assembly_name, None));
        Offsets {
            assembly: Rule::new(assembly_name).run(tool("cc")).run(flags).run(files),
            header: Rule::new(name)
                .run(["sed".into(), "-n".into(), MACROS.into(), all])
                .stdout(output(to)),
        }
    }

    /// Adds arguments of the compiler: `.run("-Iinclude")`.
    pub fn run<M>(mut self, args: impl Items<RuleArg, M>) -> Offsets {
        self.assembly = self.assembly.run(args);
        self
    }

    /// Adds what must be there before: headers that rules make.
    pub fn reads<M>(mut self, files: impl Items<String, M>) -> Offsets {
        self.assembly = self.assembly.reads(files);
        self
    }
}

impl Declare for Offsets {
    type Id = RuleId;

    fn first(&mut self) -> Option<Target> {
        Some(Target::Rule(std::mem::take(&mut self.assembly)))
    }

    fn declare(self) -> (Target, fn(Position) -> RuleId) {
        self.header.declare()
    }

    fn named(id: RuleId, name: &str) -> RuleId {
        Rule::named(id, name)
    }
}
