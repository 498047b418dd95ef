//! Scopes: the declarations of a directory, with flags for it and for what lies below. Targets stand in one list; a scope
//! says which of them are its own, so that handles are positions wherever a target is declared.

use std::ops::{Deref, DerefMut, Range};

use serde::de::{SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::declare::condition::cond::Cond;
use crate::declare::executable::Executable;
use crate::declare::flags::Flags;
use crate::declare::group::Group;
use crate::declare::host_program::HostProgram;
use crate::declare::library::Library;
use crate::declare::module::Module;
use crate::declare::rule::rule::Rule;
use crate::declare::shared_library::SharedLibrary;
use crate::declare::target::Target;

/// The declarations of a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The directory, relative to that of the scope around it.
    pub dir: String,
    /// Where its targets are there.
    pub when: Option<Cond>,
    /// Flags of its own targets, not of those in scopes inside.
    pub flags: Flags,
    /// Flags of its targets and of all in scopes inside.
    pub below: Flags,
    /// The position of the scope around it.
    pub(crate) around: Option<usize>,
    /// Its targets, with those of scopes inside.
    pub(crate) targets: Range<usize>,
}

/// The targets of a project in order, and the scopes in which they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Targets {
    list: Vec<Target>,
    /// Each behind the scope around it.
    scopes: Vec<Scope>,
}

impl Deref for Targets {
    type Target = Vec<Target>;

    fn deref(&self) -> &Vec<Target> {
        &self.list
    }
}

impl DerefMut for Targets {
    fn deref_mut(&mut self) -> &mut Vec<Target> {
        &mut self.list
    }
}

impl<'a> IntoIterator for &'a Targets {
    type Item = &'a Target;
    type IntoIter = std::slice::Iter<'a, Target>;

    fn into_iter(self) -> std::slice::Iter<'a, Target> {
        self.list.iter()
    }
}

impl Targets {
    /// Whether there are none, and no scopes.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.scopes.is_empty()
    }

    /// The scopes, each behind the one around it.
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// Opens a scope in another; what is added until it is closed is in it.
    pub(crate) fn open(&mut self, dir: String, around: Option<usize>) -> usize {
        let here = self.list.len();
        self.scopes.push(Scope { dir, around, targets: here..here, ..Scope::default() });
        self.scopes.len() - 1
    }

    /// Closes a scope.
    pub(crate) fn close(&mut self, scope: usize) {
        self.scopes[scope].targets.end = self.list.len();
    }

    /// A scope, to be changed.
    pub(crate) fn scope_mut(&mut self, scope: usize) -> &mut Scope {
        &mut self.scopes[scope]
    }

    /// For each target the innermost scope that it is in; empty without scopes.
    pub(crate) fn innermost(&self) -> Vec<Option<usize>> {
        if self.scopes.is_empty() {
            return Vec::new();
        }
        let mut innermost = vec![None; self.list.len()];
        for (at, scope) in self.scopes.iter().enumerate() {
            if let Some(own) = innermost.get_mut(scope.targets.clone()) {
                own.fill(Some(at));
            }
        }
        innermost
    }

    /// Those that are kept, by number, in the same scopes.
    pub(crate) fn only(&self, kept: impl Fn(usize) -> bool) -> Targets {
        let mut before = vec![0];
        for at in 0..self.list.len() {
            before.push(before[at] + usize::from(kept(at)));
        }
        let list = self.list.iter().enumerate().filter(|(at, _)| kept(*at));
        let scopes = self.scopes.iter().map(|scope| Scope {
            targets: before[scope.targets.start]..before[scope.targets.end],
            ..scope.clone()
        });
        Targets { list: list.map(|(_, target)| target.clone()).collect(), scopes: scopes.collect() }
    }

    /// The entries of one scope, or of the project, as they stand in a file.
    fn entries(&self, scope: Option<usize>) -> Vec<EntryOut<'_>> {
        let range = scope.map_or(0..self.list.len(), |at| self.scopes[at].targets.clone());
        let inside = self.scopes.iter().enumerate().filter(|(_, inner)| inner.around == scope);
        let mut inside = inside.peekable();
        let (mut entries, mut at) = (Vec::new(), range.start);
        loop {
            // A scope stands before the first target that follows it.
            while let Some((number, inner)) = inside.next_if(|(_, inner)| inner.targets.start <= at) {
                entries.push(EntryOut::Dir(self, number));
                at = at.max(inner.targets.end);
            }
            if at >= range.end {
                return entries;
            }
            entries.push(EntryOut::Target(&self.list[at]));
            at += 1;
        }
    }

    /// Adds what a file says.
    fn add(&mut self, entry: Entry, around: Option<usize>) {
        match entry {
            Entry::Library(target) => self.list.push(Target::Library(target)),
            Entry::Module(target) => self.list.push(Target::Module(target)),
            Entry::Executable(target) => self.list.push(Target::Executable(target)),
            Entry::SharedLibrary(target) => self.list.push(Target::SharedLibrary(target)),
            Entry::HostProgram(target) => self.list.push(Target::HostProgram(target)),
            Entry::Group(target) => self.list.push(Target::Group(target)),
            Entry::Rule(target) => self.list.push(Target::Rule(target)),
            Entry::Dir(DirEntry { dir, when, flags, below, targets }) => {
                let at = self.open(dir, around);
                targets.into_iter().for_each(|entry| self.add(entry, Some(at)));
                self.close(at);
                let scope = self.scope_mut(at);
                (scope.when, scope.flags, scope.below) = (when, flags, below);
            }
        }
    }
}

/// An entry of `targets` in a file.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Entry {
    Library(Library),
    Module(Module),
    Executable(Executable),
    #[serde(rename = "shared-library")]
    SharedLibrary(SharedLibrary),
    #[serde(rename = "host-program")]
    HostProgram(HostProgram),
    Group(Group),
    Rule(Rule),
    Dir(DirEntry),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DirEntry {
    dir: String,
    when: Option<Cond>,
    #[serde(default)]
    flags: Flags,
    #[serde(default)]
    below: Flags,
    #[serde(default)]
    targets: Vec<Entry>,
}

enum EntryOut<'a> {
    Target(&'a Target),
    Dir(&'a Targets, usize),
}

#[derive(Serialize)]
struct DirOut<'a> {
    kind: &'static str,
    dir: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<&'a Cond>,
    #[serde(skip_serializing_if = "Flags::is_empty")]
    flags: &'a Flags,
    #[serde(skip_serializing_if = "Flags::is_empty")]
    below: &'a Flags,
    targets: Vec<EntryOut<'a>>,
}

impl Serialize for EntryOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            EntryOut::Target(target) => target.serialize(serializer),
            EntryOut::Dir(targets, at) => {
                let Scope { dir, when, flags, below, .. } = &targets.scopes[*at];
                let (when, targets) = (when.as_ref(), targets.entries(Some(*at)));
                DirOut { kind: "dir", dir, when, flags, below, targets }.serialize(serializer)
            }
        }
    }
}

impl Serialize for Targets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entries = self.entries(None);
        let mut list = serializer.serialize_seq(Some(entries.len()))?;
        entries.iter().try_for_each(|entry| list.serialize_element(entry))?;
        list.end()
    }
}

impl<'de> Deserialize<'de> for Targets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Targets, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Targets;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Targets, A::Error> {
                let mut targets = Targets::default();
                while let Some(entry) = list.next_element()? {
                    targets.add(entry, None);
                }
                Ok(targets)
            }
        }
        deserializer.deserialize_seq(List)
    }
}
