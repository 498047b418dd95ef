//! Lines of objects: any bytes have some, and none lies in a file without a name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modpin_fuzz::bounded;
use modpin_symbols::mentions;

fuzz_target!(|bytes: &[u8]| {
    for symbol in ["wanted", "first"] {
        let found = bounded(bytes.len(), || mentions(bytes, symbol));
        assert!(
            found.used.iter().chain(&found.defined).all(|line| !line.file.is_empty() && line.line > 0)
        );
    }
});
