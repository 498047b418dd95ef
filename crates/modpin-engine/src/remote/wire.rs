//! What we and the helper program say to each other, on its standard input and output: a length, the number of the question that
//! this belongs to, then the message. The helper is of our version, so the first message has the version in it and no other has.

use std::io::{self, Read, Write};

use crate::cache::kept_result::KeptResult;
use crate::cache::shared::{self, Blob, Order, RanThere, SharedResult};
use crate::state::fields::{Fields, put_hash, put_number, put_text};
use crate::world::hash::Hash;

/// What both sides must agree on.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), ", 2");

/// No message is longer.
const LONGEST: u32 = 256 << 20;

/// The number of what answers no question.
pub const NO_QUESTION: u64 = 0;

/// What the helper must know of the server.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Where it is: `grpc://HOST:PORT`, `grpcs://HOST:PORT`, `grpc+unix:PATH`.
    pub url: String,
    /// The instance there.
    pub instance: String,
    /// What goes with each call: names and values, which may be secret.
    pub headers: Vec<(String, String)>,
    /// A file with the certificates that vouch for it, if not those of the system.
    pub authorities: Option<String>,
    /// How many seconds a call may take.
    pub deadline: u32,
    /// It gets what is made here.
    pub writes: bool,
    /// It runs commands, on machines with these properties.
    pub runs: bool,
    /// What is asked of these machines: names and values.
    pub properties: Vec<(String, String)>,
    /// They have nothing of a toolchain: it goes there with the command.
    pub gets_toolchain: bool,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        write!(f, "Settings({}, instance {:?}, headers {names:?})", self.url, self.instance)
    }
}

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

const STRANGE: &str = "a message that nobody knows";

fn put_settings(to: &mut Vec<u8>, settings: &Settings) {
    let Settings { url, instance, headers, authorities, deadline, writes, runs, properties, .. } =
        settings;
    put_text(to, url);
    put_text(to, instance);
    put_pairs(to, headers);
    put_text(to, authorities.as_deref().unwrap_or(""));
    put_number(to, *deadline);
    to.push((*writes).into());
    to.push((*runs).into());
    put_pairs(to, properties);
    to.push(settings.gets_toolchain.into());
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

fn put_texts(to: &mut Vec<u8>, texts: &[String]) {
    put_number(to, texts.len() as u32);
    texts.iter().for_each(|text| put_text(to, text));
}

fn put_pairs(to: &mut Vec<u8>, pairs: &[(String, String)]) {
    put_number(to, pairs.len() as u32);
    for (name, value) in pairs {
        put_text(to, name);
        put_text(to, value);
    }
}

fn pair(fields: &mut Fields<'_>) -> Result<(String, String), &'static str> {
    Ok((text(fields)?, text(fields)?))
}

fn settings(fields: &mut Fields<'_>) -> Result<Settings, &'static str> {
    Ok(Settings {
        url: text(fields)?,
        instance: text(fields)?,
        headers: list(fields, pair)?,
        authorities: Some(text(fields)?).filter(|path| !path.is_empty()),
        deadline: fields.u32()?,
        writes: fields.u8()? != 0,
        runs: fields.u8()? != 0,
        properties: list(fields, pair)?,
        gets_toolchain: fields.u8()? != 0,
    })
}

fn text(fields: &mut Fields<'_>) -> Result<String, &'static str> {
    Ok(fields.short_text()?.to_owned())
}

fn list<T>(
    fields: &mut Fields<'_>,
    one: impl Fn(&mut Fields<'_>) -> Result<T, &'static str>,
) -> Result<Vec<T>, &'static str> {
    let count = fields.u32()?;
    (0..count).map(|_| one(fields)).collect()
}

/// Sends a message.
///
/// # Errors
/// Nobody listens.
pub fn send(to: &mut impl Write, number: u64, message: &[u8]) -> io::Result<()> {
    let mut bytes = Vec::with_capacity(message.len() + 12);
    put_number(&mut bytes, message.len() as u32);
    bytes.extend(number.to_le_bytes());
    bytes.extend_from_slice(message);
    to.write_all(&bytes)?;
    to.flush()
}

/// Waits for the next message; `None` when there will be none.
///
/// # Errors
/// It is cut off, or longer than any of ours.
pub fn receive(from: &mut impl Read) -> io::Result<Option<(u64, Vec<u8>)>> {
    let mut head = [0; 12];
    match from.read_exact(&mut head[..1]) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    from.read_exact(&mut head[1..])?;
    let fields = &mut Fields(&head);
    let (length, number) = (fields.u32().unwrap_or(0), fields.u64().unwrap_or(NO_QUESTION));
    if length > LONGEST {
        return Err(io::Error::other("a message is too long"));
    }
    // What is claimed is not believed before it is there.
    let mut message = Vec::new();
    from.take(length.into()).read_to_end(&mut message)?;
    match message.len() as u32 == length {
        true => Ok(Some((number, message))),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Content;

    fn entry() -> KeptResult {
        let content = |bits| Content { hash: Hash::from_bits(bits), executable: bits == 7 };
        KeptResult {
            root: "/w".to_owned(),
            names_root: false,
            made_at: 5,
            millis: 6,
            said: b"warning".to_vec(),
            discovered: vec![("/usr/include/a.h".to_owned(), Hash::from_bits(9))],
            outputs: vec![content(7)],
            beside: vec![("out/b.side".to_owned(), content(8))],
        }
    }

    fn result() -> SharedResult {
        let blob = |digest: &str| Blob { digest: digest.to_owned(), size: 3 };
        SharedResult { entry: entry(), blobs: vec![blob("ab01"), blob("00")] }
    }

    fn requests() -> Vec<Request> {
        let settings = Settings {
            url: "grpc://h:1".to_owned(),
            instance: "main".to_owned(),
            headers: vec![("authorization".to_owned(), "secret".to_owned())],
            authorities: Some("/ca.pem".to_owned()),
            deadline: 9,
            writes: true,
            runs: true,
            properties: vec![("os".to_owned(), "linux".to_owned())],
            gets_toolchain: true,
        };
        let text = |text: &str| vec![text.to_owned()];
        let order = Order {
            words: text("/usr/bin/cc"),
            env: vec![("LC_ALL".to_owned(), "C".to_owned())],
            root: "/w".to_owned(),
            inputs: text("a.c"),
            outside: text("/usr/bin/cc"),
            outputs: vec![("a.o".to_owned(), "b.o".to_owned())],
        };
        vec![
            Request::Begin(settings),
            Request::Find(Hash::from_bits(77)),
            Request::Fetch(vec![(result().blobs[0].clone(), "/tmp/x".to_owned())]),
            Request::Keep(Hash::from_bits(78), Box::new(entry()), vec!["/c/1".into(), "/c/2".into()]),
            Request::Run(order),
            Request::HasSame(text("/usr/include/a.h")),
            Request::Forget,
        ]
    }

    #[test]
    fn what_is_sent_comes_out_and_what_is_cut_off_is_an_error() {
        for request in requests() {
            let mut bytes = Vec::new();
            send(&mut bytes, 12, &request.to_bytes()).unwrap();
            let (number, message) = receive(&mut bytes.as_slice()).unwrap().unwrap();
            assert_eq!((number, Request::read(&message)), (12, Ok(request)));
            for cut in 1..bytes.len() {
                assert!(receive(&mut &bytes[..cut]).is_err(), "cut at {cut}");
            }
            for cut in 0..message.len() {
                assert!(Request::read(&message[..cut]).is_err(), "cut at {cut}");
            }
        }
        let of_another = |bytes: Vec<u8>| {
            let at = bytes.windows(VERSION.len()).position(|it| it == VERSION.as_bytes());
            bytes.iter().enumerate().map(|(index, byte)| byte ^ u8::from(Some(index) == at)).collect()
        };
        let other: Vec<u8> = of_another(requests()[0].to_bytes());
        assert_eq!(Request::read(&other), Err("another version speaks"));
        assert_eq!(receive(&mut io::empty()).unwrap(), None);
        let long = [&u32::MAX.to_le_bytes()[..], &[0; 20]].concat();
        assert_eq!(receive(&mut long.as_slice()).unwrap_err().to_string(), "a message is too long");
        let ran = Reply::Ran(RanThere { code: -1, dir: "/there".to_owned(), said: b"said".to_vec() });
        let replies = [Reply::Found(vec![result(), result()]), Reply::Done, ran];
        for reply in replies.into_iter().chain([Reply::Failed("a".into()), Reply::Down("b".into())]) {
            assert_eq!(Reply::read(&reply.to_bytes()), Ok(reply));
        }
        assert_eq!(Reply::read(&[9]), Err(STRANGE));
    }

    #[test]
    fn no_secret_is_shown() {
        let shown = format!("{:?}", requests()[0]);
        assert!(shown.contains("authorization") && !shown.contains("secret"), "{shown}");
    }

    #[test]
    fn a_list_is_believed_up_to_what_is_wrong_in_it() {
        let key = Hash::from_bits(5);
        let bytes = shared::to_bytes(key, &[result(), result()]);
        assert_eq!(shared::from_bytes(key, &bytes).len(), 2);
        assert!(shared::from_bytes(Hash::from_bits(6), &bytes).is_empty(), "another key");
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(shared::from_bytes(key, &damaged).len() < 2, "byte {at}");
        }
        let wrong = [("ab/../01", 3), ("", 3), ("ab", u64::MAX)];
        for (digest, size) in wrong {
            let blobs = vec![Blob { digest: digest.to_owned(), size }, result().blobs[1].clone()];
            let listed = shared::to_bytes(key, &[SharedResult { blobs, ..result() }]);
            assert!(shared::from_bytes(key, &listed).is_empty(), "{digest} {size}");
        }
        let few = SharedResult { blobs: result().blobs[..1].to_vec(), ..result() };
        assert!(shared::from_bytes(key, &shared::to_bytes(key, &[few])).is_empty());
    }
}
