//! What the helper program is asked for, and the bytes of it.

use crate::cache::kept_result::KeptResult;
use crate::cache::shared::{self, Blob, Order};
use crate::remote::wire::lists::{list, pair, put_pairs, put_texts, text};
use crate::remote::wire::settings::{Settings, put_settings, settings};
use crate::remote::wire::{STRANGE, VERSION};
use crate::state::fields::{Fields, put_hash, put_number, put_text};
use crate::world::hash::Hash;

/// What the helper is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// The first message: where the server is.
    Begin(Settings),
    /// What lies there under this key.
    Find(Hash),
    /// Contents are to be brought to these paths, at which nothing lies.
    Fetch(Vec<(Blob, String)>),
    /// A result is to be kept there, whose contents lie in these files.
    Keep(Hash, Box<KeptResult>, Vec<String>),
    /// A command is to be run there.
    Run(Order),
    /// Whether these files are the same there.
    HasSame(Vec<String>),
    /// Nobody waits any more for the answer to the question of this number.
    Forget,
}

impl Request {
    /// The message.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let to = &mut bytes;
        match self {
            Request::Begin(settings) => {
                to.push(0);
                put_text(to, VERSION);
                put_settings(to, settings);
            }
            Request::Find(key) => {
                to.push(1);
                put_hash(to, *key);
            }
            Request::Fetch(contents) => {
                to.push(2);
                put_number(to, contents.len() as u32);
                for (blob, path) in contents {
                    shared::put_blob(to, blob);
                    put_text(to, path);
                }
            }
            Request::Keep(key, entry, files) => {
                to.push(3);
                put_hash(to, *key);
                put_texts(to, files);
                entry.put(to);
            }
            Request::Run(order) => {
                to.push(4);
                put_order(to, order);
            }
            Request::HasSame(paths) => {
                to.push(5);
                put_texts(to, paths);
            }
            Request::Forget => to.push(6),
        }
        bytes
    }

    /// Reads one.
    ///
    /// # Errors
    /// It is none of ours.
    pub fn read(bytes: &[u8]) -> Result<Request, &'static str> {
        let fields = &mut Fields(bytes);
        match fields.u8()? {
            0 if fields.short_text()? != VERSION => Err("another version speaks"),
            0 => Ok(Request::Begin(settings(fields)?)),
            1 => Ok(Request::Find(fields.hash()?)),
            2 => {
                let one = |fields: &mut Fields<'_>| Ok((shared::blob(fields)?, text(fields)?));
                Ok(Request::Fetch(list(fields, one)?))
            }
            3 => {
                let (key, files) = (fields.hash()?, list(fields, text)?);
                Ok(Request::Keep(key, Box::new(KeptResult::read(fields.0)?), files))
            }
            4 => Ok(Request::Run(order(fields)?)),
            5 => Ok(Request::HasSame(list(fields, text)?)),
            6 => Ok(Request::Forget),
            _ => Err(STRANGE),
        }
    }
}

fn put_order(to: &mut Vec<u8>, order: &Order) {
    let Order { words, env, root, inputs, outside, outputs } = order;
    put_texts(to, words);
    put_pairs(to, env);
    put_text(to, root);
    put_texts(to, inputs);
    put_texts(to, outside);
    put_pairs(to, outputs);
}

fn order(fields: &mut Fields<'_>) -> Result<Order, &'static str> {
    Ok(Order {
        words: list(fields, text)?,
        env: list(fields, pair)?,
        root: text(fields)?,
        inputs: list(fields, text)?,
        outside: list(fields, text)?,
        outputs: list(fields, pair)?,
    })
}
