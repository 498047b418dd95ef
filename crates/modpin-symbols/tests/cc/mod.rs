//! What a compiler makes in a world, read by this crate. Each test file uses a part of this.
#![allow(dead_code)]

use modpin_symbols::{Index, Names, Need, Object, Result, Table, Visibility};
use modpin_test::World;

/// Objects and archives in a world.
pub trait Cc {
    /// Compiles `source` to `NAME.o`.
    fn compile(&self, name: &str, source: &str, flags: &str) -> Vec<u8>;
    /// The index of a file here, members of thin archives read from here, too.
    fn index(&self, name: &str) -> Result<Index<'static>>;
}

impl Cc for World {
    fn compile(&self, name: &str, source: &str, flags: &str) -> Vec<u8> {
        self.write(&format!("{name}.c"), source);
        self.call(&format!("gcc -c {flags} {name}.c -o {name}.o"));
        self.content(&format!("{name}.o"))
    }

    fn index(&self, name: &str) -> Result<Index<'static>> {
        let bytes = self.content(name);
        Ok(Index::read(&bytes, &mut |member| std::fs::read(self.path(member)))?.into_owned())
    }
}

/// The text of a lone object's index, with `MACHINE` for the processor of this computer.
pub fn text(object: Object<'_>) -> String {
    let object = Object { machine: "MACHINE".into(), ..object };
    let content = modpin_symbols::Content::Object(object);
    let unit = modpin_symbols::Unit { name: "".into(), content, listed: Vec::new() };
    Index { units: vec![unit] }.to_text()
}

/// Reads a file again for some of its own names, and looks whether that tells of them what reading all of it told. A unit
/// that neither defines nor hides one of the names may be left out, and must then be empty.
pub fn names_agree(path: &str, bytes: &[u8], index: &Index<'_>) {
    let tables = || index.units.iter().filter_map(|unit| unit.object()).map(|object| &object.table);
    let defined = tables().flat_map(|table| &table.defined).map(|symbol| &*symbol.name);
    let needed = tables().flat_map(|table| &table.needed).map(|symbol| &*symbol.name);
    let some: Vec<&str> = defined.step_by(7).take(100).chain(needed.step_by(31).take(50)).collect();
    let few = Index::read_names(bytes, &mut no_external, &Names::new(some.iter().copied()));
    let few = few.unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(few.units.len(), index.units.len(), "{path}");
    for (unit, whole) in few.units.iter().zip(&index.units) {
        let (Some(object), Some(all)) = (unit.object(), whole.object()) else {
            assert_eq!(unit.content, whole.content, "{path}");
            continue;
        };
        let (found, wanted) = (only(&object.table, &some), only(&all.table, &some));
        let hides = |need: &Need<'_>| need.visibility != Visibility::Default;
        let matters = !wanted.defined.is_empty() || wanted.needed.iter().any(hides);
        if matters || found != Table::default() {
            assert_eq!(found, wanted, "{path}: {}", unit.name);
        }
        assert_eq!((unit.blind_spot(), &unit.listed), (whole.blind_spot(), &whole.listed), "{path}");
    }
}

fn only<'a>(table: &Table<'a>, names: &[&str]) -> Table<'a> {
    let mut table = table.clone();
    table.defined.retain(|symbol| names.contains(&&*symbol.name));
    table.needed.retain(|need| names.contains(&&*need.name));
    table
}

/// A reader for archives that are not thin.
pub fn no_external(member: &str) -> std::io::Result<Vec<u8>> {
    panic!("the archive is not thin, and {member} was asked for")
}
