//! Variables by which whoever runs the tests would have a say in what comes out.

use std::process::Command;

/// How the program speaks: of cargo and of terminals.
pub const TERMINAL: [&str; 9] = [
    "CI",
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "CARGO_TERM_COLOR",
    "CARGO_TERM_QUIET",
    "CARGO_TERM_VERBOSE",
    "CARGO_TERM_PROGRESS_WHEN",
    "CARGO_TERM_PROGRESS_WIDTH",
];

/// How many run at once.
pub const JOBSERVER: [&str; 4] = ["CARGO_MAKEFLAGS", "MAKEFLAGS", "MFLAGS", "MAKELEVEL"];

/// What compilers and linkers do. `CC` and `CXX` are not among them: the tests run with any.
pub const COMPILER: [&str; 13] = [
    "CPPFLAGS",
    "CFLAGS",
    "CXXFLAGS",
    "CPLUS_INCLUDE_PATH",
    "LDFLAGS",
    "CPATH",
    "C_INCLUDE_PATH",
    "LIBRARY_PATH",
    "COMPILER_PATH",
    "HOSTCC",
    "HOSTCFLAGS",
    "HOSTCXX",
    "HOSTLDFLAGS",
];

/// Where things are installed, and what treats them on the way.
pub const INSTALL: [&str; 3] = ["DESTDIR", "STRIP", "OBJCOPY"];

/// Takes them away from a command.
pub fn forget(command: &mut Command) {
    let all = TERMINAL.iter().chain(&JOBSERVER).chain(&COMPILER).chain(&INSTALL);
    all.for_each(|name| _ = command.env_remove(name));
}
