//! The probes of a project, answered by trying: small C files are given to the compiler that the build will use. Which of them are
//! to be asked, and when, the project says (`modpin_project`); this folder knows how, and remembers the answers.
//!
//! An answer is yes or no only if the compiler worked. That a file is refused counts when the same file without the question is
//! not; a compiler that is missing, crashes or finds no room on the disk is an error.

mod request;
mod wrong;
mod texts;
mod rests;
mod attempt;
mod pkg_config_environment;
mod bench;
mod compiler;
mod number;
mod start;
mod package;
mod question;
mod kept;
mod rounds;
mod build_machine;

pub use question::Answered;
pub use request::ProbeRequest;
pub use rests::Rest;
pub use rounds::AskedProbes;

use modpin_project::{Config, Project};

use crate::error::Result;

/// Asks every probe of a project that has no answer yet, round by round; those of one round at the same time. The answers go into
/// `config`, whose probes are the project's ([`modpin_project::Probed::of`]). Those that host programs rest on are asked
/// of the build machine as well, if it has another compiler. Without probes, nothing is done at all.
///
/// # Errors
/// [`Error::Declaration`](crate::Error::Declaration) for probes that cannot be asked; [`Error::Probes`](crate::Error::Probes) when
/// asking fails for another reason than that the answer is no.
pub fn ask_probes(
    project: &Project,
    config: &mut Config,
    asking: &ProbeRequest<'_>,
) -> Result<AskedProbes> {
    let mut asked = rounds::ask(project, config, asking)?;
    if asking.toolchain.build_machine.is_some() {
        let AskedProbes { answers, fresh, .. } = build_machine::ask_there(project, config, asking)?;
        asked.there = answers;
        asked.fresh += fresh;
    }
    Ok(asked)
}
