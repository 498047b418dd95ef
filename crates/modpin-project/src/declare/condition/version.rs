//! Versions: numbers with dots between them.

/// The numbers of a version. `12` and `12.0` are the same.
pub(crate) fn version(text: &str) -> Vec<u64> {
    let parts = text.split('.').map(|part| part.parse().unwrap_or_default());
    let mut parts: Vec<u64> = parts.collect();
    while parts.last() == Some(&0) {
        parts.pop();
    }
    parts
}
