//! Texts in messages, and lists of them.

use crate::state::fields::{Fields, put_number, put_text};

pub(super) fn put_texts(to: &mut Vec<u8>, texts: &[String]) {
    put_number(to, texts.len() as u32);
    texts.iter().for_each(|text| put_text(to, text));
}

pub(super) fn put_pairs(to: &mut Vec<u8>, pairs: &[(String, String)]) {
    put_number(to, pairs.len() as u32);
    for (name, value) in pairs {
        put_text(to, name);
        put_text(to, value);
    }
}

pub(super) fn pair(fields: &mut Fields<'_>) -> Result<(String, String), &'static str> {
    Ok((text(fields)?, text(fields)?))
}

pub(super) fn text(fields: &mut Fields<'_>) -> Result<String, &'static str> {
    Ok(fields.short_text()?.to_owned())
}

pub(super) fn list<T>(
    fields: &mut Fields<'_>,
    one: impl Fn(&mut Fields<'_>) -> Result<T, &'static str>,
) -> Result<Vec<T>, &'static str> {
    let count = fields.u32()?;
    (0..count).map(|_| one(fields)).collect()
}
