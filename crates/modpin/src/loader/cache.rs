//! `/etc/ld.so.cache`: where ldconfig(8) saw each shared library. Bytes in, paths out; opens no file.
//!
//! The loader of glibc reads this file and not `ld.so.conf`, so this file is what counts. Entries for other processors
//! are among the answers: who opens them sees what they are. Variants for newer processors of the same kind
//! (`glibc-hwcaps`) come after the plain ones.

use std::collections::HashMap;

/// The libraries that the cache knows, by soname.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cache {
    libraries: HashMap<String, Vec<String>>,
}

const OLD_MAGIC: &[u8] = b"ld.so-1.7.0\0";
const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
/// The header of the format before glibc 2.2, which may stand in front.
const OLD_HEADER: usize = 16;
const OLD_ENTRY: usize = 12;
const HEADER: usize = 48;
const ENTRY: usize = 24;

impl Cache {
    /// Reads a cache. What cannot be understood is left out: a loader without a cache searches, too.
    pub fn read(bytes: &[u8]) -> Cache {
        let mut cache = Cache::default();
        let Some(table) = table(bytes) else { return cache };
        // Since glibc 2.33 the header says it when numbers are big-endian; before, nobody else's cache was read.
        let big = table.get(28).is_some_and(|flags| flags & 3 == 3);
        let count = number(table, MAGIC.len(), big).unwrap_or(0).min(table.len() / ENTRY);
        // A string may be named by many entries: twice the file is more than any honest cache takes.
        let mut left = bytes.len().saturating_mul(2);
        let mut variants = Vec::new();
        for index in 0..count {
            let entry = HEADER + index * ENTRY;
            let Some((name, path)) = text(table, entry + 4, big).zip(text(table, entry + 8, big)) else {
                continue;
            };
            let Some(rest) = left.checked_sub(name.len() + path.len()) else { break };
            left = rest;
            let is_variant = table.get(entry + 16..entry + 24).is_some_and(|hwcap| hwcap != [0; 8]);
            match is_variant {
                true => variants.push((name, path)),
                false => cache.add(name, path),
            }
        }
        variants.into_iter().for_each(|(name, path)| cache.add(name, path));
        cache
    }

    /// Where files of that name are, the best first.
    pub fn paths(&self, name: &str) -> &[String] {
        self.libraries.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Where all libraries are, sorted.
    pub fn all(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.libraries.values().flatten().map(String::as_str).collect();
        all.sort_unstable();
        all
    }

    fn add(&mut self, name: &str, path: &str) {
        self.libraries.entry(name.to_owned()).or_default().push(path.to_owned());
    }
}

/// The part in the present format.
fn table(bytes: &[u8]) -> Option<&[u8]> {
    if bytes.starts_with(MAGIC) {
        return Some(bytes);
    }
    if !bytes.starts_with(OLD_MAGIC) {
        return None;
    }
    let old = number(bytes, OLD_MAGIC.len(), false)?.checked_mul(OLD_ENTRY)?.checked_add(OLD_HEADER)?;
    let table = bytes.get(old.checked_next_multiple_of(8)?..)?;
    table.starts_with(MAGIC).then_some(table)
}

/// The string at the position that stands at `at`.
fn text(table: &[u8], at: usize, big: bool) -> Option<&str> {
    let rest = table.get(number(table, at, big)?..)?;
    let end = rest.iter().position(|&byte| byte == 0)?;
    std::str::from_utf8(&rest[..end]).ok()
}

fn number(bytes: &[u8], at: usize, big: bool) -> Option<usize> {
    let bytes: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    let number = if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
    usize::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(entries: &[(&str, &str, u64)]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend((entries.len() as u32).to_le_bytes());
        bytes.resize(HEADER, 0);
        let mut strings = Vec::new();
        let start = HEADER + entries.len() * ENTRY;
        for (name, path, hwcap) in entries {
            let mut place = |text: &str| {
                let at = (start + strings.len()) as u32;
                strings.extend(text.bytes().chain([0]));
                at.to_le_bytes()
            };
            bytes.extend([3, 3, 0, 0]);
            bytes.extend(place(name));
            bytes.extend(place(path));
            bytes.extend([0; 4]);
            bytes.extend(hwcap.to_le_bytes());
        }
        bytes.extend(strings);
        bytes
    }

    #[test]
    fn plain_libraries_come_before_variants() {
        let bytes =
            cache(&[("liba.so.1", "/fast/liba.so.1", 1 << 62), ("liba.so.1", "/lib/liba.so.1", 0)]);
        let cache = Cache::read(&bytes);
        assert_eq!(cache.paths("liba.so.1"), ["/lib/liba.so.1", "/fast/liba.so.1"]);
        assert_eq!(cache.paths("libb.so.1"), [""; 0]);
    }

    #[test]
    fn an_old_table_may_stand_in_front() {
        let mut bytes = OLD_MAGIC.to_vec();
        bytes.extend(1u32.to_le_bytes());
        bytes.resize((OLD_HEADER + OLD_ENTRY).next_multiple_of(8), 0);
        bytes.extend(cache(&[("liba.so.1", "/lib/liba.so.1", 0)]));
        assert_eq!(Cache::read(&bytes).paths("liba.so.1"), ["/lib/liba.so.1"]);
    }

    #[test]
    fn nonsense_is_an_empty_cache() {
        for bytes in
            [&b""[..], b"ld.so-1.7.0\0\xff\xff\xff\xff", b"glibc-ld.so.cache1.1\xff\xff\xff\xff"]
        {
            assert_eq!(Cache::read(bytes), Cache::default());
        }
        let whole = cache(&[("liba.so.1", "/lib/liba.so.1", 0), ("libb.so.1", "/lib/libb.so.1", 7)]);
        for end in 0..whole.len() {
            Cache::read(&whole[..end]);
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] = 0xff;
            Cache::read(&damaged);
        }
    }
}
