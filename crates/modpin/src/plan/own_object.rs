//! Objects of texts that steps write. What the user wants of compilers has no say in them.

use modpin_engine::{Arg, Command, FileId, Work};

use super::planner::{NewAction, Planner};
use crate::error::Result;
use crate::steps::Verb;

impl Planner<'_> {
    /// Compiles or assembles a text.
    pub(super) fn own_object(&mut self, source: FileId, own: &[&str]) -> Result<FileId> {
        let path = format!("{}.o", self.graph.path(source));
        let (program, compiler) = self.toolchain.driver();
        let first = compiler.iter().chain(&self.toolchain.first_args).map(Arg::from);
        let own = own.iter().copied().chain(["-c", self.graph.path(source), "-o"]);
        let mut args: Vec<Arg> = first.chain(own.map(|arg| arg.to_owned().into())).collect();
        args.push(Arg::Output { prefix: String::new(), index: 0 });
        let env = self.toolchain.compile_env.clone();
        let work = Work::Command(Command { program, args, env, ..Command::default() });
        let label = self.graph.path(source).to_owned();
        let mut inputs = vec![source];
        inputs.extend(self.toolchain.compile_tools.iter().map(|tool| self.graph.file(tool)));
        let (verb, outputs) = (Verb::Compiling, &[path]);
        self.add_one(NewAction { verb, label, work, inputs, outputs, depfile: None })
    }
}
