//! The small C project on which verbs are called as users call them: a program with a library, one module, and one that an
//! option switches off. Knows no verb.

use modpin_test::World;

/// Its description, `demo.json`.
pub const PROJECT: &str = r#"{
  "format": 1,
  "name": "demo",
  "options": [{ "name": "NET", "kind": "tristate", "default": "n" }],
  "targets": [
    { "kind": "library", "name": "util", "sources": ["base.c", "extra.c"] },
    { "kind": "module", "name": "good", "sources": ["good.c"] },
    { "kind": "module", "name": "net", "when": "NET", "sources": ["net.c"] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"], "loads": ["*"] }
  ]
}
"#;

/// Its sources.
pub const SOURCES: [(&str, &str); 5] = [
    ("base.c", "int base(int x) { return x + 1; }\n"),
    ("extra.c", "int extra(int x) { return x * 2; }\n"),
    ("good.c", "int extra(int); int good(void) { return extra(3); }\n"),
    ("net.c", "int net(void) { return 4; }\n"),
    ("main.c", "int base(int); int main(void) { return base(-1); }\n"),
];

/// All of it, not built.
pub fn world() -> World {
    let world = World::new(&SOURCES);
    world.write("demo.json", PROJECT);
    world
}
