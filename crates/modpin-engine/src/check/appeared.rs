//! Names that came to be where somebody searched: which files may have been sought by one of them, and would not be found where
//! they were.

use foldhash::{HashSet, HashSetExt};

/// Names that appeared, and those that are sought together with them.
pub struct Appeared(HashSet<String>);

impl Appeared {
    /// `endings` are those that searches try one after the other: a new `libx.so` is as good as a new `libx.a`.
    pub fn new(names: &[String], endings: &[String]) -> Appeared {
        let mut all = HashSet::new();
        for name in names {
            let stems = endings.iter().filter_map(|ending| name.strip_suffix(ending.as_str()));
            for stem in stems {
                all.extend(endings.iter().map(|ending| format!("{stem}{ending}")));
            }
            all.insert(name.clone());
        }
        Appeared(all)
    }

    /// Whether one of the names is a part of this path. Which part a search began with is not known.
    pub fn may_lead_to(&self, path: &str) -> bool {
        !self.0.is_empty() && path.split('/').any(|part| self.0.contains(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sought_by_a_part_of_its_path_or_by_another_ending() {
        let owned = |of: &[&str]| of.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let appeared = Appeared::new(&owned(&["x.h", "sub", "libz.so"]), &owned(&[".so", ".a"]));
        for path in ["include/x.h", "x.h", "/usr/sub/other.h", "lib/libz.a", "lib/libz.so"] {
            assert!(appeared.may_lead_to(path), "{path}");
        }
        for path in ["include/x.hpp", "subs/y.h", "lib/libzz.a", "libz.a.d", ""] {
            assert!(!appeared.may_lead_to(path), "{path}");
        }
    }
}
