//! Whether a module loads in its host: the loader itself is asked, and its answer put into words.

mod environment;
mod privileges;
mod emulator;
mod judge;
mod compare;
mod ask;

pub use ask::{PROBE, Question, ToLoad, Turn, ask, ask_start, compile_probe};
pub use compare::{disagreement, in_full, unforeseen};
pub use emulator::can_start;
pub use environment::{loader_environment, told};
pub use privileges::more_than_ours;
