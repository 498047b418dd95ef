//! The options of a project with everything that they say of each other looked up: what selects what, what is a member of what.

mod table;
mod attributes;
mod values;
mod pushes;
mod look_up;

pub(crate) use table::{Fallback, Push, RangeEnd, Symbol, Symbols, Then};
