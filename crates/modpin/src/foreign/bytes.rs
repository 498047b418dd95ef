//! The bytes of a file, mapped into memory: a large archive is not copied, most of it is never looked at.
//!
//! Who cuts a file short while it is read would end this process (SIGBUS), as with linkers that map their inputs. Here, zeros
//! are read instead, and [`Bytes::is_torn`] tells.

use std::fs::File;
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

use super::torn::{Watched, watch};

/// What is wrong with a file that was cut short meanwhile.
pub const TORN: &str = "it was cut short while it was read";

/// What a file holds.
#[derive(Debug)]
pub struct Bytes(Content);

#[derive(Debug)]
enum Content {
    /// The watch is over before the mapping is.
    Mapped(Watched, Mmap),
    Read(Vec<u8>),
}

impl Bytes {
    /// The bytes of an ordinary file; of one that cannot be mapped, all that can be read.
    #[expect(unsafe_code, reason = "a mapping has no safe interface")]
    pub fn of(path: &Path) -> std::io::Result<Bytes> {
        // A pipe would be waited for, and some devices never end.
        if !std::fs::metadata(path)?.is_file() {
            return Err(std::io::Error::other("it is no file"));
        }
        let file = File::open(path)?;
        // SAFETY: the bytes are only read. If somebody writes into the file meanwhile, other bytes are read, which no
        // reader of symbols believes anyway; if somebody cuts it short, that is noted.
        let mapped = unsafe { Mmap::map(&file) }.ok();
        let watched = mapped.and_then(|mapped| Some((watch(&mapped)?, mapped)));
        Ok(Bytes(match watched {
            Some((watched, mapped)) => Content::Mapped(watched, mapped),
            None => Content::Read(std::fs::read(path)?),
        }))
    }

    /// Whether the file was cut short meanwhile, so that what was read of it is not what it holds.
    pub fn is_torn(&self) -> bool {
        matches!(&self.0, Content::Mapped(watched, _) if watched.is_torn())
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Content::Mapped(_, mapped) => mapped,
            Content::Read(bytes) => bytes,
        }
    }
}
