//! Recipes in words, by their digests. A digest decides whether an action runs; the words are for who asks what is
//! different now. They would be two thirds of the store, so they lie in a file of their own, which most builds do not
//! open. What is lost of it was lost to an explanation, and to nothing else.
//!
//! Frames, each a recipe: its digest, then the text. A frame's checksum is seeded with the digest, not with the frame before: who
//! adds one need not read the others, and what was damaged or cut off spoils no other.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::io::Write as _;

use crate::error::Result;
use crate::state::fields::{Fields, put_hash, text};
use crate::state::frame::{self, FRAME, Frames, Framing};
use crate::world::disk::{Disk, replace};
use crate::world::hash::Hash;

const RECIPES: Framing = Framing("recipes", 1);
/// So many bytes are written at once.
const ENOUGH: usize = 256 << 10;

/// The recipes of one store.
pub struct Recipes {
    path: String,
    /// What is to be written.
    new: Vec<u8>,
    /// What was read, when somebody asked.
    known: OnceCell<HashMap<Hash, String>>,
    /// They cannot be written: nobody is told, for nothing but words depends on it.
    given_up: bool,
}

impl Recipes {
    /// Those of the store with that path; nothing is read.
    pub fn of(store: &str) -> Recipes {
        let (path, new) = (format!("{store}.recipes"), Vec::new());
        Recipes { path, new, known: OnceCell::new(), given_up: false }
    }

    /// Adds one.
    pub fn add(&mut self, disk: &dyn Disk, digest: Hash, text: &str) {
        put(&mut self.new, digest, text);
        if self.new.len() >= ENOUGH {
            self.write(disk);
        }
    }

    /// Writes what was added.
    pub fn write(&mut self, disk: &dyn Disk) {
        if !self.new.is_empty() && !self.given_up {
            self.given_up = self.append(disk).is_err();
        }
        self.new.clear();
    }

    fn append(&self, disk: &dyn Disk) -> std::io::Result<()> {
        let mut there = disk.lstat(&self.path)?;
        if there.is_some_and(|there| !there.regular) {
            disk.remove(&self.path)?;
            there = None;
        }
        let header = RECIPES.header();
        let header = if there.is_some_and(|there| there.size > 0) { "" } else { header.as_str() };
        disk.append(&self.path)?.write_all(&[header.as_bytes(), &self.new].concat())
    }

    /// The words of a recipe, if they are there.
    pub fn find(&self, disk: &dyn Disk, digest: Hash) -> Option<&str> {
        let known = self.known.get_or_init(|| {
            let bytes = content(disk, &self.path);
            each(&bytes).map(|(digest, text)| (digest, text.to_owned())).collect()
        });
        known.get(&digest).map(String::as_str)
    }

    /// Forgets all but some.
    ///
    /// # Errors
    /// The disk's.
    pub fn retain(&self, disk: &dyn Disk, mut live: HashSet<Hash>) -> Result<()> {
        let (bytes, mut kept) = (content(disk, &self.path), RECIPES.header().into_bytes());
        if bytes.is_empty() {
            return Ok(());
        }
        for (digest, text) in each(&bytes).filter(|(digest, _)| live.remove(digest)) {
            put(&mut kept, digest, text);
        }
        replace(disk, &self.path, &kept)
    }
}

/// What stands in the file; nothing when it cannot be read.
fn content(disk: &dyn Disk, path: &str) -> Vec<u8> {
    let is_file = disk.lstat(path).is_ok_and(|there| there.is_some_and(|there| there.regular));
    if is_file { disk.read(path).unwrap_or_default() } else { Vec::new() }
}

fn put(to: &mut Vec<u8>, digest: Hash, text: &str) {
    frame::put(to, seed(digest), |to| {
        put_hash(to, digest);
        to.extend_from_slice(text.as_bytes());
    });
}

fn seed(digest: Hash) -> u64 {
    digest.to_bits() as u64
}

/// Every recipe that is whole. Where one is not, the next is looked for byte by byte.
fn each(bytes: &[u8]) -> impl Iterator<Item = (Hash, &str)> {
    let mut rest = bytes.strip_prefix(RECIPES.header().as_bytes()).unwrap_or_default();
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            if let Some((recipe, length)) = first(rest) {
                rest = &rest[length..];
                return Some(recipe);
            }
            rest = &rest[1..];
        }
        None
    })
}

/// The recipe that begins here, and the length of its frame.
fn first(bytes: &[u8]) -> Option<((Hash, &str), usize)> {
    let (length, _) = frame::head(bytes.first_chunk()?).ok()?;
    let digest = Fields(bytes.get(FRAME..FRAME + length)?).hash().ok()?;
    let mut fields = Fields(Frames::of(bytes, seed(digest)).next_payload().ok()??);
    let digest = fields.hash().ok()?;
    Some(((digest, text(fields.0).ok()?), FRAME + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeDisk;

    const PATH: &str = "state.recipes";

    fn written(texts: &[&str]) -> FakeDisk {
        let disk = FakeDisk::new();
        let mut recipes = Recipes::of("state");
        texts.iter().for_each(|text| recipes.add(&disk, Hash::of(text.as_bytes()), text));
        recipes.write(&disk);
        disk
    }

    fn found<'a>(disk: &FakeDisk, texts: &[&'a str]) -> Vec<&'a str> {
        let recipes = Recipes::of("state");
        let is_there = |text: &&str| match recipes.find(disk, Hash::of(text.as_bytes())) {
            Some(found) => found == *text || panic!("{found:?} in the place of {text:?}"),
            None => false,
        };
        texts.iter().copied().filter(is_there).collect()
    }

    const TEXTS: [&str; 3] = ["arg a\n", "arg b\n", "arg c\nout c.o\n"];

    #[test]
    fn recipes_are_found_by_their_digests() {
        let disk = written(&TEXTS);
        assert_eq!(found(&disk, &[&TEXTS[..], &["arg d\n"]].concat()), TEXTS);
        let mut recipes = Recipes::of("state");
        recipes.add(&disk, Hash::of(b"arg d\n"), "arg d\n");
        recipes.write(&disk);
        recipes.write(&disk);
        assert_eq!(found(&disk, &["arg d\n", TEXTS[0]]), ["arg d\n", TEXTS[0]]);
    }

    #[test]
    fn damage_loses_what_is_damaged_and_nothing_else() {
        let disk = written(&TEXTS);
        let whole = disk.peek(PATH).unwrap();
        for at in RECIPES.header().len()..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                disk.edit(PATH, &damaged);
                assert_eq!(found(&disk, &TEXTS).len(), 2, "bit {bit} of {at}");
            }
        }
        for end in 0..whole.len() {
            disk.edit(PATH, &whole[..end]);
            assert!(found(&disk, &TEXTS).len() < 3, "cut at {end}");
            // The next one is as good as if nothing had happened, unless the header is lost.
            let mut recipes = Recipes::of("state");
            recipes.add(&disk, Hash::of(b"new"), "new");
            recipes.write(&disk);
            let good = end == 0 || end >= RECIPES.header().len();
            assert_eq!(found(&disk, &["new"]).len(), usize::from(good), "cut at {end}");
        }
    }

    #[test]
    fn only_some_are_kept() {
        let disk = written(&[&TEXTS[..], &TEXTS[..]].concat());
        let live = [TEXTS[0], TEXTS[2], "nosuch"].map(|text| Hash::of(text.as_bytes()));
        Recipes::of("state").retain(&disk, live.into()).unwrap();
        assert_eq!(found(&disk, &TEXTS), [TEXTS[0], TEXTS[2]]);
        assert_eq!(disk.peek(PATH), written(&[TEXTS[0], TEXTS[2]]).peek(PATH), "each once");
        disk.delete(PATH);
        Recipes::of("state").retain(&disk, live.into()).unwrap();
        assert_eq!(disk.peek(PATH), None);
    }

    #[test]
    fn what_cannot_be_read_or_written_is_no_error() {
        let disk = FakeDisk::new();
        disk.dir(PATH);
        assert_eq!(found(&disk, &TEXTS), [""; 0]);
        let mut recipes = Recipes::of("state");
        recipes.add(&disk, Hash::of(b"new"), "new");
        recipes.write(&disk);
        assert_eq!(found(&disk, &["new"]), ["new"], "a directory in its place goes");
        disk.set_fault(crate::fake::Fault::Full(0));
        recipes.add(&disk, Hash::of(b"more"), "more");
        recipes.write(&disk);
        disk.set_fault(crate::fake::Fault::None);
        assert_eq!(found(&disk, &["new", "more"]), ["new"]);
    }
}
