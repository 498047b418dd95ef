//! Reads a condition from Kconfig's expression language: `A && (B = 'm' || !C)`. `!` binds tightest, then comparisons, then
//! `&&`, then `||`.

use crate::declare::condition::expr::{Expr, Operand};
use crate::declare::condition::words::{Token, next};
use crate::declare::handle::Ref;

/// So deep may parentheses and `!` stand in each other: what reads and answers conditions calls itself.
const DEEPEST: usize = 64;

/// The condition that a text means.
pub(crate) fn parse(text: &str) -> Expr {
    let mut reader = Reader { rest: text, depth: 0 };
    let read = reader.any().and_then(|expr| match reader.peek()? {
        None => Ok(expr),
        Some(_) => Err(format!("nothing can follow before {:?}", reader.rest.trim_start())),
    });
    read.unwrap_or_else(|why| Expr::Wrong { text: text.to_owned(), why })
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Result<Option<Token>, String> {
        Ok(next(self.rest)?.map(|(token, _)| token))
    }

    fn take(&mut self) -> Result<Option<Token>, String> {
        let Some((token, rest)) = next(self.rest)? else { return Ok(None) };
        self.rest = rest;
        Ok(Some(token))
    }

    /// Takes the next word if it is this one.
    fn took(&mut self, wanted: &Token) -> Result<bool, String> {
        let is_it = self.peek()?.as_ref() == Some(wanted);
        if is_it {
            self.take()?;
        }
        Ok(is_it)
    }

    fn any(&mut self) -> Result<Expr, String> {
        let mut expr = self.all()?;
        while self.took(&Token::Or)? {
            expr = Expr::Or(pushed(expr, self.all()?, true));
        }
        Ok(expr)
    }

    fn all(&mut self) -> Result<Expr, String> {
        let mut expr = self.factor()?;
        while self.took(&Token::And)? {
            expr = Expr::And(pushed(expr, self.factor()?, false));
        }
        Ok(expr)
    }

    fn factor(&mut self) -> Result<Expr, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("more than {DEEPEST} parentheses and `!` stand in each other"));
        }
        let factor = match self.take()? {
            Some(Token::Not) => Ok(Expr::Not(Box::new(self.factor()?))),
            Some(Token::Open) => {
                let inner = self.any()?;
                match self.took(&Token::Close)? {
                    true => Ok(inner),
                    false => Err("a parenthesis is not closed".to_owned()),
                }
            }
            Some(token) => self.compared(operand(token)?),
            None => Err("something is missing at the end".to_owned()),
        };
        self.depth -= 1;
        factor
    }

    /// A value, and what it is compared with, if it is.
    fn compared(&mut self, left: Operand) -> Result<Expr, String> {
        let Some(Token::Compare(relation)) = self.peek()? else { return Ok(Expr::Value(left)) };
        self.take()?;
        let right = self.take()?.ok_or("something is missing at the end")?;
        Ok(Expr::Compare(left, relation, operand(right)?))
    }
}

/// One more part of a list. What stood in parentheses keeps its own.
fn pushed(list: Expr, part: Expr, is_or: bool) -> Vec<Expr> {
    let mut parts = match list {
        Expr::Or(parts) if is_or => parts,
        Expr::And(parts) if !is_or => parts,
        other => vec![other],
    };
    parts.push(part);
    parts
}

fn operand(token: Token) -> Result<Operand, String> {
    match token {
        Token::Name(name) => Ok(Operand::Word(Ref::Name(name))),
        Token::Constant(text) => Ok(Operand::Constant(text)),
        Token::Compare(relation) => Err(format!("nothing stands before {}", relation.text())),
        Token::Not => Err("`!` cannot be compared".to_owned()),
        Token::And => Err("nothing stands before &&".to_owned()),
        Token::Or => Err("nothing stands before ||".to_owned()),
        Token::Open => Err("a parenthesis cannot be compared".to_owned()),
        Token::Close => Err("nothing stands before )".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(texts: &[&str], expected: Expect) {
        let said = texts.iter().map(|text| match parse(text) {
            Expr::Wrong { why, .. } => format!("{text}: {why}\n"),
            expr => {
                let written = expr.to_string();
                assert_eq!(parse(&written), expr, "{written} reads back otherwise");
                written + "\n"
            }
        });
        expected.assert_eq(&said.collect::<String>());
    }

    #[test]
    fn what_binds_tighter_needs_no_parentheses() {
        check(
            &[
                "A",
                "A&&B||C",
                "A && (B || C)",
                "!A && !(B && C)",
                "!!A",
                "A = 'm' || !B != n",
                "((A))",
                "A && B && C || D || E",
                "(A && B) && C",
            ],
            expect![[r#"
                A
                (A && B) || C
                A && (B || C)
                !A && !(B && C)
                !!A
                A = 'm' || !(B != 'n')
                A
                (A && B && C) || D || E
                A && B && C
            "#]],
        );
    }

    #[test]
    fn constants_stand_in_quotes_or_are_numbers_or_letters() {
        check(
            &[
                "y",
                "X != \"it's\"",
                r"X = 'a\\b\'c'",
                "HZ >= 100",
                "B<0x10",
                "N > -1",
                "'y'",
                "2D",
                "X == 'a'",
            ],
            expect![[r#"
                y
                X != 'it\'s'
                X = 'a\\b\'c'
                HZ >= '100'
                B < '0x10'
                N > '-1'
                y
                2D
                X = 'a'
            "#]],
        );
    }

    #[test]
    fn texts_that_mean_nothing() {
        let deep = "(".repeat(100);
        let texts = [
            "",
            "A &&",
            "A B",
            "(A",
            "A)",
            "A = ",
            "= A",
            "A & B",
            "A = !B",
            "'a",
            "A && || B",
            "A-B",
            "ä",
        ];
        check(
            &[&texts[..], &[&deep[..]]].concat(),
            expect![[r#"
                : something is missing at the end
                A &&: something is missing at the end
                A B: nothing can follow before "B"
                (A: a parenthesis is not closed
                A): nothing can follow before ")"
                A = : something is missing at the end
                = A: nothing stands before =
                A & B: '&' is no part of it
                A = !B: `!` cannot be compared
                'a: the quote ' is not closed
                A && || B: nothing stands before ||
                A-B: '-' is no part of it
                ä: 'ä' is no part of it
                ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((: more than 64 parentheses and `!` stand in each other
            "#]],
        );
    }
}
