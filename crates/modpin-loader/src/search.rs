//! Where a loader looks for a shared library, in its order: ld.so(8) for glibc, `ldso/dynlink.c` for musl. Knows
//! directories, opens nothing.

use modpin_symbols::{Loadable, Rules};

use crate::musl::Version;
use crate::subdirectories::Subdirectories;

/// What a loader was built with, and what its environment tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct System {
    /// Whose rules it follows.
    pub rules: Rules,
    /// Which musl it is, where it is one and tells.
    pub musl: Option<Version>,
    /// Where the world of the program's machine begins: empty for this machine itself.
    pub sysroot: String,
    /// Where libraries are when nobody says otherwise.
    pub default_dirs: Vec<String>,
    /// `LD_LIBRARY_PATH`.
    pub library_path: Option<String>,
    /// `GLIBC_TUNABLES`.
    pub tunables: Option<String>,
    /// What it looks into before each directory.
    pub subdirectories: Subdirectories,
    /// What `$LIB` stands for.
    pub lib: String,
    /// What `$PLATFORM` stands for.
    pub platform: String,
}

/// A file that names libraries, and the files that brought it in: the nearest first, the host last.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// Its path.
    pub path: &'a str,
    /// What it is.
    pub file: &'a Loadable,
}

/// A directory of the search, or the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A directory.
    Dir(String),
    /// What `ld.so.cache` knows.
    Cache,
}

impl System {
    /// The whole search for a library that the first of `chain` names. The last of `chain` is the host.
    pub fn search(&self, chain: &[Asking<'_>]) -> Vec<Stop> {
        match self.rules {
            Rules::Glibc => self.glibc(chain),
            Rules::Musl => self.musl(chain),
        }
    }

    /// DT_RPATH of the file and of those that brought it in, unless DT_RUNPATH is there; `LD_LIBRARY_PATH`; DT_RUNPATH;
    /// the cache; the default directories.
    fn glibc(&self, chain: &[Asking<'_>]) -> Vec<Stop> {
        let Some(asking) = chain.first() else { return Vec::new() };
        let mut dirs = Vec::new();
        if asking.file.runpath.is_none() {
            for above in chain.iter().filter(|above| above.file.runpath.is_none()) {
                dirs.extend(self.listed(above.file.rpath.as_deref(), above, &[':']));
            }
        }
        dirs.extend(self.library_path(chain, &[':', ';']));
        dirs.extend(self.listed(asking.file.runpath.as_deref(), asking, &[':']));
        let mut stops: Vec<Stop> = dirs.into_iter().map(Stop::Dir).collect();
        if !asking.file.no_default_dirs {
            stops.push(Stop::Cache);
            stops.extend(self.default_dirs.iter().cloned().map(Stop::Dir));
        }
        stops
    }

    /// `LD_LIBRARY_PATH`; DT_RUNPATH or else DT_RPATH of the file and of those that brought it in; the default
    /// directories.
    fn musl(&self, chain: &[Asking<'_>]) -> Vec<Stop> {
        let mut dirs = self.library_path(chain, &[':', '\n']);
        for above in chain {
            let path = above.file.runpath.as_deref().or(above.file.rpath.as_deref());
            dirs.extend(self.listed(path, above, &[':', '\n']));
        }
        dirs.extend(self.default_dirs.iter().cloned());
        dirs.into_iter().map(Stop::Dir).collect()
    }

    fn library_path(&self, chain: &[Asking<'_>], between: &[char]) -> Vec<String> {
        let host = chain.last();
        host.map_or_else(Vec::new, |host| self.listed(self.library_path.as_deref(), host, between))
    }

    fn listed(&self, path: Option<&str>, of: &Asking<'_>, between: &[char]) -> Vec<String> {
        let Some(path) = path.filter(|path| !path.is_empty()) else { return Vec::new() };
        path.split(between).map(|dir| self.expanded(dir, of.path)).collect()
    }

    /// A directory or file name of a file at `path`, with what stands for something else replaced.
    pub fn expanded(&self, name: &str, path: &str) -> String {
        let name = if name.is_empty() { "." } else { name };
        let name = replace_word(&name.replace("${LIB}", &self.lib), "$LIB", &self.lib);
        let name =
            replace_word(&name.replace("${PLATFORM}", &self.platform), "$PLATFORM", &self.platform);
        let origin =
            path.rsplit_once('/').map_or(".", |(dir, _)| if dir.is_empty() { "/" } else { dir });
        replace_word(&name.replace("${ORIGIN}", origin), "$ORIGIN", origin)
    }

    /// Where a path of the program's world may be in ours. As qemu does it for the programs of another machine: below
    /// the sysroot, or else where the path says.
    pub fn candidates(&self, path: &str) -> Vec<String> {
        let below =
            path.starts_with('/') && !self.sysroot.is_empty() && !path.starts_with(&self.sysroot);
        below.then(|| format!("{}{path}", self.sysroot)).into_iter().chain([path.to_owned()]).collect()
    }
}

/// `$LIB` is replaced in `$LIB/x` and not in `$LIBS/x`.
fn replace_word(text: &str, word: &str, value: &str) -> String {
    let mut rest = text;
    let mut replaced = String::new();
    while let Some((before, after)) = rest.split_once(word) {
        let goes_on = after.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
        replaced += before;
        replaced += if goes_on { word } else { value };
        rest = after;
    }
    replaced + rest
}

/// The directories that a loader of glibc was built with: they stand one after the other in its file, each with a slash
/// at its end, the two of `/usr` behind those of `/`. Empty when they are not found.
pub fn built_in_dirs(loader: &[u8]) -> Vec<String> {
    let mut best = Vec::new();
    let mut run: Vec<&[u8]> = Vec::new();
    for text in loader.split(|&byte| byte == 0) {
        let is_dir = text.len() < 256
            && text.starts_with(b"/")
            && text.ends_with(b"/")
            && text.windows(4).any(|window| window == b"/lib")
            && text.iter().all(u8::is_ascii_graphic);
        match is_dir {
            true => run.push(text),
            false => {
                if run.len() > best.len() && run.len() > 1 {
                    best = std::mem::take(&mut run);
                }
                run.clear();
            }
        }
    }
    let shown = |dir: &[u8]| String::from_utf8_lossy(dir).trim_end_matches('/').to_owned();
    best.into_iter().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// `chain` is `PATH rpath=… runpath=…`, the file that asks first.
    fn check(system: &System, chain: &[&str], expect: Expect) {
        let files: Vec<(String, Loadable)> = chain
            .iter()
            .map(|text| {
                let value = |key: &str| {
                    text.split(' ').find_map(|word| word.strip_prefix(key)).map(str::to_owned)
                };
                let path = text.split(' ').next().unwrap_or_default().to_owned();
                let no_default_dirs = text.contains("nodefaultlib");
                let (rpath, runpath) = (value("rpath="), value("runpath="));
                (path, Loadable { rpath, runpath, no_default_dirs, ..Loadable::default() })
            })
            .collect();
        let chain: Vec<Asking<'_>> = files.iter().map(|(path, file)| Asking { path, file }).collect();
        let shown = system.search(&chain).into_iter().map(|stop| match stop {
            Stop::Dir(dir) => dir,
            Stop::Cache => "CACHE".to_owned(),
        });
        expect.assert_eq(&shown.collect::<Vec<_>>().join(" "));
    }

    fn system(rules: Rules) -> System {
        System {
            rules,
            default_dirs: vec!["/lib".into(), "/usr/lib".into()],
            library_path: Some("/env;rel".into()),
            lib: "lib64".into(),
            platform: "x86_64".into(),
            ..System::default()
        }
    }

    #[test]
    fn rpath_is_inherited_and_runpath_is_not() {
        let glibc = System { library_path: Some("/env".into()), ..system(Rules::Glibc) };
        check(
            &glibc,
            &["/m/a.so rpath=/a", "/m/b.so rpath=/b", "/bin/host rpath=/h"],
            expect!["/a /b /h /env CACHE /lib /usr/lib"],
        );
        check(
            &glibc,
            &["/m/a.so rpath=/a", "/m/b.so rpath=/b runpath=/r", "/bin/host rpath=/h"],
            expect!["/a /h /env CACHE /lib /usr/lib"],
        );
        check(
            &glibc,
            &["/m/a.so rpath=/a runpath=/r", "/bin/host rpath=/h runpath=/s"],
            expect!["/env /r CACHE /lib /usr/lib"],
        );
        check(&glibc, &["/m/a.so runpath=/r nodefaultlib", "/bin/host"], expect!["/env /r"]);
    }

    #[test]
    fn musl_asks_the_environment_first_and_knows_no_difference() {
        let musl = System { library_path: Some("/env".into()), ..system(Rules::Musl) };
        check(
            &musl,
            &["/m/a.so rpath=/a", "/m/b.so rpath=/b runpath=/r", "/bin/host rpath=/h"],
            expect!["/env /a /r /h /lib /usr/lib"],
        );
    }

    #[test]
    fn names_stand_for_directories() {
        let glibc = system(Rules::Glibc);
        check(
            &glibc,
            &["/m/a.so runpath=$ORIGIN/../lib:${ORIGIN}:$LIB/$PLATFORM:$LIBS::x", "/bin/host"],
            expect!["/env rel /m/../lib /m lib64/x86_64 $LIBS . x CACHE /lib /usr/lib"],
        );
    }

    #[test]
    fn a_sysroot_is_looked_into_first() {
        let cross = System { sysroot: "/cross".into(), ..system(Rules::Glibc) };
        assert_eq!(cross.candidates("/lib/a.so"), ["/cross/lib/a.so", "/lib/a.so"]);
        assert_eq!(cross.candidates("/cross/lib/a.so"), ["/cross/lib/a.so"]);
        assert_eq!(cross.candidates("a.so"), ["a.so"]);
        assert_eq!(system(Rules::Glibc).candidates("/lib/a.so"), ["/lib/a.so"]);
    }

    #[test]
    fn a_loaders_own_directories_are_read_from_it() {
        let loader =
            b"\x7fELF\0/etc/ld.so.cache\0/lib/x/\0/usr/lib/x/\0/lib/\0/usr/lib/\0lib/x\0/lib/\0";
        assert_eq!(built_in_dirs(loader), ["/lib/x", "/usr/lib/x", "/lib", "/usr/lib"]);
        assert_eq!(built_in_dirs(b"/lib/ld-musl.so\0"), [""; 0]);
    }
}
