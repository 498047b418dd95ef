//! Flags that libraries give to those who link them, directly or through another library.

use std::borrow::Cow;

use crate::declare::flags::Flags;
use crate::declare::library::Library;
use crate::declare::target::Target;
use crate::resolve::choose::Chooser;
use crate::resolve::findings::Findings;
use crate::resolve::targets::libraries::{LibraryNames, linked};

/// Public flags, and how they spread. Nothing is looked up in a project that has none.
#[derive(Default)]
pub(crate) struct PublicFlags<'a> {
    /// For each library its public flags and what it links; empty if no library has public flags.
    libraries: Vec<(Option<&'a Flags>, Vec<usize>)>,
}

impl<'a> PublicFlags<'a> {
    /// Those of a project.
    pub(crate) fn of(
        targets: &'a [Cow<'_, Target>],
        names: &LibraryNames<'_>,
        chooser: Chooser<'_>,
    ) -> PublicFlags<'a> {
        let of_target = |target: &'a Cow<'_, Target>| match target.as_ref() {
            Target::Library(library) => Some((target.as_ref(), library)),
            _ => None,
        };
        let is_on = |(_, library): &(&Target, &Library)| names.position(&library.name).is_some();
        let libraries = || targets.iter().filter_map(of_target).filter(is_on);
        if libraries().all(|(_, library)| library.public.is_none()) {
            return PublicFlags::default();
        }
        let entry = |(target, Library { public, .. }): (&Target, &'a Library)| {
            // Whoever looks the target up tells what is wrong with it.
            let links = linked(names, target, chooser, &mut Findings::default());
            (public.as_deref(), links.libraries)
        };
        PublicFlags { libraries: libraries().map(entry).collect() }
    }

    /// Whether no library has any.
    pub(crate) fn is_empty(&self) -> bool {
        self.libraries.is_empty()
    }

    /// Those of these libraries and of what they link, with the numbers of the libraries: users before what they use.
    pub(crate) fn reached_from(&self, from: impl IntoIterator<Item = usize>) -> Vec<(usize, &'a Flags)> {
        let (mut found, mut seen) = (Vec::new(), vec![false; self.libraries.len()]);
        let mut open: Vec<usize> = from.into_iter().collect();
        open.reverse();
        while let Some(library) = open.pop() {
            let Some((flags, links)) = self.libraries.get(library) else { continue };
            if std::mem::replace(&mut seen[library], true) {
                continue;
            }
            found.extend(flags.map(|flags| (library, flags)));
            open.extend(links.iter().rev());
        }
        found
    }
}
