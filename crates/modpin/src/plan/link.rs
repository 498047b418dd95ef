//! What every link has in common: the driver, its arguments, the response file.

use modpin_engine::{Arg, Command, FileId, Response, Work};

use super::planner::Planner;
use crate::toolchain::response_text;

/// A link before it is a command.
#[derive(Default)]
pub struct Link {
    /// Arguments that are typed: the mode of the link.
    pub args: Vec<String>,
    /// Arguments that go into the response file: files and libraries, in order.
    pub listed: Vec<String>,
    /// Where the response file lies.
    pub response: String,
    /// A response file that holds what follows.
    pub behind: Option<String>,
    /// Arguments of the target, which may choose a linker.
    pub ldflags: Vec<String>,
    /// Whether the linker is to write down what it read.
    pub depfile: bool,
}

impl Planner<'_> {
    /// The command that runs a link.
    pub(super) fn link_command(&self, link: Link) -> Work {
        let (program, compiler) = self.toolchain.driver();
        let toolchain = self.toolchain;
        let first = compiler.iter().chain(&toolchain.first_args).chain(&toolchain.last_args);
        let mut args: Vec<Arg> = first.chain(&link.args).map(Arg::from).collect();
        args.extend([Arg::from("-o"), Arg::Output { prefix: String::new(), index: 0 }]);
        args.push(format!("@{}", link.response).into());
        args.extend(link.behind.map(|path| format!("@{path}").into()));
        args.extend(link.ldflags.iter().map(Arg::from));
        if link.depfile {
            args.push(Arg::Depfile { prefix: "-Wl,--dependency-file=".into() });
        }
        let text = response_text(&link.listed);
        let response = Some(Response { path: link.response, text });
        let env = toolchain.link_env.clone();
        Work::Command(Command { program, args, env, response, ..Command::default() })
    }

    /// The target's arguments of a final link, and what the user's environment adds.
    pub(super) fn ldflags(&self, own: &[String]) -> Vec<String> {
        own.iter().chain(&self.toolchain.ldflags).cloned().collect()
    }

    /// Only the choice of the linker: a relocatable link obeys nothing else.
    pub(super) fn linker_choice(&self, own: &[String]) -> Vec<String> {
        let mut flags = self.ldflags(own);
        flags.retain(|flag| flag.starts_with("-fuse-ld=") || flag.starts_with("-B"));
        flags
    }

    /// The programs that a link with these arguments runs.
    pub(super) fn link_tools(&mut self, ldflags: &[String]) -> Vec<FileId> {
        let chosen = ldflags.iter().rev().find_map(|flag| flag.strip_prefix("-fuse-ld="));
        let chosen = chosen.and_then(|name| self.toolchain.linkers.get(name)).cloned();
        let tools = self.toolchain.link_tools.iter().cloned().chain(chosen).collect::<Vec<_>>();
        self.files(&tools)
    }
}
