//! A result of the cache is put where the action would have put it, and a new one is given to the cache. Runs on any thread.

use std::io::BufRead;

use crate::cache::{Cache, Content, KeptResult};
use crate::graph::Action;
use crate::run::caching::Caching;
use crate::run::event::Failure;
use crate::run::execute::Executor;
use crate::run::job::{Beside, Job, Made};
use crate::run::partial::Partial;
use crate::run::whole::is_there;
use crate::world::disk::Stat;
use crate::world::file_state::Present;
use crate::world::hash::Hash;

/// So much of an output is looked through at once.
const PART: u64 = 1 << 20;

impl Executor<'_> {
    /// What the cache has for a job, with its outputs in place; `None` if it is damaged, and then nothing of it is left.
    pub(super) fn restored(&self, action: &Action, job: &mut Job) -> Option<Made> {
        let cache = self.cache?;
        let entry = job.known.as_mut()?.0.take()?;
        let partial = self.partial(action);
        let made = self.restore(action, job, &partial, (cache, entry));
        if made.is_none() {
            self.discard(action);
        }
        made
    }

    fn restore(
        &self,
        action: &Action,
        job: &Job,
        partial: &Partial<'_>,
        (cache, entry): (&dyn Cache, Box<KeptResult>),
    ) -> Option<Made> {
        self.make_dirs(action, partial).ok()?;
        if let Some(response) = action.response() {
            self.write_response(response, &partial.response()).ok()?;
        }
        let mut beside = Vec::new();
        for (path, content) in &entry.beside {
            let made =
                self.graph.find(path).is_some_and(|file| self.graph.file_at(file).producer.is_some());
            let partial = partial.beside(path).filter(|_| !made)?;
            self.fetch(cache, *content, &partial)?;
            beside.push(Beside { path: path.clone(), partial });
        }
        for (path, content) in self.outputs(action).zip(&entry.outputs) {
            self.fetch(cache, *content, &partial.path(path))?;
        }
        let made = self.look_at_all(action, partial, false, &[]).ok()?;
        let outputs = self.put(action, partial, made, (&job.present, &[])).ok()?;
        if beside.is_empty() {
            self.discard(action);
        }
        let (discovered, changes) = (Vec::new(), Vec::new());
        let caching = Caching::Taken(entry);
        Some(Made { outputs, beside, discovered, changes, forget: false, caching })
    }

    /// Takes a content, and believes only its digest.
    fn fetch(&self, cache: &dyn Cache, content: Content, to: &str) -> Option<()> {
        let disk = self.edges.disk;
        let fetched = cache.fetch(disk, content, to).and_then(|()| disk.hash(to)).ok()?;
        if fetched != content.hash {
            cache.discard(disk, content);
            return None;
        }
        Some(())
    }

    /// Gives what was made to the cache, all but the knowledge of it.
    pub(super) fn kept(
        &self,
        action: &Action,
        partial: &Partial<'_>,
        made: (&[(Stat, Hash)], &[Beside], &[Present]),
        said: &[u8],
    ) -> Caching {
        let Some(cache) = self.cache else { return Caching::None };
        match self.entry(action, partial, made, said, cache) {
            Ok(entry) => Caching::Keepable(Box::new(entry)),
            Err(failure) => Caching::Fleeting(failure.message),
        }
    }

    fn entry(
        &self,
        action: &Action,
        partial: &Partial<'_>,
        (made, beside, there): (&[(Stat, Hash)], &[Beside], &[Present]),
        said: &[u8],
        cache: &dyn Cache,
    ) -> Result<KeptResult, Failure> {
        let disk = self.edges.disk;
        let mut entry = KeptResult {
            root: self.roots[0].clone(),
            names_root: self.names_root(said),
            made_at: (disk.last_stamp() / 1_000_000_000).unsigned_abs(),
            millis: 0,
            said: said.to_vec(),
            discovered: Vec::new(),
            outputs: Vec::new(),
            beside: Vec::new(),
        };
        let mut keep = |path: &str, hash: Hash, size: u64| {
            let failed = |error| Failure::io("keep it in the cache", path)(error);
            let executable = disk.is_executable(path).map_err(failed)?;
            let content = Content { hash, executable };
            let failed = |error| Failure::io("keep it in the cache", path)(error);
            cache.keep_content(disk, content, path).map_err(failed)?;
            entry.names_root = entry.names_root || self.file_names_root(path, size);
            Ok::<Content, Failure>(content)
        };
        let (mut outputs, mut others) = (Vec::new(), Vec::new());
        for (at, (path, (stat, hash))) in self.outputs(action).zip(made).enumerate() {
            let made = match is_there(there, at) {
                Some(_) => path.to_owned(),
                None => partial.path(path),
            };
            outputs.push(keep(&made, *hash, stat.size)?);
        }
        for Beside { path, partial } in beside {
            let failed = |error| Failure::io("keep it in the cache", path)(error);
            let hash = disk.hash(partial).map_err(failed)?;
            let size = disk.stat(partial).ok().flatten().map_or(0, |stat| stat.size);
            others.push((path.clone(), keep(partial, hash, size)?));
        }
        Ok(KeptResult { outputs, beside: others, ..entry })
    }

    /// Whether a file has the path of the checkout in it. What cannot be read may have.
    fn file_names_root(&self, path: &str, size: u64) -> bool {
        let overlap = self.roots.iter().map(String::len).max().unwrap_or(0) as u64;
        let mut parts = (0..size.div_ceil(PART)).map(|part| part * PART);
        parts.any(|from| {
            let part = from..(from + PART + overlap).min(size);
            self.edges.disk.read_part(path, part).map_or(true, |bytes| self.names_root(&bytes))
        })
    }

    fn names_root(&self, bytes: &[u8]) -> bool {
        self.roots.iter().filter(|root| root.len() > 1).any(|root| holds(bytes, root.as_bytes()))
    }
}

/// Whether bytes hold others. The first byte is looked for by the system, which is fast even where we are not optimised.
pub(super) fn holds(mut bytes: &[u8], text: &[u8]) -> bool {
    let Some((first, rest)) = text.split_first() else { return true };
    while let Ok(1..) = bytes.skip_until(*first) {
        if bytes.starts_with(rest) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_in_bytes() {
        for (bytes, text, expected) in [
            ("", "/w", false),
            ("/w", "/w", true),
            ("//w", "/w", true),
            ("a/wide", "/w", true),
            ("/a/b/", "/w", false),
            ("/", "/w", false),
        ] {
            assert_eq!(holds(bytes.as_bytes(), text.as_bytes()), expected, "{bytes}");
        }
    }
}
