//! Numbers and texts as they stand below `.modpin`: little-endian, lengths before texts.

use crate::world::disk::Stat;
use crate::world::hash::Hash;

/// Adds a number.
pub fn put_number(to: &mut Vec<u8>, value: u32) {
    to.extend(value.to_le_bytes());
}

/// Adds a digest.
pub fn put_hash(to: &mut Vec<u8>, hash: Hash) {
    to.extend(hash.to_bits().to_le_bytes());
}

/// Adds a text with its length in front.
pub fn put_text(to: &mut Vec<u8>, text: &str) {
    put_number(to, text.len() as u32);
    to.extend_from_slice(text.as_bytes());
}

/// Adds what `stat(2)` said.
pub fn put_stat(to: &mut Vec<u8>, stat: &Stat) {
    to.push(stat.regular.into());
    to.extend(stat.size.to_le_bytes());
    to.extend(stat.mtime.to_le_bytes());
    to.extend(stat.ctime.to_le_bytes());
    to.extend(stat.inode.to_le_bytes());
}

/// What is left to read of some bytes.
#[derive(Clone, Copy)]
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or(SHORT)?;
        self.0 = rest;
        Ok(*first)
    }

    /// So many bytes.
    pub fn bytes(&mut self, length: usize) -> Result<&'a [u8], &'static str> {
        let (first, rest) = self.0.split_at_checked(length).ok_or(SHORT)?;
        self.0 = rest;
        Ok(first)
    }

    /// A byte.
    pub fn u8(&mut self) -> Result<u8, &'static str> {
        self.array::<1>().map(|bytes| bytes[0])
    }

    /// A number.
    pub fn u32(&mut self) -> Result<u32, &'static str> {
        self.array().map(u32::from_le_bytes)
    }

    /// A large number.
    pub fn u64(&mut self) -> Result<u64, &'static str> {
        self.array().map(u64::from_le_bytes)
    }

    /// A digest.
    pub fn hash(&mut self) -> Result<Hash, &'static str> {
        self.array().map(|bytes| Hash::from_bits(u128::from_le_bytes(bytes)))
    }

    /// What `stat(2)` said.
    pub fn stat(&mut self) -> Result<Stat, &'static str> {
        let regular = self.u8()? != 0;
        let (size, mtime) = (self.u64()?, self.u64()? as i64);
        let (ctime, inode) = (self.u64()? as i64, self.u64()?);
        Ok(Stat { regular, size, mtime, ctime, inode })
    }

    /// A text with its length in front.
    pub fn short_text(&mut self) -> Result<&'a str, &'static str> {
        let length = self.u32()? as usize;
        text(self.bytes(length)?)
    }
}

/// Bytes that are a text.
pub fn text(bytes: &[u8]) -> Result<&str, &'static str> {
    std::str::from_utf8(bytes).map_err(|_| "a text is not UTF-8")
}

const SHORT: &str = "a record is too short";
