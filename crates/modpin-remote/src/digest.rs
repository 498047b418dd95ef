//! The name of a content at a server: 32 bytes of SHA-256 or BLAKE3, and its size.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;

use crate::messages::DigestMessage;

/// How a server makes digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// SHA-256, which every server knows.
    Sha256,
    /// BLAKE3.
    Blake3,
}

/// The digest of a content, and its size.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest {
    /// By the server's function.
    pub hash: [u8; 32],
    /// In bytes.
    pub size: u64,
}

/// A digest in the making.
pub(crate) struct Hasher {
    sum: Sum,
    size: u64,
}

enum Sum {
    Sha256(Box<ring::digest::Context>),
    Blake3(Box<blake3::Hasher>),
}

impl Function {
    /// Those that we have, the best first.
    pub(crate) const ALL: [Function; 2] = [Function::Sha256, Function::Blake3];

    /// The digest of bytes.
    pub fn of(self, bytes: &[u8]) -> Digest {
        let mut hasher = self.hasher();
        hasher.update(bytes);
        hasher.finish()
    }

    /// The digest of a file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of_file(self, path: &Path) -> io::Result<Digest> {
        let mut file = std::fs::File::open(path)?;
        let mut hasher = self.hasher();
        let mut piece = vec![0; 64 << 10];
        loop {
            match file.read(&mut piece)? {
                0 => return Ok(hasher.finish()),
                length => hasher.update(&piece[..length]),
            }
        }
    }

    pub(crate) fn hasher(self) -> Hasher {
        let sum = match self {
            Function::Sha256 => Sum::Sha256(Box::new(ring::digest::Context::new(&ring::digest::SHA256))),
            Function::Blake3 => Sum::Blake3(Box::default()),
        };
        Hasher { sum, size: 0 }
    }

    /// Its number in messages.
    pub(crate) fn number(self) -> i32 {
        match self {
            Function::Sha256 => 1,
            Function::Blake3 => 9,
        }
    }

    /// What stands before a digest in the name of a large content.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Function::Sha256 => "",
            Function::Blake3 => "blake3/",
        }
    }
}

impl Hasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        match &mut self.sum {
            Sum::Sha256(state) => state.update(bytes),
            Sum::Blake3(state) => _ = state.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        let mut hash = [0; 32];
        match self.sum {
            Sum::Sha256(state) => hash.copy_from_slice(state.finish().as_ref()),
            Sum::Blake3(state) => hash = *state.finalize().as_bytes(),
        }
        Digest { hash, size: self.size }
    }
}

impl Digest {
    /// As a message has it.
    pub fn message(&self) -> DigestMessage {
        DigestMessage { hash: self.hex(), size_bytes: self.size.try_into().unwrap_or(i64::MAX) }
    }

    /// What a message says, if that is a digest.
    pub fn read(message: &DigestMessage) -> Option<Digest> {
        Digest::parse(&message.hash, message.size_bytes.try_into().ok()?)
    }

    /// `hash/size`, at the end of a name.
    pub(crate) fn at_the_end_of(name: &str) -> Option<Digest> {
        let mut parts = name.rsplit('/');
        let size = parts.next()?.parse().ok()?;
        Digest::parse(parts.next()?, size)
    }

    fn parse(hex: &str, size: u64) -> Option<Digest> {
        let mut hash = [0; 32];
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if hex.len() != 64 || !hex.bytes().all(is_hex) {
            return None;
        }
        for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(&hex[at..at + 2], 16).ok()?;
        }
        Some(Digest { hash, size })
    }

    /// The hash in hexadecimal digits.
    pub fn hex(&self) -> String {
        self.hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}/{}", self.hex(), self.size)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standards() {
        let of = |function: Function| function.of(b"abc").to_string();
        assert_eq!(
            of(Function::Sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad/3"
        );
        assert_eq!(
            of(Function::Blake3),
            "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85/3"
        );
    }

    #[test]
    fn what_is_no_digest_is_not_taken_for_one() {
        let digest = Function::Sha256.of(b"abc");
        assert_eq!(Digest::read(&digest.message()), Some(digest));
        let name = format!("main/blobs/{digest}");
        assert_eq!(Digest::at_the_end_of(&name), Some(digest));
        let wrong = [
            ("", 3),
            ("ba7816bf", 3),
            (&digest.hex().to_uppercase(), 3),
            (&digest.hex(), -1),
            (&"é".repeat(32), 3),
            (&format!("+{}", &digest.hex()[1..]), 3),
        ]
        .map(|(hash, size_bytes)| DigestMessage { hash: hash.to_owned(), size_bytes });
        assert_eq!(wrong.map(|message| Digest::read(&message)), [None; 6]);
    }
}
