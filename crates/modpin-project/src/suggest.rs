//! Which known name a mistyped one was probably meant to be.

use strsim::osa_distance;

/// The candidate that is fewest edits away from `wrong`, if it is near enough to be a likely slip.
/// Two letters in the wrong order are one edit, letter case is none; of equally near names the first wins.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    let length = wrong.chars().count();
    // One letter is near to every other.
    let near_enough = (length / 3).max(usize::from(length > 1));
    candidates
        .into_iter()
        .map(|name| (osa_distance(&wrong, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= near_enough)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// `did you mean "NAME"?` for the nearest candidate, else `otherwise`.
pub fn did_you_mean<'a>(
    wrong: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    otherwise: impl Into<String>,
) -> String {
    match nearest(wrong, candidates) {
        Some(name) => format!("did you mean {name:?}?"),
        None => otherwise.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name() {
        let known = ["imgutil", "imgstub", "block/crypt"];
        assert_eq!(nearest("imgutl", known), Some("imgutil"));
        assert_eq!(nearest("IMGSTUB", known), Some("imgstub"));
        assert_eq!(nearest("block/cript", known), Some("block/crypt"));
        assert_eq!(nearest("zlib", known), None);
        assert_eq!((nearest("g", ["f", "gg"]), nearest("g", ["f", "G"])), (None, Some("G")));
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest("TSL", ["TILE", "TLS"]), Some("TLS"));
        assert_eq!(nearest("stroe", ["two", "store"]), Some("store"));
    }
}
