//! All that lies below a directory, as it is: files with their content, links with their targets, directories. Pipes and sockets are
//! passed over.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Dir,
    File(Vec<u8>),
    Link(std::path::PathBuf),
}

/// By path, from the directory on.
pub type Tree = BTreeMap<String, Node>;

pub fn read(dir: &Path) -> Tree {
    let mut tree = Tree::new();
    add(dir, "", &mut tree);
    tree
}

fn add(dir: &Path, below: &str, tree: &mut Tree) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let (path, name) = (entry.path(), format!("{below}{}", entry.file_name().to_string_lossy()));
        let kind = entry.file_type().unwrap();
        let node = match kind {
            kind if kind.is_symlink() => Node::Link(fs::read_link(&path).unwrap()),
            kind if kind.is_dir() => Node::Dir,
            kind if kind.is_file() => Node::File(fs::read(&path).unwrap()),
            // Who reads a pipe waits for whoever writes into it.
            _ => continue,
        };
        tree.insert(name.clone(), node);
        if kind.is_dir() {
            add(&path, &format!("{name}/"), tree);
        }
    }
}

pub fn write(tree: &Tree, dir: &Path) {
    for (path, node) in tree {
        let path = dir.join(path);
        match node {
            Node::Dir => fs::create_dir(path).unwrap(),
            Node::File(bytes) => fs::write(path, bytes).unwrap(),
            Node::Link(target) => symlink(target, path).unwrap(),
        }
    }
}
