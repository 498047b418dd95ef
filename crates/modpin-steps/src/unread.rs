//! Steps of a graph file. Each is understood when somebody asks for it: of those that a change may concern, most do not run.

use std::sync::{Arc, OnceLock};

use modpin_engine::{Step, StepDecoder, StepError, StepIo};

use crate::steps::{BuildStep, Candidates, Verb};

/// Makes the actions of our plans again, from a graph file.
#[derive(Clone, Copy, Debug)]
pub struct Decoder;

impl StepDecoder for Decoder {
    fn step(&self, bytes: &[u8], shared: Option<Arc<[u8]>>) -> Option<Arc<dyn Step>> {
        Some(Arc::new(Unread { bytes: bytes.to_owned(), shared, step: OnceLock::new() }))
    }

    fn verb(&self, text: &str) -> Option<&'static str> {
        Verb::of(text).map(Verb::word)
    }
}

/// What stands in a graph file of a step.
struct Unread {
    bytes: Vec<u8>,
    shared: Option<Arc<[u8]>>,
    step: OnceLock<Option<BuildStep>>,
}

impl Unread {
    /// `None` when no step was ever written so.
    fn step(&self) -> Option<&BuildStep> {
        self.step.get_or_init(|| self.read()).as_ref()
    }

    fn read(&self) -> Option<BuildStep> {
        let mut step: BuildStep = serde_json::from_slice(&self.bytes).ok()?;
        let candidates = self.shared.clone().map(Candidates::written);
        match &mut step {
            BuildStep::Resolve(step) => step.candidates = candidates?,
            BuildStep::LoadCheck(step) => step.candidates = candidates?,
            BuildStep::TakeSymbols(step) => step.candidates = candidates?,
            _ => {}
        }
        Some(step)
    }
}

impl Step for Unread {
    fn key(&self) -> String {
        self.step().map_or_else(String::new, Step::key)
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        match self.step() {
            Some(step) => step.run(io),
            // A checksum vouches for it, and this very program has written it.
            None => Err(StepError::Failed(
                "what is remembered of it is no step; \"clean\" forgets it".into(),
            )),
        }
    }

    fn is_sure(&self) -> bool {
        self.step().is_some_and(Step::is_sure)
    }

    fn reads_inputs(&self) -> bool {
        self.step().is_some_and(Step::reads_inputs)
    }

    fn encoded(&self) -> Option<Vec<u8>> {
        Some(self.bytes.clone())
    }

    fn shared(&self) -> Option<Arc<[u8]>> {
        self.shared.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::steps::{CompileCommands, Copy, WriteIndex};

    fn read(bytes: &[u8]) -> Unread {
        Unread { bytes: bytes.to_owned(), shared: None, step: OnceLock::new() }
    }

    #[test]
    fn a_step_is_read_again_as_it_was_written() {
        let index = WriteIndex { names: vec!["a.o".to_owned()], members: true };
        for step in [BuildStep::WriteIndex(index), BuildStep::Copy(Copy)] {
            let again = Decoder.step(&step.encoded().expect("bytes"), step.shared()).expect("a step");
            assert_eq!((again.key(), again.encoded()), (step.key(), step.encoded()));
            assert!(again.is_sure() && again.reads_inputs());
        }
    }

    #[test]
    fn what_is_no_step_of_ours_is_none() {
        for bytes in [&b""[..], b"{}", b"\"copy\"x", b"{\"mow-the-lawn\":null}", b"{\"resolve\":{}}"] {
            assert!(read(bytes).step().is_none());
        }
        let root = String::new();
        let database = BuildStep::CompileCommands(CompileCommands { root, commands: Vec::new() });
        assert_eq!(database.encoded(), None, "only a plan knows all commands");
    }

    #[test]
    fn a_verb_is_found_by_its_word() {
        assert_eq!(Decoder.verb(Verb::Linking.word()), Some("Linking"));
        assert_eq!(Decoder.verb("Mowing"), None);
    }
}
