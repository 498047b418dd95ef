//! Why things are as they are: a symbol, an archive member, a file, a target. From the plan, the texts of symbols and
//! the memory of the engine to a typed answer; how it reads is for the command line to say.
//!
//! Nothing here runs a command or builds. `read` and `finished` open files, the others are pure.

mod finished;
mod scene;
mod shared;
mod rules;
mod read;
mod program;
mod chain;
mod symbol;
mod state;
mod needs;
mod member_name;
mod member;
mod lines;
mod arguments;
mod linkage;
mod file;
mod target;
mod left_out;

pub use arguments::{Argued, ArgumentOrigin, ArgumentSource, Compilation, TakenAway, compilations};
pub use chain::NeedOnWay;
pub use file::{FileAnswer, Freshness, Input, Last, MadeBy, Memory, Outdated, Reader, Way};
pub use finished::look_up::{FinishedLink, Giver, InFile, LookUps, finished_links};
pub use finished::module_needs::confirm_needs;
pub use finished::{Finished, finished};
pub use left_out::{LeftOutAnswer, LeftOutOf, explain_left_out, left_out_with};
pub use lines::{Lines, NoLines, ObjectFile};
pub use linkage::{Linkage, linkage};
pub use member::{LinkedAs, MemberAnswer, MemberIn, similar_unit, why_linked};
pub use modpin_symbols::SourceLine;
pub use needs::Asking;
pub use program::Program;
pub use read::{ObjectLines, read};
pub use scene::{Scene, SceneArchive, SceneLibrary, SceneLink, SceneObject, SceneRule, SharedLibrary};
pub use state::SymbolState;
pub use symbol::{Definition, InProgram, SymbolAnswer, explain_symbol};
pub use target::{TargetAnswer, TargetState, explain_file, explain_target, find_file, names};

use serde::Serialize;

/// What there is to say of a name. A name may be several things at once.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Answer {
    /// It is a target of the project.
    Target(TargetAnswer),
    /// It is a file that the build reads or writes.
    File(FileAnswer),
    /// It is a symbol.
    Symbol(SymbolAnswer),
    /// It is a member of an archive, or an object.
    Member(MemberAnswer),
    /// It is a source that targets leave out.
    LeftOut(LeftOutAnswer),
}
