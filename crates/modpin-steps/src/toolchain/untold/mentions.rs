//! What a source or a header asks for in ways that no depfile tells: headers that may be missing (`__has_include`), and files
//! that only an assembler reads (`.incbin`, `.include`). Reads text, not C: what stands in a comment or behind an `#if` that
//! is false counts as well.

use std::borrow::Cow;

/// A header by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// As it is written.
    pub name: String,
    /// In quotes: it is looked for beside the asking file first.
    pub quoted: bool,
    /// It is looked for behind the directory of the asking file (`__has_include_next`).
    pub next: bool,
}

/// What one text asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Headers that it would do without.
    pub headers: Vec<Header>,
    /// Macros that name such headers.
    pub macros: Vec<String>,
    /// Macros that ask for the header which they are given.
    pub asking: Vec<String>,
    /// Files that an assembler is told to read.
    pub assembled: Vec<String>,
    /// There are others, whose names are put together by macros.
    pub unnamed: bool,
    /// It mentions the day or the time of the compilation.
    pub clock: bool,
    /// It mentions when its file was changed.
    pub timestamp: bool,
}

impl Mentions {
    /// Those of a text; `None` of most.
    pub fn of(text: &str) -> Option<Mentions> {
        let mut mentions = Mentions::default();
        let text = &*spliced(text);
        for rest in after(text, "__has_include") {
            mentions.header(rest);
            let before = &text[..text.len() - rest.len()];
            mentions.asking.extend(before.lines().last().and_then(macro_with_arguments));
        }
        for word in [".incbin", ".include", ".INCBIN", ".INCLUDE"] {
            for rest in after(text, word) {
                mentions.assembled(rest);
            }
        }
        mentions.clock = tells_clock(text);
        mentions.timestamp = text.contains(TIMESTAMP);
        (mentions != Mentions::default()).then_some(mentions)
    }

    fn header(&mut self, rest: &str) {
        let (next, rest) = rest.strip_prefix("_next").map_or((false, rest), |rest| (true, rest));
        // gcc's own `__has_include__`.
        let rest = rest.trim_start_matches('_').trim_start();
        // `defined (__has_include)` asks for nothing.
        let Some(operand) = rest.strip_prefix('(').map(str::trim_start) else { return };
        if let Some(header) = header_of(operand) {
            self.headers.push(Header { next, ..header });
            return;
        }
        let name = word_of(operand);
        if !name.is_empty() {
            self.macros.push(name);
        }
    }

    fn assembled(&mut self, rest: &str) {
        let operand = without_blanks(rest);
        if operand.len() == rest.len() && !operand.starts_with(['"', '\\']) {
            // A longer word, or the end of a sentence.
            return;
        }
        let quote = if operand.starts_with("\\\"") { "\\\"" } else { "\"" };
        let name = operand.strip_prefix(quote).and_then(|rest| rest.split_once(quote));
        match name.map(|(name, _)| name) {
            Some(name) if !name.is_empty() && !name.contains(['"', '\n', '\\']) => {
                self.assembled.push(name.to_owned());
            }
            _ => self.unnamed = true,
        }
    }
}

/// The macro that stands for the time at which a source was changed.
pub const TIMESTAMP: &str = "__TIMESTAMP__";

/// Whether a text mentions the day or the time of the compilation.
pub fn tells_clock(text: &str) -> bool {
    ["__DATE__", "__TIME__"].iter().any(|name| text.contains(name))
}

/// What a macro of that name stands for, where it stands for a header or for another macro.
pub fn defined(text: &str, name: &str) -> Vec<Operand> {
    let defines = after(text, "define").filter_map(|rest| rest.trim_start().strip_prefix(name));
    let values = defines.filter(|rest| rest.starts_with([' ', '\t']));
    values.filter_map(|value| Operand::of(value.trim_start())).collect()
}

/// What a macro of that name is given in a text.
pub fn given(text: &str, name: &str) -> Vec<Operand> {
    let operands = after(text, name).filter_map(|rest| rest.trim_start().strip_prefix('('));
    operands.filter_map(|operand| Operand::of(operand.trim_start())).collect()
}

/// What names a header.
#[derive(Debug, PartialEq, Eq)]
pub enum Operand {
    Header(Header),
    Macro(String),
}

impl Operand {
    /// What a text begins with.
    fn of(text: &str) -> Option<Operand> {
        let name = || Some(word_of(text)).filter(|name| !name.is_empty());
        header_of(text).map(Operand::Header).or_else(|| name().map(Operand::Macro))
    }
}

/// A text without the ends of lines that go on in the next.
pub fn spliced(text: &str) -> Cow<'_, str> {
    match text.contains("\\\n") || text.contains("\\\r\n") {
        true => text.replace("\\\r\n", "").replace("\\\n", "").into(),
        false => text.into(),
    }
}

/// The macro with arguments that the beginning of a line defines: `# define HAS(x) `.
fn macro_with_arguments(line: &str) -> Option<String> {
    let define = line.trim_start().strip_prefix('#')?.trim_start().strip_prefix("define")?;
    let name = word_of(define.trim_start());
    define.trim_start()[name.len()..].starts_with('(').then_some(name)
}

/// The word at the beginning of a text.
fn word_of(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The texts that stand in quotes in one line, each once.
pub fn literals(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for line in text.lines() {
        let parts = line.split('"').collect::<Vec<_>>();
        for pair in parts.windows(2).skip(1) {
            let literal = pair[0].trim_end_matches('\\');
            if !literal.is_empty() && !found.contains(&literal) {
                found.push(literal);
            }
        }
    }
    found
}

/// The words of a text that may name files, each once.
pub fn words(text: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_alphanumeric() || "._-+/".contains(c);
    let mut found: Vec<&str> = text.split(|c| !is_part(c)).filter(|word| !word.is_empty()).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// `"name"` or `<name>` at the beginning of a text.
fn header_of(text: &str) -> Option<Header> {
    let (quoted, close) = match text.chars().next()? {
        '"' => (true, '"'),
        '<' => (false, '>'),
        _ => return None,
    };
    let (name, _) = text[1..].split_once(close)?;
    let fits = !name.is_empty() && !name.contains('\n');
    fits.then(|| Header { name: name.to_owned(), quoted, next: false })
}

/// A text without blanks at its beginning, a tab of a C string among them.
fn without_blanks(text: &str) -> &str {
    let mut rest = text;
    while let Some(shorter) = rest.strip_prefix([' ', '\t']).or_else(|| rest.strip_prefix("\\t")) {
        rest = shorter;
    }
    rest
}

/// What follows each place where a word begins; it may stand behind `\n` or `\t` in a C string.
fn after<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(word).filter_map(move |(at, _)| {
        let mut before = text[..at].chars().rev();
        let goes_on = before.next().is_some_and(|c| c.is_alphanumeric() || c == '_');
        let begins = !goes_on || before.next() == Some('\\');
        begins.then(|| &text[at + word.len()..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let told = Mentions::of(text).map_or(String::new(), |mentions| {
            let headers = mentions.headers.iter().map(|header| match header.quoted {
                _ if header.next => format!(">{}", header.name),
                true => format!("\"{}\"", header.name),
                false => format!("<{}>", header.name),
            });
            let macros = mentions.macros.iter().cloned();
            let macros = macros.chain(mentions.asking.iter().map(|name| format!("{name}()")));
            let assembled = mentions.assembled.iter().map(|name| format!("={name}"));
            let unnamed = mentions.unnamed.then(|| "?".to_owned());
            headers.chain(macros).chain(assembled).chain(unnamed).collect::<Vec<_>>().join(" ")
        });
        assert_eq!(told, expected, "{text}");
    }

    #[test]
    fn headers_that_may_be_missing() {
        check("#if __has_include(\"x.h\") && __has_include( <sys/y.h> )\n", "\"x.h\" <sys/y.h>");
        check("#if __has_include_next (<z.h>)\n#elif __has_include__(<a.h>)", ">z.h <a.h>");
        check("#if __has_inc\\\nlude \\\r\n(<z.h>)\n", "<z.h>");
        check(
            "#if 1\n # define HAS(x) __has_include(x)\n#define NOT __has_include(<a.h>)\n",
            "<a.h> x HAS()",
        );
        check("#ifdef __has_include\n#if defined(__has_include)\n", "");
        check("#if __has_include (CONFIG_H)", "CONFIG_H");
        check("#if my__has_include(<x.h>)\n__has_include(", "");
    }

    #[test]
    fn files_for_the_assembler() {
        check(".incbin \"blob.bin\"\n.include \"k.inc\"", "=blob.bin =k.inc");
        check(r#"asm(".incbin \"blob.bin\"\n");"#, "=blob.bin");
        check(r#"asm(".section x\n\t.incbin\t\"a b.bin\", 4");"#, "=a b.bin");
        check(r#"asm(".incbin \"" FILE "\"");"#, "?");
        check(r#"asm(".incbin \"dir/" NAME "\"");"#, "?");
        check("#define INC .incbin FILE\n", "?");
        check(".INCBIN \"a\"\n.INCLUDE \"b\"", "=a =b");
        check("a.include_dirs, x.incbins; see .include.", "");
    }

    #[test]
    fn what_macros_stand_for() {
        let text = "#define X \"x.h\"\n# define XY \"no.h\"\n#define X <y.h>\n#define X 1\n";
        let header =
            |name: &str, quoted| Operand::Header(Header { name: name.into(), quoted, next: false });
        let number = Operand::Macro("1".to_owned());
        assert_eq!(defined(text, "X"), [header("x.h", true), header("y.h", false), number]);
        assert_eq!(given("#if HAS( <z.h> ) || THAS(<a.h>)", "HAS"), [header("z.h", false)]);
        assert_eq!(words("inc a/b.bin, 'c'; inc"), ["a/b.bin", "c", "inc"]);
        assert_eq!(
            literals("f(\"a\", \"b c\") \"\" \"a\"\n\"\\\"d\\\"\""),
            ["a", ", ", "b c", ") ", " ", "d"]
        );
    }
}
