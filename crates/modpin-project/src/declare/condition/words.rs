//! The words of Kconfig's expression language: names, constants in quotes, numbers, operators.

use crate::problem::Problem;

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Relation {
    /// Whether it holds between two values that compare so.
    pub(crate) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Relation::Equal => order.is_eq(),
            Relation::Unequal => order.is_ne(),
            Relation::Less => order.is_lt(),
            Relation::LessOrEqual => order.is_le(),
            Relation::Greater => order.is_gt(),
            Relation::GreaterOrEqual => order.is_ge(),
        }
    }

    /// As it is written.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Relation::Equal => "=",
            Relation::Unequal => "!=",
            Relation::Less => "<",
            Relation::LessOrEqual => "<=",
            Relation::Greater => ">",
            Relation::GreaterOrEqual => ">=",
        }
    }
}

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// An option, or a word that is always there.
    Name(String),
    /// What stands in quotes, or a number, or one of `y`, `m`, `n`.
    Constant(String),
    Compare(Relation),
    Not,
    And,
    Or,
    Open,
    Close,
}

/// The first word of a text, and what follows it; `None` at the end.
pub(crate) fn next(text: &str) -> Result<Option<(Token, &str)>, String> {
    let text = text.trim_start();
    let Some(first) = text.chars().next() else { return Ok(None) };
    if matches!(first, '\'' | '"') {
        return quoted(&text[1..], first).map(Some);
    }
    if let Some((token, length)) = operator(text) {
        return Ok(Some((token, &text[length..])));
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let sign = usize::from(first == '-');
    let length = sign + text[sign..].find(|c| !is_name(c)).unwrap_or(text.len() - sign);
    let (word, rest) = text.split_at(length);
    match word {
        "y" | "m" | "n" => Ok(Some((Token::Constant(word.to_owned()), rest))),
        _ if is_number(word) => Ok(Some((Token::Constant(word.to_owned()), rest))),
        _ if sign == 0 && !word.is_empty() => Ok(Some((Token::Name(word.to_owned()), rest))),
        _ => Err(format!("{first:?} is no part of it")),
    }
}

/// Whether a word is a constant without quotes.
pub(crate) fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let all = |digits: &str, fits: fn(&char) -> bool| {
        !digits.is_empty() && digits.chars().all(|digit| fits(&digit))
    };
    let hex = digits.strip_prefix("0x").or(digits.strip_prefix("0X"));
    all(digits, char::is_ascii_digit) || hex.is_some_and(|digits| all(digits, char::is_ascii_hexdigit))
}

/// What is wrong with the name of an option or of a probe (`what`), so that no condition could ask for it.
pub(crate) fn wrong_word(what: &str, name: &str) -> Option<Problem> {
    let article = if what == "option" { "an" } else { "a" };
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        let help = format!(
            "{article} {what}'s name is made of ASCII letters, digits and `_`, for C to test it"
        );
        return Some(Problem::new(format!("{what} {name:?}: bad name"), help));
    }
    if let Some(bare) = name.strip_prefix("CONFIG_") {
        let text = format!("{what} {name:?}: the prefix CONFIG_ stands in .config only");
        return Some(Problem::new(text, format!("name it {bare:?}")));
    }
    if is_number(name) || matches!(name, "y" | "m" | "n") {
        let text = format!("{what} {name:?}: a condition reads this as a value");
        return Some(Problem::new(text, "give it a name that begins with a letter and is longer"));
    }
    None
}

fn operator(text: &str) -> Option<(Token, usize)> {
    const OPERATORS: [(&str, Token); 12] = [
        ("&&", Token::And),
        ("||", Token::Or),
        ("!=", Token::Compare(Relation::Unequal)),
        ("<=", Token::Compare(Relation::LessOrEqual)),
        (">=", Token::Compare(Relation::GreaterOrEqual)),
        ("==", Token::Compare(Relation::Equal)),
        ("=", Token::Compare(Relation::Equal)),
        ("<", Token::Compare(Relation::Less)),
        (">", Token::Compare(Relation::Greater)),
        ("!", Token::Not),
        ("(", Token::Open),
        (")", Token::Close),
    ];
    let found = OPERATORS.into_iter().find(|(operator, _)| text.starts_with(operator))?;
    Some((found.1, found.0.len()))
}

/// A constant up to its closing quote; a backslash takes the next character as it is.
fn quoted(text: &str, quote: char) -> Result<(Token, &str), String> {
    let mut constant = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            _ if c == quote => return Ok((Token::Constant(constant), &text[at + 1..])),
            '\\' => constant.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => constant.push(c),
        }
    }
    Err(format!("the quote {quote} is not closed"))
}
