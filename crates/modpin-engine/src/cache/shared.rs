//! Results on a server, for many machines. What is found there goes into the cache of this one first, and is taken from it by
//! the same rule; what is made here goes there while the build goes on.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::cache::kept_result::KeptResult;
use crate::cache::wait::Wait;
use crate::state::fields::{Fields, put_number, put_text};
use crate::state::frame::{self, Frames, Framing};
use crate::world::hash::Hash;

const RESULTS: Framing = Framing("shared-results", 1);

/// No file is fetched that is larger.
const LARGEST: u64 = 4 << 30;

/// A content as the server knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// The digest by which it lies there, in hexadecimal digits.
    pub digest: String,
    /// How many bytes.
    pub size: u64,
}

/// A result on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedResult {
    /// The result.
    pub entry: KeptResult,
    /// Where its [contents](KeptResult::contents) lie there, in their order.
    pub blobs: Vec<Blob>,
}

/// A command for another machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// The program, by absolute path, and its arguments. The path of the root in them is that of the root there.
    pub words: Vec<String>,
    /// Its whole environment, but for the directory in which it runs.
    pub env: Vec<(String, String)>,
    /// The directory in which it would run here.
    pub root: String,
    /// What it reads there, by paths from it.
    pub inputs: Vec<String>,
    /// Files of the system that go there with them, by absolute paths.
    pub outside: Vec<String>,
    /// What it may write there, by paths from the root, and where that is to lie here, by paths from the root as well.
    pub outputs: Vec<(String, String)>,
}

/// How a command ended on another machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RanThere {
    /// Its exit code.
    pub code: i32,
    /// What the root was called there.
    pub dir: String,
    /// What it printed.
    pub said: Vec<u8>,
}

/// A server with results. Whatever goes wrong with it is as if it had none. Any number of threads may ask.
pub trait SharedCache: fmt::Debug + Send + Sync {
    /// Its name, for people.
    fn name(&self) -> &str;

    /// How many questions it may be asked at once.
    fn jobs(&self) -> usize;

    /// So long an action waits for it before it runs here, too, if there is a place.
    fn patience(&self) -> Duration {
        Duration::MAX
    }

    /// What lies there under a key. Waits for the answer.
    fn results(&self, key: Hash, wait: &Wait) -> Vec<SharedResult>;

    /// Brings contents to paths at which nothing lies. Waits for that.
    ///
    /// # Errors
    /// One of them is not there, or the server is not.
    fn fetch(&self, blobs: &[(&Blob, String)], wait: &Wait) -> io::Result<()>;

    /// Gives it a result, whose contents lie in these files, if it takes any. Waits for nothing.
    fn keep(&self, key: Hash, entry: &KeptResult, files: Vec<String>);

    /// Whether it runs commands, as far as that is known.
    fn runs(&self) -> bool {
        false
    }

    /// Whether files of the system are sent to it, and not those of its machines are used.
    fn gets_toolchain(&self) -> bool {
        false
    }

    /// Has a command run there. Waits for its end.
    ///
    /// # Errors
    /// It was not run, for whatever reason.
    fn run(&self, order: Order, wait: &Wait) -> io::Result<RanThere> {
        let _ = (order, wait);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Whether these files, by their absolute paths, are the same there as here: there with the same content, or in neither place.
    fn has_same(&self, paths: Vec<String>, wait: &Wait) -> bool {
        let _ = (paths, wait);
        false
    }

    /// A command has not run there as it would have run here; this is what it said.
    fn failed(&self, said: &[u8]) {
        let _ = said;
    }

    /// Somebody needs no answer any more, and waits no longer.
    fn forget(&self, wait: &Wait) {
        wait.end();
    }

    /// Waits until it has what it was given.
    fn settle(&self);

    /// What is odd with it, if nobody was told so far.
    fn warning(&self) -> Option<String>;
}

/// The results under one key, as they lie on a server.
pub fn to_bytes(key: Hash, all: &[SharedResult]) -> Vec<u8> {
    let mut bytes = RESULTS.header().into_bytes();
    let mut chain = seed(key);
    for result in all {
        chain = frame::put(&mut bytes, chain, |to| put(to, result));
    }
    bytes
}

/// The results up to the first one that is damaged. Those of another key are none.
pub fn from_bytes(key: Hash, bytes: &[u8]) -> Vec<SharedResult> {
    let Some(frames) = bytes.strip_prefix(RESULTS.header().as_bytes()) else { return Vec::new() };
    let mut frames = Frames::of(frames, seed(key));
    let mut all = Vec::new();
    while let Ok(Some(payload)) = frames.next_payload() {
        let Ok(result) = read(payload) else { break };
        all.push(result);
    }
    all
}

fn seed(key: Hash) -> u64 {
    key.to_bits() as u64
}

fn put(to: &mut Vec<u8>, SharedResult { entry, blobs }: &SharedResult) {
    put_number(to, blobs.len() as u32);
    blobs.iter().for_each(|blob| put_blob(to, blob));
    entry.put(to);
}

fn read(bytes: &[u8]) -> Result<SharedResult, &'static str> {
    let fields = &mut Fields(bytes);
    let count = fields.u32()?;
    let blobs = (0..count).map(|_| blob(fields)).collect::<Result<Vec<_>, _>>()?;
    let entry = KeptResult::read(fields.0)?;
    match entry.contents().count() == blobs.len() {
        true => Ok(SharedResult { entry, blobs }),
        false => Err("a content is missing"),
    }
}

/// Adds it to bytes.
pub fn put_blob(to: &mut Vec<u8>, Blob { digest, size }: &Blob) {
    put_text(to, digest);
    to.extend(size.to_le_bytes());
}

/// Reads one; what is no digest, or too large to be fetched, is refused.
pub fn blob(fields: &mut Fields<'_>) -> Result<Blob, &'static str> {
    let (digest, size) = (fields.short_text()?.to_owned(), fields.u64()?);
    let is_digest = !digest.is_empty() && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_digest && size <= LARGEST {
        true => Ok(Blob { digest, size }),
        false => Err("a content cannot be fetched"),
    }
}
