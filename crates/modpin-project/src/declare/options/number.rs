//! Numbers of options: read as Kconfig reads them, and written in one way only, so that `0X10` and `0x010` are the same value.

use crate::declare::options::kind::OptKind;

/// A number of this kind as a user wrote it.
pub(crate) fn number(kind: OptKind, text: &str) -> Option<i128> {
    match kind {
        OptKind::Hex => {
            let digits = text.strip_prefix("0x").or(text.strip_prefix("0X")).unwrap_or(text);
            unsigned(digits, 16)
        }
        _ => match text.strip_prefix('-') {
            Some(digits) => unsigned(digits, 10).map(|number| -number),
            None => unsigned(text, 10),
        },
    }
}

/// A constant in a comparison: the base is in the text.
pub(crate) fn constant(text: &str) -> Option<i128> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let hex = digits.strip_prefix("0x").or(digits.strip_prefix("0X"));
    let has_base =
        hex.is_none() && digits.starts_with('0') && !digits.trim_start_matches('0').is_empty();
    let read = hex.map_or_else(|| unsigned(digits, 10), |digits| unsigned(digits, 16));
    read.filter(|_| !has_base).map(|number| sign * number)
}

/// A number as this kind writes it.
pub(crate) fn written(kind: OptKind, number: i128) -> String {
    match kind {
        OptKind::Hex => format!("{number:#x}"),
        _ => number.to_string(),
    }
}

/// Numbers that C can hold: not more than 64 bits.
fn unsigned(digits: &str, base: u32) -> Option<i128> {
    let fits = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(base));
    let read = fits.then(|| u64::from_str_radix(digits, base).ok())?;
    read.map(i128::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_written() {
        let of = |kind, text: &str| number(kind, text).map(|number| written(kind, number));
        assert_eq!(of(OptKind::Int, "-7").as_deref(), Some("-7"));
        assert_eq!(of(OptKind::Int, "007").as_deref(), Some("7"));
        assert_eq!(of(OptKind::Hex, "0X0fF").as_deref(), Some("0xff"));
        assert_eq!(of(OptKind::Hex, "ffffffff80000000").as_deref(), Some("0xffffffff80000000"));
        for (kind, text) in [
            (OptKind::Int, ""),
            (OptKind::Int, "0x10"),
            (OptKind::Int, "+1"),
            (OptKind::Int, "18446744073709551616"),
            (OptKind::Hex, "0x"),
            (OptKind::Hex, "-1"),
            (OptKind::Hex, "g"),
        ] {
            assert_eq!(of(kind, text), None, "{text:?}");
        }
        assert_eq!([constant("0x10"), constant("-16"), constant("0")], [Some(16), Some(-16), Some(0)]);
        assert_eq!([constant("010"), constant("1.5"), constant("")], [None; 3]);
    }
}
