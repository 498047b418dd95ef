//! Paths as results are written: relative to the project's root with `/`, or absolute if they lie outside. Purely textual.

use std::path::Path;

/// `text` without `.` and `..`, relative to `root` if it lies below it, else absolute. Purely
/// textual. The root itself is `.`.
pub(crate) fn normal(root: &Path, text: &str) -> String {
    let root = root.to_string_lossy();
    let full = if text.starts_with('/') { text.to_owned() } else { format!("{root}/{text}") };
    let full = without_dots(&full);
    let root = without_dots(&root);
    if full == root {
        return ".".to_owned();
    }
    let below = full.strip_prefix(root.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
    below.map_or(full.clone(), str::to_owned)
}

fn without_dots(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}
