//! What `GLIBC_TUNABLES` says of the room that glibc's loader keeps for variables of threads.

/// How much room is kept spare for variables of files that are loaded later and need a place at a fixed distance, in bytes:
/// `_dl_tls_static_surplus_init` of glibc 2.36. Before 2.32 it was the same, and nothing could change it.
pub fn spare(tunables: Option<&str>) -> u64 {
    const OF_LIBC: u64 = 192;
    const OF_OTHERS: u64 = 144;
    let namespaces =
        value(tunables, "glibc.rtld.nns").filter(|count| (1..=16).contains(count)).unwrap_or(4);
    (namespaces - 1) * OF_LIBC + namespaces * OF_OTHERS + optional(tunables)
}

/// The part of it that anybody may take.
pub fn optional(tunables: Option<&str>) -> u64 {
    value(tunables, OPTIONAL).unwrap_or(512)
}

/// The tunable's name.
pub const OPTIONAL: &str = "glibc.rtld.optional_static_tls";

/// The last value counts. Numbers are C's.
fn value(tunables: Option<&str>, name: &str) -> Option<u64> {
    let set = tunables?.rsplit(':').filter_map(|set| set.split_once('='));
    set.filter(|(known, _)| *known == name).find_map(|(_, value)| number(value))
}

fn number(text: &str) -> Option<u64> {
    let value = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok()?,
        None if text.starts_with('0') && text.len() > 1 => u64::from_str_radix(&text[1..], 8).ok()?,
        None => text.parse().ok()?,
    };
    // More is no number of bytes that a stack could hold.
    (value < 1 << 32).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_changes_what_is_spare() {
        assert_eq!(spare(None), 1664);
        assert_eq!(spare(Some("glibc.rtld.nns=1")), 656);
        assert_eq!(spare(Some("glibc.malloc.check=3:glibc.rtld.optional_static_tls=0x400")), 2176);
        assert_eq!(spare(Some("glibc.rtld.optional_static_tls=010:x:glibc.rtld.nns=17")), 1160);
        assert_eq!(spare(Some("=:glibc.rtld.nns=-1")), 1664);
    }
}
