//! What builds have left behind, with its content.

use std::collections::BTreeMap;
use std::path::Path;

use modpin_engine::Hash;
use modpin_test::World;

use crate::tree::{self, Node};

/// What a build remembers, below a build directory.
pub const MEMORY: [&str; 8] = [
    ".modpin/state",
    ".modpin/state.seal",
    ".modpin/state.outputs",
    ".modpin/state.recipes",
    ".modpin/lock",
    ".modpin/build.snapshot",
    ".modpin/build.graph",
    ".modpin/toolchain",
];

/// Everything in a build directory but what is about one build: its memory, its lock, its place.
pub fn outputs_of(dir: &Path) -> BTreeMap<String, Hash> {
    let is_output = |path: &String| !MEMORY.contains(&path.as_str()) && path != "compile_commands.json";
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
