//! Real C in programs in Rust: with Lua, with SQLite, and a program that somebody else has written.

mod lua;
mod ripgrep;
mod sqlite;
