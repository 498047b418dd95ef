//! What the helper program answers, and the bytes of it.

use crate::cache::shared::{self, RanThere, SharedResult};
use crate::remote::wire::STRANGE;
use crate::remote::wire::lists::text;
use crate::state::fields::{Fields, put_text};
use crate::world::hash::Hash;

/// What the helper answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// What lies there.
    Found(Vec<SharedResult>),
    /// It has run.
    Ran(RanThere),
    /// It is done.
    Done,
    /// It is not done, and that is the reason, where there is something to say of it.
    Failed(String),
    /// Nothing will be done from now on, and that is the reason.
    Down(String),
}

impl Reply {
    /// The message.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (tag, rest) = match self {
            Reply::Found(results) => (0, shared::to_bytes(Hash::PRESENT, results)),
            Reply::Done => (1, Vec::new()),
            Reply::Failed(why) => (2, why.as_bytes().to_vec()),
            Reply::Down(why) => (3, why.as_bytes().to_vec()),
            Reply::Ran(RanThere { code, dir, said }) => {
                let mut bytes = code.to_le_bytes().to_vec();
                put_text(&mut bytes, dir);
                (4, [bytes, said.clone()].concat())
            }
        };
        [vec![tag], rest].concat()
    }

    /// Reads one.
    ///
    /// # Errors
    /// It is none of ours.
    pub fn read(bytes: &[u8]) -> Result<Reply, &'static str> {
        let why = |rest: &[u8]| String::from_utf8_lossy(rest).into_owned();
        match bytes.split_first() {
            Some((0, rest)) => Ok(Reply::Found(shared::from_bytes(Hash::PRESENT, rest))),
            Some((1, [])) => Ok(Reply::Done),
            Some((2, rest)) => Ok(Reply::Failed(why(rest))),
            Some((3, rest)) => Ok(Reply::Down(why(rest))),
            Some((4, rest)) => {
                let fields = &mut Fields(rest);
                let (code, dir) = (fields.u32()? as i32, text(fields)?);
                Ok(Reply::Ran(RanThere { code, dir, said: fields.0.to_vec() }))
            }
            _ => Err(STRANGE),
        }
    }
}
