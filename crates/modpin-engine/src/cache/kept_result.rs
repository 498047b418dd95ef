//! One result, byte by byte: what it rests on besides its key, what was made, what was said.

use crate::state::fields::{Fields, put_hash, put_number, put_text};
use crate::world::hash::Hash;

/// So many results are kept under one key: of as many headers that take turns.
const MOST: usize = 16;

/// The content of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its digest.
    pub hash: Hash,
    /// It may be run.
    pub executable: bool,
}

/// A result that was made once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptResult {
    /// The checkout in which it was made.
    pub root: String,
    /// It names that checkout, so that it is good for no other one.
    pub names_root: bool,
    /// When it was made, in seconds since the epoch.
    pub made_at: u64,
    /// How long that took, in milliseconds.
    pub millis: u32,
    /// What was said.
    pub said: Vec<u8>,
    /// What was read besides the declared inputs, or was not there, as [`ActionRecord`](crate::ActionRecord) has it.
    pub discovered: Vec<(String, Hash)>,
    /// The outputs of the action, in its order.
    pub outputs: Vec<Content>,
    /// What was left beside them.
    pub beside: Vec<(String, Content)>,
}

impl KeptResult {
    /// The contents of all that was made.
    pub fn contents(&self) -> impl Iterator<Item = Content> {
        self.outputs.iter().copied().chain(self.beside.iter().map(|&(_, content)| content))
    }

    /// Adds it to bytes.
    pub(crate) fn put(&self, to: &mut Vec<u8>) {
        put_text(to, &self.root);
        to.push(self.names_root.into());
        to.extend(self.made_at.to_le_bytes());
        put_number(to, self.millis);
        put_number(to, self.said.len() as u32);
        to.extend_from_slice(&self.said);
        put_number(to, self.discovered.len() as u32);
        for (path, hash) in &self.discovered {
            put_text(to, path);
            put_hash(to, *hash);
        }
        put_number(to, self.outputs.len() as u32);
        self.outputs.iter().for_each(|content| put_content(to, content));
        put_number(to, self.beside.len() as u32);
        for (path, content) in &self.beside {
            put_text(to, path);
            put_content(to, content);
        }
    }

    /// Reads it. A list holds no more than there are bytes, whatever its length claims.
    pub(crate) fn read(bytes: &[u8]) -> Result<KeptResult, &'static str> {
        let fields = &mut Fields(bytes);
        let (root, names_root) = (fields.short_text()?.to_owned(), fields.u8()? != 0);
        let (made_at, millis) = (fields.u64()?, fields.u32()?);
        let said = fields.u32()? as usize;
        let said = fields.bytes(said)?.to_vec();
        let discovered = list(fields, |fields| Ok((fields.short_text()?.to_owned(), fields.hash()?)))?;
        let outputs = list(fields, content)?;
        let beside = list(fields, |fields| Ok((fields.short_text()?.to_owned(), content(fields)?)))?;
        Ok(KeptResult { root, names_root, made_at, millis, said, discovered, outputs, beside })
    }
}

/// Puts a new result in front of those under the same key, in the place of one that rests on the same.
pub fn add<T>(all: &mut Vec<T>, new: T, entry: impl Fn(&T) -> &KeptResult) {
    let same = |other: &T| {
        let (new, other) = (entry(&new), entry(other));
        let whose = |entry: &KeptResult| entry.names_root.then(|| entry.root.clone());
        other.discovered == new.discovered && whose(other) == whose(new)
    };
    all.retain(|other| !same(other));
    all.insert(0, new);
    all.truncate(MOST);
}

fn put_content(to: &mut Vec<u8>, content: &Content) {
    put_hash(to, content.hash);
    to.push(content.executable.into());
}

fn content(fields: &mut Fields<'_>) -> Result<Content, &'static str> {
    Ok(Content { hash: fields.hash()?, executable: fields.u8()? != 0 })
}

fn list<'a, T>(
    fields: &mut Fields<'a>,
    one: impl Fn(&mut Fields<'a>) -> Result<T, &'static str>,
) -> Result<Vec<T>, &'static str> {
    let length = fields.u32()?;
    (0..length).map(|_| one(fields)).collect()
}
