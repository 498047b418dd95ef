//! All conditions of a target's lists, wherever they stand: to be judged, and for handles to get their names.

use crate::declare::code::Code;
use crate::declare::condition::cond::Cond;
use crate::declare::options::item::Item;
use crate::declare::target::Target;

/// The conditions of some lists.
#[derive(Debug, Default)]
pub(crate) struct Conditions<'a> {
    /// Of compiler flags, which may differ by flavour.
    pub flags: Vec<&'a Cond>,
    /// Of everything else.
    pub others: Vec<&'a Cond>,
}

/// The conditions of a target's lists; its own `when` is not among them.
pub(crate) fn conditions(target: &Target) -> Conditions<'_> {
    let Code { sources, exclude, includes, defines, cflags, flags_for, sources_as } = target.code();
    let mut found = Conditions::default();
    let flags = flags_for.iter().map(|flags| &flags.cflags).chain([cflags]);
    let flags = flags.chain(sources_as.iter().map(|again| &again.cflags));
    found.flags.extend(flags.flat_map(|list| whens(list)));
    found.others.extend([sources, exclude, includes, defines].into_iter().flat_map(|list| whens(list)));
    found.others.extend(sources_as.iter().flat_map(|again| whens(&again.sources)));
    found.others.extend(whens(target.links()));
    found.others.extend(target.places().into_iter().flat_map(whens));
    let texts: &[&[Item<String>]] = match target {
        Target::SharedLibrary(t) => {
            found.others.extend(whens(&t.undefined).chain(whens(&t.ldflags)));
            &[&t.exports, &t.system_libraries, &t.keep_system_libraries]
        }
        Target::Group(t) => {
            found.others.extend(whens(&t.targets));
            &[]
        }
        Target::Library(t) => &[&t.system_libraries, &t.keep_system_libraries, &t.link_args],
        Target::Module(t) => {
            found.others.extend(whens(&t.needs).chain(whens(&t.needs_later)));
            &[&t.system_libraries, &t.keep_system_libraries, &t.ldflags]
        }
        Target::Executable(t) => {
            found.others.extend(whens(&t.loads).chain(whens(&t.builds_in)));
            &[&t.components, &t.exports, &t.system_libraries, &t.keep_system_libraries, &t.ldflags]
        }
    };
    found.others.extend(texts.iter().flat_map(|list| whens(list)));
    found
}

/// The conditions of a list.
pub(crate) fn whens<T>(list: &[Item<T>]) -> impl Iterator<Item = &Cond> {
    list.iter().filter_map(Item::when)
}

/// The same, to be changed: those of every list.
pub(crate) fn conditions_mut(target: &mut Target) -> Vec<&mut Cond> {
    match target {
        Target::SharedLibrary(t) => {
            let lists = of_code(&mut t.code).chain(whens_mut(&mut t.link));
            let system = of_texts([&mut t.system_libraries, &mut t.keep_system_libraries]);
            let own = of_texts([&mut t.exports, &mut t.undefined, &mut t.ldflags]);
            lists.chain(system).chain(own).chain(of_texts(t.places.lists_mut())).collect()
        }
        Target::Group(t) => whens_mut(&mut t.targets).collect(),
        Target::Library(t) => {
            let texts = [&mut t.system_libraries, &mut t.keep_system_libraries, &mut t.link_args];
            of_code(&mut t.code).chain(whens_mut(&mut t.link)).chain(of_texts(texts)).collect()
        }
        Target::Module(t) => {
            let modules = whens_mut(&mut t.needs).chain(whens_mut(&mut t.needs_later));
            let texts = [&mut t.system_libraries, &mut t.keep_system_libraries, &mut t.ldflags];
            let lists = of_code(&mut t.code).chain(whens_mut(&mut t.link)).chain(of_texts(texts));
            lists.chain(of_texts(t.places.lists_mut())).chain(modules).chain(&mut t.when).collect()
        }
        Target::Executable(t) => {
            let modules = whens_mut(&mut t.loads).chain(whens_mut(&mut t.builds_in));
            let system = [&mut t.system_libraries, &mut t.keep_system_libraries];
            let texts =
                of_texts([&mut t.components, &mut t.exports, &mut t.ldflags]).chain(of_texts(system));
            let lists = of_code(&mut t.code).chain(whens_mut(&mut t.link)).chain(texts);
            lists.chain(of_texts(t.places.lists_mut())).chain(modules).collect()
        }
    }
}

fn of_code(code: &mut Code) -> impl Iterator<Item = &mut Cond> {
    let Code { sources, exclude, includes, defines, cflags, flags_for, sources_as } = code;
    let flags = flags_for.iter_mut().flat_map(|flags| whens_mut(&mut flags.cflags));
    let again = sources_as.iter_mut().flat_map(|again| of_texts(again.lists_mut()));
    of_texts([sources, exclude, includes, defines, cflags]).chain(flags).chain(again)
}

fn of_texts<const N: usize>(lists: [&mut Vec<Item<String>>; N]) -> impl Iterator<Item = &mut Cond> {
    lists.into_iter().flat_map(|list| whens_mut(list))
}

/// The conditions of a list, to be changed.
pub(crate) fn whens_mut<T>(list: &mut [Item<T>]) -> impl Iterator<Item = &mut Cond> {
    list.iter_mut().filter_map(Item::when_mut)
}
