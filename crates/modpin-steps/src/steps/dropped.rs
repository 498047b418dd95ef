//! Libraries that the link of a host names and its linker leaves out (`--as-needed`): nothing of the host uses them, and
//! what modules use, no linker knows. Words only.

use modpin_symbols::{named_in_script, read_loadable};

/// A library that was named in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// As after `-l`.
    pub name: String,
    /// Where it is.
    pub path: String,
}

/// Opens a file.
pub type Reads<'a, E> = dyn FnMut(&str) -> Result<Option<Vec<u8>>, E> + 'a;

/// The first of these libraries that has a symbol. `named` are those of the host, as after `-l`; `read` opens a file.
pub fn dropped<E>(
    named: &[String],
    library_dirs: &[String],
    symbol: &str,
    read: &mut Reads<'_, E>,
) -> Result<Option<Dropped>, E> {
    for name in named {
        for dir in library_dirs {
            let path = format!("{}/lib{name}.so", dir.trim_end_matches('/'));
            let Some(bytes) = read(&path)? else { continue };
            let mut offers = offers(&bytes, symbol);
            for named in of_script(&bytes) {
                offers = offers || read(&named)?.is_some_and(|bytes| self::offers(&bytes, symbol));
            }
            if offers {
                return Ok(Some(Dropped { name: name.clone(), path }));
            }
            break;
        }
    }
    Ok(None)
}

fn offers(bytes: &[u8], symbol: &str) -> bool {
    read_loadable(bytes).is_ok_and(|file| !file.offers_of(symbol).is_empty())
}

/// The libraries that a linker script in a library's place names: `GROUP ( /lib/libm.so.6 AS_NEEDED ( … ) )`.
pub fn of_script(bytes: &[u8]) -> Vec<String> {
    let text = if bytes.starts_with(b"\x7fELF") { None } else { std::str::from_utf8(bytes).ok() };
    let named = text.and_then(|text| named_in_script(text).ok()).unwrap_or_default();
    named.into_iter().filter(|name| name.starts_with('/')).collect()
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
