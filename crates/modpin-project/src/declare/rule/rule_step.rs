//! A rule's work as code of the project's own program: the code, and the key by which a build knows that it is another one.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use serde::ser::Error as _;
use serde::{Serialize, Serializer};

/// What a step answers: nothing, or why its outputs cannot be.
pub type StepResult<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// The files of a step while it works. Paths are those of the declaration, from the project's root.
pub trait StepFiles {
    /// The files that it may read, in the order in which the rule names them.
    fn inputs(&self) -> Vec<&str>;
    /// The files that it must write.
    fn outputs(&self) -> Vec<&str>;
    /// The texts among its arguments, and values of options.
    fn args(&self) -> &[String];
    /// The content of an input.
    ///
    /// # Errors
    /// It is no input, or cannot be read.
    fn read(&self, path: &str) -> StepResult<Vec<u8>>;
    /// Writes an output.
    ///
    /// # Errors
    /// It is no output, or cannot be written.
    fn write(&mut self, path: &str, content: &[u8]) -> StepResult;
    /// Tells something to whoever builds.
    fn say(&mut self, text: &str);
}

type StepCode = dyn Fn(&mut dyn StepFiles) -> StepResult + Send + Sync;

/// Work that is code.
#[derive(Clone)]
pub struct RuleStep {
    /// Another key is another step.
    pub key: String,
    code: Arc<StepCode>,
}

impl RuleStep {
    /// Code, and its key.
    pub(crate) fn new(
        key: impl Into<String>,
        code: impl Fn(&mut dyn StepFiles) -> StepResult + Send + Sync + 'static,
    ) -> RuleStep {
        RuleStep { key: key.into(), code: Arc::new(code) }
    }

    /// Does the work.
    ///
    /// # Errors
    /// What the code says.
    pub fn run(&self, files: &mut dyn StepFiles) -> StepResult {
        (self.code)(files)
    }
}

impl fmt::Debug for RuleStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RuleStep({:?})", self.key)
    }
}

impl PartialEq for RuleStep {
    fn eq(&self, other: &RuleStep) -> bool {
        self.key == other.key
    }
}

impl Eq for RuleStep {}

impl Serialize for RuleStep {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom(format!(
            "the step {:?} is Rust code, and a project file has none",
            self.key
        )))
    }
}
