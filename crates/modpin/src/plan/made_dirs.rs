//! Where rules make files. `gen/` mirrors the sources: what is looked for in a directory of the sources is looked for in the one of
//! `gen/` right after it.

use std::borrow::Cow;
use std::collections::HashSet;

use modpin_project::{GEN, Resolved};

use crate::layout::Layout;

/// The directories of `gen/`, named as those of the sources.
#[derive(Clone, Debug)]
pub struct MadeDirs {
    /// Where all that rules make lies, for whichever machine it is compiled.
    pub layout: Layout,
    /// Those in which a file lies.
    pub direct: HashSet<String>,
    /// Those, and all above.
    all: HashSet<String>,
    /// The paths of all that rules make.
    files: HashSet<String>,
}

impl MadeDirs {
    /// Of all rules.
    pub fn of(resolved: &Resolved, layout: &Layout) -> MadeDirs {
        let [direct, all, files] = [(); 3].map(|()| HashSet::new());
        let mut dirs = MadeDirs { layout: layout.clone(), direct, all, files };
        let commands = resolved.rules.iter().flat_map(|rule| &rule.commands);
        for path in commands.flat_map(|command| &command.outputs) {
            dirs.files.insert(layout.generated(path));
            let dir = dir_of(path);
            if dirs.direct.insert(dir.to_owned()) {
                let parents = std::iter::successors(Some(dir), |dir| Some(dir.rsplit_once('/')?.0));
                dirs.all.extend(parents.map(str::to_owned).chain([".".to_owned()]));
            }
        }
        dirs
    }

    /// A file that a rule makes, or a directory of such.
    pub fn path(&self, path: &str) -> String {
        self.layout.generated(path)
    }

    /// The files of rules that arguments name, anywhere in them.
    pub fn named<'b>(&self, args: impl Iterator<Item = &'b String>) -> Vec<String> {
        if self.files.is_empty() {
            return Vec::new();
        }
        let start = format!("{}/", self.layout.gen_dir());
        let mut found = Vec::new();
        for arg in args.filter(|arg| arg.contains(&start)) {
            for (at, _) in arg.match_indices(&start) {
                let path = arg[at..].split([',', ':', ';', '"', ' ']).next().unwrap_or_default();
                found.extend(self.files.get(path).cloned());
            }
        }
        found
    }

    /// What stands behind an argument that names a directory of the sources, if something is made there.
    pub fn behind(&self, arg: &str) -> Option<String> {
        let (option, dir) =
            ["-isystem", "-I"].into_iter().find_map(|it| Some((it, arg.strip_prefix(it)?)))?;
        self.all.contains(dir).then(|| format!("{option}{}", self.path(dir)))
    }
}

/// A project with the paths of this layout in its arguments, where they name what rules make.
pub fn placed<'a>(resolved: &'a Resolved, layout: &Layout) -> Cow<'a, Resolved> {
    if resolved.rules.is_empty() {
        return Cow::Borrowed(resolved);
    }
    let mut placed = resolved.clone();
    let dir = layout.gen_dir();
    placed.each_argument_mut(&mut |text| {
        if text.contains(GEN) {
            *text = text.replace(GEN, &dir);
        }
    });
    Cow::Owned(placed)
}

/// The directory of a path, `.` for none.
pub fn dir_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(dir, _)| dir)
}
