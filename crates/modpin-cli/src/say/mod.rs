//! What people and programs are told: on the terminal, and as messages.

pub mod annotations;
pub mod voice;
pub mod terminal;
pub mod output_file;
pub mod junit;
pub mod progress;
pub mod message;
pub mod failure;
pub mod lost_header;
pub mod way_out;
pub mod summary;
pub mod display;
pub mod recorder;
pub mod parts;
pub mod listing;
pub mod explained;
pub mod verdicts;
pub mod trace;

#[cfg(test)]
mod tests;
