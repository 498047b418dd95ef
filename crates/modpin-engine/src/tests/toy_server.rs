//! A server with results for toy worlds, in memory: it gives what it was given, and something else where it is told to.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::cache::shared::{from_bytes, to_bytes};
use crate::cache::{Blob, KeptResult, Order, RanThere, SharedCache, SharedResult, Wait};
use crate::fake::FakeDisk;
use crate::world::disk::Disk;
use crate::world::hash::Hash;
use modpin_test::Random;

/// Waits for something that must come to be so.
pub fn wait_until(is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "somebody waits in vain");
        std::thread::yield_now();
    }
}

/// What it has: lists by their keys, contents by their digests.
#[derive(Clone, Debug, Default)]
pub struct Lies {
    /// Lists of results.
    pub lists: HashMap<Hash, Vec<u8>>,
    /// Contents.
    pub contents: HashMap<String, Vec<u8>>,
    /// What was asked, in order.
    pub asked: Vec<String>,
    /// What comes of each command that it runs, if it runs any.
    pub there: Option<There>,
    /// What it does not answer before this is so, or nobody needs it any more.
    pub late: Option<(Call, Arc<AtomicBool>)>,
    /// Files of the system are sent to it.
    pub gets_toolchain: bool,
    /// So long one waits for it, if not for ever.
    pub patience: Option<Duration>,
}

/// What somebody may be late to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Whether it has a result.
    Find,
    /// Contents.
    Fetch,
    /// What came of a command.
    Run,
}

/// How a command ends there.
#[derive(Clone, Debug)]
pub struct There {
    /// Its exit code.
    pub code: i32,
    /// What it writes, if it writes anything.
    pub written: Option<&'static str>,
    /// What it tells that it has read.
    pub read: &'static str,
    /// Whether other files are the same there.
    pub same: bool,
}

/// A server, as one machine sees it.
#[derive(Clone)]
pub struct ToyServer {
    /// The machine's disk.
    pub disk: FakeDisk,
    /// What lies on the server.
    pub lies: Arc<Mutex<Lies>>,
    /// It takes what is made.
    pub writes: bool,
    /// The machine's clock, which goes on while it is late.
    pub millis: Arc<AtomicU64>,
}

impl ToyServer {
    /// The server of another one, for another machine.
    pub fn on(&self, disk: &FakeDisk) -> ToyServer {
        ToyServer { disk: disk.clone(), ..self.clone() }
    }

    /// Whether it has said nothing until nobody waited any more.
    fn is_too_late(&self, call: Call, wait: &Wait) -> bool {
        let late = self.lies.lock().unwrap().late.clone();
        let Some((_, until)) = late.filter(|(late, _)| *late == call) else { return false };
        self.millis.fetch_add(1000, Ordering::SeqCst);
        wait_until(|| until.load(Ordering::SeqCst) || wait.is_over());
        !until.load(Ordering::SeqCst)
    }

    /// Now and then something there gets lost, or is another thing.
    pub fn meddle(&self, random: &mut Random) {
        let lies = &mut *self.lies.lock().unwrap();
        let mut keys: Vec<Hash> = lies.lists.keys().copied().collect();
        let mut digests: Vec<String> = lies.contents.keys().cloned().collect();
        keys.sort();
        digests.sort();
        let (Some(key), Some(digest)) = (random.pick(&keys), random.pick(&digests)) else { return };
        match random.below(9) {
            0 => _ = lies.lists.remove(key),
            1 => _ = lies.contents.remove(digest),
            2 => _ = lies.contents.insert(digest.clone(), b"another".to_vec()),
            3 => _ = lies.contents.insert(digest.clone(), Vec::new()),
            4 => {
                let other = lies.lists[random.pick(&keys).unwrap()].clone();
                lies.lists.insert(*key, other);
            }
            5 => {
                let list = lies.lists.get_mut(key).unwrap();
                let at = random.below(list.len().max(1));
                list.truncate(at);
            }
            _ => {}
        }
    }
}

impl std::fmt::Debug for ToyServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ToyServer")
    }
}

impl SharedCache for ToyServer {
    fn name(&self) -> &str {
        "grpc://toy:1"
    }

    fn jobs(&self) -> usize {
        3
    }

    fn patience(&self) -> Duration {
        self.lies.lock().unwrap().patience.unwrap_or(Duration::MAX)
    }

    fn results(&self, key: Hash, wait: &Wait) -> Vec<SharedResult> {
        self.is_too_late(Call::Find, wait);
        let lies = &mut *self.lies.lock().unwrap();
        lies.asked.push("find".to_owned());
        lies.lists.get(&key).map_or(Vec::new(), |bytes| from_bytes(key, bytes))
    }

    fn fetch(&self, blobs: &[(&Blob, String)], wait: &Wait) -> io::Result<()> {
        self.is_too_late(Call::Fetch, wait);
        let lies = &mut *self.lies.lock().unwrap();
        for (blob, path) in blobs {
            lies.asked.push("fetch".to_owned());
            let content = lies.contents.get(&blob.digest);
            let content = content.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
            self.disk.write(path, content)?;
        }
        Ok(())
    }

    fn keep(&self, key: Hash, entry: &KeptResult, files: Vec<String>) {
        if !self.writes {
            return;
        }
        let lies = &mut *self.lies.lock().unwrap();
        let mut blobs = Vec::new();
        for (content, path) in entry.contents().zip(files) {
            // It may be gone again.
            let Ok(bytes) = self.disk.read(&path) else { return };
            let digest = format!("{:032x}", content.hash.to_bits());
            blobs.push(Blob { digest: digest.clone(), size: bytes.len() as u64 });
            lies.contents.insert(digest, bytes);
        }
        let mut all = lies.lists.get(&key).map_or(Vec::new(), |bytes| from_bytes(key, bytes));
        let new = SharedResult { entry: entry.clone(), blobs };
        crate::cache::kept_result::add(&mut all, new, |result| &result.entry);
        lies.lists.insert(key, to_bytes(key, &all));
    }

    fn runs(&self) -> bool {
        self.lies.lock().unwrap().there.is_some()
    }

    fn run(&self, order: Order, wait: &Wait) -> io::Result<RanThere> {
        if self.is_too_late(Call::Run, wait) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let lies = &mut *self.lies.lock().unwrap();
        lies.asked.push(format!("run with {:?}", [order.inputs, order.outside].concat()));
        let there = lies.there.as_ref().ok_or(io::ErrorKind::Unsupported)?;
        for (_, path) in order.outputs {
            let content = match path.ends_with(".d") {
                true => Some(format!("out: {}\n", there.read)),
                false => there.written.map(str::to_owned),
            };
            if let Some(content) = content {
                self.disk.write(&path, content.as_bytes())?;
            }
        }
        Ok(RanThere { code: there.code, dir: "/there".to_owned(), said: b"said there".to_vec() })
    }

    fn has_same(&self, paths: Vec<String>, _: &Wait) -> bool {
        let lies = &mut *self.lies.lock().unwrap();
        lies.asked.push(format!("same {paths:?}"));
        lies.there.as_ref().is_some_and(|there| there.same)
    }

    fn gets_toolchain(&self) -> bool {
        self.lies.lock().unwrap().gets_toolchain
    }

    fn failed(&self, _: &[u8]) {
        self.lies.lock().unwrap().asked.push("failed".to_owned());
    }

    fn settle(&self) {
        self.lies.lock().unwrap().asked.push("settle".to_owned());
    }

    fn warning(&self) -> Option<String> {
        None
    }
}
