//! What an action reads, as a tree of directories: each is a message that names what is in it by digests, in the order of names,
//! so that equal trees have one digest.

use std::collections::BTreeMap;

use crate::content::blob::Blob;
use crate::digest::{Digest, Function};
use crate::messages::{DirectoryMessage, DirectoryNode, FileNode, SymlinkNode};

/// The directory in which an action finds its inputs.
#[derive(Clone, Debug, Default)]
pub struct Root(BTreeMap<String, Entry>);

#[derive(Clone, Debug)]
enum Entry {
    File { digest: Digest, executable: bool },
    Link { target: String },
    Directory(Root),
}

impl Root {
    /// Puts a file there, by its path from the root.
    ///
    /// # Errors
    /// It cannot be there: what is said names the path.
    pub fn file(&mut self, path: &str, digest: Digest, executable: bool) -> Result<(), String> {
        self.put(path, Entry::File { digest, executable })
    }

    /// Puts a symbolic link there.
    ///
    /// # Errors
    /// It cannot be there.
    pub fn link(&mut self, path: &str, target: &str) -> Result<(), String> {
        self.put(path, Entry::Link { target: target.to_owned() })
    }

    /// Puts a directory there, which may stay empty.
    ///
    /// # Errors
    /// It cannot be there.
    pub fn directory(&mut self, path: &str) -> Result<(), String> {
        self.put(path, Entry::Directory(Root::default()))
    }

    /// The digest of the whole, and all messages that it is made of: a server needs them, and the files.
    pub fn finish(&self, function: Function) -> (Digest, Vec<Blob>) {
        let mut blobs = Vec::new();
        let digest = self.add(function, &mut blobs);
        (digest, blobs)
    }

    fn put(&mut self, path: &str, entry: Entry) -> Result<(), String> {
        let mut here = self;
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            if matches!(part, "" | "." | "..") {
                return Err(format!("{path} is no path from a root"));
            }
            if parts.peek().is_none() {
                return here.end(path, part, entry);
            }
            let next =
                here.0.entry(part.to_owned()).or_insert_with(|| Entry::Directory(Root::default()));
            match next {
                Entry::Directory(directory) => here = directory,
                _ => return Err(format!("{path} lies below what is no directory")),
            }
        }
        Err(format!("{path} is no path from a root"))
    }

    fn end(&mut self, path: &str, name: &str, entry: Entry) -> Result<(), String> {
        match (self.0.get(name), &entry) {
            (Some(Entry::Directory(_)), Entry::Directory(_)) => return Ok(()),
            (Some(Entry::Directory(_)), _) | (Some(_), Entry::Directory(_)) => {
                return Err(format!("{path} would be a directory and something else"));
            }
            _ => {}
        }
        self.0.insert(name.to_owned(), entry);
        Ok(())
    }

    fn add(&self, function: Function, blobs: &mut Vec<Blob>) -> Digest {
        let mut message = DirectoryMessage::default();
        for (name, entry) in &self.0 {
            let name = name.clone();
            match entry {
                Entry::File { digest, executable } => {
                    let digest = Some(digest.message());
                    message.files.push(FileNode { name, digest, is_executable: *executable });
                }
                Entry::Link { target } => {
                    message.symlinks.push(SymlinkNode { name, target: target.clone() });
                }
                Entry::Directory(directory) => {
                    let digest = Some(directory.add(function, blobs).message());
                    message.directories.push(DirectoryNode { name, digest });
                }
            }
        }
        let blob = Blob::of_message(function, &message);
        let digest = blob.digest;
        blobs.push(blob);
        digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(paths: &[&str]) -> (Digest, usize) {
        let mut root = Root::default();
        let content = Function::Sha256.of(b"x");
        for path in paths {
            let put = match path.strip_suffix('/') {
                Some(directory) => root.directory(directory),
                None => root.file(path, content, false),
            };
            put.expect("a place");
        }
        let (digest, blobs) = root.finish(Function::Sha256);
        (digest, blobs.len())
    }

    #[test]
    fn equal_trees_have_one_digest() {
        assert_eq!(tree(&["a/b.c", "a/a.h", "d/"]), tree(&["d/", "a/a.h", "a/b.c", "a/"]));
        assert_ne!(tree(&["a/b.c"]).0, tree(&["a/c.c"]).0);
        assert_ne!(tree(&["a/b.c"]).0, tree(&["a/b.c", "e/"]).0);
        assert_eq!(tree(&["a/b/c/d"]).1, 4);
        // The digest of the message without fields is that of nothing.
        assert_eq!(tree(&[]), (Function::Sha256.of(b""), 1));
    }

    #[test]
    fn what_cannot_be_there_is_said() {
        let mut root = Root::default();
        let content = Function::Sha256.of(b"x");
        root.file("a", content, false).expect("a place");
        root.directory("b").expect("a place");
        for path in ["", "/a", "../a", "a/b", "b/./c", "b", "c/"] {
            assert!(root.file(path, content, true).is_err(), "{path}");
        }
        assert!(root.directory("a").is_err() && root.link("b", "a").is_err());
    }
}
