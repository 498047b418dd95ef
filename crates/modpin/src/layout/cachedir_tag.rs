//! The CACHEDIR.TAG of a build directory: the tag by which backup programs pass over it
//! (<https://bford.info/cachedir/>), in our words. Whoever cleans removes nothing where it is missing. Knows
//! no other file of the directory.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use modpin_engine::read_file;
use modpin_steps::own_file;

const TEXT: &str =
    "Signature: 8a477f597d28d172789f06886806bc55\n# Built by modpin; it can be built again.\n";

/// Where the tag of a directory lies.
pub fn path(dir: &Path) -> PathBuf {
    dir.join("CACHEDIR.TAG")
}

/// Tags a directory with this state directory. The tag of somebody else stays as it is; the beginning of ours, which a full disk has cut
/// off, does not, and a link or a directory is no tag.
///
/// # Errors
/// [`Error::Io`] when it cannot be written.
pub fn write(dir: &Path, state_dir: &Path) -> Result<()> {
    let tag = path(dir);
    if !tag.is_symlink() && read_file(&tag).is_ok_and(|text| !is_cut(&text)) {
        return Ok(());
    }
    let written = own_file::replace(state_dir, &tag, TEXT.as_bytes());
    written.map_err(|source| Error::io(&tag, "write", source))
}

fn is_cut(text: &[u8]) -> bool {
    text.len() < TEXT.len() && TEXT.as_bytes().starts_with(text)
}

/// Whether a directory has our tag: a file, no link, with our words.
pub fn is_ours(dir: &Path) -> bool {
    let tag = path(dir);
    let is_file = tag.symlink_metadata().is_ok_and(|found| found.is_file());
    is_file && read_file(&tag).is_ok_and(|text| text == TEXT.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_words_in_a_file_are_our_tag() {
        let dir = tempfile::tempdir().expect("a directory");
        let is_ours = || is_ours(dir.path());
        assert!(!is_ours());
        write(dir.path(), dir.path()).expect("a tag");
        assert!(is_ours());
        for end in [0, 10, TEXT.len() - 1] {
            std::fs::write(path(dir.path()), &TEXT[..end]).expect("a tag");
            assert!(!is_ours(), "cut off at {end}");
            write(dir.path(), dir.path()).expect("a tag");
            assert!(is_ours());
        }
        let elsewhere = dir.path().join("elsewhere");
        std::fs::rename(path(dir.path()), &elsewhere).expect("moved");
        std::os::unix::fs::symlink(&elsewhere, path(dir.path())).expect("a link");
        assert!(!is_ours(), "a link");
        write(dir.path(), dir.path()).expect("a tag");
        assert!(is_ours(), "a file in the place of the link");
        std::fs::write(&elsewhere, "").expect("a file");
        std::fs::remove_file(path(dir.path())).expect("removed");
        std::fs::hard_link(&elsewhere, path(dir.path())).expect("a second name");
        write(dir.path(), dir.path()).expect("a tag");
        assert!(is_ours() && std::fs::read(&elsewhere).is_ok_and(|text| text.is_empty()));
        std::fs::remove_file(path(dir.path())).expect("removed");
        std::fs::create_dir_all(path(dir.path()).join("inner")).expect("a directory");
        write(dir.path(), dir.path()).expect("a tag");
        assert!(is_ours(), "a file in the place of the directory");
        std::fs::remove_file(path(dir.path())).expect("removed");
        let cargo = "Signature: 8a477f597d28d172789f06886806bc55\n# created by cargo\n";
        std::fs::write(path(dir.path()), cargo).expect("a tag");
        write(dir.path(), dir.path()).expect("it stays");
        assert!(!is_ours(), "the tag of somebody else");
    }
}
