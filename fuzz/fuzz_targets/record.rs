//! Records beside archives: any text is one or is refused in words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modpin::LinkRecord;
use modpin_fuzz::bounded;

fuzz_target!(|text: &str| {
    match bounded(text.len(), || LinkRecord::from_json(text)) {
        Ok(record) => {
            assert_eq!(LinkRecord::from_json(&serde_json::to_string(&record).expect("JSON")), Ok(record))
        }
        Err(why) => assert!(!why.is_empty()),
    }
});
