//! Errands to a server with results, for actions that must run and whose results are not in the cache: what lies there, and
//! bringing it into the cache.

use crate::cache::{KeptResult, SharedResult, Wait};
use crate::graph::{Action, ActionId};
use crate::run::elsewhere::Needs;
use crate::run::execute::Executor;
use crate::run::job::Job;
use crate::world::hash::Hash;

/// What is to be done for an action.
pub enum Errand {
    /// Ask what lies under its key.
    Find(Hash),
    /// Bring a result that lies there.
    Bring(Hash, Box<SharedResult>),
    /// Have it run there.
    Run(Box<Job>, Needs),
}

/// What came of it.
pub enum Back {
    /// What lies there.
    Found(Hash, Vec<SharedResult>),
    /// All contents of the result are in the cache; or they cannot be had.
    Brought(Hash, Option<Box<KeptResult>>),
    /// What it has made there has arrived; or it must run here.
    Ran(Option<Box<Job>>),
}

impl Executor<'_> {
    /// Runs one.
    pub fn run_errand(&self, action: ActionId, errand: Errand, wait: &Wait) -> Back {
        let action = self.graph.action(action);
        match errand {
            Errand::Find(key) => {
                Back::Found(key, self.shared.map_or(Vec::new(), |shared| shared.results(key, wait)))
            }
            Errand::Bring(key, result) => {
                let brought = self.bring(action, &result, wait).map(|()| Box::new(result.entry));
                Back::Brought(key, brought)
            }
            Errand::Run(job, needs) => Back::Ran(self.run_elsewhere(*job, &needs, wait).map(Box::new)),
        }
    }

    /// Brings what the cache does not have. It is believed when it is taken from there, by its digest.
    fn bring(
        &self,
        action: &Action,
        SharedResult { entry, blobs }: &SharedResult,
        wait: &Wait,
    ) -> Option<()> {
        let (cache, disk) = (self.cache?, self.edges.disk);
        let is_there = |content| {
            let path = cache.place(content)?;
            disk.stat(&path).ok().flatten()
        };
        let missing = entry.contents().zip(blobs).filter(|(content, _)| is_there(*content).is_none());
        let partial = self.partial(action);
        let missing: Vec<_> = missing
            .enumerate()
            .map(|(at, (content, blob))| (content, blob, partial.fetched(at)))
            .collect();
        if missing.is_empty() {
            return Some(());
        }
        let absolute = |path: &str| disk.absolute(path).to_string_lossy().into_owned();
        let wanted: Vec<_> = missing.iter().map(|(_, blob, path)| (*blob, absolute(path))).collect();
        let fetched = self.shared?.fetch(&wanted, wait).ok();
        let kept = fetched.and_then(|()| {
            missing
                .iter()
                .try_for_each(|(content, _, path)| cache.keep_content(disk, *content, path).ok())
        });
        for (.., path) in &missing {
            let _ = disk.remove(path);
        }
        kept
    }
}
