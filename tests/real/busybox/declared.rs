//! busybox as a project file: its directories' archives, the headers that its scripts and host programs make, its compiler's flags.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::kbuild;
use super::kconfig;
use super::marked::{description, read};

/// Collects the lines of all sources that begin with a mark, and puts them where a header says `INSERT`.
const APPLETS: &str = r#"FILENAME ~ /\.src\.h$/ { if ($0 == "INSERT") printf "%s", said; else print; next }
sub(/^\/\/applet:/, "") { said = said $0 "\n" }"#;
const USAGE: &str = r#"FILENAME ~ /\.src\.h$/ { if ($0 == "INSERT") printf "%s", said; else print; next }
sub(/^\/\/usage:/, "") && length { said = said (/^[ \t]/ ? "" : "\n") $0 " \\\n" }"#;
/// Runs a script of busybox's where `.config` lies.
const WITH_CONFIG: &str = r#"cp "$1" .config; shift; sh "$@"; rm .config"#;
/// The same for one that looks for headers, too.
const WITH_HEADERS: &str = r#"srctree=${1%/scripts/*}; export srctree; cp "$3" .config; mkdir include
cp "$4" "$5" include; sh "$1" "$2" "$srctree/embed" "$srctree/applets_sh"; rm -r .config include"#;
/// The directory of a program is what its script wants.
const BESIDE: &str = r#"exec sh "$1" "$2" "${3%/*}""#;

/// What headers are made by, for all that is compiled.
const HEADERS: [&str; 7] =
    ["applets.h", "usage.h", "usage_compressed", "tables", "bufsiz", "bbconfigopts", "scripts"];

/// The project file of a busybox that is unpacked here.
pub fn project(root: &Path) -> Value {
    let options = options(root);
    let makefile = read(&root.join("Makefile"));
    let (mut probes, mut cflags) = (Vec::new(), Vec::new());
    flags(&read(&root.join("Makefile.flags")), &mut probes, &mut cflags);
    flags(&read(&root.join("arch/x86_64/Makefile")), &mut probes, &mut cflags);
    cflags.push(json!({ "when": "FLAVOUR != 'host-program' && !DEBUG_PESSIMIZE", "then": ["-Os"] }));
    let version: Vec<&str> =
        makefile.lines().take(3).filter_map(|line| line.split(" = ").nth(1)).collect();
    let mut targets = made();
    let libraries = libraries(&makefile);
    let known = names(&options);
    targets.extend(libraries.iter().map(|dir| {
        let sources = kbuild::sources(&description(&root.join(dir), "Kbuild", "//kbuild:"), &known);
        json!({ "kind": "dir", "dir": dir, "targets": [{ "kind": "library", "name": dir, "sources": sources }] })
    }));
    targets.push(json!({
        "kind": "executable", "name": "busybox", "sources": ["applets/applets.c"], "link": libraries, "cycles": "group",
        "system_libraries": ["m", { "when": "HAVE_LIBCRYPT", "then": ["crypt"] }, { "when": "FEATURE_NSLOOKUP_BIG", "then": ["resolv"] }],
        "ldflags": ["-Wl,--sort-common", "-Wl,--sort-section,alignment", "-Wl,--gc-sections", { "when": "STATIC", "then": ["-static"] }],
    }));
    probes.push(json!({ "kind": "library", "of": "crypt" }));
    json!({
        "format": 2, "name": "busybox", "options": options, "probes": probes,
        "autoconf": {
            "names": ["CONFIG_{}"], "zero_or_one": ["ENABLE_{}"], "if_on": ["IF_{}"], "if_off": ["IF_NOT_{}"], "empty_values": true, "force_include": true,
            "config_deps": [],
        },
        "includes": ["include", "libbb", "made/bufsiz", "made/config", "made/scripts"],
        "defines": ["_GNU_SOURCE", "NDEBUG", format!("BB_VER=\"{}\"", version.join(".")), "BB_BUILD_TAG=\"modpin\"", {
            "when": "LFS", "then": ["_LARGEFILE_SOURCE", "_LARGEFILE64_SOURCE", "_FILE_OFFSET_BITS=64"],
        }],
        "cflags": cflags,
        "generated_headers": [{ "when": "FLAVOUR != 'host-program'", "then": HEADERS }],
        "targets": targets,
    })
}

/// All options, of the text that `source` lines put together.
fn options(root: &Path) -> Vec<Value> {
    let mut text = String::new();
    let platform = "config PLATFORM_LINUX\n\tbool\n\tdefault y if TARGET_OS = 'linux'\n";
    put_in(root, &description(root, "Config.in", ""), platform, &mut text);
    kconfig::options(&text)
}

fn put_in(root: &Path, from: &str, platform: &str, to: &mut String) {
    for line in from.lines() {
        match line.strip_prefix("source ") {
            Some(".platform.in") => to.push_str(platform),
            Some(path) => {
                let dir = root.join(path.trim()).parent().expect("a directory").to_owned();
                let text = match dir.join("Config.src").exists() {
                    true => description(&dir, "Config", "//config:"),
                    false => read(&root.join(path.trim())),
                };
                put_in(root, &text, platform, to);
            }
            None => to.extend([line, "\n"]),
        }
    }
}

/// What options are called, members of choices too.
fn names(options: &[Value]) -> BTreeSet<String> {
    let members = options.iter().filter_map(|option| option["members"].as_array()).flatten();
    let names = options.iter().chain(members).filter_map(|option| option["name"].as_str());
    names.map(str::to_owned).collect()
}

/// The archives, in the order in which the Makefile names their directories.
fn libraries(makefile: &str) -> Vec<String> {
    let list = makefile.split("libs-y\t\t:= \\\n").nth(1).expect("the list of directories");
    let dirs = list.lines().take_while(|line| !line.trim().is_empty());
    dirs.map(|line| line.trim_matches(['\t', ' ', '\\', '/']).to_owned()).collect()
}

/// `CFLAGS += $(call cc-option,-Wall,)`: a probe, and the flags where it says yes.
fn flags(text: &str, probes: &mut Vec<Value>, cflags: &mut Vec<Value>) {
    let mut around = Vec::new();
    for line in text.lines() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "ifneq" | "ifeq" | "ifdef" => around.push(condition(word, rest)),
            "else" => {
                let last = around.pop().expect("a condition before its else");
                around.push(format!("!({last})"));
            }
            "endif" => drop(around.pop()),
            _ => {}
        }
        let Some(call) = line.strip_prefix("CFLAGS += $(call cc-option,") else { continue };
        let words: Vec<&str> = call.split([',', ')']).next().unwrap_or_default().split(' ').collect();
        if words[0] == "-Os" {
            continue;
        }
        let when = around.iter().fold(String::new(), |when, one| format!("{when} && ({one})"));
        let name = format!("CC_TAKES_{}", probes.len());
        probes.push(json!({ "kind": "cc_option", "of": words[0], "flags": words[1..], "name": name }));
        cflags.push(
            json!({ "when": format!("FLAVOUR != 'host-program' && {name}{when}"), "then": words }),
        );
    }
}

fn condition(word: &str, sides: &str) -> String {
    let operator = if word == "ifeq" { "=" } else { "!=" };
    match sides.trim_matches(['(', ')']).split_once(',') {
        Some(("$(CC)", compiler)) => format!("CC_KIND {operator} '{compiler}'"),
        Some((option, "y")) if option.starts_with("$(CONFIG_") => {
            format!("{} {operator} 'y'", option.trim_start_matches("$(CONFIG_").trim_end_matches(')'))
        }
        _ => "n".to_owned(),
    }
}

/// Host programs, and rules that run them and scripts.
fn made() -> Vec<Value> {
    let all = |header: &str, program: &str| {
        let run = json!(["awk", program, { "input": "*/*.c" }, { "input": "*/*/*.c" }, { "input": format!("include/{header}.src.h") }]);
        json!({ "kind": "rule", "name": format!("{header}.h"), "run": run, "stdout": format!("include/{header}.h") })
    };
    let host = |name: &str, headers: &[&str]| {
        let (source, cflags) = (format!("applets/{name}.c"), ["-Wall", "-O2", "-fomit-frame-pointer"]);
        json!({ "kind": "host-program", "name": name, "sources": [source], "cflags": cflags, "generated_headers": headers })
    };
    let script = |name: &str, dir: &str, script: &str, headers: &[&str]| {
        let mut run = vec![
            json!("sh"),
            json!("-ec"),
            json!(WITH_CONFIG),
            json!("sh"),
            json!({ "header": ".config" }),
            json!({ "input": script }),
        ];
        run.extend(headers.iter().filter(|header| header.ends_with(".h")).map(|header| json!(header)));
        json!({ "kind": "rule", "name": name, "run": run, "cwd": { "out_dir": dir }, "outputs": headers.iter().map(|header| format!("{dir}/{header}")).collect::<Vec<_>>() })
    };
    vec![
        all("applets", APPLETS),
        all("usage", USAGE),
        host("usage", &["applets.h", "usage.h"]),
        host("applet_tables", &["applets.h"]),
        json!({ "kind": "rule", "name": "usage_compressed", "run": ["sh", "-c", BESIDE, "sh",
            { "input": "applets/usage_compressed" }, { "output": "include/usage_compressed.h" }, { "target": "usage" }] }),
        json!({ "kind": "rule", "name": "tables", "run": [{ "target": "applet_tables" },
            { "output": "include/applet_tables.h" }, { "output": "include/NUM_APPLETS.h" }] }),
        script(
            "bufsiz",
            "made/bufsiz",
            "scripts/generate_BUFSIZ.sh",
            &["common_bufsiz.h", "common_bufsiz.h.method"],
        ),
        script(
            "bbconfigopts",
            "made/config",
            "scripts/mkconfigs",
            &["bbconfigopts.h", "bbconfigopts_bz2.h"],
        ),
        json!({ "kind": "rule", "name": "scripts", "env": ["HOSTCC=cc"], "cwd": { "out_dir": "made/scripts" },
            "run": ["sh", "-ec", WITH_HEADERS, "sh", { "input": "scripts/embedded_scripts" }, "embedded_scripts.h",
                { "header": ".config" }, { "header": "autoconf.h" }, { "input": "{rule:applets.h}" }],
            "reads": ["applets_sh/*", "applets/busybox.mkscripts"], "outputs": ["made/scripts/embedded_scripts.h"] }),
        json!({ "kind": "rule", "name": "links", "env": ["HOSTCC=cc"], "stdout": "busybox.links",
            "run": ["sh", { "input": "applets/busybox.mkll" }, { "header": "autoconf.h" }, { "input": "{rule:applets.h}" }] }),
    ]
}
