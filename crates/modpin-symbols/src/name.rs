//! Names of symbols: how bytes become text, how a version hangs on a name, which names need nobody to define them.

use std::borrow::Cow;

use crate::shown;

/// Names that the linker or the dynamic loader provides in every output, so that an undefined one is never somebody's
/// mistake. `__tls_get_addr` comes with the dynamic loader; `__dso_handle` and the array bounds with the start files.
const PROVIDED: [&str; 23] = [
    "_DYNAMIC",
    "_GLOBAL_OFFSET_TABLE_",
    "_PROCEDURE_LINKAGE_TABLE_",
    "_TLS_MODULE_BASE_",
    "___tls_get_addr",
    "__bss_start",
    "__dso_handle",
    "__ehdr_start",
    "__executable_start",
    "__fini_array_end",
    "__fini_array_start",
    "__global_pointer$",
    "__init_array_end",
    "__init_array_start",
    "__preinit_array_end",
    "__preinit_array_start",
    "__rela_iplt_end",
    "__rela_iplt_start",
    "__tls_get_addr",
    "_edata",
    "_end",
    "_etext",
    "_gp_disp",
];

/// Whether a linker or loader defines `name` by itself, or would when the section that `name` bounds exists.
///
/// ```
/// assert!(modpin_symbols::linker_provides("_GLOBAL_OFFSET_TABLE_"));
/// assert!(modpin_symbols::linker_provides("__start_drivers"));
/// assert!(!modpin_symbols::linker_provides("memcpy"));
/// ```
pub fn linker_provides(name: &str) -> bool {
    PROVIDED.binary_search(&name).is_ok() || bounds_section(name)
}

/// Whether `name` is `__start_SECTION` or `__stop_SECTION`: the linker defines these where such a section exists and
/// nobody else defines the name.
pub fn bounds_section(name: &str) -> bool {
    let section = name.strip_prefix("__start_").or_else(|| name.strip_prefix("__stop_"));
    section.is_some_and(|section| {
        !section.is_empty() && section.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// Whether `name` can be written into a response file, a `-Wl,` argument and a linker's dynamic list and mean itself.
/// C names always can; an `asm` label may hold anything. (lld and mold take `*`, `?` and `[` for a pattern even in quotes.)
pub fn can_be_pinned(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|char| char.is_control() || char.is_whitespace() || "\"'\\,*?[]".contains(char))
}

/// The text of a name, which may be shown as it is: borrowed in nearly all cases. Each byte that is no UTF-8 becomes `\xHH`,
/// what would be obeyed becomes visible ([`shown`]), and then each backslash is doubled.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match text(bytes) {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(escape(bytes, shown::is_obeyed)),
    }
}

/// The text of a path, which is for the system and not for people: only what is no UTF-8 is escaped.
pub(crate) fn decode_path(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(escape(bytes, |_| false)),
    }
}

/// How long the text of a name is; that of a path is no longer.
pub(crate) fn decoded_length(bytes: &[u8]) -> usize {
    if text(bytes).is_some() {
        return bytes.len();
    }
    let of_char = |char| match char {
        '\\' => 2,
        char if shown::is_obeyed(char) => shown::pushed_length(char),
        char => char.len_utf8(),
    };
    let chunks = bytes.utf8_chunks();
    chunks
        .map(|chunk| chunk.valid().chars().map(of_char).sum::<usize>() + 4 * chunk.invalid().len())
        .sum()
}

/// A name whose text is its bytes.
pub(crate) fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain = shown::is_plain(bytes) || !text.contains(shown::is_obeyed);
    is_plain.then_some(text)
}

/// A whole table of such names, with the zeros between them.
pub(crate) fn table_text(bytes: &[u8]) -> Option<&str> {
    let is_plain = bytes.iter().fold(true, |plain, byte| plain & matches!(byte, 0 | b' '..=b'~'));
    let text = std::str::from_utf8(bytes).ok()?;
    let is_odd = |char| char != '\0' && shown::is_obeyed(char);
    (is_plain || !text.contains(is_odd)).then_some(text)
}

fn escape(bytes: &[u8], is_odd: impl Fn(char) -> bool) -> String {
    let mut text = String::with_capacity(decoded_length(bytes));
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '\\' => text.push_str("\\\\"),
                char if is_odd(char) => shown::push(&mut text, char),
                char => text.push(char),
            }
        }
        for byte in chunk.invalid() {
            text.push_str("\\x");
            text.extend(
                [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])),
            );
        }
    }
    text
}

/// A name as the assembler writes it for `.symver`, taken apart.
pub(crate) struct Versioned<'a> {
    pub name: Cow<'a, str>,
    pub version: Option<Cow<'a, str>>,
    pub default: bool,
}

/// `foo@@V2` is foo in its default version V2, `foo@V1` an older foo; a name that is all version stays as it is.
pub(crate) fn split_version(bytes: &[u8]) -> Versioned<'_> {
    let whole = |bytes| Versioned { name: decode(bytes), version: None, default: false };
    let Some(at) = bytes.iter().position(|&byte| byte == b'@') else { return whole(bytes) };
    let (name, rest) = bytes.split_at(at);
    let (default, version) = match rest.strip_prefix(b"@@") {
        Some(version) => (true, version),
        None => (false, rest.get(1..).unwrap_or_default()),
    };
    if name.is_empty() || version.is_empty() {
        return whole(bytes);
    }
    Versioned { name: decode(name), version: Some(decode(version)), default }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provided_names_are_sorted_for_the_search() {
        assert!(PROVIDED.is_sorted());
    }

    #[test]
    fn section_bounds_need_a_c_name() {
        assert!(bounds_section("__start_drivers"));
        assert!(bounds_section("__stop_set_1"));
        assert!(!bounds_section("__start_"));
        assert!(!bounds_section("__start_.text"));
        assert!(!bounds_section("start_engine"));
    }

    #[test]
    fn foreign_bytes_are_shown_and_never_dropped() {
        assert_eq!(decode(b"plain"), "plain");
        assert_eq!(decode(b"a\\b"), "a\\b");
        assert_eq!(decode(b"a\\b\xff\xfez"), "a\\\\b\\xFF\\xFEz");
        assert_ne!(decode(b"a\xff"), decode(b"a\xfe"));
        let odd = "a\\b\u{1b}\n\u{202e}\u{80}".as_bytes();
        assert_eq!(decode(odd), r"a\\b\x1B\n\u{202e}\u{80}");
        assert_eq!(decode_path(odd), "a\\b\u{1b}\n\u{202e}\u{80}");
        assert_eq!(decode_path(b"a\\\n\xff"), "a\\\\\n\\xFF");
        for name in [&b"plain"[..], b"a\\b", b"a\\b\xff\xfez", b"", odd] {
            assert_eq!(decoded_length(name), decode(name).len());
        }
    }

    #[test]
    fn versions_are_split_off() {
        let check = |bytes: &[u8], name: &str, version: Option<&str>, default: bool| {
            let split = split_version(bytes);
            assert_eq!(
                (&*split.name, split.version.as_deref(), split.default),
                (name, version, default)
            );
        };
        check(b"foo", "foo", None, false);
        check(b"foo@V1", "foo", Some("V1"), false);
        check(b"foo@@V2", "foo", Some("V2"), true);
        check(b"@V1", "@V1", None, false);
        check(b"foo@", "foo@", None, false);
        check(b"foo@@", "foo@@", None, false);
    }

    #[test]
    fn names_that_would_change_their_meaning_cannot_be_pinned() {
        for name in ["crc32", "foo.cold", "$d", "größe", "_ZN3fooEv"] {
            assert!(can_be_pinned(name), "{name}");
        }
        for name in ["", "a b", "a,b", "a\"b", "a\\b", "a\nb", "a'b", "a*b", "a[b"] {
            assert!(!can_be_pinned(name), "{name}");
        }
    }
}
