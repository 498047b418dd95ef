//! Finished files as a loader sees them: any bytes are read or refused, with themselves in their scope.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modpin_fuzz::bounded;
use modpin_symbols::{
    Binds, InScope, Rules, interposed, missing, missing_versions, read_loadable, unseen, unversioned,
};

fuzz_target!(|bytes: &[u8]| bounded(bytes.len(), || read(bytes)));

fn read(bytes: &[u8]) {
    let _ = unseen(bytes, &["run", "f"].into());
    let Ok(file) = read_loadable(bytes) else { return };
    let scope = ["a.so", "b.so"].map(|name| InScope { name, file: &file, binds: Binds::Now });
    for rules in [Rules::Glibc, Rules::Musl] {
        let _ = (missing(&scope, rules), missing_versions(&scope, rules));
        let _ = (interposed(&scope, 1, rules), unversioned(&scope, rules));
    }
}
