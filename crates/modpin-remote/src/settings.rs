//! Which server, and how it is spoken with: what a user can say of it.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::error::{Error, Kind, shown};

/// How a server is spoken with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it is.
    pub address: Address,
    /// Which of its instances.
    pub instance: String,
    /// What every call carries, to say who calls.
    pub headers: Vec<Header>,
    /// A file with the certificates that vouch for it, in PEM; the system's if there is none.
    pub authority: Option<PathBuf>,
    /// How long a call may take with all its tries, for each 16 MiB that it brings or takes.
    pub deadline: Duration,
    /// How long an action may take from being asked for to its result, with its wait for a worker.
    pub action_deadline: Duration,
    /// How often a call that failed for a reason that passes is tried again.
    pub retries: u32,
    /// After so many failed calls in a row, none is made any more.
    pub failures: u32,
}

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `grpc://HOST:PORT`: as it is, for a network that nobody listens to.
    Plain(String),
    /// `grpcs://HOST[:PORT]`: by TLS.
    Tls(String),
    /// `grpc+unix:PATH`: a socket on this machine.
    Unix(String),
}

/// A header of every call. Its value may be a secret, and is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    /// In small letters.
    pub name: String,
    pub(crate) value: String,
}

impl Settings {
    /// What holds for a server of which nothing else is said.
    pub fn new(address: Address) -> Settings {
        Settings {
            address,
            instance: String::new(),
            headers: Vec::new(),
            authority: None,
            deadline: Duration::from_secs(30),
            action_deadline: Duration::from_secs(600),
            retries: 3,
            failures: 5,
        }
    }
}

impl Address {
    /// Reads a URL.
    ///
    /// # Errors
    /// It is none of a server.
    pub fn parse(url: &str) -> Result<Address, Error> {
        if let Some(path) = url.strip_prefix("grpc+unix:") {
            // `//` would begin a host, and there is none.
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path.starts_with('/') {
                true => Ok(Address::Unix(path.to_owned())),
                false => Err(wrong(url, "the socket of a server is named by its absolute path")),
            };
        }
        let (rest, tls) = match (url.strip_prefix("grpc://"), url.strip_prefix("grpcs://")) {
            (Some(rest), _) => (rest, false),
            (_, Some(rest)) => (rest, true),
            _ => {
                return Err(wrong(
                    url,
                    "it is none of grpc://HOST:PORT, grpcs://HOST:PORT, grpc+unix:PATH",
                ));
            }
        };
        let host = rest.strip_suffix('/').unwrap_or(rest);
        if host.contains('@') {
            // Whoever writes a password there shall not read it again in a log.
            return Err(wrong("a URL with @", "who calls is said by a header"));
        }
        if host.contains(['/', '?', '#']) {
            return Err(wrong(url, "nothing follows the port; an instance is named apart"));
        }
        let authority: http::uri::Authority =
            host.parse().map_err(|_| wrong(url, "it names no host"))?;
        if authority.host().is_empty() {
            return Err(wrong(url, "it names no host"));
        }
        if !tls && authority.port_u16().is_none() {
            return Err(wrong(url, "it names no port"));
        }
        Ok(if tls { Address::Tls(host.to_owned()) } else { Address::Plain(host.to_owned()) })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Plain(host) => write!(to, "grpc://{host}"),
            Address::Tls(host) => write!(to, "grpcs://{host}"),
            Address::Unix(path) => write!(to, "grpc+unix:{path}"),
        }
    }
}

impl Header {
    /// Reads `NAME=VALUE`.
    ///
    /// # Errors
    /// It is no header; the value is not told.
    pub fn parse(text: &str) -> Result<Header, Error> {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| wrong("a header", "it is NAME=VALUE, as in authorization=Bearer …"))?;
        let name = name.trim().to_ascii_lowercase();
        let is_name = tonic::metadata::AsciiMetadataKey::from_bytes(name.as_bytes()).is_ok();
        if !is_name || name.ends_with("-bin") || name.starts_with("grpc-") {
            return Err(wrong(&name, "no header can have this name"));
        }
        let value = value.trim().to_owned();
        match value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            true => Ok(Header { name, value }),
            false => Err(wrong(&name, "the value of a header is of printable ASCII letters")),
        }
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}=…", self.name)
    }
}

fn wrong(what: &str, text: &str) -> Error {
    Error { server: shown(what), call: "settings", kind: Kind::Settings, text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown() {
        for url in
            ["grpc://127.0.0.1:80", "grpcs://cache.example", "grpcs://[::1]:443", "grpc+unix:/run/s"]
        {
            assert_eq!(Address::parse(url).map(|address| address.to_string()), Ok(url.to_owned()));
        }
        let said = |url: &str| Address::parse(url).map(|address| address.to_string());
        assert_eq!(said("grpc+unix:///run/s"), Ok("grpc+unix:/run/s".to_owned()));
        assert_eq!(said("grpc://h:1/"), Ok("grpc://h:1".to_owned()));
        for url in [
            "",
            "h:1",
            "http://h:1",
            "grpc://",
            "grpc://h",
            "grpc://:1",
            "grpc://h:1/main",
            "grpc+unix:s",
        ] {
            assert_eq!(said(url).map_err(|error| error.kind), Err(Kind::Settings), "{url}");
        }
    }

    #[test]
    fn secrets_are_not_told() {
        let header = Header::parse("Authorization=Bearer s3cret").expect("a header");
        assert_eq!(format!("{header:?}"), "authorization=…");
        let errors = [
            Header::parse("s3cret").map(drop),
            Header::parse("a\tb=s3cret").map(drop),
            Header::parse("name=s3cret\n").map(drop).and(Header::parse("name=s3cr\u{7}et").map(drop)),
            Address::parse("grpc://me:s3cret@h:1").map(drop),
        ];
        for error in errors {
            let text = error.expect_err("wrong").to_string();
            assert!(!text.contains("s3cr"), "{text}");
        }
    }
}
