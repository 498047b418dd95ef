//! Steps in bytes and back: a tag, a line feed, the step as JSON. A build that recalls the last plan makes only those steps
//! again that it needs. Knows no plan.

use std::sync::Arc;

use modpin_engine::{Step, StepDecoder};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{
    Archive, Copy, Index, LoadCheck, Order, Pin, Resolve, VerifyExports, WriteLinkRecord, WriteManifest,
    WriteProbe,
};

/// What our plans say that is done.
const VERBS: [&str; 12] = [
    "Archiving",
    "Checking",
    "Compiling",
    "Copying",
    "Indexing",
    "Linking",
    "Ordering",
    "Pinning",
    "Relinking",
    "Resolving",
    "Verifying",
    "Writing",
];

/// Makes the actions of our plans again.
#[derive(Clone, Copy, Debug)]
pub struct Frozen;

impl StepDecoder for Frozen {
    fn step(&self, bytes: &[u8]) -> Option<Arc<dyn Step>> {
        let at = bytes.iter().position(|&byte| byte == b'\n')?;
        let (tag, json) = (std::str::from_utf8(&bytes[..at]).ok()?, &bytes[at + 1..]);
        match tag {
            "archive" => thaw::<Archive>(json),
            "copy" => thaw::<Copy>(json),
            "probe" => thaw::<WriteProbe>(json),
            "index" => thaw::<Index>(json),
            "pin" => thaw::<Pin>(json),
            "order" => thaw::<Order>(json),
            "verify" => thaw::<VerifyExports>(json),
            "resolve" => thaw::<Resolve>(json),
            "load" => thaw::<LoadCheck>(json),
            "manifest" => thaw::<WriteManifest>(json),
            "link-record" => thaw::<WriteLinkRecord>(json),
            _ => None,
        }
    }

    fn verb(&self, text: &str) -> Option<&'static str> {
        VERBS.into_iter().find(|verb| *verb == text)
    }
}

fn thaw<T: Step + DeserializeOwned + 'static>(json: &[u8]) -> Option<Arc<dyn Step>> {
    serde_json::from_slice::<T>(json).ok().map(|step| Arc::new(step) as Arc<dyn Step>)
}

/// A step as [`Frozen`] reads it.
pub fn freeze(tag: &str, step: &impl Serialize) -> Option<Vec<u8>> {
    let mut bytes = format!("{tag}\n").into_bytes();
    serde_json::to_writer(&mut bytes, step).ok()?;
    Some(bytes)
}
