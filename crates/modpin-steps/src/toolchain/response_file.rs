//! Response files: arguments of a compiler driver that stand in a file (`@FILE`), so that a command line has no length that
//! a system could refuse.

/// The text of a response file with these arguments, one a line.
pub fn response_text(args: &[String]) -> String {
    args.iter().map(|arg| quoted(arg) + "\n").collect()
}

/// One argument as gcc and clang read it from a response file: white space ends it, a backslash takes
/// the next character literally.
fn quoted(arg: &str) -> String {
    let mut text = String::with_capacity(arg.len());
    for c in arg.chars() {
        if c.is_whitespace() || matches!(c, '\\' | '"' | '\'') {
            text.push('\\');
        }
        text.push(c);
    }
    if text.is_empty() { "\"\"".to_owned() } else { text }
}

/// The words of a response file, as gcc and clang read it: white space stands between them, quotes hold it together, a
/// backslash takes the next character literally.
pub fn words_of(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', _) => word.get_or_insert_default().extend(chars.next()),
            (c, Some(open)) if c == open => quote = None,
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_file_keeps_arguments_apart() {
        assert_eq!(quoted("a b\\c'd\"e"), r#"a\ b\\c\'d\"e"#);
        assert_eq!(quoted(""), "\"\"");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let args =
            ["a b", "c'd", "\"", "\\", "", "tab\t\r\u{c}", "-DX=\"y\"", "plain"].map(str::to_owned);
        assert_eq!(words_of(&response_text(&args)), args);
        assert_eq!(words_of(" -a\t'b c'd \"e\\\"f\" 'g\\h' \n"), ["-a", "b cd", "e\"f", "gh"]);
        assert_eq!(words_of("'open end"), ["open end"]);
    }
}
