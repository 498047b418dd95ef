//! The loader's answer beside what was predicted from the files: whether they agree, and what is said of both. Words only.

use modpin_loader::{Answer, Missing, Prediction, Stage, Verdict, agrees, plain};

use super::judge::way_out;

/// What we read and what the loader does must be the same. Where they are not, one of us is wrong, and it is not the
/// loader. Errors of a loader that are about no symbol and no library are passed on as they are: nobody knows all of them.
pub fn disagreement(
    module: &str,
    host: &str,
    answer: &Answer,
    predicted: &Prediction,
) -> Option<String> {
    let counted = unforeseen(answer, &predicted.missing).is_none();
    let words = || {
        format!(
            "module {module:?} in host {host:?}: the loader says \"{}\", and modpin's own reading of the symbols says \
             \"{}\"\n  help: this is a bug in modpin: please report it with both files",
            answer.detail, predicted.detail
        )
    };
    let agreed = agrees(predicted.verdict, answer.verdict) && counted;
    (!agreed && answer.verdict != Verdict::Failed && !is_cut_short(answer)).then(words)
}

/// Whether the process ended before the loader could answer: in the host's constructors, in the module's, or in the
/// resolver of an indirect function, which the loader calls while symbols may still be missing.
fn is_cut_short(answer: &Answer) -> bool {
    matches!(answer.verdict, Verdict::Crashed | Verdict::Exited | Verdict::TimedOut)
}

/// The loader's words, and below them what was read where it says more: of a module for another machine, the loader says
/// that there is no such file.
pub fn in_full(answer: Answer, predicted: &Prediction) -> String {
    if let Some(way_out) = way_out(&answer) {
        return format!("{}\n{way_out}", answer.detail);
    }
    let cut_short = is_cut_short(&answer) && predicted.verdict != Verdict::Loads;
    let by_module = is_cut_short(&answer) && answer.stage == Stage::Loading;
    let Answer { verdict, detail, .. } = answer;
    let terse =
        matches!(verdict, Verdict::Failed | Verdict::MissingLibrary) && verdict == predicted.verdict;
    if (terse || cut_short) && !detail.contains(&predicted.detail) {
        return format!("{detail}\n{}", predicted.detail);
    }
    match by_module {
        true => format!("{detail}\n{BEFORE_MAIN}"),
        false => detail,
    }
}

/// What a constructor of a module may stumble over in a load check and nowhere else.
const BEFORE_MAIN: &str = "the host's main has not run: a constructor that needs what main sets up fails here, and not in the program";

/// The symbol that the loader met first, unless it is one of these.
pub fn unforeseen<'a>(answer: &'a Answer, missing: &[Missing]) -> Option<&'a str> {
    let first = first_missing(answer)?;
    let is_it = |lost: &Missing| {
        plain(&lost.symbol) == first || lost.symbol == first || says(&answer.detail, plain(&lost.symbol))
    };
    (!missing.iter().any(is_it)).then_some(first)
}

/// Whether the loader's words are about that symbol, whose name may hold blanks and commas.
fn says(detail: &str, symbol: &str) -> bool {
    // Where something is escaped in a name, its backslashes are doubled.
    let symbol = symbol.replace("\\\\", "\\");
    let behind =
        detail.split_once("undefined symbol: ").and_then(|(_, rest)| rest.strip_prefix(&symbol));
    behind.is_some_and(|rest| rest.is_empty() || rest.starts_with([',', '\n', ';', ' ']))
        || detail.contains(&format!(": {symbol}: symbol not found"))
}

/// In glibc's words and in musl's: `undefined symbol: f, version V`, `Error relocating /m.so: f: symbol not found`.
fn first_missing(answer: &Answer) -> Option<&str> {
    let text = match answer.detail.split_once("undefined symbol: ") {
        Some((_, rest)) => rest,
        None => answer.detail.split_once(": symbol not found")?.0.rsplit(' ').next()?,
    };
    text.split([',', ' ', '\n', ';']).next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn said(verdict: Verdict, detail: &str) -> Answer {
        Answer { verdict, stage: Stage::Loading, detail: detail.to_owned() }
    }

    #[test]
    fn where_loader_and_files_disagree_both_are_quoted() {
        let lost = |symbol: &str| Missing::new(symbol, []);
        let check = |answer: (Verdict, &str), predicted: (Verdict, &[&str]), expected: Expect| {
            let answer = said(answer.0, answer.1);
            let predicted = Prediction {
                missing: predicted.1.iter().copied().map(lost).collect(),
                ..Prediction::new(predicted.0, "as predicted")
            };
            let words = disagreement("m", "h", &answer, &predicted);
            expected.assert_eq(&words.unwrap_or_default());
        };
        let f = (Verdict::MissingSymbols, "undefined symbol: f, version V");
        check(f, (Verdict::MissingSymbols, &["f@V", "g"]), expect![""]);
        check((Verdict::Loads, "it loads"), (Verdict::Loads, &[]), expect![""]);
        check((Verdict::Crashed, "it crashed"), (Verdict::Loads, &[]), expect![""]);
        // The resolver of an indirect function runs, and may crash, before the loader comes to what is missing.
        check((Verdict::Crashed, "it crashed"), (Verdict::MissingSymbols, &["f"]), expect![""]);
        let room = "cannot allocate memory in static TLS block";
        check((Verdict::Failed, room), (Verdict::Loads, &[]), expect![""]);
        check(
            (Verdict::Loads, "it loads"),
            (Verdict::MissingSymbols, &["f"]),
            expect![[r#"
            module "m" in host "h": the loader says "it loads", and modpin's own reading of the symbols says "as predicted"
              help: this is a bug in modpin: please report it with both files"#]],
        );
        check(
            f,
            (Verdict::Loads, &[]),
            expect![[r#"
            module "m" in host "h": the loader says "undefined symbol: f, version V", and modpin's own reading of the symbols says "as predicted"
              help: this is a bug in modpin: please report it with both files"#]],
        );
        check(
            f,
            (Verdict::MissingSymbols, &["g"]),
            expect![[r#"
            module "m" in host "h": the loader says "undefined symbol: f, version V", and modpin's own reading of the symbols says "as predicted"
              help: this is a bug in modpin: please report it with both files"#]],
        );
    }

    #[test]
    fn the_loaders_words_name_a_symbol() {
        let check = |detail: &str, symbol: Option<&str>| {
            let answer = said(Verdict::MissingSymbols, detail);
            assert_eq!(first_missing(&answer), symbol);
        };
        check("undefined symbol: foo", Some("foo"));
        check("/lib/libx.so: undefined symbol: foo, version V1", Some("foo"));
        check("Error relocating /m.so: foo: symbol not found", Some("foo"));
        check("version `V' not found (required by /m.so)", None);
    }

    #[test]
    fn a_name_with_blanks_and_controls_is_found_again() {
        let lost = |symbol: &str| Missing::new(symbol, []);
        let check = |detail: &str, symbol: &str, unexpected: Option<&str>| {
            let answer = said(Verdict::MissingSymbols, detail);
            assert_eq!(unforeseen(&answer, &[lost(symbol)]), unexpected);
        };
        check(r"undefined symbol: a\nb in c: ok, version V", r"a\nb in c: ok@V", None);
        check(r"Error relocating /m.so: a\x1B \b: symbol not found", r"a\x1B \\b", None);
        check("undefined symbol: ab", "a", Some("ab"));
    }
}
