//! The files of a process as its loader maps them: the host with its libraries, then what is loaded into it. Each file is
//! there once, whatever names lead to it. Knows names and directories; symbols are looked up elsewhere.

mod files;
mod find;
mod open;

pub use files::{Lost, Mapped, Opened, Process};
