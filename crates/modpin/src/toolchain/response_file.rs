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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_file_keeps_arguments_apart() {
        assert_eq!(quoted("a b\\c'd\"e"), r#"a\ b\\c\'d\"e"#);
        assert_eq!(quoted(""), "\"\"");
    }
}
