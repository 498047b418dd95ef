//! The linkers that gcc and clang know by name.

use std::collections::BTreeMap;

use super::search_path::find_program;

/// By what `-fuse-ld=` calls them, their programs.
pub const LINKERS: [(&str, &str); 4] =
    [("bfd", "ld.bfd"), ("gold", "ld.gold"), ("lld", "ld.lld"), ("mold", "ld.mold")];

/// Those that are here.
pub fn linkers() -> BTreeMap<String, String> {
    let found =
        LINKERS.into_iter().filter_map(|(name, program)| Some((name.into(), find_program(program)?)));
    found.collect()
}
