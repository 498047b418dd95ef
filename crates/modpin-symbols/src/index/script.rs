//! A linker script in an archive's place, as glibc's `libm.a` is one: text that names the real archives (ld(1), "Implicit
//! Linker Scripts"). What else such a script can say is refused.

/// The files that a script names, each once, in its order. A library of the search path stands as `-lNAME`.
///
/// # Errors
/// What the script says besides.
pub fn named(text: &str) -> std::result::Result<Vec<String>, String> {
    /// More are no library.
    const MOST: usize = 256;
    let words = words(text)?;
    let mut words = words.iter().map(String::as_str).peekable();
    let mut named: Vec<String> = Vec::new();
    while let Some(command) = words.next() {
        if command == ";" {
            continue;
        }
        if words.next() != Some("(") {
            return Err(format!("{command} without a list in parentheses"));
        }
        let takes = match command {
            "INPUT" | "GROUP" => true,
            "OUTPUT_FORMAT" | "OUTPUT_ARCH" | "TARGET" | "SEARCH_DIR" => false,
            other => return Err(format!("it says {other}, and only lists of files can be read")),
        };
        let mut depth = 1;
        while depth > 0 {
            match words.next() {
                None => return Err(format!("the list of {command} has no end")),
                Some("(") => depth += 1,
                Some(")") => depth -= 1,
                Some("," | "AS_NEEDED") => {}
                Some(file) if takes && !named.iter().any(|known| known == file) => {
                    named.push(file.to_owned());
                }
                Some(_) => {}
            }
            if named.len() > MOST {
                return Err(format!("it names more than {MOST} files"));
            }
        }
    }
    Ok(named)
}

/// Names, parentheses, commas; comments are left out.
fn words(text: &str) -> std::result::Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if let Some(comment) = rest.strip_prefix("/*") {
            comment.find("*/").ok_or("a comment has no end")? + 4
        } else if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted.find('"').ok_or("a quoted name has no end")?;
            words.push(quoted[..end].to_owned());
            end + 2
        } else if matches!(first, '(' | ')' | ',' | ';') {
            words.push(first.to_string());
            1
        } else {
            let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';');
            let end = rest.find(ends).unwrap_or(rest.len());
            words.push(rest[..end].to_owned());
            end
        };
        rest = rest[length..].trim_start();
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_files_are_read() {
        let check =
            |text: &str, files: &[&str]| assert_eq!(named(text).as_deref(), Ok(&*own(files)), "{text}");
        check(
            "/* GNU ld script\n*/\nOUTPUT_FORMAT(elf64-x86-64)\nGROUP ( /lib/libm-2.36.a /lib/libmvec.a )\n",
            &["/lib/libm-2.36.a", "/lib/libmvec.a"],
        );
        check("INPUT(-lfoo, \"a b.a\" AS_NEEDED ( libc.so.6 ) -lfoo)", &["-lfoo", "a b.a", "libc.so.6"]);
        check("GROUP(a.a);INPUT(b.a)", &["a.a", "b.a"]);
        check("", &[]);
    }

    fn own(files: &[&str]) -> Vec<String> {
        files.iter().map(|&file| file.to_owned()).collect()
    }

    #[test]
    fn what_else_it_says_is_refused() {
        let check = |text: &str, why: &str| assert_eq!(named(text).expect_err(text), why);
        check("SECTIONS { }", "SECTIONS without a list in parentheses");
        check("VERSION ( x )", "it says VERSION, and only lists of files can be read");
        check("GROUP ( a", "the list of GROUP has no end");
        check("/* ", "a comment has no end");
        check("INPUT ( \"a )", "a quoted name has no end");
    }
}
