//! Settings: any text sets an option that there is, or is refused in words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modpin::{Config, Opt};
use modpin_fuzz::bounded;

fuzz_target!(|text: &str| {
    let options = [Opt::tristate("CRYPT"), Opt::boolean("DEBUG_IO")];
    let mut config = Config::default();
    match bounded(text.len(), || config.set_from_text(&options, text)) {
        Ok(()) => {
            assert!(config.set.keys().all(|name| options.iter().any(|option| option.name == *name)))
        }
        Err(error) => assert!(!error.to_string().is_empty() && config.set.is_empty()),
    }
});
