//! How a program is run as a test. Plain data.

use serde::{Deserialize, Serialize};

use crate::declare::options::item::{Item, Items};

/// How a program is run as a test: it passes if it ends with 0, and with 77 it says that it cannot run here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct TestRun {
    /// Its arguments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<Item<String>>,
    /// How many seconds it may take; left out: as whoever runs the tests says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_limit: Option<u32>,
}

impl TestRun {
    /// Without arguments.
    pub fn new() -> TestRun {
        TestRun::default()
    }

    /// Adds arguments.
    pub fn args<M>(mut self, args: impl Items<String, M>) -> TestRun {
        self.args.extend(args.items());
        self
    }

    /// Sets how many seconds it may take.
    pub fn time_limit(mut self, seconds: u32) -> TestRun {
        self.time_limit = Some(seconds);
        self
    }
}
