//! Which variables of the environment compilers and linkers obey. What a command runs with is named in full, so that another
//! environment is another command.

/// Variables that compilers and linkers obey without being told.
const OBEYED: [&str; 3] = ["COMPILER_PATH", "GCC_EXEC_PREFIX", "SOURCE_DATE_EPOCH"];

/// The same, when they compile.
const OBEYED_BY_COMPILERS: [&str; 3] = ["CPATH", "C_INCLUDE_PATH", "GCC_COMPARE_DEBUG"];

/// The same, when they compile C++.
const OBEYED_BY_CXX: [&str; 3] = ["CPATH", "CPLUS_INCLUDE_PATH", "GCC_COMPARE_DEBUG"];

/// The same, when they link (gcc's manual, "Environment Variables"; ld's, "Environment Variables").
const OBEYED_BY_LINKERS: [&str; 4] = ["LIBRARY_PATH", "LD_RUN_PATH", "GNUTARGET", "LDEMULATION"];

/// The part of the environment that decides what a toolchain is and does.
pub fn environment() -> String {
    let mut text = String::new();
    let asked = |name: &str| {
        let prefixes = [
            "CC",
            "CXX",
            "CFLAGS",
            "CPPFLAGS",
            "CROSS_COMPILE",
            "LDFLAGS",
            "TARGET_",
            "HOST_",
            "PATH",
            "SDKROOT",
        ];
        // Not `HOST`, with which `HOSTNAME` begins.
        let of_build_machine = ["HOSTCC", "HOSTCXX", "HOSTCFLAGS", "HOSTLDFLAGS"];
        let is_runner = |name: &str| name.starts_with("CARGO_TARGET_") && name.ends_with("_RUNNER");
        let compilers = OBEYED_BY_COMPILERS.iter().chain(&OBEYED_BY_CXX);
        let mut obeyed = OBEYED.iter().chain(compilers).chain(&OBEYED_BY_LINKERS);
        prefixes.iter().chain(&of_build_machine).any(|prefix| name.starts_with(prefix))
            || is_runner(name)
            || obeyed.any(|obeyed| *obeyed == name)
    };
    let mut variables: Vec<_> = std::env::vars_os().collect();
    variables.sort();
    for (name, value) in variables {
        if asked(&name.to_string_lossy()) {
            text += &format!("{name:?}={value:?}\n");
        }
    }
    text
}

/// What a compilation runs with.
pub fn compile_env(is_cxx: bool) -> Vec<(String, Option<String>)> {
    environment_of(if is_cxx { &OBEYED_BY_CXX } else { &OBEYED_BY_COMPILERS })
}

/// What a link runs with.
pub fn link_env() -> Vec<(String, Option<String>)> {
    environment_of(&OBEYED_BY_LINKERS)
}

/// What a command's environment must be: the language of messages, and what it obeys, as it is.
fn environment_of(obeyed: &[&str]) -> Vec<(String, Option<String>)> {
    let set = OBEYED.iter().chain(obeyed).filter_map(|&name| Some((name, std::env::var(name).ok()?)));
    let all = [("LC_ALL", "C".to_owned())].into_iter().chain(set);
    all.map(|(name, value)| (name.to_owned(), Some(value))).collect()
}
