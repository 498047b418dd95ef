//! Whether a module loads in its host: the loader itself is asked, and its answer put into words.

mod ask;
mod judge;
mod emulator;
mod privileges;

pub use ask::{PROBE, Question, ask, compile_probe};
pub(crate) use ask::{library_path, sysroot};
pub(crate) use emulator::can_start;
pub(crate) use judge::{HOST_DOES_NOT_START, is_of_the_machine, way_out};
pub use privileges::more_than_ours;
