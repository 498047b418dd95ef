//! Whether cargo links the programs of a target with the C library inside, as rustc says it. cargo's own word for it is not enough: it
//! asks rustc about procedural macros as well, which are never linked so, and where the target alone asks for it (musl), rustc
//! then says no for all.

use std::env;

use modpin_engine::{Processes, RealProcesses, Spawn};

/// Whether that is so for the target of the build script that this process is. Only for C libraries that are linked so unless
/// somebody says otherwise; what somebody says, cargo tells.
pub fn is_default() -> bool {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    if variable("CARGO_CFG_TARGET_ENV") != "musl" {
        return false;
    }
    let asked = ["-", "--crate-name", "___", "--crate-type", "bin", "--print", "cfg", "--target"];
    let mut args: Vec<String> = asked.iter().map(|&arg| arg.to_owned()).collect();
    args.push(variable("TARGET"));
    let flags = variable("CARGO_ENCODED_RUSTFLAGS");
    args.extend(flags.split('\x1f').filter(|flag| !flag.is_empty()).map(str::to_owned));
    let dir = variable("OUT_DIR");
    let ended =
        RealProcesses::new().run(&Spawn { program: variable("RUSTC"), args, dir, ..Spawn::default() });
    ended.is_ok_and(|ended| {
        let text = String::from_utf8_lossy(&ended.output).into_owned();
        text.lines().any(|line| line == "target_feature=\"crt-static\"")
    })
}
