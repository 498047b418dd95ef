//! Results of actions that were made once, here or in another checkout, by the digest of all that is declared to decide them.
//! Whether one of them is what an action would make now is not known here: what it rests on stands in it, and the dirty check
//! answers that, as it does for what was made here.

pub mod kept_result;
pub mod wait;
pub mod shared;
mod local;

pub use kept_result::{Content, KeptResult};
pub use local::{Kept, LocalCache};
pub use shared::{Blob, Order, RanThere, SharedCache, SharedResult};
pub use wait::Wait;

use std::fmt;
use std::io;

use crate::world::disk::Disk;
use crate::world::hash::Hash;

/// Where results are kept. What it says is believed only after the digest of each content was checked, and whatever goes wrong
/// with it is as if nothing were kept: so each of these may fail, at any time and in any way, and the build is the same.
pub trait Cache: fmt::Debug + Send + Sync {
    /// What is kept under a key, the latest first.
    fn results(&self, disk: &dyn Disk, key: Hash) -> Vec<KeptResult>;

    /// Puts a content to a path at which nothing lies. It may be another one.
    ///
    /// # Errors
    /// It is not there.
    fn fetch(&self, disk: &dyn Disk, content: Content, to: &str) -> io::Result<()>;

    /// The file in which a content lies once it is kept, if it lies in one.
    fn place(&self, content: Content) -> Option<String> {
        let _ = content;
        None
    }

    /// A content turned out to be another one: it goes.
    fn discard(&self, disk: &dyn Disk, content: Content);

    /// Keeps a content, which lies at a path.
    ///
    /// # Errors
    /// It cannot be kept.
    fn keep_content(&self, disk: &dyn Disk, content: Content, from: &str) -> io::Result<()>;

    /// Keeps a result under a key, once all its contents are kept.
    ///
    /// # Errors
    /// It cannot be kept.
    fn keep(&self, disk: &dyn Disk, key: Hash, entry: KeptResult) -> io::Result<()>;

    /// A build has ended: what was kept counts from now on, and the oldest may have to go.
    fn settle(&self, disk: &dyn Disk);
}
