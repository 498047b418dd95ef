//! What content is: a 128-bit digest.
//!
//! XXH3 is not a cryptographic hash. It guards against accidents, not against an adversary who can
//! write into the build directory: such a person needs no collision.

use std::fmt;

use xxhash_rust::xxh3::Xxh3;

/// The digest of some content, or one of four answers that no content has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(u128);

impl Hash {
    /// There is no such file.
    pub const MISSING: Hash = Hash(0);
    /// A file was there, but its content at that moment is not known. Equal to nothing that a
    /// later look can find, so whoever recorded it runs again.
    pub const UNKNOWN: Hash = Hash(1);
    /// Something other than a regular file: a directory, a socket.
    pub const NOT_A_FILE: Hash = Hash(2);
    /// A file was there, and its content did not matter.
    pub const PRESENT: Hash = Hash(3);

    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Hash {
        let mut hasher = Hasher::new();
        hasher.update(bytes);
        hasher.finish()
    }

    /// The digest as it is stored.
    pub fn to_bits(self) -> u128 {
        self.0
    }

    /// A digest as it was stored.
    pub fn from_bits(bits: u128) -> Hash {
        Hash(bits)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Hash::MISSING => f.write_str("missing"),
            Hash::UNKNOWN => f.write_str("unknown"),
            Hash::PRESENT => f.write_str("present"),
            Hash::NOT_A_FILE => f.write_str("not-a-file"),
            Hash(bits) => write!(f, "{bits:032x}"),
        }
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A digest in the making.
pub struct Hasher(Box<Xxh3>);

impl Hasher {
    /// Starts with no content.
    pub fn new() -> Hasher {
        Hasher(Box::new(Xxh3::new()))
    }

    /// Adds content.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all that was added.
    pub fn finish(self) -> Hash {
        let bits = self.0.digest128();
        // The four answers above are not digests of anything.
        Hash(if bits <= Hash::PRESENT.0 { bits + 4 } else { bits })
    }
}

impl Default for Hasher {
    fn default() -> Hasher {
        Hasher::new()
    }
}
