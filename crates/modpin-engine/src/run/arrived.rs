//! What another machine has made of an action, in a directory beside that in which it would be made here, until it is taken.

use std::time::Duration;

use crate::run::reading::Read;

/// The result, as far as it does not lie there.
pub struct Arrived {
    /// What was printed there.
    pub said: Vec<u8>,
    /// How long it took.
    pub elapsed: Duration,
    /// What it has read, which is the same there as here.
    pub read: Read,
}
