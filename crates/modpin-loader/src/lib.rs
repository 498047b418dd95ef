//! What a dynamic loader would make of a host and a module, without running either: which files it maps, and which
//! symbols it then misses. Knows nothing of builds: whoever asks opens the files.

mod opener;
mod search;
mod cache;
mod process;
mod misplaced;
mod environment;
pub mod verdict;
mod predict;

pub use cache::Cache;
pub use environment::Surroundings;
pub use opener::{Found, Opener};
pub use predict::{Prediction, giver, plain, predict, start, taken, unseen_in_host};
pub use process::{Mapped, Opened, Process};
pub use verdict::{Answer, Interposed, Missing, Report, Verdict, agrees};
