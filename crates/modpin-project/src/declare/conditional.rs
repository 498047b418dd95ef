//! All conditions of a target's lists, wherever they stand: to be judged, and for handles to get their names.

use crate::declare::code::{Code, FlagsFor};
use crate::declare::compiled_again::CompiledAgain;
use crate::declare::condition::cond::Cond;
use crate::declare::flags::Flags;
use crate::declare::installing::Installing;
use crate::declare::links::Links;
use crate::declare::options::item::Item;
use crate::declare::target::Target;

/// The conditions of some lists.
#[derive(Debug, Default)]
pub(crate) struct Conditions<'a> {
    /// Of flags, which may differ by flavour.
    pub flags: Vec<&'a Cond>,
    /// Of everything else.
    pub others: Vec<&'a Cond>,
    /// Not of a list; a constant is no mistake there.
    pub own: Option<&'a Cond>,
}

/// The conditions of a target's lists; its own `when` is not among them.
pub(crate) fn conditions(target: &Target) -> Conditions<'_> {
    let Code { sources, exclude, flags_for, sources_as } = target.code();
    let mut found = Conditions::default();
    found.flags.extend(whens_of(target.flags()));
    for FlagsFor { cflags, flags, .. } in flags_for {
        found.flags.extend(whens(cflags).chain(whens_of(flags)));
    }
    for CompiledAgain { sources, cflags, flags, .. } in sources_as {
        found.flags.extend(whens(cflags).chain(whens_of(flags)));
        found.others.extend(whens(sources));
    }
    found.others.extend([sources, exclude].into_iter().flat_map(|list| whens(list)));
    found.others.extend(whens(target.libraries()));
    found.others.extend(target.links().into_iter().flat_map(Links::of_system).flat_map(whens));
    found.others.extend(target.places().into_iter().flat_map(whens));
    found.others.extend(target.installing().into_iter().flat_map(Installing::conditions));
    found.own = target.installing().and_then(|own| own.installed.as_ref());
    let texts: &[&[Item<String>]] = match target {
        Target::Library(t) => {
            found.flags.extend(t.public.iter().flat_map(|flags| whens_of(flags)));
            &[&t.link_args]
        }
        Target::SharedLibrary(t) => {
            found.others.extend(whens(&t.undefined));
            &[&t.exports]
        }
        Target::HostProgram(_) => &[],
        Target::Group(t) => {
            found.others.extend(whens(&t.targets));
            &[]
        }
        Target::Rule(t) => {
            let targets = whens(&t.on_objects_of).chain(whens(&t.each_object_of));
            found.others.extend(whens(&t.run).chain(targets));
            &[&t.each, &t.outputs, &t.reads, &t.env, &t.except]
        }
        Target::Module(t) => {
            found.others.extend(whens(&t.needs).chain(whens(&t.needs_later)));
            &[]
        }
        Target::Executable(t) => {
            found.others.extend(whens(&t.loads).chain(whens(&t.builds_in)));
            found.others.extend(t.test.iter().flat_map(|test| whens(&test.args)));
            &[&t.components, &t.exports]
        }
    };
    found.others.extend(texts.iter().flat_map(|list| whens(list)));
    found
}

/// The conditions of a list.
pub(crate) fn whens<T>(list: &[Item<T>]) -> impl Iterator<Item = &Cond> {
    list.iter().filter_map(Item::when)
}

/// The conditions of flags.
pub(crate) fn whens_of(flags: &Flags) -> impl Iterator<Item = &Cond> {
    flags.lists().into_iter().flat_map(|(_, list)| whens(list))
}

/// Hands out the same, to be changed: those of every list, and its own.
pub(crate) fn each_condition(target: &mut Target, change: &mut dyn FnMut(&mut Cond)) {
    of_code(target.code_mut(), change);
    of_flags(target.flags_mut(), change);
    if let Some(links) = target.links_mut() {
        of_list(&mut links.link, change);
        of_texts(links.of_system_mut(), change);
    }
    if let Some(places) = target.places_mut() {
        of_texts(places.lists_mut(), change);
    }
    if let Some(installing) = target.installing_mut() {
        installing.conditions_mut().for_each(&mut *change);
    }
    match target {
        Target::SharedLibrary(t) => of_texts([&mut t.exports, &mut t.undefined], change),
        Target::HostProgram(_) => {}
        Target::Group(t) => of_list(&mut t.targets, change),
        Target::Rule(t) => {
            of_list(&mut t.run, change);
            of_list(&mut t.on_objects_of, change);
            of_list(&mut t.each_object_of, change);
            of_texts([&mut t.each, &mut t.outputs, &mut t.reads, &mut t.env, &mut t.except], change);
            t.when.iter_mut().for_each(change);
        }
        Target::Library(t) => {
            of_list(&mut t.link_args, change);
            t.public.iter_mut().for_each(|flags| of_flags(flags, change));
        }
        Target::Module(t) => {
            of_list(&mut t.needs, change);
            of_list(&mut t.needs_later, change);
            t.when.iter_mut().for_each(change);
        }
        Target::Executable(t) => {
            of_list(&mut t.loads, change);
            of_list(&mut t.builds_in, change);
            of_texts([&mut t.components, &mut t.exports], change);
            t.test.iter_mut().for_each(|test| of_list(&mut test.args, change));
        }
    }
}

fn of_code(code: &mut Code, change: &mut dyn FnMut(&mut Cond)) {
    let Code { sources, exclude, flags_for, sources_as } = code;
    of_texts([sources, exclude], change);
    for FlagsFor { cflags, flags, .. } in flags_for {
        of_list(cflags, change);
        of_flags(flags, change);
    }
    for CompiledAgain { sources, cflags, flags, .. } in sources_as {
        of_texts([sources, cflags], change);
        of_flags(flags, change);
    }
}

fn of_flags(flags: &mut Flags, change: &mut dyn FnMut(&mut Cond)) {
    of_texts(flags.lists_mut(), change);
}

fn of_texts<const N: usize>(lists: [&mut Vec<Item<String>>; N], change: &mut dyn FnMut(&mut Cond)) {
    lists.into_iter().for_each(|list| of_list(list, change));
}

fn of_list<T>(list: &mut [Item<T>], change: &mut dyn FnMut(&mut Cond)) {
    whens_mut(list).for_each(change);
}

/// The conditions of a list, to be changed.
pub(crate) fn whens_mut<T>(list: &mut [Item<T>]) -> impl Iterator<Item = &mut Cond> {
    list.iter_mut().filter_map(Item::when_mut)
}
