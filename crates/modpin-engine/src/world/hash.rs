//! What content is: a 128-bit digest.
//!
//! XXH3 is not a cryptographic hash. It guards against accidents, not against an adversary who can
//! write into the build directory: such a person needs no collision.

use std::fmt;

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// The digest of some content, or one of five answers that no content has.
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
    /// A file was read, and what counts of it stands elsewhere: values of a file of values.
    pub const IN_PART: Hash = Hash(4);

    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Hash {
        Hash::taken(xxh3_128(bytes))
    }

    /// The digest of a link, by what it says. No file is named so, and what stands in a file is never taken for it: files of
    /// that content would have to be made on purpose.
    pub fn of_link(target: &str) -> Hash {
        Hash::of(format!("link\0{target}").as_bytes())
    }

    fn taken(bits: u128) -> Hash {
        // The five answers above are not digests of anything.
        Hash(if bits <= Hash::IN_PART.0 { bits + 5 } else { bits })
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
            Hash::IN_PART => f.write_str("in-part"),
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
        Hash::taken(self.0.digest128())
    }
}

impl Default for Hasher {
    fn default() -> Hasher {
        Hasher::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_in_parts_has_the_digest_of_the_whole() {
        let bytes: Vec<u8> = (0..3000u32).flat_map(u32::to_le_bytes).collect();
        for length in [0, 1, 16, 17, 128, 240, 241, 1024, 1025, bytes.len()] {
            let mut hasher = Hasher::new();
            bytes[..length].chunks(7).for_each(|part| hasher.update(part));
            assert_eq!(hasher.finish(), Hash::of(&bytes[..length]), "{length}");
        }
    }
}
