//! Which rules a target waits for before its sources are compiled for the first time: those whose headers it names, those that make
//! a source of it, and those of the libraries that it links.

use crate::declare::rule::rule_text::RuleText;
use crate::problem::Problem;
use crate::resolve::made::made_files::MadeFiles;
use crate::resolve::resolved::Resolved;

/// The rules that some texts name.
pub(crate) fn named<'a>(
    texts: impl IntoIterator<Item = &'a String>,
    made: &MadeFiles,
    title: &str,
) -> Vec<Result<usize, Problem>> {
    let rule = |text: &'a String| RuleText::read(text).map_or(text.as_str(), |made| made.rule);
    let rules = texts.into_iter().map(|text| made.rule(rule(text), (title, "waits for the headers of")));
    rules.collect()
}

/// Adds what the libraries wait for that a target links.
pub(crate) fn wait_for_linked(resolved: &mut Resolved, made: &MadeFiles) {
    if made.rules.is_empty() {
        return;
    }
    let of_library: Vec<Vec<usize>> =
        resolved.libraries.iter().map(|library| library.code.waits_for.clone()).collect();
    let of_shared: Vec<Vec<usize>> =
        resolved.shared_libraries.iter().map(|library| library.code.waits_for.clone()).collect();
    let linked = |resolved: &Resolved, link: &[usize], shared: &[usize]| {
        let libraries = resolved.with_needed(link);
        let shared = resolved.shared_at_run_time(resolved.shared_of(link, shared));
        let libraries = libraries.into_iter().flat_map(|at| of_library[at].clone());
        libraries.chain(shared.into_iter().flat_map(|at| of_shared[at].clone())).collect::<Vec<_>>()
    };
    macro_rules! each {
        ($($list:ident)*) => {$(
            for at in 0..resolved.$list.len() {
                let target = &resolved.$list[at];
                let more = linked(resolved, &target.link, &target.link_shared);
                let own = &mut resolved.$list[at].code.waits_for;
                own.extend(more);
                own.sort_unstable();
                own.dedup();
            }
        )*};
    }
    each!(libraries shared_libraries modules executables);
}
