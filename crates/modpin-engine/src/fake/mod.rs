//! A disk in memory with a clock that stands still until it is told, and processes that are closures.
//! For tests only.

mod tree;

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::world::disk::{Disk, Names, Stat};
use crate::world::hash::Hash;
use crate::world::process::{Ended, Processes, Spawn};

use modpin_test::Random;
pub use tree::Fault;
use tree::{Kind, Node, ROOT, State, TICK, absolute};

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

    fn state(&self) -> MutexGuard<'_, State> {
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
            Fault::None => false,
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

struct Appender {
    disk: FakeDisk,
    path: String,
}

impl Write for Appender {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.state().add(&self.path, bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Disk for FakeDisk {
    fn stat(&self, path: &str) -> io::Result<Option<Stat>> {
        let mut state = self.state();
        state.count_look(path);
        state.look(path, true)
    }

    fn lstat(&self, path: &str) -> io::Result<Option<Stat>> {
        let mut state = self.state();
        state.count_look(path);
        state.look(path, false)
    }

    fn link(&self, path: &str) -> io::Result<Option<String>> {
        let state = self.state();
        state.alive()?;
        match &state.nodes.get(&state.resolve(path, false)?).ok_or(ErrorKind::NotFound)?.kind {
            Kind::Link(target) => Ok(Some(target.clone())),
            _ => Ok(None),
        }
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.state().content(path).map(|bytes| bytes.to_vec())
    }

    fn read_part(&self, path: &str, part: std::ops::Range<u64>) -> io::Result<Vec<u8>> {
        let bytes = self.read(path)?;
        let part = bytes.get(part.start as usize..part.end as usize);
        part.map(<[u8]>::to_vec).ok_or_else(|| ErrorKind::UnexpectedEof.into())
    }

    fn names(&self, path: &str) -> io::Result<Names> {
        let state = self.state();
        state.alive()?;
        let below = format!("{}/", state.resolve(&absolute(path), true)?);
        let names = state.nodes.iter().filter_map(|(path, node)| {
            let name = path.strip_prefix(&below).filter(|name| !name.contains('/'))?;
            Some((name.as_bytes().to_vec(), matches!(node.kind, Kind::Dir)))
        });
        Ok(names.collect())
    }

    fn hash(&self, path: &str) -> io::Result<Hash> {
        let bytes = self.state().content(path)?;
        Ok(Hash::of(&bytes))
    }

    fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.state().replace(path, bytes)
    }

    fn copy(&self, from: &str, to: &str, executable: bool) -> io::Result<()> {
        let bytes = self.read(from)?;
        self.write(to, &bytes)?;
        self.state().set_executable(to, executable)
    }

    fn is_executable(&self, path: &str) -> io::Result<bool> {
        self.state().is_executable(path)
    }

    fn touch(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        if !state.change(false)? {
            return Err(state.failure());
        }
        let (path, time) = (state.resolve(path, false)?, state.stamp());
        let node = state.nodes.get_mut(&path).ok_or(ErrorKind::NotFound)?;
        (node.mtime, node.ctime) = (time, time);
        Ok(())
    }

    fn make_link(&self, path: &str, target: &str) -> io::Result<()> {
        let mut state = self.state();
        if !state.change(true)? {
            return Err(state.failure());
        }
        let path = state.resolve(path, false)?;
        if state.nodes.contains_key(&path) {
            return Err(ErrorKind::AlreadyExists.into());
        }
        state.put(&path, Kind::Link(target.to_owned()));
        Ok(())
    }

    fn append(&self, path: &str) -> io::Result<Box<dyn Write + Send>> {
        let one_name = {
            let state = self.state();
            state.has_one_name(&state.resolve(path, false)?)
        };
        match (self.lstat(path)?, self.stat(path)?) {
            (Some(stat), _) if stat.regular && one_name => {}
            (None, _) => self.write(path, b"")?,
            (Some(_), there) => {
                let content = if there.is_some() { self.read(path)? } else { Vec::new() };
                let new = format!("{path}.new");
                self.write(&new, &content)?;
                self.rename(&new, path)?;
            }
        }
        Ok(Box::new(Appender { disk: self.clone(), path: path.to_owned() }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.state().rename(from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        if !state.change(false)? {
            return Err(state.failure());
        }
        if let Ok(path) = state.resolve(path, false) {
            state.delete(&path);
        }
        Ok(())
    }

    fn files_below(&self, dir: &str) -> io::Result<Vec<String>> {
        let state = self.state();
        let below = format!("{}/", state.resolve(dir, true)?);
        let files = state.nodes.iter().filter(|(_, node)| matches!(node.kind, Kind::File(_)));
        Ok(files.filter_map(|(path, _)| Some(path.strip_prefix(&below)?.to_owned())).collect())
    }

    fn remove_empty_dir(&self, path: &str) -> bool {
        let mut state = self.state();
        let Ok(path) = state.resolve(path, false) else { return false };
        let below = format!("{path}/");
        let is_dir = matches!(state.nodes.get(&path), Some(Node { kind: Kind::Dir, .. }));
        let empty = is_dir && !state.nodes.keys().any(|node| node.starts_with(&below));
        let changed = empty && state.change(false).unwrap_or(false);
        if changed {
            state.delete(&path);
        }
        changed
    }

    fn create_dirs(&self, path: &str) -> io::Result<()> {
        let mut state = self.state();
        state.alive()?;
        let path = absolute(path);
        let ends = path.match_indices('/').map(|(at, _)| at).skip(1).chain([path.len()]);
        for dir in ends.map(|end| &path[..end]) {
            let there = state.resolve(dir, true)?;
            let is_link = state.resolve(dir, false)? != there;
            match state.nodes.get(&there).map(|node| &node.kind) {
                Some(Kind::Dir) => {}
                Some(_) => return Err(ErrorKind::AlreadyExists.into()),
                None if is_link => return Err(ErrorKind::AlreadyExists.into()),
                None => match state.change(true)? {
                    true => state.put(&there, Kind::Dir),
                    false => return Err(state.failure()),
                },
            }
        }
        Ok(())
    }

    fn is_full(&self, _: &str) -> bool {
        let state = self.state();
        matches!(state.fault, Fault::Full(after) if state.adds > after)
    }

    fn longest_name(&self, _: &str) -> usize {
        255
    }

    fn now(&self) -> i64 {
        self.state().clock
    }

    fn last_stamp(&self) -> i64 {
        let state = self.state();
        state.clock + state.ahead
    }

    fn wait_past(&self, time: i64) {
        let mut state = self.state();
        state.clock = state.clock.max(time + TICK);
    }

    fn stamps_each_change(&self, _: &str) -> bool {
        false
    }

    fn absolute(&self, path: &str) -> PathBuf {
        PathBuf::from(absolute(path))
    }
}

/// Processes that are a closure. They take no time but what it adds to these milliseconds: which one starts first must not
/// depend on how busy the machine is.
pub struct FakeProcesses<'a, F>(pub F, pub &'a AtomicU64);

impl<F: Fn(&Spawn) -> io::Result<Ended> + Sync> Processes for FakeProcesses<'_, F> {
    fn run(&self, spawn: &Spawn) -> io::Result<Ended> {
        (self.0)(spawn)
    }

    fn end_all(&self) {}

    fn now(&self) -> Instant {
        static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
        *BEGINNING + Duration::from_millis(self.1.load(Ordering::SeqCst))
    }
}
