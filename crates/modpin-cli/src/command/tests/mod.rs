//! What is typed.

mod command_line;
