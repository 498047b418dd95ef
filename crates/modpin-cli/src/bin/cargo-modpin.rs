//! `cargo modpin --project FILE.json VERB`: modpin without a declaration in Rust.

use std::process::ExitCode;

fn main() -> ExitCode {
    modpin_cli::main_of_file()
}
