//! The bytes of a file, mapped into memory: a large archive is not copied, most of it is never looked at.
//!
//! Who cuts a file short while it is read ends this process (SIGBUS), as with linkers that map their inputs. So a build,
//! whose own actions write files, does not read them in this way: only the verbs for files of other build systems do.

use std::fs::File;
use std::ops::Deref;
use std::path::Path;

use memmap2::Mmap;

/// What a file holds.
#[derive(Debug)]
pub struct Bytes(Content);

#[derive(Debug)]
enum Content {
    Mapped(Mmap),
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
        // reader of symbols believes anyway; if somebody cuts it short, the process ends.
        let mapped = unsafe { Mmap::map(&file) };
        Ok(Bytes(match mapped {
            Ok(mapped) => Content::Mapped(mapped),
            Err(_) => Content::Read(std::fs::read(path)?),
        }))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Content::Mapped(mapped) => mapped,
            Content::Read(bytes) => bytes,
        }
    }
}
