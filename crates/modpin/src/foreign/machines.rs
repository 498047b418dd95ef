//! Whether files that are to be linked or loaded together are for one machine: a linker passes over an archive for another
//! one, so what it defines is no answer. Knows no symbol.

use std::path::Path;

use modpin_symbols::{Index, Unit};

use super::files::input;
use crate::error::Result;

/// What a compiler has not yet decided.
const OPEN: [&str; 2] = ["", "llvm-bitcode"];

/// # Errors
/// [`Error::Input`](crate::Error::Input) for the first file that is for another machine than one before it.
pub(super) fn alike<'a>(files: impl IntoIterator<Item = (&'a str, &'a Index<'a>)>) -> Result<()> {
    let mut first: Option<(&str, &str)> = None;
    for (name, index) in files {
        let machines = index.units.iter().filter_map(Unit::object).map(|object| &*object.machine);
        for machine in machines.filter(|machine| !OPEN.contains(machine)) {
            let (other, theirs) = *first.get_or_insert((name, machine));
            if theirs != machine {
                let why = format!(
                    "it is for {machine}, and {other} is for {theirs}\n  help: name files of one machine"
                );
                return Err(input(Path::new(name), &why));
            }
        }
    }
    Ok(())
}
