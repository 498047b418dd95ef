//! What people and programs are told: on the terminal, and as messages.

pub mod terminal;
pub mod progress;
pub mod message;
pub mod failure;
pub mod summary;
pub mod display;
pub mod recorder;
pub mod listing;
pub mod explained;
pub mod verdicts;
