//! All conditions of a target's lists, wherever they stand: to be judged, and for handles to get their names.

use crate::declare::code::{Code, FlagsFor};
use crate::declare::compiled_again::CompiledAgain;
use crate::declare::condition::cond::Cond;
use crate::declare::flags::Flags;
use crate::declare::installing::Installing;
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
    found.others.extend(whens(target.links()));
    found.others.extend(target.places().into_iter().flat_map(whens));
    found.others.extend(target.installing().into_iter().flat_map(Installing::conditions));
    found.own = target.installing().and_then(|own| own.installed.as_ref());
    let texts: &[&[Item<String>]] = match target {
        Target::Library(t) => {
            found.flags.extend(t.public.iter().flat_map(|flags| whens_of(flags)));
            &[&t.system_libraries, &t.keep_system_libraries, &t.link_args]
        }
        Target::SharedLibrary(t) => {
            found.others.extend(whens(&t.undefined));
            &[&t.exports, &t.system_libraries, &t.keep_system_libraries]
        }
        Target::HostProgram(t) => &[&t.system_libraries, &t.keep_system_libraries],
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
            &[&t.system_libraries, &t.keep_system_libraries]
        }
        Target::Executable(t) => {
            found.others.extend(whens(&t.loads).chain(whens(&t.builds_in)));
            found.others.extend(t.test.iter().flat_map(|test| whens(&test.args)));
            &[&t.components, &t.exports, &t.system_libraries, &t.keep_system_libraries]
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

/// The same, to be changed: those of every list.
pub(crate) fn conditions_mut(target: &mut Target) -> Vec<&mut Cond> {
    match target {
        Target::SharedLibrary(t) => {
            let lists = of_code(&mut t.code).chain(of_flags(&mut t.flags)).chain(whens_mut(&mut t.link));
            let system = of_texts([&mut t.system_libraries, &mut t.keep_system_libraries]);
            let own = of_texts([&mut t.exports, &mut t.undefined]);
            let lists = lists.chain(system).chain(own).chain(of_texts(t.places.lists_mut()));
            lists.chain(t.installing.conditions_mut()).collect()
        }
        Target::HostProgram(t) => {
            let lists = of_code(&mut t.code).chain(of_flags(&mut t.flags)).chain(whens_mut(&mut t.link));
            let system = of_texts([&mut t.system_libraries, &mut t.keep_system_libraries]);
            lists.chain(system).chain(of_texts(t.places.lists_mut())).collect()
        }
        Target::Group(t) => whens_mut(&mut t.targets).collect(),
        Target::Rule(t) => {
            let texts = of_texts([&mut t.each, &mut t.outputs, &mut t.reads, &mut t.env, &mut t.except]);
            let targets = whens_mut(&mut t.on_objects_of).chain(whens_mut(&mut t.each_object_of));
            whens_mut(&mut t.run).chain(targets).chain(texts).chain(&mut t.when).collect()
        }
        Target::Library(t) => {
            let texts = [&mut t.system_libraries, &mut t.keep_system_libraries, &mut t.link_args];
            let public = t.public.iter_mut().flat_map(|flags| of_flags(flags));
            let flags = of_flags(&mut t.flags).chain(public);
            let lists = of_code(&mut t.code).chain(flags).chain(whens_mut(&mut t.link));
            lists.chain(of_texts(texts)).chain(t.installing.conditions_mut()).collect()
        }
        Target::Module(t) => {
            let modules = whens_mut(&mut t.needs).chain(whens_mut(&mut t.needs_later));
            let system = of_texts([&mut t.system_libraries, &mut t.keep_system_libraries]);
            let lists = of_code(&mut t.code).chain(of_flags(&mut t.flags));
            let lists = lists.chain(whens_mut(&mut t.link)).chain(system);
            let lists = lists.chain(of_texts(t.places.lists_mut())).chain(modules).chain(&mut t.when);
            lists.chain(t.installing.conditions_mut()).collect()
        }
        Target::Executable(t) => {
            let modules = whens_mut(&mut t.loads).chain(whens_mut(&mut t.builds_in));
            let system = of_texts([&mut t.system_libraries, &mut t.keep_system_libraries]);
            let texts = of_texts([&mut t.components, &mut t.exports]).chain(system);
            let lists = of_code(&mut t.code).chain(of_flags(&mut t.flags));
            let lists = lists.chain(whens_mut(&mut t.link)).chain(texts);
            let test = t.test.iter_mut().flat_map(|test| whens_mut(&mut test.args));
            let lists = lists.chain(of_texts(t.places.lists_mut())).chain(modules).chain(test);
            lists.chain(t.installing.conditions_mut()).collect()
        }
    }
}

fn of_code(code: &mut Code) -> impl Iterator<Item = &mut Cond> {
    let Code { sources, exclude, flags_for, sources_as } = code;
    let of_files = |files| {
        let FlagsFor { cflags, flags, .. }: &mut FlagsFor = files;
        whens_mut(cflags).chain(of_flags(flags))
    };
    let again = |again| {
        let CompiledAgain { sources, cflags, flags, .. }: &mut CompiledAgain = again;
        of_texts([sources, cflags]).chain(of_flags(flags))
    };
    let again = sources_as.iter_mut().flat_map(again);
    of_texts([sources, exclude]).chain(flags_for.iter_mut().flat_map(of_files)).chain(again)
}

fn of_flags(flags: &mut Flags) -> impl Iterator<Item = &mut Cond> {
    flags.lists_mut().into_iter().flat_map(|list| whens_mut(list))
}

fn of_texts<const N: usize>(lists: [&mut Vec<Item<String>>; N]) -> impl Iterator<Item = &mut Cond> {
    lists.into_iter().flat_map(|list| whens_mut(list))
}

/// The conditions of a list, to be changed.
pub(crate) fn whens_mut<T>(list: &mut [Item<T>]) -> impl Iterator<Item = &mut Cond> {
    list.iter_mut().filter_map(Item::when_mut)
}
