//! What a run knows of the cache: under which key an action stands there, which result of it an action would make now, and what
//! is kept of a new one. Whether a result holds is for the dirty check to say.

use crate::cache::KeptResult;
use crate::check::files;
use crate::check::{read_differs, shadowed};
use crate::error::Result;
use crate::graph::fingerprint;
use crate::graph::{Action, ActionId, Work};
use crate::run::caching::{Caching, Known, day};
use crate::run::elsewhere::why_here;
use crate::run::run_state::RunState;
use crate::state::log::{ActionRecord, FileList};
use crate::world::hash::{Hash, Hasher};

/// Why the result of an action cannot be kept, whatever it reads.
fn unsure(action: &Action) -> Option<&'static str> {
    match &action.work {
        Work::Step(step) if !step.is_sure() => Some("nobody vouches for what makes it"),
        Work::Step(step) => (!step.reads_inputs()).then_some("it only waits for others"),
        Work::Command(command) if command.stage.is_some() || !command.then.is_empty() => {
            Some("a tool of the project makes it, and nobody vouches for what that reads")
        }
        Work::Command(command) if command.search.is_some() && action.depfile.is_none() => {
            Some("nothing tells what was read to make it")
        }
        Work::Command(_) => None,
    }
}

impl RunState<'_> {
    /// What the cache has for an action whose inputs are there.
    pub fn known(&mut self, action: &Action) -> Result<Option<Known>> {
        let Some(cache) = self.cache else { return Ok(None) };
        let Some((key, inputs)) = self.key_of(action)? else { return Ok(None) };
        let mut results = cache.results(self.disk, key).into_iter();
        let entry = results.find(|entry| self.holds(action, &inputs, entry));
        Ok(Some(Known(entry.map(Box::new))))
    }

    /// The key of an action that may be kept, and what it reads as far as that is declared.
    pub(super) fn key_of(&mut self, action: &Action) -> Result<Option<(Hash, FileList)>> {
        if unsure(action).is_some() {
            return Ok(None);
        }
        let mut inputs = FileList::new();
        for id in files::ids(self.graph, &action.inputs, self.store) {
            inputs.push((id, self.files.input(self.store, id)?));
        }
        let digest = fingerprint::digest(self.graph, action, &self.root);
        Ok(self.cache_key(digest, &inputs).map(|key| (key, inputs)))
    }

    /// Whether a result is what the action would make now.
    pub(super) fn holds(&mut self, action: &Action, inputs: &FileList, entry: &KeptResult) -> bool {
        entry.outputs.len() == action.outputs.len()
            && (!entry.names_root || entry.root == self.root)
            && self.would_read(action, inputs, entry)
    }

    /// What decides a result as far as it is declared; `None` if that is not known.
    fn cache_key(&self, digest: Hash, inputs: &FileList) -> Option<Hash> {
        let mut hasher = Hasher::new();
        // The number: commands are started otherwise since.
        hasher.update(concat!(env!("CARGO_PKG_VERSION"), ", 2").as_bytes());
        hasher.update(&digest.to_bits().to_le_bytes());
        for &(id, hash) in inputs {
            if matches!(hash, Hash::MISSING | Hash::UNKNOWN | Hash::NOT_A_FILE) {
                return None;
            }
            let path = self.store.path(id);
            hasher.update(&(path.len() as u64).to_le_bytes());
            hasher.update(path.as_bytes());
            hasher.update(&hash.to_bits().to_le_bytes());
        }
        // Whether a result names the checkout cannot be seen where the name is written otherwise there.
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@,=~".contains(c);
        if !self.root.chars().all(is_plain) {
            hasher.update(self.root.as_bytes());
        }
        Some(hasher.finish())
    }

    /// Whether a result rests on what is there now: as if this action had made it here last. What cannot be looked at is
    /// nothing that it rests on.
    fn would_read(&mut self, action: &Action, inputs: &FileList, entry: &KeptResult) -> bool {
        let record = ActionRecord {
            inputs: inputs.clone(),
            discovered: self.discovered_by(entry),
            ..ActionRecord::without_result(0)
        };
        let differs = read_differs(&record, &mut self.files, self.store, |_, _| false);
        matches!(differs, Ok(None))
            && matches!(shadowed(action, &record, &mut self.shadowing, self.store), Ok(None))
    }

    /// What a result rests on, in numbers of this store.
    pub(super) fn discovered_by(&mut self, entry: &KeptResult) -> FileList {
        entry.discovered.iter().map(|(path, hash)| (self.store.id(path), *hash)).collect()
    }

    /// Keeps a result whose record is this. Answers what there is to say of it.
    pub(super) fn keep(&self, entry: KeptResult, record: &ActionRecord) -> String {
        let Some(cache) = self.cache else { return String::new() };
        let unknown = record.discovered.iter().any(|(_, hash)| *hash == Hash::UNKNOWN);
        let key = self.cache_key(record.digest, &record.inputs);
        let Some(key) = key.filter(|_| !unknown) else {
            return not_kept("what it reads was written meanwhile");
        };
        let path = |id| self.store.path(id).to_owned();
        let discovered = record.discovered.iter().map(|&(id, hash)| (path(id), hash)).collect();
        let names_root = entry.names_root;
        let entry = KeptResult { discovered, millis: record.millis, ..entry };
        if let Some(shared) = self.shared.filter(|_| !names_root) {
            let place = |content| {
                Some(self.disk.absolute(&cache.place(content)?).to_string_lossy().into_owned())
            };
            if let Some(files) = entry.contents().map(place).collect() {
                shared.keep(key, &entry, files);
            }
        }
        // Without it, it is made again.
        let _ = cache.keep(self.disk, key, entry);
        match names_root {
            true => "in the cache for this checkout only: it names its path".to_owned(),
            false => String::new(),
        }
    }

    /// What is said of where a result comes from, or why it is not kept; nothing of one that may be kept.
    pub(super) fn told_of(&self, id: ActionId, caching: &Caching) -> String {
        let action = self.graph.action(id);
        match caching {
            _ if self.cache.is_none() => String::new(),
            Caching::Taken(entry) if self.brought.contains(&id) => {
                let KeptResult { root, made_at, .. } = &**entry;
                let name = self.shared.map_or("a server", |shared| shared.name());
                format!("from {name}, made on {}: {root}", day(*made_at))
            }
            Caching::Taken(entry) if entry.root == self.root => {
                format!("from the cache, made in this checkout on {}", day(entry.made_at))
            }
            Caching::Taken(entry) => {
                let KeptResult { root, made_at, .. } = &**entry;
                format!("from the cache, made in another checkout on {}: {root}", day(*made_at))
            }
            Caching::Fleeting(why) => not_kept(why),
            Caching::Keepable(_) if self.ran_elsewhere.contains(&id) => {
                format!("made on {}", self.shared.map_or("a server", |shared| shared.name()))
            }
            Caching::Keepable(_) => {
                let server = self.shared.filter(|server| server.runs());
                let told = server.zip(why_here(action));
                told.map_or(String::new(), |(server, why)| {
                    format!("made here, not on {}: {why}", server.name())
                })
            }
            Caching::None => unsure(action).map_or(String::new(), not_kept),
        }
    }
}

fn not_kept(why: impl AsRef<str>) -> String {
    format!("not in the cache: {}", why.as_ref())
}
