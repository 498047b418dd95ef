//! Objects and archives: any bytes are read or refused, and what was read survives its text form.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modpin_fuzz::bounded;
use modpin_symbols::{File, Index, Link, Names, Scope, closure, members};

fuzz_target!(|bytes: &[u8]| bounded(bytes.len(), || read(bytes)));

fn read(bytes: &[u8]) {
    let _ = members(bytes);
    let mut nothing = |_: &str| Err(std::io::ErrorKind::NotFound.into());
    let Ok(index) = Index::read(bytes, &mut nothing) else { return };
    let text = index.to_text();
    let again = Index::parse(&text).expect("our own text can be read");
    assert_eq!(again.to_text(), text);
    let archives = vec![File { name: "fuzz.a", index: &index }];
    let scope = Scope::new(&Link { objects: vec![], archives });
    let names: Vec<&str> = index
        .units
        .iter()
        .filter_map(|unit| unit.object())
        .flat_map(|object| &object.table.defined)
        .map(|definition| definition.name.as_ref())
        .take(50)
        .collect();
    let _ = closure(&scope, &names);
    let some = Names::new(names.iter().copied().step_by(5));
    let few = Index::read_names(bytes, &mut nothing, &some).expect("what could be read in full");
    assert_eq!(few.units.len(), index.units.len());
}
