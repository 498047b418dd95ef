//! Files that steps write for later steps: texts, symbols, values as JSON. That one cannot be read is a fault of ours, or
//! somebody changed it.

use modpin_engine::StepError;
use modpin_symbols::{Index, shown};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A text.
pub fn own_text<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, StepError> {
    std::str::from_utf8(bytes).map_err(|error| unreadable(path, &error))
}

/// Symbols.
pub fn own_index<'a>(path: &str, bytes: &'a [u8]) -> Result<Index<'a>, StepError> {
    Index::parse(own_text(path, bytes)?).map_err(|error| unreadable(path, &error))
}

/// A value.
pub fn own_json<T: DeserializeOwned>(path: &str, bytes: &[u8]) -> Result<T, StepError> {
    serde_json::from_slice(bytes).map_err(|error| unreadable(path, &error))
}

/// A value as we write it.
pub fn to_json(value: &impl Serialize) -> Result<Vec<u8>, StepError> {
    serde_json::to_vec_pretty(value).map_err(|error| StepError::Failed(error.to_string()))
}

/// The same with a line feed at its end, for files that people open: no terminal obeys what stands in it.
pub fn to_json_lines(value: &impl Serialize) -> Result<Vec<u8>, StepError> {
    let text = serde_json::to_string_pretty(value);
    let text = text.map_err(|error| StepError::Failed(error.to_string()))?;
    Ok((shown::json(&text) + "\n").into_owned().into_bytes())
}

fn unreadable(path: &str, error: &impl ToString) -> StepError {
    StepError::Failed(format!("{path}: {}", error.to_string()))
}
