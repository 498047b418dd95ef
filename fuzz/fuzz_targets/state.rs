//! The state's log: any bytes behind the header are read, cut off or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modpin_engine::state::contents::Contents;
use modpin_engine::state::log::{RawAction, Reader, header, put_frame};
use modpin_engine::{Hash, PathId};
use modpin_fuzz::bounded;

fuzz_target!(|bytes: &[u8]| bounded(bytes.len(), || read_all(bytes)));

fn read_all(bytes: &[u8]) {
    read(bytes);
    read(&[&header()[..], bytes].concat());
    let mut log = header();
    put_frame(&mut log, 0, &[bytes]);
    read(&log);
    // What a checksum vouches for may be odd all the same.
    let mut contents = Contents::default();
    (0..3).for_each(|at| _ = contents.push(PathId::default(), Hash::from_bits(at)));
    let action = RawAction::at(bytes);
    if let (Ok(parts), Ok(())) = (action.parts(), action.check(contents.count())) {
        let record = action.decode(&contents).unwrap();
        assert_eq!(parts.inputs.count(), record.inputs.len());
        assert_eq!(parts.discovered.count(), record.discovered.len());
        assert_eq!(parts.outputs.count(), record.outputs.len());
    }
}

fn read(bytes: &[u8]) {
    let Ok(mut reader) = Reader::open(bytes) else { return };
    while let Ok(Some(_)) = reader.next_record() {
        assert!(reader.good() <= bytes.len());
    }
}
