//! Which symbols of a module nobody has: the loader names the first one only. Reads the module's file and asks the loader for each
//! symbol that it needs.

use std::path::Path;

use crate::elf::{Class, DYNAMIC_SECTION, DYNAMIC_SYMBOLS, extents};
use crate::library::{Flags, Library};

/// What a module's file asks of others.
#[derive(Debug, Default, PartialEq)]
struct Asked {
    /// Without those that may be missing.
    symbols: Vec<String>,
    /// Names of shared libraries.
    libraries: Vec<String>,
}

/// A symbol that every object sees.
const GLOBAL: u8 = 1;

/// An entry of the dynamic section that names a library.
const NEEDED: u64 = 1;

/// The symbols that neither the program nor the module's libraries have; none when that cannot be known.
///
/// # Safety
/// Constructors of the module's libraries run, as they would have when it is loaded.
#[allow(unsafe_code)]
pub unsafe fn missing(module: &Path) -> Vec<String> {
    let Some(asked) = std::fs::read(module).ok().and_then(|bytes| asked(&bytes)) else {
        return Vec::new();
    };
    // SAFETY: the caller says so.
    let open =
        |name: &String| unsafe { Library::open(name.as_ref(), Flags { lazy: true, global: false }) };
    let opened: Vec<_> = asked.libraries.iter().map(open).collect();
    // What is in a library that only the module finds would seem to be missing.
    let all_known = opened.iter().all(Result::is_ok);
    let libraries: Vec<Library> = opened.into_iter().flatten().collect();
    let has = |library: &Library, symbol: &str| library.symbol(symbol).is_some();
    let is_missing = |symbol: &String| {
        !has(&Library::EVERYTHING, symbol) && !libraries.iter().any(|library| has(library, symbol))
    };
    let missing = asked.symbols.into_iter().filter(|symbol| all_known && is_missing(symbol)).collect();
    // SAFETY: nobody else has them.
    libraries.into_iter().for_each(|library| unsafe { library.close() });
    missing
}

fn asked(bytes: &[u8]) -> Option<Asked> {
    let (class, sections) = extents(bytes, true)?;
    let mut asked = Asked::default();
    for section in &sections {
        let names = || sections.get(section.link as usize)?.content(bytes);
        match section.kind {
            DYNAMIC_SYMBOLS => {
                asked.symbols = needed_symbols(class, &section.content(bytes)?, &names()?)
            }
            DYNAMIC_SECTION => {
                asked.libraries = needed_libraries(class, &section.content(bytes)?, &names()?)
            }
            _ => {}
        }
    }
    Some(asked)
}

fn needed_symbols(class: Class, table: &[u8], names: &[u8]) -> Vec<String> {
    let symbols = table.chunks_exact(class.symbol_size()).filter_map(|entry| class.symbol(entry));
    let needed =
        symbols.filter(|&(name, binding, section)| name != 0 && binding == GLOBAL && section == 0);
    needed.filter_map(|(name, ..)| text_at(names, u64::from(name))).collect()
}

fn needed_libraries(class: Class, table: &[u8], names: &[u8]) -> Vec<String> {
    let entries = table.chunks_exact(class.dynamic_size());
    let entries = entries.filter_map(|entry| {
        let mut fields = class.fields(entry);
        Some((fields.word()?, fields.word()?))
    });
    let needed = entries.take_while(|&(kind, _)| kind != 0).filter(|&(kind, _)| kind == NEEDED);
    needed.filter_map(|(_, name)| text_at(names, name)).collect()
}

fn text_at(names: &[u8], at: u64) -> Option<String> {
    let text = names.get(usize::try_from(at).ok()?..)?;
    let end = text.iter().position(|&byte| byte == 0)?;
    Some(String::from_utf8_lossy(&text[..end]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_damaged_are_no_danger() {
        let own = std::fs::read("/proc/self/exe").expect("this program");
        assert!(asked(&own).is_some_and(|asked| asked.symbols.iter().any(|name| name == "write")));
        assert_eq!(asked(b"no file of that kind"), None);
        let head = &own[..own.len().min(64)];
        for at in 0..head.len() {
            let mut damaged = head.to_vec();
            damaged[at] ^= 0xff;
            asked(&damaged);
        }
    }
}
