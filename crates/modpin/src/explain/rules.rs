//! The rules of a plan: what each reads and makes, and which objects are compiled of that.

use std::collections::BTreeSet;

use modpin_engine::{Action, ActionId, FileId, Work};

use super::scene::SceneRule;
use crate::plan::{Plan, TargetKind};
use crate::steps::Verb;

/// All of them, in order of declaration.
pub fn rules(plan: &Plan) -> Vec<SceneRule> {
    let is_rule = |target: &&crate::plan::PlannedTarget| target.kind == TargetKind::Rule;
    plan.targets.iter().filter(is_rule).map(|target| rule(plan, &target.name, &target.files)).collect()
}

/// The objects that an archive is made of, in their order.
pub fn members_of(plan: &Plan, archive: FileId) -> Vec<String> {
    let producer = plan.graph.file_at(archive).producer;
    let inputs = producer.map(|producer| &plan.graph.action(producer).inputs[..]).unwrap_or_default();
    let paths = inputs.iter().map(|&input| plan.graph.path(input).to_owned());
    paths.filter(|path| path.ends_with(".o")).collect()
}

fn rule(plan: &Plan, name: &str, files: &[FileId]) -> SceneRule {
    let graph = &plan.graph;
    let producers = files.iter().filter_map(|&file| graph.file_at(file).producer);
    let makes = |action: &ActionId| graph.action(*action).verb == Verb::Generating.word();
    let actions: BTreeSet<ActionId> = producers.filter(makes).collect();
    let mut found = SceneRule { name: name.to_owned(), ..SceneRule::default() };
    for &id in &actions {
        let action = graph.action(id);
        let read = action.inputs.iter().map(|&input| graph.path(input).to_owned());
        // What lies outside is a tool of the system.
        for path in read.filter(|path| !path.starts_with('/')) {
            if !found.reads.contains(&path) {
                found.reads.push(path);
            }
        }
        found.makes.extend(action.outputs.iter().map(|&output| graph.path(output).to_owned()));
        if found.tool.is_empty() {
            found.tool = tool(action, &plan.graph);
        }
    }
    let is_of_it = |file: &FileId| graph.file_at(*file).producer.is_some_and(|id| actions.contains(&id));
    for (_, action) in graph.actions().filter(|(_, action)| action.verb == Verb::Compiling.word()) {
        if action.inputs.first().is_some_and(is_of_it) {
            found.objects.extend(action.outputs.first().map(|&output| graph.path(output).to_owned()));
        }
    }
    found
}

/// What does the work: a program by its name, one of the project by its path, or code.
fn tool(action: &Action, graph: &modpin_engine::Graph) -> String {
    let Work::Command(command) = &action.work else { return "code in Rust".to_owned() };
    let is_it = |path: &&str| !path.starts_with('/') && command.program.ends_with(&format!("/{path}"));
    let own = action.inputs.iter().map(|&input| graph.path(input)).find(is_it);
    own.unwrap_or_else(|| command.program.rsplit('/').next().unwrap_or_default()).to_owned()
}
