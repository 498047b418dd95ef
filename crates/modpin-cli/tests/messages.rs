//! docs/json-messages.md against what is really printed: every kind and field that comes out is described there, and every
//! kind and field that is described there comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use modpin_test::skip::is_long;
use modpin_test::{Said, World};
use serde_json::Value;

use crate::demo;
use crate::program::Program;

/// Everything that programs were told.
struct Told {
    world: World,
    /// The fields that each kind was seen with.
    fields: BTreeMap<String, BTreeSet<String>>,
    /// The same with fields of the objects in it.
    all: BTreeMap<String, BTreeSet<String>>,
    /// The words that stood in fields of which the document lists all words: `action-finished.cause`.
    words: BTreeSet<String>,
}

impl Told {
    fn new() -> Told {
        let (fields, all, words) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Told { world: demo::world(), fields, all, words }
    }

    fn run(&mut self, args: &str) {
        self.run_with(args, &[]);
    }

    fn run_with(&mut self, args: &str, variables: &[(&str, &str)]) {
        let mut command = self.world.program(args);
        command.args(["--message-format", "json"]).envs(variables.iter().copied());
        let said = Said::of(&mut command);
        let objects = said.objects();
        assert_eq!(
            objects.last().map(|last| &last["reason"]),
            Some(&"finished".into()),
            "{args}: {}",
            said.out
        );
        let (row, code) = (row(args), said.code.unwrap());
        let codes: Vec<&str> = row[3].split(", ").collect();
        assert!(
            code == 0 || codes.contains(&code.to_string().as_str()),
            "{args} ended with {code}: {row:?}"
        );
        for object in objects {
            let kind = object["reason"].as_str().unwrap().to_owned();
            let is_told = row[4].contains(&format!("`{kind}`"))
                || ["warning", "error", "finished"].contains(&kind.as_str());
            assert!(is_told, "{args} says {kind}: {row:?}");
            if let Some(cause) = object["cause"].as_str() {
                self.words.insert(format!("{kind}.cause={cause}"));
            }
            let fields = object.as_object().unwrap().keys().filter(|field| *field != "reason").cloned();
            // docs/project-format.md describes what a project is made of.
            if kind != "project" {
                all_fields(&object, self.all.entry(kind.clone()).or_default());
            }
            self.fields.entry(kind).or_default().extend(fields);
        }
    }

    fn modpin(&mut self, args: &str) {
        self.run(&format!("--project demo.json {args}"));
    }
}

/// What docs/commands.md says of the verb among these words.
fn row(args: &str) -> Vec<&'static str> {
    let document = include_str!("../../../docs/commands.md").lines();
    let rows = document.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let mut rows: Vec<_> = rows.filter(|row| row.len() > 4).collect();
    let of = |word: &str| rows.iter().position(|row| row[1].trim_matches('`') == word);
    let found = args.split(' ').find_map(of);
    rows.swap_remove(found.unwrap_or_else(|| panic!("docs/commands.md has no row for {args}")))
}

fn all_fields(value: &Value, to: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            to.insert(name.clone());
            all_fields(value, to);
        }),
        Value::Array(values) => values.iter().for_each(|value| all_fields(value, to)),
        _ => {}
    }
}

/// A symbol that a process has once, as compilers of C++ make them.
const ONCE: &str = "__asm__(\".data\\n.globl once\\n.type once, %gnu_unique_object\\n.size once, 4\\nonce: .long 1\\n.text\\n\");\n";
/// A project of which C sees the options.
const SEEN: &str = r#"{
  "format": 2,
  "name": "seen",
  "options": [{ "name": "HZ", "kind": "int", "default": 100 }],
  "autoconf": {},
  "cflags": ["-Wall"],
  "targets": [{
    "kind": "library", "name": "seen", "sources": ["seen.c"],
    "flags_for": [{ "sources": "*.c", "flags": { "cflags": ["-O1"], "without": ["-Wall"] } }]
  }]
}
"#;

/// One of everything.
fn everything() -> Told {
    let mut told = Told::new();
    told.world.write("good.c", format!("{ONCE}{}", demo::SOURCES[2].1));
    told.modpin("build --timings");
    told.modpin("modules -D NET=n");
    told.modpin("modules --check-load");
    told.modpin("list");
    told.modpin("project");
    told.modpin("compile-commands");
    told.modpin("compile-commands --output -");
    told.world.write(
        "asks.json",
        r#"{ "format": 2, "name": "p", "probes": [{ "kind": "header", "of": "stddef.h" }] }"#,
    );
    told.run("--project asks.json config probes");
    told.modpin("explain extra");
    told.modpin("graph");
    told.modpin("graph --format dot");
    told.run("recipe make");
    told.run("man build");
    told.run("completions fish");
    told.modpin("install --destdir installed");
    let test = r#"{ "kind": "executable", "name": "try", "sources": ["main.c"], "link": ["util"], "test": {} }"#;
    let with_test = demo::PROJECT.replace("\"format\": 1", "\"format\": 2");
    let with_test = with_test.replace("\"targets\": [", &format!("\"targets\": [{test},"));
    told.world.write("test.json", with_test);
    told.modpin("emit main.c --as i");
    told.world.script("bin/sparse", "#!/bin/sh\necho 'main.c:1:5: warning: odd'\n");
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", told.world.path("bin").display());
    told.run_with("--project demo.json check --checker sparse main.c", &[("PATH", &path)]);
    told.run("--project test.json test");
    told.run("--project test.json list");
    told.modpin("build nosuch");
    // A number that is nobody's jobserver is odd, and a verb that has something to do goes on.
    told.world.write("extra.c", format!("{}\n", demo::SOURCES[1].1));
    told.run_with("--project demo.json build", &[("MAKEFLAGS", "-j --jobserver-auth=77,78")]);
    told.world.write("seen.c", "#include \"autoconf.h\"\nint seen = CONFIG_HZ;\n");
    told.world.write("seen.json", SEEN);
    told.run("--project seen.json build");
    told.run("--project seen.json explain target/modpin/debug/.modpin/obj/seen/seen.c.o");
    told.modpin("build");
    files(&mut told);
    failures(&mut told);
    kept(&mut told);
    told.modpin("clean");
    told
}

/// The verbs for files of any build system.
fn files(told: &mut Told) {
    let out = "target/modpin/debug";
    let (host, module) = (format!("{out}/tool"), format!("{out}/good.so"));
    told.run(&format!("resolve --host {host} {module}"));
    told.run(&format!("check-load --host {host} {module}"));
    told.run(&format!("pins --module {module} --archive {out}/libutil.a"));
    told.run(&format!("exports --host {host} --module {module}"));
    told.run(&format!("explain --host {host} extra {module}"));
    told.run(&format!("order {out}/libutil.a"));
    // What these two make is nobody's of the project: a module that interposes, one that misses something.
    let lib = |text: &str, name: &str| {
        told.world.write(&format!("{name}.c"), text);
        told.world.call(&format!("cc -shared -fPIC -Wl,-z,lazy -o {name}.so {name}.c"));
    };
    lib(
        "int given(void) { return 1; }\nint extra(int x) { return x; }\nint use(void) { return extra(1); }\n",
        "giver",
    );
    lib("int given(void); int taken(void) { return given(); }\n", "taker");
    for verb in ["resolve", "check-load"] {
        told.run(&format!("{verb} --host {host} taker.so giver.so"));
        told.run(&format!("{verb} --lazy --host {host} taker.so"));
    }
    // A host that never comes as far as its main, and that has what the module misses.
    told.world.write("stuck.c", "#include <unistd.h>\nint given(void) { return 1; }\n__attribute__((constructor)) static void stop(void) { _exit(3); }\nint main(void) { return 0; }\n");
    told.world.call("cc -o stuck stuck.c");
    told.run("check-load --host stuck taker.so");
    told.run("resolve --host stuck taker.so");
}

/// What is kept of builds, and a build that takes from there.
fn kept(told: &mut Told) {
    told.modpin("clean");
    told.modpin("build --cache kept");
    told.modpin("clean");
    told.modpin("build --cache kept");
    told.modpin("explain target/modpin/debug/host");
    let server =
        [("MODPIN_REMOTE_CACHE", "grpc://build.example:1"), ("MODPIN_REMOTE_PROGRAM", "/bin/sh")];
    told.run_with("cache stats --cache kept", &server);
    told.run("cache clear --cache kept");
}

/// An action that fails, in each of the ways that can be brought about.
fn failures(told: &mut Told) {
    told.world.write("extra.c", "int extra(int x) { return y; }\n");
    told.modpin("build");
    told.world.write("extra.c", demo::SOURCES[1].1);
    told.world.write("good.c", "int nosuch(void); int good(void) { return nosuch(); }\n");
    told.modpin("build");
    told.world.write("good.c", demo::SOURCES[2].1);
    let compiler = |told: &Told, line: &str| {
        let text =
            format!("#!/bin/sh\ncase \"$*\" in *\" -c \"*base.c) {line};; esac\nexec cc \"$@\"\n");
        told.world.script("odd-cc", &text);
        told.world.path("odd-cc").display().to_string()
    };
    // The last one is gone when the next file is to be compiled.
    for line in ["kill -9 $$", "exit 0", "rm \"$0\""] {
        let name = compiler(told, line);
        told.run_with("--project demo.json build -j1", &[("CC", &name)]);
    }
}

/// The document: for each kind that its table lists, the text of its section.
fn document() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/json-messages.md");
    let text = fs::read_to_string(path).unwrap();
    let (head, rest) = text.split_once("\n## ").unwrap();
    let mut kinds = BTreeMap::new();
    for line in head.lines().filter(|line| line.starts_with("| `")) {
        let first = line.split('|').nth(1).unwrap();
        kinds.extend(
            quoted(first).into_iter().filter(|word| word != "reason").map(|kind| (kind, String::new())),
        );
    }
    for section in rest.split("\n## ") {
        let title = section.lines().next().unwrap();
        for kind in quoted(title) {
            *kinds.get_mut(&kind).unwrap_or_else(|| panic!("{kind} is in no row of the first table")) +=
                section;
        }
    }
    kinds
}

fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The fields of the object itself, and what they are.
fn rows(section: &str) -> Vec<(String, String)> {
    let mut table = section.lines().skip(1).skip_while(|line| line.is_empty()).peekable();
    // A table further below is about parts of the object.
    if !table.peek().is_some_and(|line| line.starts_with("| field |")) {
        return Vec::new();
    }
    let rows = table.skip(2).take_while(|line| line.starts_with('|'));
    let mut found = Vec::new();
    for row in rows {
        let (names, text) = row.trim_matches('|').split_once('|').unwrap();
        found.extend(quoted(names).into_iter().map(|name| (name, text.to_owned())));
    }
    found
}

/// Fields of `action-finished` that are printed where there is a server, which no command here has: `tests/remote` reads them.
const OF_SERVERS: [&str; 2] = ["from_server", "elsewhere"];

#[test]
fn what_is_printed_is_described_and_what_is_described_is_printed() {
    if is_long("messages::what_is_printed_is_described_and_what_is_described_is_printed") {
        return;
    }
    let (told, document) = (everything(), document());
    let mut unknown = Vec::new();
    for (kind, fields) in &told.all {
        let section = document.get(kind).unwrap_or_else(|| panic!("{kind} is not described"));
        let mut described = quoted(section);
        if section.contains("The same fields") {
            described.extend(quoted(&document["load-check"]));
        }
        let missing = fields.iter().filter(|&field| field != "reason" && !described.contains(field));
        unknown.extend(missing.map(|field| format!("{kind}: {field}")));
    }
    assert_eq!(unknown, [""; 0], "these are printed and not described");
    for (kind, section) in &document {
        let fields =
            told.fields.get(kind).unwrap_or_else(|| panic!("{kind} is described and never printed"));
        assert!(!section.is_empty(), "{kind} has no section");
        let of_servers = |field: &str| kind == "action-finished" && OF_SERVERS.contains(&field);
        for (field, _) in rows(section).into_iter().filter(|(field, _)| !of_servers(field)) {
            assert!(fields.contains(&field), "{kind}: {field} is described and was never printed");
        }
    }
}

#[test]
fn the_words_of_a_failure_are_described() {
    let (mut told, document) = (Told::new(), document());
    told.modpin("build");
    failures(&mut told);
    let described = quoted(&document["action-finished"]);
    // No command of a build has a time limit today; the engine's tests have one.
    for word in ["exit-code", "signal", "not-started", "refused", "unfinished"] {
        assert!(
            told.words.contains(&format!("action-finished.cause={word}")),
            "{word}: {:?}",
            told.words
        );
    }
    for word in ["exit-code", "signal", "time-limit", "not-started", "refused", "unfinished"] {
        assert!(described.contains(&word.to_owned()), "{word} is not described");
    }
}
