//! The names of what is missing: all, or what nobody is known to have.

use modpin_loader::{Missing, plain};

/// What nobody is known to have.
pub fn left(missing: &[Missing]) -> Vec<String> {
    let left = missing.iter().filter(|lost| lost.found_in.is_empty());
    left.map(|lost| plain(&lost.symbol).to_owned()).collect()
}

/// Names, without versions.
pub fn names(missing: &[Missing]) -> Vec<String> {
    missing.iter().map(|lost| plain(&lost.symbol).to_owned()).collect()
}
