//! Text in JSON, read into whatever is wanted of it. Texts that hold more values than fit into the memory which their length
//! allows for (48 MiB, and three times the length) are refused: two letters can make a list's entry of twenty-four bytes.

use serde::Deserialize;
use serde::de::Error;

use crate::declare::target::Target;

/// What one more text takes while its list grows, and one more target.
const TEXT: usize = 3 * size_of::<String>();
const TARGET: usize = 3 * size_of::<Target>();

/// Reads a text.
pub(crate) fn read<'a, T: Deserialize<'a>>(text: &'a str) -> serde_json::Result<T> {
    let count = |mark| text.bytes().filter(|&byte| byte == mark).count();
    let most = count(b',').saturating_mul(TEXT).saturating_add(count(b'{').saturating_mul(TARGET));
    match most <= text.len().saturating_mul(3).saturating_add(48 << 20) {
        true => serde_json::from_str(text),
        false => Err(Error::custom("it holds more values than a text of its length can")),
    }
}

/// The number that a text gives as its `format`, whatever else it holds.
pub(crate) fn format(text: &str) -> serde_json::Result<u32> {
    #[derive(Deserialize)]
    struct Numbered {
        format: u32,
    }
    read(text).map(|Numbered { format }| format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_without_end_are_refused() {
        let list = |one: &str, count| format!("[{}{one}]", format!("{one},").repeat(count));
        assert_eq!(read::<Vec<String>>(&list("\"a\"", 1000)).expect("a list").len(), 1001);
        assert!(read::<Vec<u8>>(&list("1", 1 << 20)).is_err());
        let usual = list("\"source/of/a/large/project.c\"", 1 << 20);
        assert_eq!(read::<Vec<String>>(&usual).expect("a list").len(), (1 << 20) + 1);
    }
}
