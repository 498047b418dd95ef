//! A disk in memory, and what a test does with it: edits as others make them, faults, a clock.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use modpin_test::Random;

use crate::fake::tree::{Fault, Kind, Node, ROOT, State, TICK, absolute};

/// A disk in memory. Clones are the same disk.
#[derive(Clone)]
pub struct FakeDisk(Arc<Mutex<State>>);

impl FakeDisk {
    /// An empty disk.
    pub fn new() -> FakeDisk {
        let mut state = State { clock: 1_700_000_000_000_000_001, ..State::default() };
        state.put("/", Kind::Dir);
        state.put(ROOT, Kind::Dir);
        FakeDisk(Arc::new(Mutex::new(state)))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.0.lock().unwrap_or_else(|broken| broken.into_inner());
        let Some((once_in, random)) = &mut state.shaken else { return state };
        let (waits, time) = (random.once_in(*once_in), random.below(200) as u64);
        if waits {
            drop(state);
            std::thread::sleep(Duration::from_micros(time));
            state = self.0.lock().unwrap_or_else(|broken| broken.into_inner());
        }
        state
    }

    /// Lets whoever asks wait, once in so many times: threads meet at other places than they would by themselves.
    pub fn shake(&self, once_in: usize) {
        self.state().shaken = Some((once_in, Random::new(1)));
    }

    /// Another disk with the same content and the same clock.
    pub fn copy(&self) -> FakeDisk {
        let state = self.state();
        let (nodes, clock, inode) = (state.nodes.clone(), state.clock, state.inode);
        FakeDisk(Arc::new(Mutex::new(State { nodes, clock, inode, ..State::default() })))
    }

    /// Lets a tick pass.
    pub fn tick(&self) {
        self.state().clock += TICK;
    }

    /// Lets the clock go on after so many changes.
    pub fn changes_per_tick(&self, changes: usize) {
        self.state().changes_per_tick = changes;
    }

    /// Stamps files with whole seconds only.
    pub fn coarse(&self) {
        self.state().coarse = true;
    }

    /// Stamps files with a clock that is two ticks ahead, as a kernel does whose coarse clock lags behind its fine one.
    pub fn stamps_ahead(&self) {
        self.state().ahead = 2 * TICK;
    }

    /// What goes wrong from now on.
    pub fn set_fault(&self, fault: Fault) {
        let mut state = self.state();
        (state.fault, state.adds, state.reads, state.renames, state.changes) = (fault, 0, 0, 0, 0);
    }

    /// Whether there was a call that the fault has met.
    pub fn fault_came(&self) -> bool {
        let state = self.state();
        match state.fault {
            Fault::None | Fault::Edited(_) => false,
            Fault::Full(after) => state.adds > after,
            Fault::Read(at) | Fault::Removed(at) => state.reads >= at,
            Fault::Rename(at) => state.renames >= at,
            Fault::Death { after, .. } => state.changes > after,
        }
    }

    /// How many calls there were since the fault was set: that add, that read, that rename.
    pub fn calls(&self) -> (usize, usize, usize) {
        let state = self.state();
        (state.adds, state.reads, state.renames)
    }

    /// How often each path was looked at since this was asked last.
    pub fn looks(&self) -> BTreeMap<String, usize> {
        std::mem::take(&mut self.state().looks)
    }

    /// Writes a file as somebody else would, with the directories above it, whatever is wrong.
    pub fn edit(&self, path: &str, content: &[u8]) {
        let mut state = self.state();
        let path = absolute(path);
        state.make_dirs(&path);
        match state.nodes.get(&path) {
            Some(Node { kind: Kind::File(_), .. }) => state.fill(&path, content),
            _ => state.put(&path, Kind::File(content.into())),
        }
    }

    /// Sets the modification time, relative to what it is, as `touch -d` would.
    pub fn shift_mtime(&self, path: &str, by: i64) {
        let mut state = self.state();
        let ctime = state.stamp();
        if let Some(node) = state.nodes.get_mut(&absolute(path)) {
            (node.mtime, node.ctime) = (node.mtime + by, ctime);
        }
    }

    /// Says whether a file may be run.
    pub fn set_executable(&self, path: &str, executable: bool) {
        let _ = self.state().set_executable(path, executable);
    }

    /// Makes a link.
    pub fn link(&self, path: &str, target: &str) {
        let mut state = self.state();
        let path = absolute(path);
        state.make_dirs(&path);
        state.put(&path, Kind::Link(target.to_owned()));
    }

    /// Gives a file another name.
    pub fn hard_link(&self, path: &str, file: &str) {
        let mut state = self.state();
        let (path, file) = (absolute(path), absolute(file));
        state.make_dirs(&path);
        if let Some(node) = state.nodes.get(&file).cloned() {
            state.put(&path, node.kind.clone());
            let ctime = state.stamp();
            state.nodes.insert(path, Node { ctime, ..node.clone() });
            state.nodes.insert(file, Node { ctime, ..node });
        }
    }

    /// Makes a directory with a file in it.
    pub fn dir(&self, path: &str) {
        self.edit(&format!("{path}/precious"), b"precious");
    }

    /// Removes whatever is there.
    pub fn delete(&self, path: &str) {
        self.state().delete(&absolute(path));
    }

    /// The content of a regular file; a link is none.
    pub fn peek(&self, path: &str) -> Option<Vec<u8>> {
        match &self.state().nodes.get(&absolute(path))?.kind {
            Kind::File(bytes) => Some(bytes.to_vec()),
            _ => None,
        }
    }

    /// What a link says.
    pub fn peek_link(&self, path: &str) -> Option<String> {
        match &self.state().nodes.get(&absolute(path))?.kind {
            Kind::Link(target) => Some(target.clone()),
            _ => None,
        }
    }

    /// When what is called so was changed last.
    pub fn stamp_of(&self, path: &str) -> Option<i64> {
        self.state().nodes.get(&absolute(path)).map(|node| node.ctime)
    }

    /// The paths of all files and links below a directory.
    pub fn list(&self, dir: &str) -> Vec<String> {
        let (state, dir) = (self.state(), format!("{}/", absolute(dir)));
        let files = state.nodes.iter().filter(|(_, node)| !matches!(node.kind, Kind::Dir));
        let below = files.filter(|(path, _)| path.starts_with(&dir));
        below.map(|(path, _)| path.trim_start_matches(ROOT).trim_start_matches('/').to_owned()).collect()
    }

    /// All that is on the disk, to compare.
    pub fn snapshot(&self) -> Vec<(String, Option<Vec<u8>>)> {
        let nodes = self.state().nodes.clone();
        let content = |node: Node| match node.kind {
            Kind::File(bytes) => Some(bytes.to_vec()),
            _ => None,
        };
        nodes.into_iter().map(|(path, node)| (path, content(node))).collect()
    }
}
