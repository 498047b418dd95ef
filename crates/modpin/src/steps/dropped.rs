//! Libraries that the link of a host names and its linker leaves out (`--as-needed`): nothing of the host uses them, and
//! what modules use, no linker knows. Words only.

use modpin_symbols::{Loadable, read_loadable};

/// A library that was named in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// As after `-l`.
    pub name: String,
    /// Where it is.
    pub path: String,
}

/// The first of these libraries that has a symbol. `named` are those of the host, as after `-l`; `read` opens a file.
pub fn dropped<E>(
    named: &[String],
    library_dirs: &[String],
    symbol: &str,
    read: &mut dyn FnMut(&str) -> Result<Option<Vec<u8>>, E>,
) -> Result<Option<Dropped>, E> {
    for name in named {
        for dir in library_dirs {
            let path = format!("{}/lib{name}.so", dir.trim_end_matches('/'));
            let Some(bytes) = read(&path)? else { continue };
            // A linker script in its place names others, and these are found by their own names.
            let file = read_loadable(&bytes).unwrap_or_else(|_| Loadable::default());
            if !file.offers_of(symbol).is_empty() {
                return Ok(Some(Dropped { name: name.clone(), path }));
            }
            break;
        }
    }
    Ok(None)
}

impl Dropped {
    /// What became of it, and the two ways out.
    pub fn words(&self, symbol: &str) -> String {
        let Dropped { name, path } = self;
        format!(
            "{path} has {symbol}: the host's link names it, and the linker left it out (--as-needed), because only modules use \
             it\n  help: keep it in the host with .keep_system_library({name:?}), or link the module with it: \
             .system_library({name:?})"
        )
    }
}
