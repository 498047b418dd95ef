//! `modpin --project FILE.json VERB`: the same program as `cargo-modpin`, for who does not think of cargo.

use std::process::ExitCode;

fn main() -> ExitCode {
    modpin_cli::main_of_file()
}
