//! Which options a text mentions, by what C calls them. Reads tokens, not C: what stands in a comment or behind an `#if` that is
//! false counts as well.

use std::borrow::Cow;
use std::collections::BTreeSet;

use modpin_project::MODULE_ENDING;

/// What C calls an option: what stands before and behind its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacroName {
    before: String,
    after: String,
    /// It may have an ending for options that are modules.
    has_ending: bool,
}

impl MacroName {
    /// From a pattern with `{}` in the place of the name. Those with the option's value may have an ending.
    pub fn new(pattern: &str, has_ending: bool) -> MacroName {
        let (before, after) = pattern.split_once("{}").unwrap_or((pattern, ""));
        MacroName { before: before.to_owned(), after: after.to_owned(), has_ending }
    }

    /// The names of options that a word may mean which begins as this one does; `rest` is what follows that.
    fn meant<'a>(&self, rest: &'a str) -> impl Iterator<Item = &'a str> {
        let whole = rest.strip_suffix(self.after.as_str());
        let short = rest.strip_suffix(MODULE_ENDING).filter(|_| self.has_ending);
        let short = short.and_then(|rest| rest.strip_suffix(self.after.as_str()));
        whole.into_iter().chain(short).filter(|name| !name.is_empty())
    }
}

/// The options that a text mentions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionMentions {
    /// By their names, which need be no options.
    pub names: BTreeSet<String>,
    /// Some names are put together (`CONFIG_##x`), and any option may be meant.
    pub pasted: bool,
}

impl OptionMentions {
    /// Those of a text.
    pub fn of(text: &str, macros: &[MacroName]) -> OptionMentions {
        let text = without_splices(text);
        let mut mentions = OptionMentions::default();
        for name in macros {
            for (at, _) in text.match_indices(&name.before) {
                if text[..at].ends_with(is_part_of_word) {
                    continue;
                }
                let behind = &text[at + name.before.len()..];
                let end = behind.find(|c| !is_part_of_word(c)).unwrap_or(behind.len());
                let (rest, behind) = behind.split_at(end);
                mentions.names.extend(name.meant(rest).map(str::to_owned));
                mentions.pasted |= is_pasted(rest, behind);
            }
        }
        mentions
    }

    /// Nothing is mentioned.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && !self.pasted
    }
}

/// Whether more comes to a word: a `##` behind it, or its end is open where it is handed to a macro.
fn is_pasted(rest: &str, behind: &str) -> bool {
    let next = behind.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\\');
    let is_open = rest.is_empty() || rest.ends_with('_');
    next.starts_with("##") || next.starts_with("%:%:") || (is_open && next.starts_with([',', ')']))
}

fn is_part_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// A text whose words are whole: a line may end with a backslash in the middle of one.
fn without_splices(text: &str) -> Cow<'_, str> {
    let ends = ["\\\n", "\\\r\n"];
    let splits = |end: &str| {
        text.match_indices(end).any(|(at, _)| {
            text[..at].ends_with(is_part_of_word) && text[at + end.len()..].starts_with(is_part_of_word)
        })
    };
    match ends.iter().any(|end| splits(end)) {
        true => Cow::Owned(text.replace(ends[1], "").replace(ends[0], "")),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let names = [("CONFIG_{}", true), ("ENABLE_{}", false), ("IF_{}", false), ("IF_NOT_{}", false)];
        let macros = names.map(|(pattern, has_ending)| MacroName::new(pattern, has_ending));
        let OptionMentions { names, pasted } = OptionMentions::of(text, &macros);
        let pasted = pasted.then(|| "##".to_owned());
        assert_eq!(names.into_iter().chain(pasted).collect::<Vec<_>>().join(" "), expected, "{text}");
    }

    #[test]
    fn names_by_their_patterns() {
        check(
            "#ifdef CONFIG_NET\n#if defined(CONFIG_A1)||ENABLE_B\nIF_C(x) IF_NOT_D(y)",
            "A1 B C D NET NOT_D",
        );
        check("CONFIG_X_MODULE ENABLE_Y_MODULE", "X X_MODULE Y_MODULE");
        check("MY_CONFIG_NET _CONFIG_A config_b CONFIGX CONFIG", "");
        check("\"CONFIG_S\" /* CONFIG_T */ // CONFIG_U", "S T U");
        check("all CONFIG_ options, and CONFIG_* too; CONFIG_NET_* as well", "NET_");
        let wrapped = MacroName::new("HAS_{}_ON", false);
        let mentions = OptionMentions::of("HAS_A_ON HAS_B HAS__ON HAS_C_ON_ON", &[wrapped]);
        assert_eq!(mentions.names.into_iter().collect::<Vec<_>>(), ["A", "C_ON"]);
    }

    #[test]
    fn names_that_are_put_together() {
        check("#define C(x) CONFIG_##x\n", "##");
        check("#define C(x) CONFIG_A_ ## x\n", "A_ ##");
        check("#define C(x) CONFIG_A%:%:x\n", "A ##");
        check("CAT(CONFIG_, NET) CAT(CONFIG_A_,B)", "A_ ##");
        check("#define M(x) x##_MODULE\nM(CONFIG_NET)", "NET");
        check("#define S(x) CONFIG_A \\\n  ## x", "A ##");
    }

    #[test]
    fn words_over_the_ends_of_lines() {
        check("#if CONFIG_N\\\nET && CON\\\r\nFIG_B\n", "B NET");
        check("#define X CONFIG_A \\\n CONFIG_B\n", "A B");
    }
}
