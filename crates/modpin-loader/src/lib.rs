//! What a dynamic loader would make of a host and a module, without running either: which files it maps, and which
//! symbols it then misses. Knows nothing of builds: whoever asks opens the files.
//!
//! A [`LoaderEnvironment`] starts a host as a [`Process`], [`Process::open`] does what `dlopen` would do, and [`predict`] says
//! what the loader would answer: a [`Verdict`].

mod predict;
mod satisfied;
mod environment;
mod thread_variables;
mod tunables;
mod process;
mod refused;
mod misplaced;
mod search;
mod musl;
mod subdirectories;
mod cache;
mod opener;
mod advice;
pub mod verdict;

pub use modpin_symbols::shown;

pub use advice::{Advice, LibraryWithIt, NeededOf};
pub use cache::Cache;
pub use environment::LoaderEnvironment;
pub use opener::{Found, Opener};
pub use predict::{Prediction, predict, predict_start, provider, taken, unbound_calls, unseen_in_host};
pub use process::{Lost, Mapped, Opened, Process};
pub use satisfied::Satisfied;
pub use subdirectories::Processor;
pub use verdict::{
    Answer, HOST_DOES_NOT_START, Interposed, Missing, Report, Stage, Verdict, Withheld, agrees, plain,
};
