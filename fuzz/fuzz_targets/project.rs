//! Project files: any text is a project or is refused in words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modpin::Project;
use modpin_fuzz::bounded;

fuzz_target!(|text: &str| bounded(text.len(), || read(text)));

fn read(text: &str) {
    match Project::from_json(text, "fuzz.json", "/") {
        Ok(project) => drop(project.to_json()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
