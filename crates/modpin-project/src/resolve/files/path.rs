//! Paths as results are written: relative to the project's root with `/`, or absolute where they were declared so and lie
//! outside. What lies above the root and was declared from there stays relative (`../shared/x.c`): so it is the same wherever
//! the two lie. Only where a `..` follows, or leads out of the root, is the disk asked what a name is.

use std::path::Path;

/// `text` without `.` and `..` but such as lead out of the root. The root itself is `.`.
pub(crate) fn normal(root: &Path, text: &str) -> String {
    let root_text = root.to_string_lossy();
    let below = text.strip_prefix(root_text.trim_end_matches('/'));
    let below = below.filter(|rest| text.starts_with('/') && (rest.is_empty() || rest.starts_with('/')));
    let mut parts =
        Parts { root, absolute: below.is_none() && text.starts_with('/'), parts: Vec::new() };
    parts.follow(below.unwrap_or(text));
    parts.enter_root();
    parts.text()
}

/// A path from the root, or from that of the disk.
struct Parts<'a> {
    root: &'a Path,
    absolute: bool,
    parts: Vec<String>,
}

impl Parts<'_> {
    fn follow(&mut self, text: &str) {
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." => self.up(),
                part => self.parts.push(part.to_owned()),
            }
        }
    }

    /// The directory above. Of a link, it is that of what the link names.
    fn up(&mut self) {
        let here = self.root.join(self.text());
        match self.parts.last() {
            None if self.absolute => {}
            Some(part) if part != ".." => match here.is_symlink().then(|| here.canonicalize()) {
                Some(Ok(real)) => {
                    (self.absolute, self.parts) = (true, Vec::new());
                    self.follow(&real.to_string_lossy());
                    self.parts.pop();
                    self.enter_root();
                }
                _ => _ = self.parts.pop(),
            },
            _ => self.parts.push("..".to_owned()),
        }
    }

    /// `/a/p/f` in the root `/a/p` is `f`, and so is `../p/f`.
    fn enter_root(&mut self) {
        let ups = self.parts.iter().take_while(|part| *part == "..").count();
        if !self.absolute && ups == 0 {
            return;
        }
        let Ok(real) = self.root.canonicalize() else { return self.enter_text() };
        let real = real.to_string_lossy().into_owned();
        let root: Vec<&str> = real.split('/').filter(|part| !part.is_empty()).collect();
        let back = if self.absolute { Some(0) } else { root.len().checked_sub(ups) };
        let Some(back) = back.map(|at| &root[at..]) else { return };
        if self.parts[ups..].iter().map(String::as_str).take(back.len()).eq(back.iter().copied()) {
            self.parts.drain(..ups + back.len());
            self.absolute = false;
        } else if self.absolute {
            self.enter_text();
        }
    }

    /// The same by the name of the root alone.
    fn enter_text(&mut self) {
        let root = self.root.to_string_lossy();
        let root: Vec<&str> = root.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        if self.absolute
            && self.parts.iter().map(String::as_str).take(root.len()).eq(root.iter().copied())
        {
            self.parts.drain(..root.len());
            self.absolute = false;
        }
    }

    fn text(&self) -> String {
        match (self.absolute, self.parts.join("/")) {
            (true, path) => format!("/{path}"),
            (false, path) if path.is_empty() => ".".to_owned(),
            (false, path) => path,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::resolve::tests::tree::tree;

    #[test]
    fn paths_are_those_of_files() {
        let dir = tree(&["p/src/a.c", "p/deep/real/b.c", "shared/c.c", "shared/sub/d.c"]);
        let root = dir.path().join("p");
        symlink("deep/real", root.join("link")).unwrap();
        symlink("../shared/sub", root.join("out")).unwrap();
        let far = dir.path().canonicalize().unwrap();
        let far = |path: &str| far.join(path).to_string_lossy().into_owned();
        let absolute = |path: &str| dir.path().join(path).to_string_lossy().into_owned();
        for (text, expected) in [
            ("src/a.c".to_owned(), "src/a.c".to_owned()),
            ("./src/.././src//a.c".to_owned(), "src/a.c".to_owned()),
            ("src/..".to_owned(), ".".to_owned()),
            ("*/../src/*.c".to_owned(), "src/*.c".to_owned()),
            ("link/b.c".to_owned(), "link/b.c".to_owned()),
            ("link/../real/b.c".to_owned(), "deep/real/b.c".to_owned()),
            ("out/../c.c".to_owned(), far("shared/c.c")),
            ("../shared/c.c".to_owned(), "../shared/c.c".to_owned()),
            ("src/../../shared/*.c".to_owned(), "../shared/*.c".to_owned()),
            ("../p/src/a.c".to_owned(), "src/a.c".to_owned()),
            ("../q/src/a.c".to_owned(), "../q/src/a.c".to_owned()),
            (absolute("p"), ".".to_owned()),
            (absolute("p/src/a.c"), "src/a.c".to_owned()),
            (absolute("shared/../p/src/a.c"), "src/a.c".to_owned()),
            (absolute("p/../shared/c.c"), "../shared/c.c".to_owned()),
            (absolute("shared/c.c"), absolute("shared/c.c")),
            (absolute("pp/src/a.c"), absolute("pp/src/a.c")),
        ] {
            assert_eq!(normal(&root, &text), expected, "{text}");
        }
    }
}
