//! The C text of the object that says to which build a file belongs: a note, which stays when the file is stripped and can be read
//! without loading it. docs/modules.md describes it.

use modpin_engine::{StepError, StepIo};
use serde::{Deserialize, Serialize};

use super::task::{Task, key};

/// Output: the text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WriteIdentity {
    /// What is recorded: printable ASCII without quotes and backslashes.
    pub identity: String,
}

impl Task for WriteIdentity {
    fn key(&self) -> String {
        key("identity 1", [("", self.identity.clone())])
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        io.write(0, note(&self.identity).as_bytes())
    }
}

/// In assembler: gcc leaves the kind of a section that an attribute names to a guess. `%note` is `@note` where `@`
/// begins a comment.
fn note(identity: &str) -> String {
    format!(
        "__asm__(\n    \".pushsection .note.modpin,\\\"a\\\",%note\\n\"\n    \".balign 4\\n\"\n    \
         \".long 7, {length}, 1\\n\"\n    \".asciz \\\"modpin\\\"\\n\"\n    \".balign 4\\n\"\n    \
         \".asciz \\\"{identity}\\\"\\n\"\n    \".balign 4\\n\"\n    \".popsection\\n\");\n",
        length = identity.len() + 1
    )
}
