//! The text form of symbols: any text is read or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modpin_fuzz::bounded;
use modpin_symbols::Index;

fuzz_target!(|text: &str| {
    let first_line = Index { units: Vec::new() }.to_text();
    for text in [text, &(first_line + text)] {
        bounded(text.len(), || read(text));
    }
});

fn read(text: &str) {
    if let Ok(index) = Index::parse(text) {
        let text = index.to_text();
        assert_eq!(Index::parse(&text).expect("our own text can be read").to_text(), text);
    }
}
