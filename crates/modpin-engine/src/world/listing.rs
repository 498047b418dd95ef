//! What a directory holds, name by name: each as a digest, so that a later look tells which names are new.

use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_64;

/// What a directory holds: names, each with whether it is a directory's.
pub type Names = Vec<(Vec<u8>, bool)>;

/// What a directory held when it was listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listing(Arc<[u8]>);

impl Listing {
    /// Of these names, in whatever order.
    pub fn of(names: &Names) -> Listing {
        let mut digests: Vec<u64> = names.iter().map(|(name, dir)| digest(name, *dir)).collect();
        digests.sort_unstable();
        Listing(digests.into_iter().flat_map(u64::to_le_bytes).collect())
    }

    /// As it is stored.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The names that a directory holds, and did not when it was listed with these bytes. A file in the place of a directory is
/// new. What is no text is left out: nobody can ask for it.
pub fn new_names(names: &Names, listed: &[u8]) -> Vec<String> {
    let known = listed.as_chunks::<8>().0;
    let is_new = |name: &[u8], dir| {
        let digest = digest(name, dir);
        known.binary_search_by_key(&digest, |&bytes| u64::from_le_bytes(bytes)).is_err()
    };
    let new = names.iter().filter(|(name, dir)| is_new(name, *dir));
    new.filter_map(|(name, _)| String::from_utf8(name.clone()).ok()).collect()
}

/// No name holds a slash.
fn digest(name: &[u8], dir: bool) -> u64 {
    if dir { xxh3_64(&[name, b"/"].concat()) } else { xxh3_64(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> Names {
        of.iter().map(|name| (name.trim_end_matches('/').into(), name.ends_with('/'))).collect()
    }

    #[test]
    fn a_name_is_new_when_it_was_not_there_or_was_something_else() {
        let before = Listing::of(&names(&["x.h", "sub/", "y.h"]));
        let new = |now: &[&str]| new_names(&names(now), before.bytes());
        assert_eq!(new(&["y.h", "x.h", "sub/"]), [""; 0]);
        assert_eq!(new(&["a.h", "x.h", "sub", "z/"]), ["a.h", "sub", "z"]);
        assert_eq!(Listing::of(&names(&["y.h", "sub/", "x.h"])), before);
        assert_ne!(Listing::of(&names(&["y.h", "sub", "x.h"])), before);
    }
}
