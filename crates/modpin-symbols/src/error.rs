//! What a reader or the archive writer of this crate can refuse, in words.
//!
//! Knows no file name: the caller opened the file and puts its path before the sentence. An error inside an archive
//! names the member.

use std::borrow::Cow;

/// Everything that can go wrong here. All variants are about the bytes given, never about this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are something else. `found` says what, with its article: `an empty file`, `a linker script`.
    #[error(
        "not an ELF object or archive: this is {found}\n  help: give an object, an archive or a shared library for ELF"
    )]
    NotAnObject {
        /// What the first bytes say.
        found: Cow<'static, str>,
    },

    /// The bytes begin as an ELF object, and then contradict themselves.
    #[error("damaged object: {why}\n  help: build it again")]
    DamagedObject {
        /// Which part does not hold.
        why: String,
    },

    /// The archive's own structure is broken or cut off, so members may be missing.
    #[error("damaged archive: {why} ({at})\n  help: build it again")]
    DamagedArchive {
        /// Which part does not hold.
        why: String,
        /// The last place that could be read: `after member 3, crc.o`.
        at: String,
    },

    /// The text of a stored [`Index`](crate::Index) does not parse. It is a cache: throw it away.
    #[error("symbol index, line {line}: {why}\n  help: delete the file, it is made again")]
    BadIndex {
        /// Counted from 1.
        line: usize,
        /// What was expected there.
        why: String,
    },

    /// A file cannot become an archive member that a linker would find.
    #[error("member {member}: {why}")]
    Unwritable {
        /// The member's name as given.
        member: String,
        /// The reason and a way out.
        why: String,
    },
}

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// An object that contradicts itself, and where.
pub(crate) fn damage(why: impl Into<String>) -> Error {
    Error::DamagedObject { why: why.into() }
}

/// The messages of the crates that we read with begin with a capital, and continue ours.
pub(crate) fn lowercase(mut message: String) -> String {
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    message
}
