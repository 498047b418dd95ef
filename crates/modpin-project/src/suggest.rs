//! Which known name a mistyped one was probably meant to be.

/// The candidate that is fewest edits away from `wrong`, if it is near enough to be a likely slip.
/// Letter case does not count as an edit; of equally near names the first wins.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong: Vec<char> = wrong.to_lowercase().chars().collect();
    // One letter is near to every other.
    let near_enough = (wrong.len() / 3).max(usize::from(wrong.len() > 1));
    candidates
        .into_iter()
        .map(|name| (edits(&wrong, &name.to_lowercase()), name))
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

/// Letters that are added, lost, replaced, or swapped with their neighbour, one row at a time.
fn edits(from: &[char], to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut above = Vec::new();
    let mut row: Vec<usize> = (0..=from.len()).collect();
    for line in 1..=to.len() {
        let mut next = vec![line];
        for column in 1..=from.len() {
            let replaced = row[column - 1] + usize::from(from[column - 1] != to[line - 1]);
            let mut least = replaced.min(row[column] + 1).min(next[column - 1] + 1);
            let is_swap = |n: usize| from[n - 2] == to[line - 1] && from[n - 1] == to[line - 2];
            if line > 1 && column > 1 && is_swap(column) {
                least = least.min(above[column - 2] + 1);
            }
            next.push(least);
        }
        above = std::mem::replace(&mut row, next);
    }
    row[from.len()]
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
        assert_eq!(nearest("TSL", ["TILE", "TLS"]), Some("TLS"));
        assert_eq!((nearest("g", ["f", "gg"]), nearest("g", ["f", "G"])), (None, Some("G")));
        assert_eq!(nearest("", known), None);
    }

    #[test]
    fn distances_are_levenshteins_with_swaps() {
        let distance = |a: &str, b: &str| edits(&a.chars().collect::<Vec<_>>(), b);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
        assert_eq!((distance("ab", "ba"), distance("abc", "cba")), (1, 2));
        assert_eq!(distance("crypt", "cyrpts"), 2);
    }
}
