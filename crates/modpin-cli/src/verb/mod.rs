//! The verbs, one a file. Each takes what was typed and answers how it ended.

mod goal;
pub mod build;
mod reads;
pub mod modules;
pub mod project;
mod clangd;
#[cfg(feature = "installed")]
pub mod completions;
#[cfg(feature = "installed")]
mod man;
pub mod compile_commands;
pub mod config_probes;
mod config;
pub mod list;
pub mod explain;
pub mod graph;
pub mod clean;
mod cache;
pub mod install;
#[cfg(feature = "watch")]
pub mod watch;
pub mod run;
pub mod emit;
pub mod check;
pub mod test;
pub mod check_load;
pub mod resolve;
pub mod pins;
pub mod order;
pub mod explain_files;
pub mod link;
pub mod recipe;
pub mod new;
pub mod init;
mod one_project;
mod every_project;

pub use every_project::run as verb;
