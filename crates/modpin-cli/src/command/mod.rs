//! What is typed, and how a run of the program ends.

pub mod setup;
pub mod speech;
pub mod config_args;
pub mod cache_args;
pub mod remote_args;
pub mod running;
pub mod install_args;
pub mod junit_args;
pub mod run_args;
pub mod watch_args;
pub mod source_args;
pub mod new;
pub mod foreign_args;
#[cfg(feature = "installed")]
pub mod installed_args;
pub mod args;
pub mod verbs;
pub mod command_line;
pub mod shell;
pub mod exit;
pub mod bug;

#[cfg(test)]
mod tests;
