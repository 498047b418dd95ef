//! The value of a whole number that only the compiler knows, without running anything: sixty-four arrays, of which the compiler
//! refuses those whose bit is not set, and says in which lines they stand. So one try finds what halving would find in sixty-four,
//! and a second one asks whether it is right.

/// What the file is called in which the arrays stand.
const LINES: &str = "modpin_bits";

/// The file whose lines are refused where a bit is not set. The last line is refused where the number is negative.
pub fn bits(prelude: &str, of: &str) -> String {
    let line = |bit: u32| {
        format!("static char modpin_{bit}[((((unsigned long long) ({of})) >> {bit}) & 1) ? 1 : -1];\n")
    };
    let lines: String = (0..64).map(line).collect();
    format!("{prelude}#line 1 \"{LINES}\"\n{lines}static char modpin_sign[({of}) < 0 ? -1 : 1];\n")
}

/// The number, by what the compiler said of that file.
pub fn number(said: &str) -> i128 {
    let mut bits = u64::MAX;
    let mut is_negative = false;
    for line in said.lines().filter(|line| line.contains("error")) {
        let at = line.strip_prefix(LINES).and_then(|rest| rest.strip_prefix(':'));
        let at = at.and_then(|rest| rest.split(':').next()).and_then(|at| at.parse::<u32>().ok());
        match at {
            Some(at @ 1..=64) => bits &= !(1 << (at - 1)),
            Some(65) => is_negative = true,
            _ => {}
        }
    }
    if is_negative { i128::from(bits as i64) } else { i128::from(bits) }
}

/// The file that compiles if the number is this one.
pub fn is_it(prelude: &str, of: &str, number: i128) -> String {
    let text = match i64::try_from(number) {
        // What C reads is a number and a sign before it, and this number is too large without one.
        Ok(i64::MIN) => "(-9223372036854775807LL - 1)".to_owned(),
        Ok(number) => format!("{number}LL"),
        Err(_) => format!("{number}ULL"),
    };
    let sign = if number < 0 { "<" } else { ">=" };
    format!(
        "{prelude}static char modpin_it[(({of}) == ({text}) && ({of}) {sign} 0) ? 1 : -1];\nint main(void) {{ return sizeof(modpin_it) == 0; }}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_lines_are_bits_that_are_not_set() {
        let said = |unset: &[u32]| -> String {
            unset.iter().map(|at| format!("{LINES}:{at}:13: error: size is negative\n")).collect()
        };
        let all_but = |set: &[u32]| (1..=64).filter(|at| !set.contains(at)).collect::<Vec<_>>();
        assert_eq!(number(&said(&all_but(&[4]))), 8);
        assert_eq!(number(&said(&all_but(&[]))), 0);
        assert_eq!(number(&said(&[65])), -1);
        assert_eq!(number(&said(&[])), i128::from(u64::MAX));
        assert_eq!(number(&(said(&[1, 65]) + "note: x\n")), -2);
    }
}
