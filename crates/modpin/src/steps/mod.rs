//! The work that is done in this process: archives, symbols, pins, checks. Here, and only here, the
//! engine and the symbols meet: a step reads bytes through the one and understands them through the
//! other.

mod archive;
mod frozen;
mod index;
mod files;
mod pin;
mod pin_report;
mod order;
mod order_report;
mod order_words;
mod link_record;
mod predict;
mod candidates;
mod cycle;
mod manifest;
mod verify;
mod resolve;
mod load;

pub use archive::Archive;
pub use candidates::Whereabout;
pub use files::{CompileCommands, Copy, WriteProbe};
pub use frozen::Frozen;
pub use index::Index;
pub use link_record::WriteLinkRecord;
pub use load::{Known, LoadCheck};
pub use manifest::{ManifestHost, ManifestModule, WriteManifest};
pub use order::{Order, OrderArchive, OrderFiles};
pub use order_report::{OrderStory, StoryCycle, StoryEdge};
pub use pin::{Pin, PinModule};
pub use pin_report::{Need, Provider, Story, StoryModule};
pub use resolve::{Resolve, Resolved, TakenFrom};
pub use verify::VerifyExports;

use modpin_engine::StepError;
use modpin_symbols::Object;

/// A program as a host must be: a file that a loader starts.
fn read_object<'a>(path: &str, bytes: &'a [u8]) -> Result<Object<'a>, StepError> {
    modpin_symbols::read_object(bytes).map_err(|error| StepError::Failed(format!("{path}: {error}")))
}

/// The text of a file that we wrote ourselves.
fn own_text<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, StepError> {
    std::str::from_utf8(bytes).map_err(|error| StepError::Failed(format!("{path}: {error}")))
}

/// A value that we wrote ourselves.
fn own_json<T: serde::de::DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T, StepError> {
    serde_json::from_slice(bytes).map_err(|error| StepError::Failed(format!("{path}: {error}")))
}

/// A value as we write it.
fn to_json(value: &impl serde::Serialize) -> Result<Vec<u8>, StepError> {
    serde_json::to_vec_pretty(value).map_err(|error| StepError::Failed(error.to_string()))
}
