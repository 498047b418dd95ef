//! Flags that look like a mistake and can be obeyed: two in one level of which the second takes back the first, and what is
//! taken away that nobody has.

use std::collections::BTreeMap;

use crate::declare::code::FlagsFor;
use crate::declare::flags::{Flags, NamedList};
use crate::declare::library::Library;
use crate::declare::options::item::{Item, entries};
use crate::declare::project::Project;
use crate::declare::scope::Scope;
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::files::path::normal;
use crate::resolve::flags::resolved_flag::takes;
use crate::resolve::placed::below;
use crate::suggest::did_you_mean;

/// Arguments of which a program obeys the last only.
const SINGLE: [&str; 10] = [
    "-O",
    "-std=",
    "-march=",
    "-mtune=",
    "-mcpu=",
    "-mabi=",
    "-mfpu=",
    "-mfloat-abi=",
    "-fvisibility=",
    "-fuse-ld=",
];

/// What a target says that takes itself back.
pub(crate) fn of_target(target: &Target) -> Vec<Problem> {
    let title = target.title();
    let mut found = taken_back(&title, target.flags());
    if let Target::Module(module) = target
        && module.name.ends_with(".so")
    {
        let text = format!("{title}: its file will be {}.so", module.name);
        found.push(Problem::new(text, "leave .so out of the name"));
    }
    if let Target::Library(Library { public: Some(public), .. }) = target {
        found.extend(taken_back(&format!("{title}, in public"), public));
    }
    for FlagsFor { sources, cflags, flags } in &target.code().flags_for {
        let title = format!("{title}, for {sources:?}");
        found.extend(twice(&title, &[("cflags", cflags)]));
        found.extend(taken_back(&title, flags));
    }
    found
}

/// The same of a directory.
pub(crate) fn of_scope(Scope { dir, flags, below, .. }: &Scope) -> Vec<Problem> {
    let title = format!("directory {dir:?}");
    [taken_back(&title, below), taken_back(&title, flags)].concat()
}

/// What one level says that takes itself back: flags without a condition for one language.
pub(crate) fn taken_back(title: &str, flags: &Flags) -> Vec<Problem> {
    let mut found: Vec<Problem> = defined_twice(title, &flags.defines).into_iter().collect();
    let of_all = ("cppflags", flags.cppflags.as_slice());
    found.extend(twice(title, &[of_all]));
    let languages =
        [("cflags", &flags.cflags), ("cxxflags", &flags.cxxflags), ("asflags", &flags.asflags)];
    for (name, list) in languages.into_iter().filter(|(_, list)| !list.is_empty()) {
        let both = twice(title, &[of_all, (name, list)]);
        found.extend(both.filter(|problem| !found.contains(problem)));
    }
    found.extend(twice(title, &[("ldflags", &flags.ldflags)]));
    let lists = flags.lists().into_iter().filter(|(name, _)| name.ends_with("flags"));
    found.extend(lists.flat_map(|(name, list)| several(title, name, list)));
    found
}

/// Entries that look like several arguments, and reach the compiler as one.
fn several(title: &str, name: &str, list: &[Item<String>]) -> Vec<Problem> {
    let looks_so = |text: &&String| {
        text.starts_with('-') && text.split(' ').all(|word| word.starts_with('-')) && text.contains(' ')
    };
    let problem = |text: &String| {
        let words: Vec<String> = text.split(' ').map(|word| format!("{word:?}")).collect();
        let help = format!("write each by itself: [{}]", words.join(", "));
        Problem::new(format!("{title}: its {name} hold {text:?}, which is one argument"), help)
    };
    always(list).filter(looks_so).map(problem).collect()
}

/// The first two arguments in these lists of which the later takes back the earlier.
fn twice(title: &str, lists: &[NamedList<'_>]) -> Option<Problem> {
    let mut seen: BTreeMap<String, (&str, &String)> = BTreeMap::new();
    let (first, last) = named(lists).find_map(|(name, flag)| {
        let before = seen.insert(subject(flag)?, (name, flag));
        before.filter(|(_, before)| *before != flag).map(|before| (before, (name, flag)))
    })?;
    let name = if first.0 == last.0 { first.0 } else { "flags" };
    let text = format!("{title}: its {name} hold {:?} and {:?}", first.1, last.1);
    Some(Problem::new(text, REMOVE))
}

fn named<'a>(lists: &[NamedList<'a>]) -> impl Iterator<Item = (&'static str, &'a String)> {
    lists.iter().flat_map(|&(name, list)| always(list).map(move |flag| (name, flag)))
}

const REMOVE: &str = "the last one counts: remove the other, or put each under a condition";

/// What an argument decides, if another one could decide it otherwise: `-fno-x` is about `-fx`.
fn subject(flag: &str) -> Option<String> {
    if let Some(start) = SINGLE.iter().find(|start| flag.starts_with(*start)) {
        return Some((*start).to_owned());
    }
    if let Some(macro_name) = flag.strip_prefix("-D").or(flag.strip_prefix("-U")) {
        // `-UX -DX=1` is how a macro is set anew.
        let name = macro_name.split('=').next().filter(|name| !name.is_empty());
        return name.filter(|_| flag.starts_with("-D")).map(|name| format!("-D{name}"));
    }
    let family = flag.get(..2).filter(|family| matches!(*family, "-f" | "-m"))?;
    let name = flag[2..].strip_prefix("no-").unwrap_or(&flag[2..]);
    // Some take a list, one entry each.
    (!name.contains('=')).then(|| format!("{family}{name}"))
}

fn defined_twice(title: &str, defines: &[Item<String>]) -> Option<Problem> {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for define in always(defines) {
        let name = define.split_once('=').map_or(define.as_str(), |(name, _)| name);
        if let Some(before) = seen.insert(name, define).filter(|before| *before != define) {
            let text = format!("{title}: its defines hold {before:?} and {define:?}");
            return Some(Problem::new(text, REMOVE));
        }
    }
    None
}

fn always(list: &[Item<String>]) -> impl Iterator<Item = &String> {
    list.iter().filter(|item| item.when().is_none()).flat_map(Item::all)
}

/// What is taken away that is in no list outside, whatever the conditions.
pub(crate) fn without_nothing(project: &Project) -> Vec<Problem> {
    let mut found = Vec::new();
    let outside = Outside { project, innermost: project.targets.innermost() };
    let title = format!("project {:?}", project.name);
    found.extend(nothing(&title, &project.flags, Vec::new));
    for Scope { dir, flags, below, around, .. } in project.targets.scopes() {
        let title = format!("directory {dir:?}");
        found.extend(nothing(&title, below, || outside.scope(*around)));
        let with_below = || [outside.scope(*around), outside.words(below, dir)].concat();
        found.extend(nothing(&title, flags, with_below));
    }
    for (at, target) in project.targets.iter().enumerate() {
        let title = target.title();
        found.extend(nothing(&title, target.flags(), || outside.target(at)));
        if let Target::Library(Library { public: Some(own), .. }) = target {
            found.extend(nothing(&format!("{title}, in public"), own, || outside.anywhere()));
        }
        for FlagsFor { sources, flags, .. } in &target.code().flags_for {
            let with_target =
                || [outside.target(at), outside.words(target.flags(), &outside.dir_of(at))].concat();
            found.extend(nothing(&format!("{title}, for {sources:?}"), flags, with_target));
        }
    }
    found
}

/// Every flag that stands outside of something, as it stands on the command line.
struct Outside<'a> {
    project: &'a Project,
    innermost: Vec<Option<usize>>,
}

impl Outside<'_> {
    /// Of what is in a scope and not of the scope itself.
    fn scope(&self, scope: Option<usize>) -> Vec<String> {
        let mut words = self.words(&self.project.flags, "");
        let mut at = scope;
        while let Some(scope) = at.and_then(|at| self.project.targets.scopes().get(at)) {
            words.extend(self.words(&scope.below, &self.dir(at)));
            at = scope.around;
        }
        words
    }

    fn target(&self, at: usize) -> Vec<String> {
        let scope = self.innermost.get(at).copied().flatten();
        let mut words = self.scope(scope);
        if let Some(own) = scope.and_then(|at| self.project.targets.scopes().get(at)) {
            words.extend(self.words(&own.flags, &self.dir(scope)));
        }
        for (at, target) in self.project.targets.iter().enumerate() {
            if let Target::Library(Library { public: Some(public), .. }) = target {
                words.extend(self.words(public, &self.dir_of(at)));
            }
        }
        words
    }

    /// Of whoever links a library.
    fn anywhere(&self) -> Vec<String> {
        let scopes = 0..self.project.targets.scopes().len();
        let of_scopes = scopes.flat_map(|at| {
            let Scope { flags, below, .. } = &self.project.targets.scopes()[at];
            [flags, below].map(|flags| self.words(flags, &self.dir(Some(at)))).concat()
        });
        self.words(&self.project.flags, "").into_iter().chain(of_scopes).collect()
    }

    fn dir_of(&self, target: usize) -> String {
        self.dir(self.innermost.get(target).copied().flatten())
    }

    /// Where the paths of a scope start.
    fn dir(&self, scope: Option<usize>) -> String {
        let Some(scope) = scope.and_then(|at| self.project.targets.scopes().get(at)) else {
            return String::new();
        };
        match scope.around {
            None => scope.dir.clone(),
            around => below(&self.dir(around), &scope.dir),
        }
    }

    fn words(&self, flags: &Flags, dir: &str) -> Vec<String> {
        let path = |text: &str| {
            let path = if dir.is_empty() { text.to_owned() } else { below(dir, text) };
            normal(self.project.root(), &path)
        };
        let on_the_line = |name: &str, text: &String| match name {
            "includes" => format!("-I{}", path(text)),
            "system_includes" => format!("-isystem{}", path(text)),
            "defines" => format!("-D{text}"),
            _ => text.clone(),
        };
        let lists = flags.lists().into_iter().filter(|(name, _)| *name != "without");
        lists.flat_map(|(name, list)| entries(list).map(move |text| on_the_line(name, text))).collect()
    }
}

fn nothing(title: &str, flags: &Flags, outside: impl Fn() -> Vec<String>) -> Vec<Problem> {
    if flags.without.is_empty() {
        return Vec::new();
    }
    let outside = outside();
    let is_idle = |text: &&String| !outside.iter().any(|flag| takes(text, flag));
    let idle = entries(&flags.without).filter(|text| text.as_str() != "*").filter(is_idle);
    let problem = |text: &String| {
        let help = "remove it: only flags of the levels outside can be taken away";
        let help = did_you_mean(text, outside.iter().map(String::as_str), help);
        Problem::new(format!("{title}: nothing has the flag {text:?} that .without() takes away"), help)
    };
    idle.map(problem).collect()
}
