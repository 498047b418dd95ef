//! What builds have left behind, with its content.

use std::collections::BTreeMap;
use std::path::Path;

use modpin_engine::Hash;
use modpin_test::World;

use crate::tree::{self, Node};

/// Everything in a build directory but what is about one build: its memory, its lock, its place.
pub fn outputs_of(dir: &Path) -> BTreeMap<String, Hash> {
    let own = [
        "state",
        "state.seal",
        "state.outputs",
        "state.recipes",
        "lock",
        "build.snapshot",
        "build.graph",
        "toolchain",
    ];
    let own = own.map(|name| format!(".modpin/{name}"));
    let is_output = |path: &String| !own.contains(path) && path != "compile_commands.json";
    let content = |(path, node)| match node {
        Node::Dir => None,
        Node::File(bytes) => Some((path, Hash::of(&bytes))),
        Node::Link(target) => Some((path, Hash::of(target.as_os_str().as_encoded_bytes()))),
    };
    tree::read(dir).into_iter().filter_map(content).filter(|(path, _)| is_output(path)).collect()
}

/// The outputs of a world.
pub fn outputs(world: &World) -> BTreeMap<String, Hash> {
    outputs_of(&world.built(""))
}
