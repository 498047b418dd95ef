//! Which directories are watched: the project's own, and others in which it names files. What is hidden, what builds make (they say so by CACHEDIR.TAG) and what links
//! lead to is none of it.

use std::path::Path;

/// Visits a directory and all below it that are watched. Each is visited before it is listed: what appears in it then is either told of by
/// whoever was asked to watch it, or listed.
///
/// # Errors
/// The first one of a visit.
pub fn visit_below<E>(dir: &Path, mut visit: impl FnMut(&Path) -> Result<(), E>) -> Result<(), E> {
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        if is_made(&dir) {
            continue;
        }
        visit(&dir)?;
        let entries = std::fs::read_dir(&dir).into_iter().flatten().flatten();
        let inner = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        open.extend(inner.map(|entry| entry.path()).filter(|path| !is_hidden(path)));
    }
    Ok(())
}

/// Whether a directory is one that builds make.
pub fn is_made(dir: &Path) -> bool {
    dir.join("CACHEDIR.TAG").exists()
}

/// Whether a file is an editor's, and nobody's source: its own notes beside what it edits.
pub fn is_of_editors(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ends = ["~", ".swp", ".swx", ".swo", ".tmp"].iter().any(|end| name.ends_with(end));
    ends || name.starts_with(".#") || (name.starts_with('#') && name.ends_with('#')) || name == "4913"
}

/// Whether its name begins with a dot.
pub fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// The directories that are visited; something happens at each visit.
    fn visited(root: &Path, mut meanwhile: impl FnMut(&Path)) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let visit = |dir: &Path| {
            meanwhile(dir);
            found.push(dir.to_owned());
            Ok::<(), ()>(())
        };
        visit_below(root, visit).expect("visits");
        found
    }

    #[test]
    fn what_appears_while_its_directory_is_visited_is_visited_too() {
        let root = tempfile::tempdir().expect("a directory");
        let found = visited(root.path(), |dir| {
            if dir == root.path() {
                std::fs::create_dir_all(dir.join("new/inner")).expect("directories");
            }
        });
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn what_is_hidden_or_made_is_not_watched() {
        let root = tempfile::tempdir().expect("a directory");
        for dir in ["src/deep", ".git/objects", "target/debug", "empty"] {
            std::fs::create_dir_all(root.path().join(dir)).expect("a directory");
        }
        std::fs::write(root.path().join("target/CACHEDIR.TAG"), "").expect("a mark");
        std::os::unix::fs::symlink("src", root.path().join("link")).expect("a link");
        let mut found = visited(root.path(), |_| {});
        found.sort();
        let names: Vec<_> =
            found.iter().map(|dir| dir.strip_prefix(root.path()).expect("below").to_owned()).collect();
        assert_eq!(names, ["", "empty", "src", "src/deep"].map(PathBuf::from));
        for name in ["a.c~", ".a.c.swp", "4913", ".#a.c", "#a.c#"] {
            assert!(is_of_editors(Path::new(name)), "{name}");
        }
        assert!(!is_of_editors(Path::new("a/main.c")) && !is_of_editors(Path::new(".config")));
    }
}
