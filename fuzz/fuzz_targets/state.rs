//! The state's log: any bytes behind the header are read, cut off or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modpin_engine::record::{Reader, header};

fuzz_target!(|bytes: &[u8]| {
    read(bytes);
    read(&[&header()[..], bytes].concat());
});

fn read(bytes: &[u8]) {
    let Ok(mut reader) = Reader::open(bytes) else { return };
    while let Ok(Some(_)) = reader.next_record() {
        assert!(reader.good() <= bytes.len());
    }
}
