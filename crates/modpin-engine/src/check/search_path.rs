//! The directories in which one action looks for files by name, and what it would find in front of a file.

use std::borrow::Cow;

use crate::graph::Search;
use crate::world::spelling::Spelling;

/// The directories in which one action looks, in order.
pub struct SearchPath {
    dirs: Vec<String>,
    /// So many of these lie beside files that were read. Who looked beside which of them is not known.
    beside: usize,
    endings: Vec<String>,
}

impl SearchPath {
    /// `read` is what the action read, as [`Spelling`] has it; directories outside the checkout (absolute ones) are not
    /// looked beside.
    pub fn new<'a>(
        search: &Search,
        read: impl Iterator<Item = &'a str>,
        spelling: &Spelling<'_>,
    ) -> SearchPath {
        let read = read.filter(|path| search.beside && spelling.is_own(path));
        let mut beside: Vec<String> = read.filter_map(dir_of).map(str::to_owned).collect();
        beside.sort_unstable();
        beside.dedup();
        let count = beside.len();
        let mut dirs = beside;
        dirs.extend(search.dirs.iter().map(|dir| spelling.of_dir(dir)));
        SearchPath { dirs, beside: count, endings: search.endings.clone() }
    }

    /// The files that would be found in the place of `path`, by whatever name it was looked for. `path` is a file's own,
    /// or the way that was spelled to it: `../f/x.h` is looked for in each directory, too.
    pub fn in_front<'a>(
        &'a self,
        path: &'a str,
        spelling: &'a Spelling<'_>,
    ) -> impl Iterator<Item = String> + 'a {
        let own = spelling.own(path);
        let named = self.dirs.iter().enumerate().skip(self.beside);
        let named = named.filter_map(move |(at, dir)| Some((at, below(dir, path)?)));
        let before = named.flat_map(|(at, name)| before(&self.endings, at, name));
        let candidates = before.flat_map(move |(end, name)| {
            self.dirs[..end].iter().map(|dir| join(dir, &name)).collect::<Vec<_>>()
        });
        let candidates = candidates.map(|path| spelling.own(&path).into_owned());
        candidates.filter(move |candidate| *candidate != own)
    }
}

/// What is looked for before a name is found in the directory with this number: in so many directories, by which name.
pub fn before<'n>(endings: &[String], at: usize, name: &'n str) -> Vec<(usize, Cow<'n, str>)> {
    let found = endings.iter().position(|ending| name.ends_with(ending.as_str()));
    let Some(found) = found.filter(|_| !name.contains('/')) else {
        return vec![(at, Cow::Borrowed(name))];
    };
    let stem = &name[..name.len() - endings[found].len()];
    let with = endings.iter().enumerate();
    with.map(|(nth, ending)| (at + usize::from(nth < found), format!("{stem}{ending}").into())).collect()
}

/// The directory of a file in the checkout.
pub fn dir_of(path: &str) -> Option<&str> {
    (!path.starts_with('/')).then(|| path.rsplit_once('/').map_or("", |(dir, _)| dir))
}

/// The name of a file from a directory on.
fn below<'a>(dir: &str, path: &'a str) -> Option<&'a str> {
    match dir {
        "" => (!path.starts_with('/')).then_some(path),
        dir => path.strip_prefix(dir)?.strip_prefix('/'),
    }
}

pub fn join(dir: &str, name: &str) -> String {
    if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::fake::FakeDisk;

    fn check(read: &[&str], path: &str, expected: Expect) {
        let dirs = ["first", "include", "", "/usr/include"].map(str::to_owned).to_vec();
        let disk = FakeDisk::new();
        let spelling = Spelling::new(&disk);
        let search = Search { beside: true, dirs, endings: vec![] };
        let search_path = SearchPath::new(&search, read.iter().copied(), &spelling);
        expected.assert_eq(&search_path.in_front(path, &spelling).collect::<Vec<_>>().join(" "));
    }

    #[test]
    fn what_would_be_found_first() {
        // As include/api.h it may have been looked for, too.
        check(
            &["src/a.c"],
            "include/api.h",
            expect!["src/api.h first/api.h src/include/api.h first/include/api.h include/include/api.h"],
        );
        check(
            &[],
            "include/sub/x.h",
            expect!["first/sub/x.h first/include/sub/x.h include/include/sub/x.h"],
        );
        check(
            &["a.c", "/usr/include/stdio.h"],
            "/usr/include/stdio.h",
            expect!["stdio.h first/stdio.h include/stdio.h stdio.h"],
        );
        check(&[], "first/x.h", expect!["first/first/x.h include/first/x.h"]);
        // In no directory of the search: it was named by its path, or lies beside its reader.
        check(&["src/a.c"], "/opt/x.h", expect![""]);
        check(&["a.c"], "a.h", expect!["first/a.h include/a.h"]);
    }

    #[test]
    fn what_would_be_linked_first() {
        let dirs = ["la", "lb", "/usr/lib"].map(str::to_owned).to_vec();
        let search = Search { beside: false, dirs, endings: [".so", ".a"].map(str::to_owned).to_vec() };
        let disk = FakeDisk::new();
        let spelling = Spelling::new(&disk);
        let search_path = SearchPath::new(&search, ["src/a.o"].into_iter(), &spelling);
        let check = |path: &str, expected: Expect| {
            expected.assert_eq(&search_path.in_front(path, &spelling).collect::<Vec<_>>().join(" "));
        };
        check("lb/libx.a", expect!["la/libx.so lb/libx.so la/libx.a"]);
        check("lb/libx.so", expect!["la/libx.so la/libx.a"]);
        check("la/libx.so", expect![""]);
        check("/usr/lib/crt1.o", expect!["la/crt1.o lb/crt1.o"]);
        check("/usr/lib/libx.so.1", expect!["la/libx.so.1 lb/libx.so.1"]);
        check("src/libx.a", expect![""]);
    }
}
