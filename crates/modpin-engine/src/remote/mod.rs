//! A server with results, by way of a helper program that speaks with it: nothing of what that takes is compiled into us.

pub mod wire;
mod news;
mod conversation;
mod server_program;

pub use conversation::Started;
pub use server_program::ServerProgram;
