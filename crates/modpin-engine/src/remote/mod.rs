//! A server with results, by way of a helper program that speaks with it: nothing of what that takes is compiled into us.

pub mod wire;
mod server_program;

pub use server_program::{ServerProgram, Started};
