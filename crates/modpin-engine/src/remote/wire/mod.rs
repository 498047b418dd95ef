//! What we and the helper program say to each other, on its standard input and output: a length, the number of the question that
//! this belongs to, then the message. The helper is of our version, so the first message has the version in it and no other has.

mod lists;
mod settings;
mod request;
mod reply;

use std::io::{self, Read, Write};

use crate::state::fields::{Fields, put_number};

pub use reply::Reply;
pub use request::Request;
pub use settings::Settings;

/// What both sides must agree on.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), ", 2");

/// No message is longer.
const LONGEST: u32 = 256 << 20;

/// The number of what answers no question.
pub const NO_QUESTION: u64 = 0;

const STRANGE: &str = "a message that nobody knows";

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
    use crate::cache::kept_result::KeptResult;
    use crate::cache::shared::{self, Blob, Order, RanThere, SharedResult};
    use crate::world::hash::Hash;

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
