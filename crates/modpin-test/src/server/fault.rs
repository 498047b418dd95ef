//! What a server can do wrong.

use crate::skip::is_long;

/// One thing that a server does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// It never answers, but for what it can do.
    Slow,
    /// It never answers any more, once it has begun to run something.
    Stops,
    /// Every connection is lost after a few thousand bytes.
    Drops,
    /// It is busy, always.
    Busy,
    /// It is busy twice in three calls.
    Shaky,
    /// Whoever calls is not let in.
    Denied,
    /// Who writes is not let in.
    ReadOnly,
    /// Contents that it gives are not what they should be, in one bit.
    WrongBytes,
    /// Contents that it gives lack their last byte.
    TooFewBytes,
    /// Contents that it gives never end.
    TooManyBytes,
    /// It says to have what it does not have.
    Missing,
    /// Streams end before all was said.
    EndsEarly,
    /// What is heard of an action ends before it is done, but for who asks again.
    Breaks,
    /// It says that it can do what it cannot, and that its messages can be of any size.
    Lies,
    /// It says that its messages have no room for anything.
    Narrow,
    /// What it answers is no message.
    Garbage,
    /// It names outputs that lie elsewhere.
    LeadsOut,
    /// It names links as outputs.
    Links,
    /// It says that an action went well, and names no output.
    NoOutputs,
    /// It says that an action has failed.
    Fails,
    /// It has contents of a size that nobody has.
    Huge,
}

impl Fault {
    /// All of them but none.
    pub const ALL: [Fault; 21] = [
        Fault::Slow,
        Fault::Stops,
        Fault::Drops,
        Fault::Busy,
        Fault::Shaky,
        Fault::Denied,
        Fault::ReadOnly,
        Fault::WrongBytes,
        Fault::TooFewBytes,
        Fault::TooManyBytes,
        Fault::Missing,
        Fault::EndsEarly,
        Fault::Breaks,
        Fault::Lies,
        Fault::Narrow,
        Fault::Garbage,
        Fault::LeadsOut,
        Fault::Links,
        Fault::NoOutputs,
        Fault::Fails,
        Fault::Huge,
    ];

    /// All of them, or every seventh where what takes long is left out.
    pub fn tried(test: &str) -> Vec<Fault> {
        let step = if is_long(&format!("{test} with every fault of a server")) { 7 } else { 1 };
        Fault::ALL.into_iter().step_by(step).collect()
    }
}
