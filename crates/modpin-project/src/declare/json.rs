//! Text in JSON, read into whatever type is asked for. Texts that hold more values than fit into the memory budget of their
//! length are refused: two letters can make a list's entry of twenty-four bytes.

use memchr::memchr_iter;
use modpin_budget::{Budget, grown};
use serde::Deserialize;
use serde::de::Error;

use crate::declare::condition::expr::Expr;
use crate::declare::options::item::Item;
use crate::declare::options::opt::Opt;
use crate::declare::probes::probe::Probe;
use crate::declare::scope::Scope;
use crate::declare::target::Target;

/// Reads a text.
pub(crate) fn read<'a, T: Deserialize<'a>>(text: &'a str) -> serde_json::Result<T> {
    let count = |mark| memchr_iter(mark, text.as_bytes()).count();
    // At most so many entries of lists, so many targets and options, and so many parts of conditions.
    let part = grown::<Expr>() + grown::<String>();
    let object = grown::<Target>().max(grown::<Opt>()).max(grown::<Scope>()).max(grown::<Probe>());
    let most = [(count(b','), grown::<Item<String>>()), (count(b'{'), object)];
    let parts = [b'&', b'|', b'!', b'('].map(|mark| (count(mark), part));
    let mut budget = Budget::of(text.len());
    match most
        .into_iter()
        .chain(parts)
        .try_for_each(|(values, size)| budget.take(values.saturating_mul(size)))
    {
        Some(()) => serde_json::from_str(text),
        None => Err(Error::custom("it holds more values than a text of its length can")),
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
