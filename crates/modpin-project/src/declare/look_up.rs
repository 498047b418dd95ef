//! Names in the place of handles: a target as it is added knows other targets by handles, which only this project can tell.

use crate::declare::conditional::each_condition;
use crate::declare::handle::{ModuleId, Ref};
use crate::declare::options::item::Item;
use crate::declare::project::Project;
use crate::declare::rule::rule_arg::RuleArg;
use crate::declare::target::Target;

impl Project {
    /// Puts names in the place of this project's handles.
    pub(super) fn look_up_handles(&self, target: &mut Target) {
        let target_at = |index: usize| self.targets.get(index);
        let library = |index| target_at(index).filter(|target| target.is_linked()).map(Target::name);
        let module =
            |index| target_at(index).filter(|t| matches!(t, Target::Module(_))).map(Target::name);
        let option = |index: usize| self.word_at(index);
        let modules = |list: &mut Vec<Item<Ref<ModuleId>>>| {
            list.iter_mut().flat_map(Item::all_mut).for_each(|name| name.look_up(module));
        };
        let links = target.links_mut().into_iter().flat_map(|links| &mut links.link);
        links.flat_map(Item::all_mut).for_each(|name| name.look_up(library));
        match target {
            Target::Library(_) | Target::SharedLibrary(_) | Target::HostProgram(_) => {}
            Target::Module(t) => {
                modules(&mut t.needs);
                modules(&mut t.needs_later);
            }
            Target::Executable(t) => {
                modules(&mut t.loads);
                modules(&mut t.builds_in);
            }
            Target::Group(t) => {
                let targets = t.targets.iter_mut().flat_map(Item::all_mut);
                targets.for_each(|name| name.look_up(|index| target_at(index).map(Target::name)));
            }
            Target::Rule(t) => {
                let named = |index: usize| target_at(index).map(Target::name);
                t.words_mut().for_each(|word| match word {
                    RuleArg::Target(name) | RuleArg::Objects(name) | RuleArg::ModuleList(name) => {
                        name.look_up(named);
                    }
                    RuleArg::Value(name) | RuleArg::Program(name) => name.look_up(option),
                    _ => {}
                });
                let targets = t.on_objects_of.iter_mut().chain(&mut t.each_object_of);
                targets.flat_map(Item::all_mut).for_each(|name| name.look_up(named));
            }
        }
        each_condition(target, &mut |condition| condition.0.look_up(&option));
    }
}
