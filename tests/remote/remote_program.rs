//! The program `modpin-remote`, as the tests of this directory run it.

use std::process::ExitCode;

fn main() -> ExitCode {
    modpin_remote::serve()
}
