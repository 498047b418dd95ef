//! What happens to the engine's own files between builds: they are lost, replaced by older copies, or by other names of
//! somebody else's file.

use std::collections::BTreeSet;

use super::expectation::Memory;
use super::project::VICTIM;
use crate::fake::FakeDisk;
use crate::tests::toy_world::STATE;
use modpin_test::Random;

const LEDGER: &str = "out/.state/state.outputs";

/// The engine's own files as they were, and what was known then.
pub struct Copy {
    state: Vec<u8>,
    ledger: Vec<u8>,
    memory: Memory,
    perhaps: BTreeSet<String>,
}

/// What the engine should know, and what it knew earlier.
pub struct Known<'a> {
    /// What is known.
    pub memory: &'a mut Memory,
    /// Whether these run again cannot be known.
    pub perhaps: &'a mut BTreeSet<String>,
    /// What was known earlier.
    pub copies: &'a mut Vec<Copy>,
    /// Which of the two was lost before.
    pub lost: &'a mut Option<Lost>,
}

/// Store and ledger each know what the other has lost. What both have lost, in whatever builds, nobody knows.
#[derive(Clone, Copy, PartialEq)]
pub enum Lost {
    Store,
    Ledger,
}

/// Now and then something is lost; answers what, in words.
pub fn lose(disk: &FakeDisk, known: Known<'_>, random: &mut Random) -> Option<String> {
    let Known { memory, perhaps, copies, lost } = known;
    let (state, ledger) = (disk.peek(STATE)?, disk.peek(LEDGER)?);
    if random.once_in(4) {
        let (memory, perhaps) = (memory.clone(), perhaps.clone());
        copies.push(Copy { state, ledger, memory, perhaps });
    }
    if !random.once_in(10) {
        return None;
    }
    let what = random.below(6);
    let which = if [3, 4].contains(&what) { Lost::Ledger } else { Lost::Store };
    if *lost.get_or_insert(which) != which {
        return None;
    }
    match what {
        0 => disk.delete(STATE),
        1 => disk.link(STATE, &format!("/w/{VICTIM}")),
        2 => {
            disk.delete(STATE);
            disk.hard_link(STATE, VICTIM);
        }
        3 => disk.delete(LEDGER),
        4 => disk.edit(LEDGER, &random.pick(copies)?.ledger),
        _ => {
            let copy = random.pick(copies)?;
            disk.edit(STATE, &copy.state);
            memory.records.clone_from(&copy.memory.records);
            perhaps.clone_from(&copy.perhaps);
        }
    }
    if what < 3 {
        memory.records.clear();
        perhaps.clear();
    }
    let texts = ["gone", "a link", "a file of somebody else", "without ledger", "with an older ledger"];
    Some(format!("the store is {}", texts.get(what).unwrap_or(&"an older copy")))
}
