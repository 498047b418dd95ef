//! The files of a process as its loader maps them: the host with its libraries, then what is loaded into it. Each file is
//! there once, whatever names lead to it. Knows names and directories; symbols are looked up elsewhere.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use modpin_symbols::{Loadable, Rules};

use crate::cache::Cache;
use crate::misplaced::Misplaced;
use crate::opener::{Found, Opener};
use crate::refused::{Arrival, is_passed_over, refusal};
use crate::search::{Asking, Stop, System};

/// A library's path and what is in it; or, in words, why there is none.
type Sought = Result<(String, Arc<Loadable>), String>;

/// A file of the process.
#[derive(Clone, Debug)]
pub struct Mapped {
    /// Its path.
    pub path: String,
    /// What it is.
    pub file: Arc<Loadable>,
    /// Names under which it was asked for, each with how many files there were before the load that did.
    names: Vec<(String, usize)>,
    /// Who brought it in: an index into [`Process::files`].
    by: Option<usize>,
}

/// Why a library could not be brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Its name in DT_NEEDED.
    pub name: String,
    /// The file that needs it.
    pub by: String,
    /// What is wrong with the file that was found; empty when none was.
    pub why: String,
    /// Where a file of that name is all the same, in words.
    pub elsewhere: Vec<String>,
}

/// A process, as far as its files go.
#[derive(Clone)]
pub struct Process {
    /// How its loader searches.
    pub system: System,
    cache: Arc<Cache>,
    /// All files; the host is the first.
    pub files: Vec<Mapped>,
    /// The global scope, in order: indices into `files`.
    pub global: Vec<usize>,
    /// Libraries of the host that could not be brought in.
    pub lost: Vec<Lost>,
    /// The loader that the host asks for, if it is not there.
    pub lost_loader: Option<String>,
    /// The program is linked statically, and its own dlopen is the loader.
    pub is_static: bool,
    /// What there is below the directories that were searched.
    below: HashMap<String, Vec<String>>,
    /// How many files there are when its main begins.
    pub at_start: usize,
    /// How many files there were before the load that goes on.
    before: usize,
}

/// What one `dlopen` brings.
#[derive(Clone, Debug, Default)]
pub struct Opened {
    /// The module and its libraries, in order: indices into [`Process::files`].
    pub scope: Vec<usize>,
    /// Files from this index on were not there before.
    pub new_from: usize,
    /// Libraries that could not be brought in.
    pub lost: Vec<Lost>,
    /// Its calls are bound when they are made (RTLD_LAZY), not now.
    pub lazy: bool,
}

impl Process {
    /// Starts a host: it and everything that it needs are mapped. The loader itself is there before anybody asks for it.
    pub fn start<O: Opener>(
        system: System,
        cache: Arc<Cache>,
        rtld: Option<(String, Arc<Loadable>)>,
        host: (&str, Arc<Loadable>),
        opener: &mut O,
    ) -> Result<Process, O::Error> {
        let mut process = Process {
            system,
            cache,
            files: Vec::new(),
            global: Vec::new(),
            lost: Vec::new(),
            lost_loader: None,
            is_static: false,
            below: HashMap::new(),
            at_start: 0,
            before: 0,
        };
        let root = process.map(host.0.to_owned(), host.1, None);
        rtld.map(|(path, file)| process.map(path, file, None));
        (process.global, process.lost) = process.closure(root, opener)?;
        process.at_start = process.files.len();
        Ok(process)
    }

    /// Loads a module.
    pub fn open<O: Opener>(
        &mut self,
        path: &str,
        module: Arc<Loadable>,
        opener: &mut O,
    ) -> Result<Opened, O::Error> {
        let new_from = self.files.len();
        self.before = new_from;
        let there = self.files.iter().position(|mapped| mapped.path == path);
        let root = there.unwrap_or_else(|| self.map(path.to_owned(), module, Some(0)));
        let (scope, lost) = self.closure(root, opener)?;
        Ok(Opened { scope, new_from, lost, lazy: false })
    }

    /// Makes what was loaded visible to all that comes later (RTLD_GLOBAL).
    pub fn publish(&mut self, opened: &Opened) {
        for &file in &opened.scope {
            if !self.global.contains(&file) {
                self.global.push(file);
            }
        }
    }

    /// Every library of the system that the loader knows, mapped or not: paths.
    pub fn known_libraries(&self) -> Vec<String> {
        let known = self.cache.all().into_iter();
        let here = known.map(|path| self.system.candidates(path).swap_remove(0));
        here.collect()
    }

    /// Takes back what was loaded since there were `count` files.
    pub fn forget(&mut self, count: usize) {
        self.files.truncate(count);
        self.global.retain(|&file| file < count);
        for mapped in &mut self.files {
            mapped.names.retain(|&(_, before)| before < count);
        }
    }

    fn map(&mut self, path: String, file: Arc<Loadable>, by: Option<usize>) -> usize {
        self.files.push(Mapped { path, file, names: Vec::new(), by });
        self.files.len() - 1
    }

    /// A file and everything that it needs, breadth first.
    fn closure<O: Opener>(
        &mut self,
        root: usize,
        opener: &mut O,
    ) -> Result<(Vec<usize>, Vec<Lost>), O::Error> {
        let (mut scope, mut lost) = (vec![root], Vec::<Lost>::new());
        let mut queue = VecDeque::from([root]);
        while let Some(at) = queue.pop_front() {
            let asking = self.files[at].file.clone();
            // musl's loader does not know that one file can be asked in the place of another.
            let filtees = asking.filtees.iter().filter(|_| self.system.rules == Rules::Glibc);
            let filtees = filtees.map(|(name, must)| (name, *must)).collect::<Vec<_>>();
            let needed = asking.needed.iter().map(|name| (name, true));
            for (name, must) in filtees.into_iter().chain(needed) {
                match self.bring(at, name, opener)? {
                    Ok(file) if scope.contains(&file) => {}
                    Ok(file) => {
                        scope.push(file);
                        queue.push_back(file);
                    }
                    Err(_) if !must => {}
                    Err(why) if lost.iter().any(|lost| lost.name == *name) => drop(why),
                    Err(why) => {
                        let (name, by) = (name.clone(), self.files[at].path.clone());
                        let elsewhere = self.misplaced(at, &name, opener)?;
                        lost.push(Lost { name, by, why, elsewhere });
                    }
                }
            }
        }
        Ok((scope, lost))
    }

    /// The file that a name means for the file at `by`. What was brought in before is taken by its name.
    fn bring<O: Opener>(
        &mut self,
        by: usize,
        name: &str,
        opener: &mut O,
    ) -> Result<Result<usize, String>, O::Error> {
        let name = &self.with_tokens(name, by);
        if let Some(known) = self.files.iter().position(|mapped| mapped.is_called(name)) {
            return Ok(Ok(known));
        }
        if is_musl_itself(self.system.rules, name)
            && let Some(known) = self.files.iter().position(|mapped| mapped.is_musl())
        {
            return Ok(Ok(known));
        }
        match self.find(by, name, opener)? {
            Err(why) => Ok(Err(why)),
            Ok((path, file)) => {
                // Another name of a file that is there.
                let soname = file.soname.clone();
                let same = |mapped: &Mapped| {
                    mapped.path == path || (soname.is_some() && mapped.file.soname == soname)
                };
                let known = self.files.iter().position(same);
                let at = known.unwrap_or_else(|| self.map(path, file, Some(by)));
                let before = self.before;
                self.files[at].names.push((name.clone(), before));
                Ok(Ok(at))
            }
        }
    }

    fn with_tokens(&self, name: &str, by: usize) -> String {
        match name.contains('$') {
            true => self.system.expanded(name, &self.files[by].path),
            false => name.to_owned(),
        }
    }

    fn find<O: Opener>(&mut self, by: usize, name: &str, opener: &mut O) -> Result<Sought, O::Error> {
        let mut of_other_class = String::new();
        if name.contains('/') {
            let taken = self.first_taken([name.to_owned()], &mut of_other_class, opener)?;
            return Ok(taken.unwrap_or(Err(of_other_class)));
        }
        for stop in self.system.search(&self.chain(by)) {
            let paths: Vec<String> = match stop {
                Stop::Cache => {
                    let known = self.cache.paths(name, &self.system.subdirectories.levels);
                    known.into_iter().map(str::to_owned).collect()
                }
                Stop::Dir(dir) => {
                    let dir = dir.trim_end_matches('/');
                    let below = self.subdirectories(dir, opener)?.into_iter();
                    let better = below.map(|below| format!("{dir}/{below}/{name}"));
                    better.chain([format!("{dir}/{name}")]).collect()
                }
            };
            if let Some(taken) = self.first_taken(paths, &mut of_other_class, opener)? {
                return Ok(taken);
            }
        }
        Ok(Err(of_other_class))
    }

    /// The directories below this one that the loader searches before it.
    fn subdirectories<O: Opener>(&mut self, dir: &str, opener: &mut O) -> Result<Vec<String>, O::Error> {
        if let Some(known) = self.below.get(dir) {
            return Ok(known.clone());
        }
        let mut there = Vec::new();
        for head in self.system.subdirectories.heads() {
            for path in self.system.candidates(&format!("{dir}/{head}")) {
                if !there.contains(&head) && opener.is_dir(&path)? {
                    there.push(head);
                }
            }
        }
        let below = self.system.subdirectories.below(&there);
        self.below.insert(dir.to_owned(), below.clone());
        Ok(below)
    }

    /// The first of these files that the loader does not pass over: it, or why it is refused.
    fn first_taken<O: Opener>(
        &self,
        paths: impl IntoIterator<Item = String>,
        of_other_class: &mut String,
        opener: &mut O,
    ) -> Result<Option<Sought>, O::Error> {
        for path in paths.into_iter().flat_map(|path| self.system.candidates(&path)) {
            let file = match opener.open(&path)? {
                Found::Nothing => continue,
                Found::Broken(why) => return Ok(Some(Err(format!("{path}: {why}")))),
                Found::File(file) => file,
            };
            let refusal = self.refusal(&file).map(|why| format!("{path}: {why}"));
            match refusal {
                None => return Ok(Some(Ok((path, file)))),
                Some(why) if self.is_passed_over(&file) => {
                    let same_class =
                        self.files.first().is_none_or(|host| host.is_of_the_class_of(&file));
                    if !same_class && of_other_class.is_empty() {
                        *of_other_class = why;
                    }
                }
                Some(why) => return Ok(Some(Err(why))),
            }
        }
        Ok(None)
    }

    /// Why the loader does not take a file that it has found.
    pub fn refusal(&self, file: &Loadable) -> Option<String> {
        let host = &self.files.first()?.file;
        let arrival = if self.at_start == 0 { Arrival::AtStart } else { Arrival::Opened };
        refusal(file, host, self.system.rules, arrival)
    }

    fn is_passed_over(&self, file: &Loadable) -> bool {
        let host = self.files.first();
        host.is_some_and(|host| is_passed_over(file, &host.file, self.system.rules))
    }

    fn misplaced<O: Opener>(
        &self,
        by: usize,
        name: &str,
        opener: &mut O,
    ) -> Result<Vec<String>, O::Error> {
        let files: Vec<Asking<'_>> = self.files.iter().map(Mapped::asking).collect();
        Misplaced { system: &self.system, name, chain: &self.chain(by), files: &files }.seen(opener)
    }

    fn chain(&self, from: usize) -> Vec<Asking<'_>> {
        let mut chain = Vec::new();
        let mut next = Some(from);
        while let Some(at) = next.filter(|_| chain.len() <= self.files.len()) {
            let mapped = &self.files[at];
            chain.push(mapped.asking());
            next = mapped.by.or((at != 0).then_some(0));
        }
        chain
    }
}

impl Mapped {
    fn asking(&self) -> Asking<'_> {
        Asking { path: &self.path, file: &self.file }
    }

    fn is_called(&self, name: &str) -> bool {
        self.file.is_called(name)
            || self.path == name
            || self.names.iter().any(|(known, _)| known == name)
    }

    fn is_of_the_class_of(&self, file: &Loadable) -> bool {
        self.file.header.wide == file.header.wide
    }

    fn is_musl(&self) -> bool {
        self.path.contains("/ld-musl-")
    }
}

/// musl's loader is its libc, and takes these names for itself.
fn is_musl_itself(rules: Rules, name: &str) -> bool {
    let stem = name.strip_prefix("lib").and_then(|rest| rest.split_once('.'));
    let reserved = ["c", "pthread", "rt", "m", "dl", "util", "xnet"];
    rules == Rules::Musl && stem.is_some_and(|(stem, _)| reserved.contains(&stem))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::convert::Infallible;

    use expect_test::{Expect, expect};

    use super::*;

    /// Files by path: `needs:a,b soname:x rpath:… machine:…`.
    struct Shelf(HashMap<&'static str, &'static str>);

    impl Opener for Shelf {
        type Error = Infallible;

        fn open(&mut self, path: &str) -> Result<Found, Infallible> {
            let Some(text) = self.0.get(path) else { return Ok(Found::Nothing) };
            if *text == "broken" {
                return Ok(Found::Broken("a text file".into()));
            }
            let value = |key: &str| text.split(' ').find_map(|word| word.strip_prefix(key));
            let needed = value("needs:").unwrap_or_default().split(',').filter(|name| !name.is_empty());
            Ok(Found::File(Arc::new(Loadable {
                needed: needed.map(str::to_owned).collect(),
                soname: value("soname:").map(str::to_owned),
                rpath: value("rpath:").map(str::to_owned),
                machine: value("machine:").unwrap_or_default().into(),
                ..Loadable::default()
            })))
        }

        fn is_dir(&mut self, path: &str) -> Result<bool, Infallible> {
            Ok(self.0.keys().any(|known| known.starts_with(&format!("{path}/"))))
        }

        fn content(&mut self, _: &str) -> Result<Option<Arc<[u8]>>, Infallible> {
            Ok(None)
        }
    }

    fn check(files: &[(&'static str, &'static str)], expect: Expect) {
        let mut shelf = Shelf(files.iter().copied().collect());
        let mut file = |path: &str| match shelf.open(path) {
            Ok(Found::File(file)) => file,
            other => panic!("{other:?}"),
        };
        let (host, module) = (file("/host"), file("/m.so"));
        let system = System { default_dirs: vec!["/lib".into()], ..System::default() };
        let rtld = shelf.open("/ld.so").map(|found| match found {
            Found::File(file) => Some(("/ld.so".to_owned(), file)),
            _ => None,
        });
        let Ok(rtld) = rtld;
        let Ok(mut process) = Process::start(system, Arc::default(), rtld, ("/host", host), &mut shelf);
        let Ok(opened) = process.open("/m.so", module, &mut shelf);
        let paths = |scope: &[usize]| {
            scope.iter().map(|&at| process.files[at].path.as_str()).collect::<Vec<_>>().join(" ")
        };
        let lost: Vec<String> = process
            .lost
            .iter()
            .chain(&opened.lost)
            .map(|lost| format!("{} for {} {}", lost.name, lost.by, lost.why))
            .collect();
        expect.assert_eq(&format!(
            "{} | {} | {}",
            paths(&process.global),
            paths(&opened.scope),
            lost.join("; ")
        ));
    }

    #[test]
    fn breadth_first_and_each_once() {
        check(
            &[
                ("/host", "needs:a.so,b.so"),
                ("/lib/a.so", "needs:c.so soname:a.so"),
                ("/lib/b.so", "needs:c.so,a.so"),
                ("/lib/c.so", "needs:a.so"),
                ("/m.so", "needs:d.so,c.so"),
                ("/lib/d.so", "needs:b.so"),
            ],
            expect![
                "/host /lib/a.so /lib/b.so /lib/c.so | /m.so /lib/d.so /lib/c.so /lib/b.so /lib/a.so | "
            ],
        );
    }

    #[test]
    fn a_soname_that_is_there_is_not_looked_for() {
        check(
            &[
                ("/host", "needs:/opt/real.so"),
                ("/opt/real.so", "soname:z.so.1"),
                ("/m.so", "needs:z.so.1 rpath:/mine"),
                ("/mine/z.so.1", "soname:z.so.1"),
            ],
            expect!["/host /opt/real.so | /m.so /opt/real.so | "],
        );
    }

    #[test]
    fn other_machines_are_passed_over_and_rubbish_stops_the_search() {
        check(
            &[
                ("/host", ""),
                ("/m.so", "needs:a.so,b.so,c.so rpath:/mine"),
                ("/mine/a.so", "machine:arm"),
                ("/lib/a.so", ""),
                ("/mine/b.so", "broken"),
                ("/lib/b.so", ""),
            ],
            expect!["/host | /m.so /lib/a.so | b.so for /m.so /mine/b.so: a text file; c.so for /m.so "],
        );
    }

    #[test]
    fn what_was_taken_out_again_left_no_name_behind() {
        let files = [
            ("/host", "needs:/opt/z.so"),
            ("/opt/z.so", "soname:z.so"),
            ("/a.so", "needs:other.so rpath:/a"),
            // The host's library by another name.
            ("/a/other.so", "soname:z.so"),
            ("/b.so", "needs:other.so"),
        ];
        let mut shelf = Shelf(files.into_iter().collect());
        let mut file = |path: &str| match shelf.open(path) {
            Ok(Found::File(file)) => file,
            other => panic!("{other:?}"),
        };
        let (host, a, b) = (file("/host"), file("/a.so"), file("/b.so"));
        let started =
            Process::start(System::default(), Arc::default(), None, ("/host", host), &mut shelf);
        let Ok(mut process) = started;
        let count = process.files.len();
        let Ok(opened) = process.open("/a.so", a, &mut shelf);
        assert_eq!(opened.lost, []);
        process.forget(count);
        let Ok(opened) = process.open("/b.so", b, &mut shelf);
        assert_eq!(opened.lost.len(), 1, "its own search finds no other.so");
    }

    #[test]
    fn the_loader_is_there_already() {
        check(
            &[
                ("/host", "needs:c.so"),
                ("/lib/c.so", "needs:ld.so"),
                ("/ld.so", "soname:ld.so"),
                ("/m.so", "needs:ld.so"),
            ],
            expect!["/host /lib/c.so /ld.so | /m.so /ld.so | "],
        );
    }
}
