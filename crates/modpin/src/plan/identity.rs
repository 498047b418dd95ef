//! The object that says to which build a host or a module belongs. One for a project, and none where nobody asks for it.

use modpin_engine::{Arg, Command, FileId, Hash, Work};
use modpin_project::BuildIdentity;

use super::planner::{NewAction, Planner};
use crate::error::Result;
use crate::steps::{BuildStep, Verb, WriteIdentity};

impl Planner<'_> {
    /// The object, if the project has an identity.
    pub(super) fn identity_object(&mut self) -> Result<Option<FileId>> {
        let Some(identity) = &self.resolved.identity else { return Ok(None) };
        let identity = recorded(identity, &self.toolchain.last_args);
        let path = format!("{}/identity.c", self.layout.state_dir());
        let source = self.add_one(NewAction {
            verb: Verb::Writing,
            label: path.clone(),
            work: BuildStep::WriteIdentity(WriteIdentity { identity }).into_work(),
            inputs: vec![],
            outputs: &[path],
            depfile: None,
        })?;
        self.own_object(source, &[]).map(Some)
    }

    /// An object of a C text of ours. What the user wants of compilers has no say in it, and no header is looked for: gcc reads one
    /// of the C library's by itself.
    pub(super) fn own_object(&mut self, source: FileId, more: &[&str]) -> Result<FileId> {
        let label = self.graph.path(source).to_owned();
        let (program, compiler) = self.toolchain.driver();
        let first = compiler.iter().chain(&self.toolchain.first_args).map(Arg::from);
        let own = ["-O0", "-w", "-fPIC", "-fno-lto", "-nostdinc", "-c", &label, "-o"];
        let own = more.iter().chain(&own).map(|&arg| Arg::from(arg.to_owned()));
        let mut args: Vec<Arg> = first.chain(own).collect();
        args.push(Arg::Output { prefix: String::new(), index: 0 });
        let env = self.toolchain.compile_env.clone();
        let work = Work::Command(Command { program, args, env, ..Command::default() });
        let path = format!("{label}.o");
        let mut inputs = vec![source];
        inputs.extend(self.toolchain.compile_tools.iter().map(|tool| self.graph.file(tool)));
        self.add_one(NewAction {
            verb: Verb::Compiling,
            label,
            work,
            inputs,
            outputs: &[path],
            depfile: None,
        })
    }
}

/// The owner's words, and a digest of the rest: of that, nobody wants to read more than that it differs.
fn recorded(identity: &BuildIdentity, environment: &[String]) -> String {
    let lines: Vec<&str> =
        identity.configuration.iter().chain(environment).map(String::as_str).collect();
    let digest = Hash::of(lines.join("\n").as_bytes()).to_bits() as u64;
    format!("{} {digest:016x}", identity.text)
}
