//! `/etc/ld.so.cache`: where ldconfig(8) saw each shared library. Bytes in, paths out; opens no file.
//!
//! The loader of glibc reads this file and not `ld.so.conf`, so this file is what counts. Entries for other processors
//! are among the answers: who opens them sees what they are. Variants for better processors of the same kind
//! (`glibc-hwcaps`) come first on these, and nowhere else.

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
    for_whom: For,
}

/// For which processors a library is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    /// All.
    All,
    /// Those of a level: its name.
    Level(Span),
    /// Some, by names of capabilities, as before glibc 2.33.
    Some,
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

    /// Where files of that name are for a processor of these levels, the best first.
    pub fn paths(&self, name: &str, levels: &[String]) -> Vec<&str> {
        let start = self.entries.partition_point(|entry| self.text(entry.name) < name);
        let alike = self.entries[start..].iter().take_while(|entry| self.text(entry.name) == name);
        let rank = |entry: &Entry| match entry.for_whom {
            For::Level(level) => levels.iter().position(|known| known == self.text(level)),
            For::All => Some(levels.len()),
            For::Some => Some(levels.len() + 1),
        };
        let mut ranked: Vec<_> = alike.filter_map(|entry| Some((rank(entry)?, entry))).collect();
        ranked.sort_by_key(|&(rank, _)| rank);
        ranked.into_iter().map(|(_, entry)| self.text(entry.path)).collect()
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
    // A string may be named by many entries: three times the file is more than any honest cache takes.
    let mut left = bytes.len().saturating_mul(3);
    let levels = Levels::of(table, big);
    let mut entries = Vec::with_capacity(count);
    for index in 0..count {
        let entry = HEADER + index * ENTRY;
        let mut span = |at| span(bytes, start, number(table, at, big)?, &mut left);
        let [Some(name), Some(path)] = [entry + 4, entry + 8].map(&mut span) else { continue };
        let Some(for_whom) = for_whom(table, entry, big, |level| span(levels.at(level)?)) else {
            continue;
        };
        entries.push(Entry { name, path, for_whom });
    }
    entries.sort_by(|a: &Entry, b| text(bytes, a.name).cmp(text(bytes, b.name)));
    entries
}

/// What the entry at this position says of processors.
fn for_whom(
    table: &[u8],
    entry: usize,
    big: bool,
    mut level: impl FnMut(usize) -> Option<Span>,
) -> Option<For> {
    const IS_LEVEL: usize = 1 << 30;
    let [first, second] = [entry + 16, entry + 20].map(|at| number(table, at, big));
    let (low, high) = if big { (second?, first?) } else { (first?, second?) };
    match (low, high) {
        (0, 0) => Some(For::All),
        (low, high) if high & IS_LEVEL != 0 => level(low).map(For::Level),
        _ => Some(For::Some),
    }
}

/// The names of levels, in an extension behind the strings.
#[derive(Clone, Copy, Debug, Default)]
struct Levels {
    start: usize,
    count: usize,
}

impl Levels {
    fn of(table: &[u8], big: bool) -> Levels {
        Levels::find(table, big).unwrap_or_default()
    }

    fn find(table: &[u8], big: bool) -> Option<Levels> {
        const EXTENSION: usize = 0xeaa4_2174;
        const LEVELS: usize = 1;
        const SECTION: usize = 16;
        let number = |at: usize| number(table, at, big);
        let at = number(32)?;
        (number(at)? == EXTENSION).then_some(())?;
        let sections =
            (0..number(at.checked_add(4)?)?.min(table.len() / SECTION)).map(|it| at + 8 + it * SECTION);
        let found = sections.into_iter().find(|&section| number(section) == Some(LEVELS))?;
        Some(Levels { start: number(found + 8)?, count: number(found + 12)? / 4 })
    }

    /// Where it stands where a level's name stands.
    fn at(self, index: usize) -> Option<usize> {
        (index < self.count).then(|| self.start.checked_add(index.checked_mul(4)?))?
    }
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
        let mut put = |text: &str| {
            let at = (start + strings.len()) as u32;
            strings.extend(text.bytes().chain([0]));
            at.to_le_bytes()
        };
        for (name, path, hwcap) in entries {
            bytes.extend([3, 3, 0, 0]);
            bytes.extend(put(name));
            bytes.extend(put(path));
            bytes.extend([0; 4]);
            bytes.extend(hwcap.to_le_bytes());
        }
        let levels = ["slow", "fast"].map(&mut put).concat();
        bytes.extend(strings);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        let extension = bytes.len() as u32;
        bytes[32..36].copy_from_slice(&extension.to_le_bytes());
        let section = [0xeaa4_2174, 1, 1, 0, extension + 24, levels.len() as u32];
        bytes.extend(section.iter().flat_map(|number| number.to_le_bytes()));
        bytes.extend(levels);
        bytes
    }

    fn paths_for(bytes: Vec<u8>, name: &str, levels: &[&str]) -> Vec<String> {
        let levels: Vec<String> = levels.iter().map(|&level| level.to_owned()).collect();
        Cache::read(bytes.into()).paths(name, &levels).into_iter().map(str::to_owned).collect()
    }

    fn paths(bytes: Vec<u8>, name: &str) -> Vec<String> {
        paths_for(bytes, name, &[])
    }

    #[test]
    fn variants_are_for_those_that_have_the_level() {
        const LEVEL: u64 = 1 << 62;
        let bytes = cache(&[
            ("liba.so.1", "/capable/liba.so.1", 4),
            ("liba.so.1", "/slow/liba.so.1", LEVEL),
            ("liba.so.1", "/fast/liba.so.1", LEVEL | 1),
            ("liba.so.1", "/lib/liba.so.1", 0),
            ("liba.so.1", "/nonsense/liba.so.1", LEVEL | 2),
        ]);
        let all = |levels| paths_for(bytes.clone(), "liba.so.1", levels).join(" ");
        assert_eq!(all(&[]), "/lib/liba.so.1 /capable/liba.so.1");
        assert_eq!(all(&["slow"]), "/slow/liba.so.1 /lib/liba.so.1 /capable/liba.so.1");
        assert_eq!(
            all(&["fast", "slow"]),
            "/fast/liba.so.1 /slow/liba.so.1 /lib/liba.so.1 /capable/liba.so.1"
        );
        assert_eq!(paths(bytes.clone(), "libb.so.1"), [""; 0]);
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
