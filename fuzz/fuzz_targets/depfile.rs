//! Depfiles: any text names some files, none of them empty or twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modpin_engine::run::depfile::prerequisites;
use modpin_fuzz::bounded;

fuzz_target!(|text: &str| {
    let found = bounded(text.len(), || prerequisites(text, &|_| false)).expect("no text of this length names much");
    let mut seen = std::collections::HashSet::new();
    assert!(found.iter().all(|path| !path.is_empty() && seen.insert(path)));
});
