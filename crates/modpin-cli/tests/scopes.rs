//! A directory that is off, as users meet it: it is listed, explained, and named when somebody asks for it.

use crate::demo;
use crate::program::Program;

const PROJECT: &str = r#"{
  "format": 2,
  "name": "demo",
  "options": [{ "name": "NET", "kind": "bool" }],
  "targets": [
    { "kind": "library", "name": "util", "sources": ["base.c", "extra.c"] },
    { "kind": "dir", "dir": "net", "when": "NET", "below": { "defines": ["NET"] }, "targets": [
      { "kind": "library", "name": "proto", "sources": ["proto.c"] },
      { "kind": "dir", "dir": "tools", "targets": [
        { "kind": "executable", "name": "ping", "sources": ["../ping.c"], "link": ["proto"] } ] } ] },
    { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["util"] }
  ]
}
"#;

#[test]
fn what_a_directory_has_is_known_when_it_is_off() {
    let world = demo::world();
    world.write("demo.json", PROJECT);
    world.write("net/proto.c", "int proto(void) { return NET; }\n");
    world.write("net/ping.c", "int proto(void); int main(void) { return proto() - NET; }\n");
    world.write("net/tools/x", "");
    let list = world.modpin("list").out;
    for line in ["library     proto  not built: NET=n", "executable  ping   not built: NET=n"] {
        assert!(list.contains(line), "{list}");
    }
    world.modpin("build ping").has(1, "executable \"ping\" is not built: NET=n");
    world.modpin("explain proto").has_both(0, "not built, because NET=n", "");
    world.modpin("explain net/ping.c").has_both(0, "left out of executable ping: NET=n", "");
    world.modpin("build -D NET=y ping").has(0, "Finished");
    assert!(world.built("ping").exists() && !world.built("tool").exists());
    assert_eq!(world.printed("ping", &[]), "");
}
