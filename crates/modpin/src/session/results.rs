//! Where the results of builds are kept for all checkouts of a user: in the user's directory for what can be made again, unless
//! something else is said. Whoever can write there has a say in what every build makes, so it must be nobody else.

use std::path::PathBuf;
use std::sync::Arc;

use modpin_engine::{LocalCache, RealDisk};

use crate::error::{Error, Result};
use crate::layout::own_dir::closed;

/// The variable that says where results are kept; `off` is nowhere.
pub const PLACE: &str = "MODPIN_CACHE";

/// The variable that says how many bytes of them: `20GiB`.
pub const SIZE: &str = "MODPIN_CACHE_SIZE";

/// So many bytes if nobody says otherwise.
pub const USUAL_SIZE: u64 = 5 << 30;

/// Where results are to be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum KeepResults {
    /// Where the environment says, or in the user's directory.
    #[default]
    Usual,
    /// Where the environment says; nowhere if it says nothing.
    IfSaid,
    /// Nowhere.
    Nowhere,
    /// In this directory.
    In(PathBuf),
}

/// A directory of results.
#[derive(Clone, Debug)]
pub struct Results {
    /// The results.
    pub cache: Arc<LocalCache>,
    /// The directory, by its path without links.
    pub dir: PathBuf,
    /// How many bytes it may hold.
    pub limit: u64,
}

impl KeepResults {
    /// The directory; `None` where nothing is to be kept, and where the user's own cannot be made.
    ///
    /// # Errors
    /// [`Error::Input`] where it cannot be used: nothing is kept then.
    pub fn open(&self) -> Result<Option<Results>> {
        let said = std::env::var_os(PLACE).filter(|said| !said.is_empty());
        let (dir, asked) = match (self, said) {
            (KeepResults::Nowhere, _) | (KeepResults::IfSaid, None) => return Ok(None),
            (KeepResults::In(dir), _) => (dir.join("modpin-results"), true),
            (_, Some(said)) if said == "off" => return Ok(None),
            (_, Some(said)) => (PathBuf::from(said).join("modpin-results"), true),
            (KeepResults::Usual, None) => match user_dir() {
                Some(dir) => (dir.join("modpin-results"), false),
                None => return Ok(None),
            },
        };
        let limit = limit()?;
        let refuse = |why: String, help: String| {
            let why = format!("results of builds are not kept there: {why}\n  help: {help}");
            Err(Error::Input { path: dir.clone(), why })
        };
        match closed(&dir) {
            Ok(Some(dir)) => match dir.to_str() {
                Some(path) => {
                    let cache = Arc::new(LocalCache::new(path.to_owned(), limit));
                    Ok(Some(Results { cache, dir, limit }))
                }
                None => refuse("its path is not UTF-8".to_owned(), "choose another one".to_owned()),
            },
            Ok(None) => refuse(
                "others can write there, or come in, so what it holds is not believed".to_owned(),
                format!("chmod 700 {}, or choose a directory of your own", dir.display()),
            ),
            Err(error) if asked => {
                refuse(format!("it cannot be made: {error}"), "choose another one".to_owned())
            }
            // A home that cannot be written, as a sandbox has it.
            Err(_) => Ok(None),
        }
    }
}

/// Where programs keep what they can make again (the XDG Base Directory Specification).
pub fn user_dir() -> Option<PathBuf> {
    let absolute = |dir: &PathBuf| dir.is_absolute();
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(absolute);
    named.or_else(|| Some(std::env::home_dir().filter(absolute)?.join(".cache")))
}

fn limit() -> Result<u64> {
    let Some(said) = std::env::var_os(SIZE).filter(|said| !said.is_empty()) else {
        return Ok(USUAL_SIZE);
    };
    said.to_str().and_then(bytes_of).ok_or_else(|| Error::Input {
        path: SIZE.into(),
        why: format!("{said:?} is no size\n  help: say it as 20GiB, 500MiB, or as a number of bytes"),
    })
}

/// A size as it is typed: a number, with `KiB`, `MiB`, `GiB` or `TiB` behind it, or nothing for bytes. The last two letters may be
/// left out.
pub fn bytes_of(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let shift = match unit.trim_end_matches("iB") {
        "" if unit.is_empty() => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(1 << shift)
}

/// The disk on which results lie.
pub fn disk() -> RealDisk {
    RealDisk::new("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, expected) in [
            ("0", Some(0)),
            ("17", Some(17)),
            ("5GiB", Some(5 << 30)),
            ("2T", Some(2 << 40)),
            ("3KiB", Some(3 << 10)),
            ("500M", Some(500 << 20)),
            ("", None),
            ("GiB", None),
            ("iB", None),
            ("5GB", None),
            ("5 GiB", None),
            ("-1", None),
            ("99999999999T", None),
        ] {
            assert_eq!(bytes_of(text), expected, "{text:?}");
        }
    }
}
