//! Where the files of one action lie until they are whole: in directories of its own, so that whatever else a command
//! leaves there is known to be its work.
//!
//! The names of these directories follow from the paths of the outputs alone, so that what a tool writes down of them is
//! the same in every build. A name is as long as that of the directory in which the files will lie, so that the one can be
//! put in the place of the other without moving anything: slashes that say nothing fill up the shorter one.

use crate::graph::{Action, Graph};
use crate::world::hash::Hash;

/// The directories of one action: each stands for one in which files of it will lie.
pub struct Partial<'g> {
    base: String,
    finals: Vec<&'g str>,
    /// The first so many are the action's own, with all below them: a tool finds its way from one to the other.
    own: usize,
}

/// The directory in which an action's first output lies until it is whole.
pub fn partial_dir(state_dir: &str, first_output: &str) -> String {
    format!("{}/{:016x}", root(state_dir), Hash::of(first_output.as_bytes()).to_bits() as u64)
}

/// Where all of them lie.
pub fn root(state_dir: &str) -> String {
    format!("{state_dir}/partial")
}

impl<'g> Partial<'g> {
    /// Of an action.
    pub fn of(state_dir: &str, graph: &'g Graph, action: &'g Action) -> Partial<'g> {
        let outputs = action.outputs.iter().map(|&output| graph.path(output));
        let own = action.stage().map_or(&[][..], |stage| &stage.own_dirs);
        let mut finals: Vec<&str> = own.iter().map(String::as_str).collect();
        let own = finals.len();
        for path in outputs.chain(action.depfile.as_deref()) {
            let (dir, _) = split(path);
            if !finals.contains(&dir) {
                finals.push(dir);
            }
        }
        Partial { base: partial_dir(state_dir, graph.path(action.outputs[0])), finals, own }
    }

    /// The same for what another machine makes for it, as long as it may be made here, too.
    pub fn arriving(self) -> Partial<'g> {
        Partial { base: self.base + ".there", ..self }
    }

    /// Each directory, and the one in which its files will lie, with the slash at its end.
    pub fn dirs(&self) -> impl Iterator<Item = (String, &'g str)> {
        self.finals.iter().enumerate().map(|(at, &dir)| (self.dir(at), dir))
    }

    /// Where a file of the action lies until it is whole.
    pub fn path(&self, path: &str) -> String {
        let (dir, name) = split(path);
        let at = self.finals.iter().position(|known| *known == dir).unwrap_or(0);
        format!("{}/{name}", self.dir(at))
    }

    /// Where a file beside its outputs lies until it is whole; `None` for one that lies in no directory of an output.
    pub fn beside(&self, path: &str) -> Option<String> {
        let (dir, name) = split(path);
        let at = self.finals.iter().position(|known| *known == dir)?;
        (!matches!(name, "" | "." | "..")).then(|| format!("{}/{name}", self.dir(at)))
    }

    /// Whether a file lies in one of them.
    pub fn holds(&self, path: &str) -> bool {
        path.starts_with(&self.base) && self.dirs().any(|(dir, _)| path.starts_with(&(dir + "/")))
    }

    /// Where a directory lies until it is whole.
    pub fn own_dir(&self, dir: &str) -> String {
        let is_it = |own: &&str| own.strip_suffix('/') == Some(dir);
        self.finals[..self.own].iter().position(is_it).map_or_else(|| dir.to_owned(), |at| self.dir(at))
    }

    /// Puts the final directories in the place of what stands there for them. Says whether there was any. A tool that runs in a
    /// directory of its own may well name the directory alone.
    pub fn put_final_names(&self, bytes: &mut [u8]) -> bool {
        let files = self.put_final_dirs(bytes);
        (0..self.own).rev().fold(files, |any, at| {
            let (dir, end) = (self.dir(at), self.finals[at].trim_end_matches('/'));
            let end = filled(end, dir.len());
            (dir.len() == end.len() && replace_all(bytes, dir.as_bytes(), end.as_bytes())) || any
        })
    }

    fn put_final_dirs(&self, bytes: &mut [u8]) -> bool {
        self.dirs().fold(false, |any, (dir, end)| {
            let needle = format!("{dir}/");
            let end = if end.is_empty() { "." } else { end.trim_end_matches('/') };
            let end = filled(end, needle.len() - 1) + "/";
            let same = needle.len() == end.len();
            (same && replace_all(bytes, needle.as_bytes(), end.as_bytes())) || any
        })
    }

    /// Where its response file lies until it is whole.
    pub fn response(&self) -> String {
        format!("{}.rsp", self.base)
    }

    /// Where something lies that was fetched for it, until it is in the cache.
    pub fn fetched(&self, at: usize) -> String {
        format!("{}.fetched-{at}", self.base)
    }

    fn dir(&self, at: usize) -> String {
        let (own, path) = (&self.finals[..self.own], self.finals[at]);
        let inside = |dir: &&str| path.len() > dir.len() && path.starts_with(*dir);
        if let Some((own, dir)) = own.iter().enumerate().find(|(_, dir)| inside(dir)) {
            return format!("{}/{}", self.dir(own), path[dir.len()..].trim_end_matches('/'));
        }
        let dir = if at == 0 { self.base.clone() } else { format!("{}-{at}", self.base) };
        filled(&dir, self.finals[at].trim_end_matches('/').len())
    }
}

/// A path that is at least so long: the last name has more than one slash before it.
fn filled(path: &str, length: usize) -> String {
    let more = "/".repeat(length.saturating_sub(path.len()));
    match path.rfind('/') {
        Some(at) => format!("{}{more}{}", &path[..at], &path[at..]),
        None => format!("{path}{more}"),
    }
}

/// Puts bytes in the place of as many others, wherever these stand.
fn replace_all(bytes: &mut [u8], old: &[u8], new: &[u8]) -> bool {
    let (mut from, mut any) = (0, false);
    while let Some(at) = bytes[from..].iter().position(|byte| Some(byte) == old.first()) {
        from += at;
        match bytes[from..].starts_with(old) {
            true => {
                bytes[from..from + old.len()].copy_from_slice(new);
                from += old.len();
                any = true;
            }
            false => from += 1,
        }
    }
    any
}

/// The directory, with the slash at its end, and the name.
fn split(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |at| at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::stage::Stage;
    use crate::graph::{Command, Work};

    fn check(outputs: &[&str], before: &str, after: &str) {
        check_with(outputs, &[], before, after);
    }

    fn check_with(outputs: &[&str], own: &[&str], before: &str, after: &str) {
        let mut graph = Graph::new();
        let own_dirs = own.iter().map(|&dir| dir.to_owned()).collect();
        let stage = (!own.is_empty()).then(|| Box::new(Stage { own_dirs, ..Stage::default() }));
        let command = Command { stage, ..Command::default() };
        let outputs = outputs.iter().map(|&path| graph.file(path)).collect();
        let (verb, label, work) = ("Making", "it".to_owned(), Work::Command(command));
        let action = Action { verb, label, work, inputs: vec![], outputs, depfile: None };
        let partial = Partial::of("out/.state", &graph, &action);
        let dirs: Vec<String> = partial.dirs().map(|(dir, _)| dir).collect();
        let mut text = before.to_owned();
        dirs.iter().enumerate().for_each(|(at, dir)| text = text.replace(&format!("<{at}>"), dir));
        let mut bytes = text.into_bytes();
        let length = bytes.len();
        assert_eq!(partial.put_final_names(&mut bytes), before.contains("<"));
        assert_eq!(bytes.len(), length);
        let plain =
            |text: &str| text.split('/').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        assert_eq!(plain(std::str::from_utf8(&bytes).unwrap()), plain(after));
    }

    #[test]
    fn a_final_directory_is_put_in_the_place_of_what_stands_for_it() {
        check(
            &["out/a/x.o"],
            "<0>/x.dwo, and /r/<0>/x.gcda; o, out",
            "out/a/x.dwo, and /r/out/a/x.gcda; o, out",
        );
        check(&["x"], "no directory", "no directory");
        check(
            &["out/.state/obj/a/very/long/way/down/to/an/object/x.o"],
            "<0>/x",
            "out/.state/obj/a/very/long/way/down/to/an/object/x",
        );
        check(&["a/x", "b/x"], "<1>/x <0>/y", "b/x a/y");
        check(&["x"], "/r/<0>/y", "/r/./y");
    }

    #[test]
    fn what_lies_in_a_directory_of_its_own_lies_so_before() {
        check_with(
            &["gen/d/deep/x", "gen/d/y", "gen/z"],
            &["gen/d/"],
            "<0>, <0>/y, <1>/x <2>/z",
            "gen/d, gen/d/y, gen/d/deep/x gen/z",
        );
        let mut graph = Graph::new();
        let outputs = vec![graph.file("gen/d/deep/x")];
        let own_dirs = vec!["gen/d/".to_owned()];
        let stage = Some(Box::new(Stage { own_dirs, ..Stage::default() }));
        let work = Work::Command(Command { stage, ..Command::default() });
        let (verb, label) = ("Making", "it".to_owned());
        let action = Action { verb, label, work, inputs: vec![], outputs, depfile: None };
        let partial = Partial::of("out/.state", &graph, &action);
        assert_eq!(partial.path("gen/d/deep/x"), partial.own_dir("gen/d") + "/deep/x");
    }
}
