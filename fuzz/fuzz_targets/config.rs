//! Settings: any text sets an option that there is, or is refused in words. The same text as a file of options.
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
    let mut config = Config::default();
    bounded(text.len(), || config.read(&options, text, ".config"));
    let known = modpin::configure(&options, &config).expect("what a file sets fits");
    let written = known.to_dot_config();
    let mut again = Config::default();
    assert!(again.read(&options, &written, "again").is_empty());
    assert_eq!(modpin::configure(&options, &again).expect("values").to_dot_config(), written);
});
