//! What a start and each `dlopen` bring: a file and all that it needs, breadth first, each file once.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use modpin_symbols::{Loadable, Rules};

use crate::cache::Cache;
use crate::opener::Opener;
use crate::process::files::{Lost, Mapped, Opened, Process};
use crate::search::System;

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
    use crate::opener::Found;

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
