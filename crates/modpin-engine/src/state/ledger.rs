//! The ledger: which files builds may have left in a build directory, in a file of its own. The store knows them as well;
//! whatever happens to one of the two, the other one still tells what is to go.
//!
//! Each change of what is known has a number, which both files note. So an older copy of one is recognised beside the
//! other, and what it calls ours is not believed: it may be somebody else's by now.
//!
//! Frames that follow one another, each with a number as u64 and paths, lengths before texts. The order in time is: first
//! comes the frame, then the store notes its number, then come the files. Whoever is killed in between leaves a ledger that
//! is newer than the store, and knows all that the store does; the store may not, if it was lost before.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::io::Write;

use crate::error::{Error, Result};
use crate::state::fields::{Fields, put_text};
use crate::state::frame::{self, Frames, Framing};
use crate::state::log::put_ledger;
use crate::state::{Store, file_content};
use crate::world::disk::{Disk, replace};
use modpin_budget::{Budget, grown};

const LEDGER: Framing = Framing("outputs", 1);

/// What a ledger says.
#[derive(Debug, Default)]
pub struct Ledger {
    path: String,
    /// The number of the last change that it knows; 0 when it knows none.
    pub number: u64,
    /// The files.
    pub paths: HashSet<String>,
    /// The checksum of the last frame; `None` when the whole must be written anew.
    chain: Option<u64>,
}

impl Ledger {
    /// The ledger beside a store. What is damaged, and all behind it, is as if it were not there.
    ///
    /// # Errors
    /// The disk's.
    pub fn read(disk: &dyn Disk, store: &str) -> Result<Ledger> {
        let path = path(store);
        let bytes = file_content(disk, &path)?;
        let mut ledger = Ledger { path, ..Ledger::default() };
        let Some(rest) = bytes.strip_prefix(LEDGER.header().as_bytes()) else { return Ok(ledger) };
        let (mut frames, mut good, mut budget) = (Frames::of(rest, 0), 0, Budget::of(bytes.len()));
        while let Ok(Some(payload)) = frames.next_payload() {
            if ledger.take_in(payload, &mut budget).is_none() {
                return Ok(ledger);
            }
            good += frame::FRAME + payload.len();
        }
        ledger.chain = (good == rest.len()).then(|| frames.checksum());
        Ok(ledger)
    }

    fn take_in(&mut self, payload: &[u8], budget: &mut Budget) -> Option<()> {
        let mut fields = Fields(payload);
        let number = fields.u64().ok()?;
        while !fields.0.is_empty() {
            let path = fields.short_text().ok()?;
            if !self.paths.contains(path) {
                budget.take(path.len() + 2 * grown::<String>())?;
                self.paths.insert(path.to_owned());
            }
        }
        self.number = number;
        Some(())
    }

    /// Takes in what the store knows, which has noted this number. The older one of the two is not believed.
    pub fn compare<'a>(&mut self, number: u64, known: impl Iterator<Item = &'a str>) {
        match self.number.cmp(&number) {
            Ordering::Greater => return,
            Ordering::Equal => {}
            Ordering::Less => {
                (self.number, self.chain) = (number, None);
                self.paths.clear();
            }
        }
        for path in known {
            if !self.paths.contains(path) {
                self.chain = None;
                self.paths.insert(path.to_owned());
            }
        }
    }

    /// Whether the file says what is known, and this number is that of its last change.
    pub fn is_as_written(&self, number: u64) -> bool {
        self.chain.is_some() && self.number == number
    }

    /// Adds files.
    pub fn add(&mut self, disk: &dyn Disk, paths: &[&str]) -> Result<()> {
        self.number += 1;
        self.paths.extend(paths.iter().map(|&path| path.to_owned()));
        let Some(chain) = self.chain else { return self.rewrite(disk) };
        let mut bytes = Vec::new();
        let checksum = put(&mut bytes, chain, self.number, paths);
        let mut file = disk.append(&self.path).map_err(Error::io("open", self.path.as_str()))?;
        // After a write that failed nobody knows what stands there.
        self.chain = None;
        file.write_all(&bytes).map_err(Error::io("write", self.path.as_str()))?;
        self.chain = Some(checksum);
        Ok(())
    }

    /// Writes the whole anew.
    pub fn rewrite(&mut self, disk: &dyn Disk) -> Result<()> {
        let mut bytes = LEDGER.header().into_bytes();
        let mut paths: Vec<&str> = self.paths.iter().map(String::as_str).collect();
        paths.sort_unstable();
        let checksum = put(&mut bytes, 0, self.number, &paths);
        self.chain = None;
        replace(disk, &self.path, &bytes)?;
        self.chain = Some(checksum);
        Ok(())
    }
}

impl Store {
    /// The files that builds may have left, by the store and by the ledger beside it.
    ///
    /// # Errors
    /// The disk's.
    pub fn ledger(&self, disk: &dyn Disk) -> Result<Ledger> {
        let mut ledger = Ledger::read(disk, &self.path)?;
        let written = self.links().flat_map(|(_, links)| links.written().collect::<Vec<_>>());
        ledger.compare(self.tables.ledger, written.map(|id| self.path(id)));
        Ok(ledger)
    }

    /// Makes files known as ours, before they are written.
    pub fn claim(&mut self, disk: &dyn Disk, paths: &[&str]) -> Result<()> {
        if paths.is_empty() {
            return Ok(());
        }
        let mut ledger = self.ledger(disk)?;
        let new = paths.iter().filter(|path| !ledger.paths.contains(**path));
        let new: Vec<&str> = new.copied().collect();
        if new.is_empty() && ledger.is_as_written(self.tables.ledger) {
            return Ok(());
        }
        ledger.add(disk, &new)?;
        self.note(ledger.number)
    }

    /// From now on these are the files that builds may have left.
    pub fn replace_ledger(&mut self, disk: &dyn Disk, mut ledger: Ledger) -> Result<()> {
        ledger.number += 1;
        ledger.rewrite(disk)?;
        self.note(ledger.number)
    }

    /// The number of the ledger's last change that was noted here.
    pub fn noted(&self) -> u64 {
        self.tables.ledger
    }

    fn note(&mut self, number: u64) -> Result<()> {
        let mut body = Vec::new();
        put_ledger(&mut body, number);
        self.write(&body)?;
        self.tables.ledger = number;
        Ok(())
    }

    /// Whether an action, by its first output, may have written a file.
    pub fn has_written(&self, key: &str, path: &str) -> bool {
        let action = self.find(key).and_then(|key| self.tables.links(key));
        let Some((action, id)) = action.zip(self.find(path)) else { return false };
        action.written().any(|written| written == id)
    }
}

/// Where the ledger beside a store lies.
fn path(store: &str) -> String {
    format!("{store}.outputs")
}

fn put(to: &mut Vec<u8>, seed: u64, number: u64, paths: &[&str]) -> u64 {
    frame::put(to, seed, |to| {
        to.extend(number.to_le_bytes());
        paths.iter().for_each(|path| put_text(to, path));
    })
}
