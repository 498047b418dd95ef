//! Loads the module, and runs it.

use std::ffi::c_int;

/// For modules.
#[unsafe(no_mangle)]
pub extern "C" fn app_version() -> c_int {
    7
}

fn main() -> Result<(), modpin_load::Error> {
    let mut modules = modpin_load::Search::new().installed(env!("MODPIN_MODULES")).find("app")?;
    // SAFETY: the module is ours, and `run` has this type there.
    let run = unsafe {
        modules.load("hello")?;
        modules.symbol::<extern "C" fn() -> c_int>("hello", "run")?
    };
    println!("run says {}", run());
    Ok(())
}
