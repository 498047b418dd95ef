//! Conditions: questions whose answer is known once the options have their values. Plain data, made of handles or of texts;
//! nothing is answered here.

pub(crate) mod tristate;
pub(crate) mod version;
pub(crate) mod words;
pub(crate) mod expr;
pub(crate) mod parse;
pub(crate) mod cond;
