//! The largest real files that there are here: archives, shared libraries, programs, and what debug information says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use modpin_symbols::{Index, members, mentions, read_loadable, unseen};

use crate::measured;

/// Directories in which systems keep libraries and programs.
const PLACES: [&str; 4] = ["/usr/lib", "/usr/bin", "/usr/local", "/lib"];
/// How many of each kind are read. MODPIN_SYSTEM_FILES=100000 reads all.
const USUAL: usize = 12;

/// The largest files that begin so, each once.
fn largest(is: impl Fn(&Path, &[u8]) -> bool) -> Vec<PathBuf> {
    let mut dirs: Vec<PathBuf> = PLACES.iter().map(PathBuf::from).collect();
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(&dir).into_iter().flatten().flatten() {
            match (entry.file_type(), entry.metadata()) {
                (Ok(kind), Ok(_)) if kind.is_dir() => dirs.push(entry.path()),
                (Ok(kind), Ok(data)) if kind.is_file() => files.push((data.len(), entry.path())),
                _ => {}
            }
        }
    }
    files.sort_unstable_by(|a, b| b.cmp(a));
    let asked = std::env::var("MODPIN_SYSTEM_FILES").ok().and_then(|text| text.parse().ok());
    let files = files.into_iter().filter(|(size, _)| *size > 0).map(|(_, path)| path);
    let real = files.filter(|path| path.canonicalize().is_ok_and(|path| seen.insert(path)));
    real.filter(|path| first(path).is_some_and(|bytes| is(path, &bytes)))
        .take(asked.unwrap_or(USUAL))
        .collect()
}

fn first(path: &Path) -> Option<[u8; 20]> {
    use std::io::Read;
    let mut bytes = [0; 20];
    std::fs::File::open(path).ok()?.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

fn each(files: &[PathBuf], mut read: impl FnMut(&[u8])) {
    assert!(!files.is_empty(), "there is none");
    for path in files {
        let bytes = std::fs::read(path).expect("a file");
        measured(&path.display().to_string(), bytes.len(), bytes.len(), || read(&bytes));
    }
}

fn kind(bytes: &[u8]) -> u16 {
    u16::from_le_bytes([bytes[16], bytes[17]])
}

#[test]
fn archives() {
    if crate::ran_alone() {
        return;
    }
    let files = largest(|_, bytes| bytes.starts_with(b"!<arch>\n"));
    each(&files, |bytes| {
        let none = &mut |_: &str| Err(std::io::ErrorKind::NotFound.into());
        let Ok(index) = Index::read(bytes, none) else { return };
        let text = index.to_text();
        assert_eq!(Index::parse(&text).as_ref(), Ok(&index));
    });
}

#[test]
fn libraries_and_programs() {
    if crate::ran_alone() {
        return;
    }
    let files = largest(|_, bytes| bytes.starts_with(b"\x7fELF") && [2, 3].contains(&kind(bytes)));
    each(&files, |bytes| {
        drop(read_loadable(bytes).expect("a library or program"));
        drop(unseen(bytes, &["main", "init"].into()));
        let none = &mut |_: &str| Err(std::io::ErrorKind::NotFound.into());
        if let Ok(index) = Index::read(bytes, none) {
            let text = index.to_text();
            assert_eq!(Index::parse(&text).as_ref(), Ok(&index));
        }
    });
}

#[test]
fn debug_information() {
    if crate::ran_alone() {
        return;
    }
    let archives = largest(|_, bytes| bytes.starts_with(b"!<arch>\n"));
    let mut objects = 0;
    for path in archives {
        let bytes = std::fs::read(&path).expect("a file");
        for member in members(&bytes).expect("members").iter().filter_map(|member| member.bytes).take(50)
        {
            let found = measured("a member", member.len(), member.len(), || {
                let names = ["main", "malloc", "memcpy"];
                names.map(|name| mentions(member, name)).iter().any(|found| !found.used.is_empty())
            });
            objects += usize::from(found);
        }
    }
    let program = std::fs::read(std::env::current_exe().expect("this program")).expect("its bytes");
    measured("this program", program.len(), program.len(), || mentions(&program, "main"));
    eprintln!("{objects} members had lines");
}
