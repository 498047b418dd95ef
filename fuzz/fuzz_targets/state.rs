//! The state's log: any bytes behind the header are read, cut off or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modpin_engine::state::log::{RawAction, Reader, header};
use modpin_fuzz::bounded;

fuzz_target!(|bytes: &[u8]| bounded(bytes.len(), || read_all(bytes)));

fn read_all(bytes: &[u8]) {
    read(bytes);
    read(&[&header()[..], bytes].concat());
    // What a checksum vouches for may be odd all the same.
    let action = RawAction::at(bytes);
    if let (Ok((_, read, written)), Ok(())) = (action.links(), action.check_texts()) {
        let record = action.decode().unwrap();
        assert_eq!(read.count(), record.inputs.len() + record.discovered.len());
        assert_eq!(written.count(), record.outputs.len());
    }
}

fn read(bytes: &[u8]) {
    let Ok(mut reader) = Reader::open(bytes) else { return };
    while let Ok(Some(_)) = reader.next_record() {
        assert!(reader.good() <= bytes.len());
    }
}
