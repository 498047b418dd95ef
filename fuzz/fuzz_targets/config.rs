//! Settings: any text sets an option that there is, or is refused in words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modpin::{Config, Opt};
use modpin_fuzz::bounded;

fuzz_target!(|text: &str| {
    let options = [Opt::tristate("CRYPT"), Opt::bool("DEBUG_IO")];
    let mut config = Config::default();
    match bounded(text.len(), || config.set_from_text(&options, text)) {
        Ok(()) => {
            assert!(modpin::configure(&options, &config).is_ok());
        }
        Err(error) => assert!(!error.to_string().is_empty() && config == Config::default()),
    }
});
