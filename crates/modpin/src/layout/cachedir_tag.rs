//! The mark of a build directory: the tag by which backup programs pass over it
//! (<https://bford.info/cachedir/>), in our words. Whoever cleans removes nothing where it is missing. Knows
//! no other file of the directory.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

const TEXT: &str =
    "Signature: 8a477f597d28d172789f06886806bc55\n# Built by modpin; it can be built again.\n";

/// Where the mark of a directory lies.
pub fn place(dir: &Path) -> PathBuf {
    dir.join("CACHEDIR.TAG")
}

/// Marks a directory. The tag of somebody else stays as it is; the beginning of ours, which a full disk has cut
/// off, does not.
///
/// # Errors
/// [`Error::Io`] when it cannot be written.
pub fn mark(dir: &Path) -> Result<()> {
    let tag = place(dir);
    if std::fs::read(&tag).is_ok_and(|text| !is_cut(&text)) {
        return Ok(());
    }
    std::fs::write(&tag, TEXT).map_err(|source| Error::io(tag, "write", source))
}

fn is_cut(text: &[u8]) -> bool {
    text.len() < TEXT.len() && TEXT.as_bytes().starts_with(text)
}

/// Whether a directory has our mark: a file, no link, with our words.
pub fn is_marked(dir: &Path) -> bool {
    let tag = place(dir);
    let is_file = tag.symlink_metadata().is_ok_and(|found| found.is_file());
    is_file && std::fs::read(&tag).is_ok_and(|text| text == TEXT.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_words_in_a_file_are_the_mark() {
        let dir = tempfile::tempdir().expect("a directory");
        let is_marked = || is_marked(dir.path());
        assert!(!is_marked());
        mark(dir.path()).expect("a mark");
        assert!(is_marked());
        for end in [0, 10, TEXT.len() - 1] {
            std::fs::write(place(dir.path()), &TEXT[..end]).expect("a tag");
            assert!(!is_marked(), "cut off at {end}");
            mark(dir.path()).expect("a mark");
            assert!(is_marked());
        }
        let elsewhere = dir.path().join("elsewhere");
        std::fs::rename(place(dir.path()), &elsewhere).expect("moved");
        std::os::unix::fs::symlink(&elsewhere, place(dir.path())).expect("a link");
        assert!(!is_marked(), "a link");
        std::fs::remove_file(place(dir.path())).expect("removed");
        let cargo = "Signature: 8a477f597d28d172789f06886806bc55\n# created by cargo\n";
        std::fs::write(place(dir.path()), cargo).expect("a tag");
        mark(dir.path()).expect("it stays");
        assert!(!is_marked(), "the tag of somebody else");
    }
}
