//! JSON, as much as a manifest needs: values are read whole, numbers stay text.

/// A value.
#[derive(Debug, PartialEq)]
pub enum Value {
    /// `null`, a number, `true`, `false`: as it stands there.
    Word(String),
    /// A text, without its escapes.
    Text(String),
    /// Values in order.
    List(Vec<Value>),
    /// Values by name, in order.
    Table(Vec<(String, Value)>),
}

/// Lists and tables in one another: what is read calls itself.
const DEEPEST: usize = 32;

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// Reads one value that is the whole text; else tells in which line it is none.
pub fn read(text: &str) -> Result<Value, String> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0).filter(|_| {
        reader.blanks();
        reader.at == text.len()
    });
    value.ok_or_else(|| {
        let line =
            text.as_bytes()[..reader.at.min(text.len())].iter().filter(|&&byte| byte == b'\n').count();
        format!("line {} is not JSON", line + 1)
    })
}

impl Value {
    /// A value of a table.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let Value::Table(entries) = self else { return None };
        entries.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub fn text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    pub fn list(&self) -> Option<&[Value]> {
        if let Value::List(values) = self { Some(values) } else { None }
    }

    pub fn is(&self, word: &str) -> bool {
        matches!(self, Value::Word(found) if found == word)
    }
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|byte| b" \t\r\n".contains(&byte)) {
            self.at += 1;
        }
    }

    /// One character, with blanks before it.
    fn eat(&mut self, wanted: u8) -> Option<()> {
        self.blanks();
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.blanks();
        match self.peek()? {
            _ if depth > DEEPEST => None,
            b'"' => self.string().map(Value::Text),
            b'[' => self.items(b'[', b']', |reader| reader.value(depth + 1)).map(Value::List),
            b'{' => {
                let entry = |reader: &mut Self| {
                    reader.blanks();
                    let name = reader.string()?;
                    reader.eat(b':')?;
                    Some((name, reader.value(depth + 1)?))
                };
                self.items(b'{', b'}', entry).map(Value::Table)
            }
            _ => self.word().map(Value::Word),
        }
    }

    fn items<T>(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.eat(open)?;
        let mut items = Vec::new();
        if self.eat(close).is_some() {
            return Some(items);
        }
        loop {
            items.push(item(self)?);
            if self.eat(b',').is_none() {
                self.eat(close)?;
                return Some(items);
            }
        }
    }

    fn word(&mut self) -> Option<String> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        let is_number =
            word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && word.parse::<f64>().is_ok();
        (is_number || ["null", "true", "false"].contains(&word)).then(|| word.to_owned())
    }

    fn string(&mut self) -> Option<String> {
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        let mut text = String::new();
        loop {
            let c = self.text[self.at..].chars().next()?;
            self.at += c.len_utf8();
            match c {
                '"' => return Some(text),
                '\\' => text.push(self.escaped()?),
                c if c < ' ' => return None,
                c => text.push(c),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let kind = self.peek()?;
        self.at += 1;
        Some(match kind {
            b'"' | b'\\' | b'/' => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return None,
        })
    }

    fn unicode(&mut self) -> Option<char> {
        let first = self.four_digits()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        let rest = self.text.get(self.at..)?.strip_prefix("\\u")?;
        self.at = self.text.len() - rest.len();
        let second = self.four_digits()?.checked_sub(0xdc00).filter(|second| *second < 0x400)?;
        char::from_u32(0x10000 + ((first - 0xd800) << 10) + second)
    }

    fn four_digits(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read() {
        let value =
            read(r#" { "a": [1, -2.5e3, true, null, []], "b\n\u00e4\ud83d\ude00": {"c": "\/"} } "#);
        let value = value.expect("JSON");
        let list = value.get("a").and_then(Value::list).expect("a list");
        assert!(list[0].is("1") && list[2].is("true") && list[4].list().is_some());
        assert_eq!(value.get("b\nä😀").and_then(|b| b.get("c")).and_then(Value::text), Some("/"));
    }

    #[test]
    fn what_is_no_json_is_told_with_its_line() {
        let deep = "[".repeat(100_000);
        for text in [
            "",
            "{",
            "[1,]",
            "[1 2]",
            "{\"a\" 1}",
            "{a:1}",
            "\"a",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\u+123\"",
            "tru",
            "+1",
            "1 1",
            "\"\n\"",
            &deep,
            "\"\\u12ä\"",
            "inf",
            "nan",
        ] {
            assert!(read(text).is_err(), "{text:.20}");
        }
        assert_eq!(read("{\n\n ?}"), Err("line 3 is not JSON".to_owned()));
    }
}
