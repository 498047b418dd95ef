//! What QEMU's scripts make, as rules: qapi, tracetool, tables of options, wrappers of coroutines.

use std::path::Path;

use serde_json::{Value, json};

use super::described::Described;

/// The rules whose headers all sources may read.
pub fn headers(described: &Described) -> Vec<String> {
    let all = [
        "qapi",
        "qsd-qapi",
        "qemu-img-cmds",
        "qemu-options",
        "qemu-version",
        "config-poison",
        "asm",
        "module_block",
    ];
    let trace = trace_groups(described).into_iter().map(|(group, _)| format!("trace-{group}-h"));
    all.into_iter().map(str::to_owned).chain(trace).collect()
}

/// What stands before names of modules in what qapi makes for each.
const OF_MODULES: [&str; 4] = ["types", "visit", "events", "commands"];

/// All rules.
pub fn rules(root: &Path, described: &Described) -> Vec<Value> {
    let mut all = vec![
        qapi("qapi", "qapi", &["-b"], qapi_outputs(root, described)),
        qapi("qsd-qapi", "storage-daemon/qapi", &[], described.lists["qapi_nonmodule_outputs"].clone()),
        shell(
            "qemu-img-cmds",
            "scripts/hxtool",
            &["-h"],
            &[json!({ "input": "qemu-img-cmds.hx" })],
            "qemu-img-cmds.h",
        ),
        shell(
            "qemu-options",
            "scripts/hxtool",
            &["-h"],
            &[json!({ "input": "qemu-options.hx" })],
            "qemu-options.def",
        ),
        shell(
            "qemu-version",
            "scripts/qemu-version.sh",
            &[".", "", version(root).trim()],
            &[],
            "qemu-version.h",
        ),
        shell("config-poison", "scripts/make-config-poison.sh", &[], &[], "config-poison.h"),
        json!({ "kind": "rule", "name": "asm", "each": ["linux-headers/asm-x86/*.h"], "run": ["cp", { "input": "{each}" }, { "output": "linux-headers/asm/{name}" }] }),
        python(
            "block-gen",
            "scripts/block-coroutine-wrapper.py",
            vec![
                json!({ "output": "block/block-gen.c" }),
                json!({ "input": "include/block/block-io.h" }),
                json!({ "input": "include/block/block-global-state.h" }),
                json!({ "input": "include/sysemu/block-backend-io.h" }),
                json!({ "input": "block/coroutines.h" }),
            ],
        ),
    ];
    let sources = described.modules.iter().filter(|[name, ..]| !name.starts_with("dmg-"));
    let sources =
        sources.map(|[_, when, source]| json!({ "when": when, "then": [{ "input": source }] }));
    let module_block = [vec![json!({ "output": "block/module_block.h" })], sources.collect()].concat();
    all.push(python("module_block", "scripts/modules/module_block.py", module_block));
    for (group, events) in trace_groups(described) {
        for format in ["h", "c"] {
            let args = vec![
                json!("--backend=log"),
                json!(format!("--group={group}")),
                json!(format!("--format={format}")),
                json!({ "input": events }),
                json!({ "output": format!("trace/trace-{group}.{format}") }),
            ];
            let mut rule = python(&format!("trace-{group}-{format}"), "scripts/tracetool.py", args);
            rule["reads"] = json!(["scripts/tracetool/**/*.py"]);
            all.push(rule);
        }
    }
    all
}

/// Sources of the archive that everybody links, which scripts make.
pub fn util_sources(described: &Described) -> Vec<Value> {
    let modules =
        described.lists["qapi_all_modules"].iter().filter(|module| !module.ends_with("-target"));
    let of_modules = modules.flat_map(|module| OF_MODULES.map(|of| format!("qapi-{of}-{module}.c")));
    let builtin = ["types", "visit"].map(|of| format!("qapi-builtin-{of}.c"));
    let qapi =
        builtin.into_iter().chain(of_modules).map(|name| json!(format!("{{rule:qapi:qapi/{name}}}")));
    let trace = trace_groups(described)
        .into_iter()
        .map(|(group, _)| json!(format!("{{rule:trace-{group}-c:trace/trace-{group}.c}}")));
    qapi.chain(trace).collect()
}

/// The files of trace events, with the names of their groups.
fn trace_groups(described: &Described) -> Vec<(String, String)> {
    let dirs = described.lists["trace_events_subdirs"].iter();
    let dirs = dirs.map(|dir| (underscored(dir), format!("{dir}/trace-events")));
    let qapi = described.lists["qapi_all_modules"].iter().map(|module| {
        let name = format!("qapi-commands-{module}.trace-events");
        (underscored(&name), format!("{{rule:qapi:qapi/{name}}}"))
    });
    let root = [("root".to_owned(), "trace-events".to_owned())];
    root.into_iter().chain(dirs).chain(qapi).collect()
}

/// As Meson's `underscorify`.
fn underscored(name: &str) -> String {
    name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_")
}

/// What is made of each description that is there, be it compiled or not.
fn qapi_outputs(root: &Path, described: &Described) -> Vec<String> {
    let mut all = described.lists["qapi_nonmodule_outputs"].clone();
    let there = std::fs::read_dir(root.join("qapi")).into_iter().flatten().flatten();
    let names = there.filter_map(|file| file.file_name().into_string().ok());
    let modules: Vec<String> =
        names.filter_map(|name| Some(name.strip_suffix(".json")?.to_owned())).collect();
    for suffix in ["c", "h"] {
        all.extend(["types", "visit"].map(|of| format!("qapi-builtin-{of}.{suffix}")));
        for module in modules.iter().filter(|module| *module != "qapi-schema") {
            all.extend(OF_MODULES.map(|of| format!("qapi-{of}-{module}.{suffix}")));
        }
    }
    let events = modules.iter().filter(|module| *module != "qapi-schema");
    all.extend(events.map(|module| format!("qapi-commands-{module}.trace-events")));
    all.sort_unstable();
    all
}

/// qapi chooses the names of its files itself.
fn qapi(name: &str, dir: &str, args: &[&str], outputs: Vec<String>) -> Value {
    let events = ["commands", "init-commands"].map(|of| format!("qapi-{of}.trace-events"));
    let outputs: Vec<String> =
        outputs.iter().chain(&events).map(|output| format!("{dir}/{output}")).collect();
    let mut words = vec![json!("-o"), json!({ "out_dir": dir })];
    words.extend(args.iter().map(|&arg| json!(arg)));
    words.push(json!({ "input": format!("{dir}/qapi-schema.json") }));
    let mut rule = python(name, "scripts/qapi-gen.py", words);
    rule["outputs"] = json!(outputs);
    rule["reads"] = json!(["qapi/*.json", "scripts/qapi/*.py"]);
    rule
}

fn python(name: &str, script: &str, args: Vec<Value>) -> Value {
    let run = [vec![json!("python3"), json!({ "input": script })], args].concat();
    json!({ "kind": "rule", "name": name, "env": ["PYTHONDONTWRITEBYTECODE=1"], "run": run })
}

fn shell(name: &str, script: &str, args: &[&str], inputs: &[Value], output: &str) -> Value {
    let args: Vec<Value> = args.iter().map(|&arg| json!(arg)).collect();
    let run = [vec![json!("sh"), json!({ "input": script })], args, inputs.to_vec()].concat();
    json!({ "kind": "rule", "name": name, "run": run, "stdout": output })
}

fn version(root: &Path) -> String {
    std::fs::read_to_string(root.join("VERSION")).unwrap_or_default()
}
