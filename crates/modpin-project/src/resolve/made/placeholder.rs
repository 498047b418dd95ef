//! What stands for the file that a rule is run for.

use crate::resolve::placed::below;

/// A file, and the parts of its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EachFile {
    /// The path, as results are written.
    pub path: String,
    /// The directory, from that of the rule if the file lies below it.
    dir: String,
    /// Whose object of this source is meant, if one is.
    pub object: Option<EachObject>,
}

/// A target's object of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EachObject {
    pub kind: &'static str,
    pub name: String,
    pub compiled_as: Option<String>,
}

impl EachFile {
    /// A file for which a rule of this directory is run.
    pub(crate) fn new(path: String, rule_dir: &str) -> EachFile {
        let inside = match rule_dir {
            "" => Some(path.as_str()),
            dir => path.strip_prefix(dir).and_then(|rest| rest.strip_prefix('/')),
        };
        let dir = inside.unwrap_or(&path).rsplit_once('/').map_or(".", |(dir, _)| dir).to_owned();
        EachFile { path, dir, object: None }
    }

    /// As messages call it.
    pub(crate) fn label(&self) -> String {
        match self.compiled_as() {
            Some(name) => format!("{} as {name}", self.path),
            None => self.path.clone(),
        }
    }

    /// The same with the target whose object it is.
    pub(crate) fn label_with_target(&self) -> String {
        let of = self.object.as_ref().map(|object| format!(" of {} {:?}", object.kind, object.name));
        self.label() + &of.unwrap_or_default()
    }

    /// The name under which its source is compiled once more.
    fn compiled_as(&self) -> Option<&str> {
        self.object.as_ref()?.compiled_as.as_deref()
    }

    /// A text with the parts in their places; `quoted` makes them what they are to be there.
    pub(crate) fn fill(&self, text: &str, quoted: impl Fn(&str) -> String) -> String {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let stem = self.compiled_as().map_or_else(|| stem.to_owned(), |again| format!("{stem}-{again}"));
        let parts = [("{each}", &*self.path), ("{dir}", &self.dir), ("{name}", name), ("{stem}", &stem)];
        let mut filled = text.to_owned();
        for (word, part) in parts.into_iter().filter(|(word, _)| text.contains(word)) {
            filled = filled.replace(word, &quoted(part));
        }
        filled
    }
}

/// A path that is said in the directory of a rule, from the root.
pub(crate) fn from_root(rule_dir: &str, path: &str) -> String {
    if rule_dir.is_empty() { path.to_owned() } else { below(rule_dir, path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_path_stand_for_words() {
        let fill = |path: &str, dir: &str| {
            let each = EachFile::new(path.to_owned(), dir);
            each.fill("{each} {dir} {name} {stem} {print $1}", str::to_owned)
        };
        assert_eq!(fill("x.mdd", ""), "x.mdd . x.mdd x {print $1}");
        assert_eq!(fill("mods/a.b/x.y.mdd", ""), "mods/a.b/x.y.mdd mods/a.b x.y.mdd x.y {print $1}");
        assert_eq!(fill("mods/sub/x", "mods"), "mods/sub/x sub x x {print $1}");
        assert_eq!(fill("mods/x", "mods"), "mods/x . x x {print $1}");
        assert_eq!(fill("modsx/x", "mods"), "modsx/x modsx x x {print $1}");
    }
}
