//! The program `modpin`, as the tests of this directory run it.

use std::process::ExitCode;

fn main() -> ExitCode {
    modpin_cli::main_of_file()
}
