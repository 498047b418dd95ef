//! Words that mean something to a shell, among the arguments of a rule, which no shell ever sees.

use crate::problem::Problem;
use crate::resolve::made::resolved_rule::RulePart;

/// What sends streams elsewhere, or begins another command.
const WORDS: [&str; 10] = ["<", ">", ">>", "2>", "2>&1", "|", "||", "&", "&&", ";"];

/// The first of them, as a warning.
pub(crate) fn doubt(words: &[Vec<RulePart>], title: &str) -> Option<Problem> {
    let plain = words.iter().filter_map(|parts| match &parts[..] {
        [RulePart::Text(text)] => Some(text.as_str()),
        _ => None,
    });
    let word = plain.into_iter().find(|text| WORDS.contains(text))?;
    let text = format!(
        "{title} has the argument {word:?}, which its tool gets as it is: there is no shell between"
    );
    let help = "standard output goes to .stdout(\"PATH\"), standard input comes from .stdin(\"PATH\"); several commands are a script, or rules that read each other's outputs";
    Some(Problem::new(text, help))
}
