//! Servers of the Remote Execution API: [`Fake`], in this process, which does what is wrong on demand and runs actions without a
//! sandbox; and [`real`] ones.

mod fake;
pub mod real;
mod answers;
mod pieces;
mod worker;
mod store;
mod connection;
mod fault;

pub use fake::{Fake, GIVEN_UP};
pub use fault::Fault;
