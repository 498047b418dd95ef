//! A program that loads the modules that it is told, for the tests of modpin-load: what it prints is what `host.c` prints.

use std::ffi::c_int;
use std::process::ExitCode;

use modpin_load::{Error, Modules, Search};

fn main() -> ExitCode {
    let mut search = Search::new();
    if let Some(dir) = std::env::var_os("INSTALLED") {
        search = search.installed(dir);
    }
    let mut modules = match search.find("host") {
        Ok(modules) => modules,
        Err(error) => {
            println!("none: {error}");
            return ExitCode::FAILURE;
        }
    };
    for module in std::env::args().skip(1) {
        match run(&mut modules, &module) {
            Ok(number) => println!("{module}: {number}"),
            Err(error) => {
                println!("{module}: {error}");
                if let Error::MissingSymbols { symbols, .. } = error {
                    symbols.iter().for_each(|symbol| println!("missing {symbol}"));
                }
            }
        }
    }
    ExitCode::SUCCESS
}

#[expect(unsafe_code, reason = "it loads the modules of the test")]
fn run(modules: &mut Modules, module: &str) -> modpin_load::Result<c_int> {
    // SAFETY: `run` has this type in each module of the test.
    unsafe {
        modules.load(module)?;
        let run: extern "C" fn() -> c_int = modules.symbol(module, "run")?;
        Ok(run())
    }
}
