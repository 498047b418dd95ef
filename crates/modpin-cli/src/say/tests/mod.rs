//! What is told.

mod streams;
mod display;
