//! Files of values, a line `NAME=VALUE` for each: whoever reads one for a few of its values depends on these, and not on the
//! file. A value has a path of its own, which no disk has: the file's, a NUL, the name.
//!
//! A file for each value would need nothing new, but a configuration has thousands, and each would be written, looked at and
//! remembered by itself.

use std::collections::HashMap;

use crate::world::hash::Hash;

/// Stands between a file and a name.
const BETWEEN: char = '\0';

/// The path of one value of a file.
pub fn value_path(file: &str, name: &str) -> String {
    format!("{file}{BETWEEN}{name}")
}

/// The file and the name that such a path stands for; `None` for any other path.
pub fn value_of(path: &str) -> Option<(&str, &str)> {
    path.split_once(BETWEEN)
}

/// The values of one file, each by its digest.
pub struct Values(HashMap<String, Hash>);

impl Values {
    /// Those of a file with this content. Of two lines with one name, the last one counts.
    pub fn of(content: &[u8]) -> Values {
        let text = String::from_utf8_lossy(content);
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        Values(pairs.map(|(name, value)| (name.to_owned(), Hash::of(value.as_bytes()))).collect())
    }

    /// What stands behind a name; that it is missing where there is no such line.
    pub fn digest(&self, name: &str) -> Hash {
        self.0.get(name).copied().unwrap_or(Hash::MISSING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_value() {
        let values = Values::of(b"A=1\nB=\nno line\nC=x=y\nA=2");
        assert_eq!(values.digest("A"), Hash::of(b"2"));
        assert_eq!(values.digest("B"), Hash::of(b""));
        assert_eq!(values.digest("C"), Hash::of(b"x=y"));
        assert_eq!(values.digest("no line"), Hash::MISSING);
        let path = value_path("out/values", "A");
        assert_eq!((value_of(&path), value_of("out/values")), (Some(("out/values", "A")), None));
    }
}
