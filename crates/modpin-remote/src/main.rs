//! `modpin-remote`: speaks with a server for a build, which starts it and tells it on its standard input what to do.

use std::io::{IsTerminal, stdin};
use std::process::ExitCode;

fn main() -> ExitCode {
    if std::env::args_os().len() > 1 || stdin().is_terminal() {
        println!(
            "modpin-remote {}\nBuilds start it by themselves, to speak with the server that --remote-cache names.",
            env!("CARGO_PKG_VERSION")
        );
        return ExitCode::SUCCESS;
    }
    modpin_remote::serve()
}
