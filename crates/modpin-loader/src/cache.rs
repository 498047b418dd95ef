//! `/etc/ld.so.cache`: where ldconfig(8) saw each shared library. Bytes in, paths out; opens no file.
//!
//! The loader of glibc reads this file and not `ld.so.conf`, so this file is what counts. Entries for other processors
//! are among the answers: who opens them sees what they are. Variants for newer processors of the same kind
//! (`glibc-hwcaps`) come after the plain ones.

use std::ops::Range;
use std::sync::Arc;

/// The libraries that the cache knows, by soname. What it says stays where it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cache {
    bytes: Arc<[u8]>,
    /// In the order of names; the best first of those with one name.
    entries: Vec<Entry>,
}

/// Where name and path of a library stand.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    name: Span,
    path: Span,
}

/// A text by its beginning and length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span(u32, u32);

const OLD_MAGIC: &[u8] = b"ld.so-1.7.0\0";
const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
/// The header of the format before glibc 2.2, which may stand in front.
const OLD_HEADER: usize = 16;
const OLD_ENTRY: usize = 12;
const HEADER: usize = 48;
const ENTRY: usize = 24;

impl Cache {
    /// Reads a cache. What cannot be understood is left out: a loader without a cache searches, too.
    pub fn read(bytes: Arc<[u8]>) -> Cache {
        let entries = entries(&bytes);
        if entries.is_empty() { Cache::default() } else { Cache { bytes, entries } }
    }

    /// Where files of that name are, the best first.
    pub fn paths(&self, name: &str) -> impl Iterator<Item = &str> {
        let start = self.entries.partition_point(|entry| self.text(entry.name) < name);
        let alike = self.entries[start..].iter().take_while(move |entry| self.text(entry.name) == name);
        alike.map(|entry| self.text(entry.path))
    }

    /// Where all libraries are, sorted.
    pub fn all(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.entries.iter().map(|entry| self.text(entry.path)).collect();
        all.sort_unstable();
        all
    }

    fn text(&self, span: Span) -> &str {
        text(&self.bytes, span)
    }
}

fn entries(bytes: &[u8]) -> Vec<Entry> {
    let Some(start) = table(bytes) else { return Vec::new() };
    let table = &bytes[start..];
    // Since glibc 2.33 the header says it when numbers are big-endian; before, nobody else's cache was read.
    let big = table.get(28).is_some_and(|flags| flags & 3 == 3);
    let count = number(table, MAGIC.len(), big).unwrap_or(0).min(table.len() / ENTRY);
    // A string may be named by many entries: twice the file is more than any honest cache takes.
    let mut left = bytes.len().saturating_mul(2);
    let (mut plain, mut variants) = (Vec::with_capacity(count), Vec::new());
    for index in 0..count {
        let entry = HEADER + index * ENTRY;
        let span = |at| span(bytes, start, number(table, at, big)?, &mut left);
        let [Some(name), Some(path)] = [entry + 4, entry + 8].map(span) else { continue };
        let is_variant = table.get(entry + 16..entry + 24).is_some_and(|hwcap| hwcap != [0; 8]);
        if is_variant { &mut variants } else { &mut plain }.push(Entry { name, path });
    }
    plain.extend(variants);
    plain.sort_by(|a: &Entry, b| text(bytes, a.name).cmp(text(bytes, b.name)));
    plain
}

/// Where the part in the present format begins.
fn table(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(MAGIC) {
        return Some(0);
    }
    if !bytes.starts_with(OLD_MAGIC) {
        return None;
    }
    let old = number(bytes, OLD_MAGIC.len(), false)?.checked_mul(OLD_ENTRY)?.checked_add(OLD_HEADER)?;
    let start = old.checked_next_multiple_of(8)?;
    bytes.get(start..)?.starts_with(MAGIC).then_some(start)
}

/// The string at this offset of the table, if it is text and not longer than what is left.
fn span(bytes: &[u8], table: usize, at: usize, left: &mut usize) -> Option<Span> {
    let start = table.checked_add(at)?;
    let rest = bytes.get(start..)?;
    let rest = &rest[..rest.len().min(*left)];
    let end = rest.iter().position(|&byte| byte == 0);
    // What was searched in vain counts, too.
    *left -= end.unwrap_or(rest.len());
    let end = end?;
    std::str::from_utf8(&rest[..end]).ok()?;
    Some(Span(u32::try_from(start).ok()?, u32::try_from(end).ok()?))
}

fn text(bytes: &[u8], Span(start, length): Span) -> &str {
    let range: Range<usize> = start as usize..start as usize + length as usize;
    bytes.get(range).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
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
            let mut put = |text: &str| {
                let at = (start + strings.len()) as u32;
                strings.extend(text.bytes().chain([0]));
                at.to_le_bytes()
            };
            bytes.extend([3, 3, 0, 0]);
            bytes.extend(put(name));
            bytes.extend(put(path));
            bytes.extend([0; 4]);
            bytes.extend(hwcap.to_le_bytes());
        }
        bytes.extend(strings);
        bytes
    }

    fn paths(bytes: Vec<u8>, name: &str) -> Vec<String> {
        Cache::read(bytes.into()).paths(name).map(str::to_owned).collect()
    }

    #[test]
    fn plain_libraries_come_before_variants() {
        let bytes =
            cache(&[("liba.so.1", "/fast/liba.so.1", 1 << 62), ("liba.so.1", "/lib/liba.so.1", 0)]);
        assert_eq!(paths(bytes.clone(), "liba.so.1"), ["/lib/liba.so.1", "/fast/liba.so.1"]);
        assert_eq!(paths(bytes, "libb.so.1"), [""; 0]);
    }

    #[test]
    fn an_old_table_may_stand_in_front() {
        let mut bytes = OLD_MAGIC.to_vec();
        bytes.extend(1u32.to_le_bytes());
        bytes.resize((OLD_HEADER + OLD_ENTRY).next_multiple_of(8), 0);
        bytes.extend(cache(&[("liba.so.1", "/lib/liba.so.1", 0)]));
        assert_eq!(paths(bytes, "liba.so.1"), ["/lib/liba.so.1"]);
    }

    #[test]
    fn nonsense_is_an_empty_cache() {
        for bytes in
            [&b""[..], b"ld.so-1.7.0\0\xff\xff\xff\xff", b"glibc-ld.so.cache1.1\xff\xff\xff\xff"]
        {
            assert_eq!(Cache::read(bytes.into()), Cache::default());
        }
        let whole = cache(&[("liba.so.1", "/lib/liba.so.1", 0), ("libb.so.1", "/lib/libb.so.1", 7)]);
        for end in 0..whole.len() {
            Cache::read(whole[..end].into());
        }
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] = 0xff;
            Cache::read(damaged.into());
        }
    }
}
