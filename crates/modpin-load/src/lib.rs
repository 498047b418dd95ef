//! Finds, checks, loads and unloads the modules of a program that modpin has built. A crate for the program itself: it has no
//! dependencies. The same in C is `c/modpin_load.h` and `c/modpin_load.c`.
//!
//! ```no_run
//! use std::ffi::c_int;
//!
//! fn main() -> Result<(), modpin_load::Error> {
//!     let mut modules = modpin_load::Search::new().find("app")?;
//!     // SAFETY: the modules are ours, and `run` has this type in each of them.
//!     let run = unsafe {
//!         modules.load("hello")?;
//!         modules.symbol::<extern "C" fn() -> c_int>("hello", "run")?
//!     };
//!     println!("{}", run());
//!     Ok(())
//! }
//! ```
//!
//! Modules are looked for in the directories that [`Search`] tells, never in the current one. What `modules.json` there says decides
//! which modules there are, in which order they are loaded and how each is opened. If the program records the build that it belongs
//! to (`Project::identity`), a module of another build is refused before anything is loaded.
//!
//! Floors: `modules` on `manifest`, `library`, `search`; `manifest` on `json`, `library` on `missing` and `privileges`; `missing` and
//! `identity` on `elf`; all on `error`.
//!
//! Architecture invariant: needs nothing but std, and knows no other crate of modpin.

mod error;
mod elf;
mod identity;
mod json;
mod manifest;
mod library;
mod missing;
mod search;
mod modules;

pub use error::{Error, Result};
pub use identity::recorded;
pub use modules::Modules;
pub use search::{Search, VARIABLE};
