//! One build directory at work: its lock, its memory, its processes. Knows no plan: it runs the graph
//! that it is given.

mod clean;
mod known_options;
mod recall;
mod results;
mod server;

pub use clean::{Cleaned, clean};
pub use known_options::KnownOptions;
pub use recall::PlanInputs;

pub use results::{KeepResults, PLACE, Results, SIZE, bytes_of, disk, user_dir};
pub use server::UseServer;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Instant;

use modpin_engine::{
    Cache, Config, Disk, Edges, Ended, Event, FileId, Graph, Interrupt, Jobserver, Lock, Outcome, Pool,
    Processes, RealDisk, RealProcesses, Selection, SharedCache, Spawn, Store,
};

use crate::error::{Error, Result};
use crate::layout::Layout;
use modpin_steps::own_file;

use crate::layout::cachedir_tag;
use crate::steps::Verb;
use crate::toolchain::Texts;

/// A build directory that is ours alone until this value is gone.
pub struct Session {
    disk: RealDisk,
    processes: Arc<RealProcesses>,
    interrupt: Interrupt,
    jobserver: Option<Arc<Jobserver>>,
    store: Store,
    build_dir: String,
    state_dir: String,
    /// Where the build writes how C sees options.
    seen: String,
    since: i64,
    cache: Option<Arc<dyn Cache>>,
    server: Option<Arc<dyn SharedCache>>,
    _lock: Lock,
}

/// Runs programs as a build does its commands: they die with us, and when a signal ends us.
pub struct BuiltPrograms {
    processes: Arc<RealProcesses>,
    interrupt: Interrupt,
}

impl BuiltPrograms {
    /// Runs one to its end.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn run(&self, spawn: &Spawn) -> std::io::Result<Ended> {
        self.processes.run(spawn)
    }

    /// The signal that somebody has sent to end us.
    pub fn signal(&self) -> Option<i32> {
        self.interrupt.signal()
    }
}

/// How to run a graph.
#[derive(Clone, Copy, Debug)]
pub struct RunConfig {
    /// How many actions may run at once.
    pub jobs: usize,
    /// How many links may run at once; as many as actions, if nothing is said.
    pub links: Option<NonZeroUsize>,
    /// Go on with what does not need a failed action.
    pub keep_going: bool,
    /// Tell what would run, and run nothing.
    pub dry_run: bool,
}

impl Session {
    /// Opens a build directory for a program that is nobody's library: children die with it, and signals
    /// end the build. Waits when another process builds there. With a jobserver, it decides how many actions run at
    /// once, and children are told of it.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Engine`] when the directory cannot be made, locked or read;
    /// [`Error::Interrupted`] when a signal ends the wait.
    pub fn open(
        layout: &Layout,
        jobserver: Option<Arc<Jobserver>>,
        hear: &mut dyn FnMut(Event<'_>),
    ) -> Result<Session> {
        let io = |source| Error::io(&layout.dir, "start the children's guard", source);
        let processes = match &jobserver {
            Some(jobserver) => RealProcesses::guarded_with(jobserver),
            None => RealProcesses::guarded(),
        };
        let processes = Arc::new(processes.map_err(io)?);
        // The listener stays for ever. The processes must not: the session waits for the guard's end.
        let ending = Arc::downgrade(&processes);
        let first = move || _ = ending.upgrade().map(|processes| processes.end_all());
        let tokens = jobserver.clone();
        let last = move || _ = tokens.as_ref().map(|jobserver| jobserver.give_back());
        let interrupt = Interrupt::listen(first, last);
        let interrupt =
            interrupt.map_err(|source| Error::io(&layout.dir, "listen for signals", source))?;
        Ok(Session { jobserver, ..Session::with(layout, processes, interrupt, hear)? })
    }

    /// Opens a build directory inside somebody else's program, a build script or a test: signals are its
    /// own business.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn embedded(layout: &Layout, hear: &mut dyn FnMut(Event<'_>)) -> Result<Session> {
        Session::with(layout, Arc::new(RealProcesses::new()), Interrupt::new(), hear)
    }

    fn with(
        layout: &Layout,
        processes: Arc<RealProcesses>,
        interrupt: Interrupt,
        hear: &mut dyn FnMut(Event<'_>),
    ) -> Result<Session> {
        let (state_dir, disk) = (layout.state_dir(), RealDisk::new(&layout.root).holding(&layout.dir));
        let since = disk.last_stamp();
        let lock = locked(layout, &interrupt, hear)?;
        cachedir_tag::write(&layout.absolute(&layout.dir), &layout.absolute(&state_dir))?;
        let (store, warning) = Store::open(&disk, &format!("{state_dir}/state"))?;
        if let Some(warning) = warning {
            hear(Event::Warning(&warning));
        }
        let (build_dir, seen) = (layout.dir.clone(), layout.seen());
        let jobserver = None;
        Ok(Session {
            disk,
            processes,
            interrupt,
            jobserver,
            store,
            build_dir,
            state_dir,
            seen,
            since,
            cache: None,
            server: None,
            _lock: lock,
        })
    }

    /// It all began earlier: what changed before that was there when we came, and no command needs to wait for the clock to
    /// tell it from what changes meanwhile.
    pub fn began(&mut self, started: Instant) {
        self.since = self.disk.last_stamp() - started.elapsed().as_nanos() as i64;
    }

    /// Results are taken from there and kept there; without it, everything is made here.
    pub fn keep_results(&mut self, results: Option<Results>) {
        self.cache = results.map(|results| results.cache as Arc<dyn Cache>);
    }

    /// Results are taken from a server, too, if one was named, and there is a cache into which they go.
    ///
    /// # Errors
    /// [`Error::Input`]: what was said of it makes no sense, or the program that speaks with it is not there.
    pub fn use_server(&mut self, server: &UseServer) -> Result<()> {
        self.server = server.open(&self.processes)?.map(|program| program as Arc<dyn SharedCache>);
        Ok(())
    }

    /// Leaves the build directory to others, to run programs that were built there.
    pub fn into_programs(self) -> BuiltPrograms {
        BuiltPrograms { processes: self.processes, interrupt: self.interrupt }
    }

    /// What is remembered of earlier builds.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What a build of `wanted` looks at.
    ///
    /// # Errors
    /// [`Error::Engine`] when files need each other.
    pub fn select(&self, graph: &Graph, wanted: &[FileId]) -> Result<Selection> {
        Ok(Selection::from_wanted(graph, wanted, &self.store)?)
    }

    /// Brings what is selected up to date.
    ///
    /// # Errors
    /// [`Error::Engine`] when the disk refuses; a command that fails is no error but part of the outcome.
    pub fn run(
        &mut self,
        graph: &Graph,
        selection: &Selection,
        config: RunConfig,
        hear: &mut dyn FnMut(Event<'_>),
    ) -> Result<Outcome> {
        let links = config.links.map(|links| Pool { verb: Verb::Linking.word(), limit: links.get() });
        let config = Config {
            jobs: config.jobs,
            pools: links.into_iter().collect(),
            keep_going: config.keep_going,
            dry_run: config.dry_run,
            build_dir: self.build_dir.clone(),
            state_dir: self.state_dir.clone(),
            untold: Some(Arc::new(Texts::new(self.seen.clone()))),
            since: self.since,
            cache: self.cache.clone(),
            shared: self.server.clone(),
        };
        let jobserver = self.jobserver.as_deref();
        let edges = Edges {
            disk: &self.disk,
            processes: &*self.processes,
            interrupt: &self.interrupt,
            jobserver,
        };

        Ok(modpin_engine::run(graph, selection, &mut self.store, &config, edges, hear)?)
    }
}

/// How often the directory may vanish under our hands before that is an error.
const VANISHES: usize = 100;

/// Takes the lock of a build directory, which is made if it is not there.
pub(crate) fn locked(
    layout: &Layout,
    interrupt: &Interrupt,
    hear: &mut dyn FnMut(Event<'_>),
) -> Result<Lock> {
    let mut again = 0;
    loop {
        // Whoever cleans may remove the directory while we wait for the lock in it.
        match attempt(layout, interrupt, hear) {
            Err(error) if again < VANISHES && error.is_not_found() => again += 1,
            result => return result,
        }
    }
}

fn attempt(layout: &Layout, interrupt: &Interrupt, hear: &mut dyn FnMut(Event<'_>)) -> Result<Lock> {
    let dir = layout.absolute(&layout.state_dir());
    let made = own_file::make_dir(&dir);
    made.map_err(|error| Error::io(&dir, "make the build directory", error))?;
    let waiting = |holder| hear(Event::Waiting { holder });
    match Lock::take_unless(&dir.join("lock"), interrupt, waiting)? {
        Some(lock) => Ok(lock),
        None => Err(Error::Interrupted(interrupt.signal().unwrap_or_default())),
    }
}
