//! Meson's language, as far as QEMU's descriptions have it: one statement after the other, each an expression, an assignment or the
//! head of a block. What is not understood is [`Statement::Other`].

/// A statement.
#[derive(Debug)]
pub enum Statement {
    If(Expr),
    Elif(Expr),
    Else,
    End,
    /// What is gone through.
    Foreach(Expr),
    Assign(String, Expr),
    Add(String, Expr),
    Call(Expr),
    Other,
}

/// An expression.
#[derive(Clone, Debug, Default)]
pub enum Expr {
    Text(String),
    Name(String),
    List(Vec<Expr>),
    Call(Box<Call>),
    /// An element of a list or a dictionary.
    Index(Box<(Expr, Expr)>),
    Not(Box<Expr>),
    Both(String, Box<(Expr, Expr)>),
    #[default]
    Other,
}

/// A call of a function, or of a method on something.
#[derive(Clone, Debug)]
pub struct Call {
    pub on: Expr,
    pub name: String,
    pub args: Vec<Expr>,
    pub named: Vec<NamedExpr>,
}

/// An argument by its name.
type NamedExpr = (String, Expr);

impl Call {
    /// An argument that has a name.
    pub fn named(&self, name: &str) -> Option<&Expr> {
        self.named.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Sign(String),
    End,
}

/// All statements of a file.
pub fn statements(text: &str) -> Vec<Statement> {
    let mut all = Vec::new();
    for line in tokens(text).split(|token| *token == Token::End).filter(|line| !line.is_empty()) {
        let mut reader = Reader { line, at: 0 };
        let statement = reader.statement();
        all.push(statement.filter(|_| reader.at == line.len()).unwrap_or(match &line[0] {
            Token::Word(word) if word == "if" => Statement::If(Expr::Other),
            Token::Word(word) if word == "elif" => Statement::Elif(Expr::Other),
            Token::Word(word) if word == "foreach" => Statement::Foreach(Expr::Other),
            _ => Statement::Other,
        }));
    }
    all
}

/// Words, texts and signs; an end where a statement ends.
fn tokens(text: &str) -> Vec<Token> {
    let (mut all, mut depth, mut rest) = (Vec::new(), 0, text);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\n' if depth == 0 => {
                all.push(Token::End);
                1
            }
            '\\' if rest.starts_with("\\\n") => 2,
            '#' => rest.find('\n').unwrap_or(rest.len()),
            ' ' | '\t' | '\r' | '\n' => 1,
            '\'' => {
                let quote = if rest.starts_with("'''") { "'''" } else { "'" };
                let inner = &rest[quote.len()..];
                let end = inner.find(quote).expect("a text ends");
                all.push(Token::Text(inner[..end].to_owned()));
                end + 2 * quote.len()
            }
            _ if first.is_alphanumeric() || first == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                all.push(Token::Word(rest[..end].to_owned()));
                end
            }
            _ => {
                let two = ["==", "!=", "+=", "<=", ">="].into_iter().find(|two| rest.starts_with(two));
                let sign = two.unwrap_or(&rest[..first.len_utf8()]);
                depth += "([{".contains(sign) as i32 - ")]}".contains(sign) as i32;
                all.push(Token::Sign(sign.to_owned()));
                sign.len()
            }
        };
        rest = &rest[length..];
    }
    all
}

struct Reader<'a> {
    line: &'a [Token],
    at: usize,
}

impl Reader<'_> {
    fn statement(&mut self) -> Option<Statement> {
        let Token::Word(word) = &self.line[0] else { return None };
        self.at = 1;
        Some(match word.as_str() {
            "if" => Statement::If(self.either()?),
            "elif" => Statement::Elif(self.either()?),
            "else" => Statement::Else,
            "endif" | "endforeach" => Statement::End,
            "foreach" => {
                self.word()?;
                while self.take(",") {
                    self.word()?;
                }
                self.expect(":")?;
                Statement::Foreach(self.either()?)
            }
            name if self.take("=") => Statement::Assign(name.to_owned(), self.either()?),
            name if self.take("+=") => Statement::Add(name.to_owned(), self.either()?),
            _ => {
                self.at = 0;
                Statement::Call(self.either()?)
            }
        })
    }

    fn either(&mut self) -> Option<Expr> {
        let mut left = self.both()?;
        while self.take_word("or") {
            left = Expr::Both("||".to_owned(), Box::new((left, self.both()?)));
        }
        Some(left)
    }

    fn both(&mut self) -> Option<Expr> {
        let mut left = self.compared()?;
        while self.take_word("and") {
            left = Expr::Both("&&".to_owned(), Box::new((left, self.compared()?)));
        }
        Some(left)
    }

    fn compared(&mut self) -> Option<Expr> {
        if self.take_word("not") {
            return Some(Expr::Not(Box::new(self.compared()?)));
        }
        let left = self.sum()?;
        for sign in ["==", "!="] {
            if self.take(sign) {
                let meant = if sign == "==" { "=" } else { sign };
                return Some(Expr::Both(meant.to_owned(), Box::new((left, self.sum()?))));
            }
        }
        Some(left)
    }

    fn sum(&mut self) -> Option<Expr> {
        let mut left = self.one()?;
        while self.take("+") || self.take("/") {
            let sign = &self.line[self.at - 1];
            let sign = if *sign == Token::Sign("/".to_owned()) { "/" } else { "+" };
            left = Expr::Both(sign.to_owned(), Box::new((left, self.one()?)));
        }
        Some(left)
    }

    fn one(&mut self) -> Option<Expr> {
        let first = self.line.get(self.at)?.clone();
        self.at += 1;
        let mut read = match first {
            Token::Text(text) => Expr::Text(text),
            Token::Word(name) if self.take("(") => self.call(Expr::Other, name)?,
            Token::Word(name) => Expr::Name(name),
            Token::Sign(sign) if sign == "[" => Expr::List(self.list("]")?.0),
            Token::Sign(sign) if sign == "(" => {
                let inner = self.either()?;
                self.expect(")")?;
                inner
            }
            _ => return None,
        };
        loop {
            if self.take(".") {
                let name = self.word()?;
                self.expect("(")?;
                read = self.call(read, name)?;
            } else if self.take("[") {
                let index = self.either()?;
                self.expect("]")?;
                read = Expr::Index(Box::new((read, index)));
            } else {
                return Some(read);
            }
        }
    }

    fn call(&mut self, on: Expr, name: String) -> Option<Expr> {
        let (args, named) = self.list(")")?;
        Some(Expr::Call(Box::new(Call { on, name, args, named })))
    }

    fn list(&mut self, end: &str) -> Option<(Vec<Expr>, Vec<NamedExpr>)> {
        let (mut args, mut named) = (Vec::new(), Vec::new());
        while !self.take(end) {
            let is_named = self.line.get(self.at + 1) == Some(&Token::Sign(":".to_owned()));
            match self.line.get(self.at) {
                Some(Token::Word(name)) if is_named => {
                    self.at += 2;
                    named.push((name.clone(), self.either()?));
                }
                _ => args.push(self.either()?),
            }
            if !self.take(",") {
                self.expect(end)?;
                break;
            }
        }
        Some((args, named))
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.line.get(self.at), Some(Token::Sign(known)) if known == sign);
        self.at += found as usize;
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = matches!(self.line.get(self.at), Some(Token::Word(known)) if known == word);
        self.at += found as usize;
        found
    }

    fn expect(&mut self, sign: &str) -> Option<()> {
        self.take(sign).then_some(())
    }

    fn word(&mut self) -> Option<String> {
        let Some(Token::Word(word)) = self.line.get(self.at) else { return None };
        self.at += 1;
        Some(word.clone())
    }
}
