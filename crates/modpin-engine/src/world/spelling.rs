//! One file, one path, however a tool spells it: `g/../f/x.h` is `f/x.h`, unless `g` is a link; then `g/..` is elsewhere.
//! Only the disk can tell, so only the disk is asked. Links that no `..` follows stay in a path as they are: they are names
//! of their own, which may name something else tomorrow.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::sync::Mutex;

use crate::world::disk::Disk;

/// How many links are followed before a path is given up, as Linux does.
const LINKS: usize = 40;

/// The paths that tools write, as paths of the graph.
pub struct Spelling<'a> {
    disk: &'a dyn Disk,
    /// The root as we were told it, and as it is without links.
    roots: [String; 2],
    /// What paths up to their last `..` are; `None` where the disk does not say.
    ups: Mutex<HashMap<String, Option<String>>>,
}

/// A file under its path, and the way to it that was spelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelled {
    /// Relative to the root, with `/`; absolute when it lies elsewhere.
    pub path: String,
    /// The path as it was written, when it holds a `..` that was taken out of the other: if a directory on the way
    /// becomes a link, this one shows it.
    pub way: Option<String>,
}

impl<'a> Spelling<'a> {
    /// Paths as they are on this disk.
    pub fn new(disk: &'a dyn Disk) -> Spelling<'a> {
        let root = disk.absolute("").to_string_lossy().trim_end_matches('/').to_owned();
        let real = real(disk, &root).unwrap_or_else(|_| root.clone());
        Spelling { disk, roots: [root, real], ups: Mutex::default() }
    }

    /// The root as we were told it, and as it is without links.
    pub fn roots(&self) -> &[String; 2] {
        &self.roots
    }

    /// A path as a tool writes it.
    pub fn of(&self, path: &str) -> Spelled {
        let written = self.below_root(path);
        let short = match split_at_ups(&written) {
            Some((ups, rest)) => self.short(ups).map(|short| join(&short, rest)),
            None if written.starts_with("../") => Some(written.clone()),
            None => None,
        };
        // Whoever leaves the root may enter it again.
        let short = short.map(|short| self.home(&self.below_root(&short)));
        match short.filter(|short| *short != written) {
            Some(path) => Spelled { path, way: Some(written) },
            None => Spelled { path: written, way: None },
        }
    }

    /// A file's own path.
    pub fn own<'b>(&self, path: &'b str) -> Cow<'b, str> {
        if path.contains("..") { Cow::Owned(self.of(path).path) } else { Cow::Borrowed(path) }
    }

    /// Whether a path is as it would be here.
    pub fn is_own(&self, path: &str) -> bool {
        !path.contains("..") || self.of(path).way.is_none()
    }

    /// A directory in which a tool looks; the root itself is empty.
    pub fn of_dir(&self, dir: &str) -> String {
        match self.of(dir).path {
            path if path == "." || self.roots.contains(&path) => String::new(),
            path => path,
        }
    }

    fn below_root(&self, path: &str) -> String {
        let below = |root: &String| {
            let below = path.strip_prefix(root.as_str())?.strip_prefix('/')?;
            (!root.is_empty()).then(|| plain(below.to_owned()))
        };
        self.roots.iter().find_map(below).unwrap_or_else(|| plain(path.to_owned()))
    }

    fn short(&self, path: &str) -> Option<String> {
        let lock = || self.ups.lock().unwrap_or_else(|broken| broken.into_inner());
        if let Some(known) = lock().get(path) {
            return known.clone();
        }
        let short = follow(self.disk, path).ok();
        lock().insert(path.to_owned(), short.clone());
        short
    }

    /// `../p/f` in the root `/a/p` is `f`.
    fn home(&self, path: &str) -> String {
        let mut parts: Vec<&str> = path.split('/').collect();
        let ups = parts.iter().take_while(|part| **part == "..").count();
        let root: Vec<&str> = self.roots[1].split('/').skip(1).collect();
        let back = root.len().checked_sub(ups).map(|at| &root[at..]);
        if ups > 0 && back.is_some_and(|back| parts[ups..].starts_with(back)) {
            parts.drain(..2 * ups);
        }
        parts.join("/")
    }
}

/// A path without `.` and empty parts. A `..` stays, because what it means is for the disk to say.
pub(crate) fn plain(path: String) -> String {
    if path.split('/').skip(1).all(|part| !matches!(part, "" | ".")) && !path.starts_with("./") {
        return path;
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let root = if path.starts_with('/') { "/" } else { "" };
    format!("{root}{}", parts.join("/"))
}

/// The path up to its last `..`, and the rest, if a `..` stands behind something else.
fn split_at_ups(path: &str) -> Option<(&str, &str)> {
    let (mut end, mut at, mut inside) = (None, 0, path.starts_with('/'));
    for part in path.split('/') {
        match part {
            ".." if inside => end = Some(at + part.len()),
            ".." | "" => {}
            _ => inside = true,
        }
        at += part.len() + 1;
    }
    let (ups, rest) = path.split_at(end?);
    Some((ups, rest.trim_start_matches('/')))
}

/// The path without `..`, but such as lead out of the root.
fn follow(disk: &dyn Disk, path: &str) -> io::Result<String> {
    let mut path = path.to_owned();
    'again: for _ in 0..LINKS {
        let root = if path.starts_with('/') { "/" } else { "" };
        let mut above: Vec<&str> = Vec::new();
        let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        for (at, &part) in parts.iter().enumerate() {
            match above.last() {
                _ if part != ".." => above.push(part),
                None if root == "/" => {}
                None | Some(&"..") => above.push(part),
                Some(_) => {
                    let link = disk.link(&format!("{root}{}", above.join("/")))?;
                    above.pop();
                    let Some(target) = link else { continue };
                    let dir = format!("{root}{}", above.join("/"));
                    let target = if target.starts_with('/') { target } else { join(&dir, &target) };
                    path = format!("{target}/{}", parts[at..].join("/"));
                    continue 'again;
                }
            }
        }
        return Ok(format!("{root}{}", above.join("/")));
    }
    Err(io::Error::from_raw_os_error(libc::ELOOP))
}

/// An absolute path without links.
fn real(disk: &dyn Disk, path: &str) -> io::Result<String> {
    let mut rest: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
    let (mut real, mut links) = (String::new(), 0);
    while let Some(part) = rest.pop() {
        match part.as_str() {
            "" | "." => continue,
            ".." => {
                real.truncate(real.rfind('/').unwrap_or(0));
                continue;
            }
            part => {
                let next = format!("{real}/{part}");
                match disk.link(&next)? {
                    None => real = next,
                    Some(_) if links == LINKS => return Err(io::Error::from_raw_os_error(libc::ELOOP)),
                    Some(target) => {
                        links += 1;
                        if target.starts_with('/') {
                            real.clear();
                        }
                        rest.extend(target.split('/').rev().map(str::to_owned));
                    }
                }
            }
        }
    }
    Ok(real)
}

fn join(dir: &str, name: &str) -> String {
    match (dir, name) {
        ("", name) => name.to_owned(),
        (dir, "") => dir.to_owned(),
        ("/", name) => format!("/{name}"),
        (dir, name) => format!("{dir}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeDisk;
    use crate::world::real_disk::RealDisk;

    /// The root is `/w`.
    fn disk() -> FakeDisk {
        let disk = FakeDisk::new();
        ["f/x.h", "g/a.c", "deep/real/y.h", "deep/z.h", "/else/there/h.h", "/else/i.h"]
            .iter()
            .for_each(|path| disk.edit(path, b""));
        disk.link("link", "deep/real");
        disk.link("g/out", "/else/there");
        disk.link("g/up", "..");
        disk.link("loop", "loop");
        disk
    }

    fn check(path: &str, expected: &str) {
        let disk = disk();
        let Spelled { path: short, way } = Spelling::new(&disk).of(path);
        assert_eq!(short, expected, "{path}");
        assert_eq!(way.is_some(), way.as_ref().is_some_and(|way| *way != short), "{path}");
        // The disk agrees.
        assert_eq!(disk.stat(&short).ok(), disk.stat(path).ok(), "{path}");
    }

    #[test]
    fn a_directory_and_back_is_nothing() {
        check("g/../f/x.h", "f/x.h");
        check("./g/.././g/../f//x.h", "f/x.h");
        check("deep/real/../../f/x.h", "f/x.h");
        check("g/..", "");
        check("f/x.h", "f/x.h");
        check("f/..x.h", "f/..x.h");
    }

    #[test]
    fn a_link_and_back_is_elsewhere() {
        check("link/../z.h", "deep/z.h");
        check("g/out/../i.h", "/else/i.h");
        check("g/up/f/x.h", "g/up/f/x.h");
        check("g/up/g/../f/x.h", "g/up/f/x.h");
        check("g/up/../w/f/x.h", "f/x.h");
    }

    #[test]
    fn out_of_the_root_and_in_again() {
        check("../w/f/x.h", "f/x.h");
        check("/w/f/x.h", "f/x.h");
        check("/w/g/../f/x.h", "f/x.h");
        check("/else/../w/f/x.h", "f/x.h");
        check("g/../../w/f/x.h", "f/x.h");
        check("../else/i.h", "../else/i.h");
        check("g/../../else/i.h", "../else/i.h");
        check("/else/there/../i.h", "/else/i.h");
        check("/../else/i.h", "/else/i.h");
    }

    /// Some tools name the directory that they are told, others the one where they are.
    #[test]
    fn a_root_behind_a_link_is_one_root() {
        let dir = tempfile::tempdir().unwrap();
        let above = dir.path().canonicalize().unwrap();
        std::fs::create_dir(above.join("real")).unwrap();
        std::os::unix::fs::symlink("real", above.join("link")).unwrap();
        let disk = RealDisk::new(above.join("link"));
        let spelling = Spelling::new(&disk);
        for name in ["real", "link"] {
            let root = above.join(name).display().to_string();
            assert_eq!(spelling.of(&format!("{root}/f/x.h")).path, "f/x.h");
            assert_eq!(spelling.of_dir(&root), "");
        }
        assert_eq!(spelling.of("../real/f/x.h").path, "f/x.h");
    }

    #[test]
    fn what_is_not_there_keeps_its_spelling() {
        check("none/../f/x.h", "none/../f/x.h");
        check("loop/../f/x.h", "loop/../f/x.h");
    }

    #[test]
    fn directories_in_which_tools_look() {
        let disk = disk();
        let spelling = Spelling::new(&disk);
        for (dir, expected) in
            [(".", ""), ("/w", ""), ("g/..", ""), ("g/../f", "f"), ("link/..", "deep")]
        {
            assert_eq!(spelling.of_dir(dir), expected, "{dir}");
        }
    }
}
