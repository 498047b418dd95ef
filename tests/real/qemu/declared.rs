//! QEMU's block tools as a project file: the sets of sources as archives, modules with the libraries that they need, four programs.
//! What `configure` would ask is asked by probes; what its descriptions only compute is said here.

use std::path::Path;

use serde_json::{Value, json};

use super::described::{Described, asked};
use super::generated;

/// What is built: tools for Linux with modules, no emulators.
const KNOWN: [(&str, &str); 22] = [
    ("have_block", "y"),
    ("have_tools", "y"),
    ("have_ga", "n"),
    ("have_system", "n"),
    ("have_user", "n"),
    ("have_linux_user", "n"),
    ("have_bsd_user", "n"),
    ("enable_modules", "y"),
    ("have_vhost_user", "y"),
    ("have_libvduse", "y"),
    ("have_vduse_blk_export", "y"),
    ("have_vhost_user_blk_server", "y"),
    ("have_host_block_device", "y"),
    ("have_virtfs", "n"),
    ("threads", "y"),
    ("util", "y"),
    ("libm", "y"),
    ("vhost_user", "y"),
    ("CONFIG_POSIX", "y"),
    ("CONFIG_LINUX", "y"),
    ("CONFIG_WIN32", "n"),
    ("CONFIG_VFIO_USER_SERVER", "n"),
];

/// Macros of `config-host.h` that stand for texts.
const TEXTS: [(&str, &str); 10] = [
    ("CONFIG_BINDIR", "/usr/local/bin"),
    ("CONFIG_PREFIX", "/usr/local"),
    ("CONFIG_QEMU_CONFDIR", "/usr/local/etc/qemu"),
    ("CONFIG_QEMU_LOCALSTATEDIR", "/var/local"),
    ("CONFIG_QEMU_DATADIR", "/usr/local/share/qemu"),
    ("CONFIG_QEMU_MODDIR", "/usr/local/lib/qemu"),
    ("CONFIG_SYSCONFDIR", "/usr/local/etc"),
    ("CONFIG_HOST_DSOSUF", ".so"),
    ("CONFIG_TLS_PRIORITY", "NORMAL"),
    ("CONFIG_TRACE_FILE", "trace"),
];

/// Macros that stand for themselves.
const CODE: [(&str, &str); 10] = [
    ("CONFIG_LINUX", "1"),
    ("CONFIG_POSIX", "1"),
    ("CONFIG_MODULES", "1"),
    ("CONFIG_STAMP", "_modpin"),
    ("CONFIG_COROUTINE_BACKEND", "ucontext"),
    ("CONFIG_COROUTINE_POOL", "1"),
    ("CONFIG_TRACE_LOG", "1"),
    ("CONFIG_BDRV_RO_WHITELIST", ""),
    ("CONFIG_BDRV_RW_WHITELIST", ""),
    ("HOST_X86_64", "1"),
];

const DEFINES: [&str; 4] =
    ["_GNU_SOURCE", "_FILE_OFFSET_BITS=64", "_LARGEFILE_SOURCE", "_FORTIFY_SOURCE=2"];
const CFLAGS: [&str; 14] = [
    "-O2",
    "-g",
    "-std=gnu11",
    "-pthread",
    "-fno-strict-aliasing",
    "-fno-common",
    "-fwrapv",
    "-fstack-protector-strong",
    "-isystem",
    "linux-headers",
    "-iquote",
    ".",
    "-iquote",
    "include",
];

/// The archives whose members are all linked: the set of each, and what it links.
const ARCHIVES: [(&str, &[&str]); 8] = [
    ("authz", &["qom"]),
    ("block", &["crypto", "io", "zlib"]),
    ("blockdev", &["block", "event-loop-base", "vduse"]),
    ("chardev", &[]),
    ("crypto", &["authz", "qom"]),
    ("io", &["crypto", "qom"]),
    ("qmp", &[]),
    ("qom", &[]),
];

/// The project file of a QEMU that is unpacked here.
pub fn project(root: &Path) -> Value {
    let described = Described::read(root, &KNOWN);
    let mut targets = generated::rules(root, &described);
    targets.extend(archives(&described));
    targets.extend(modules(&described));
    let loads: Vec<String> =
        described.modules.iter().map(|[name, ..]| format!("block/{name}")).collect();
    // Only one of them talks to it.
    let selinux = described.library("selinux");
    targets.extend(
        selinux
            .iter()
            .map(|(_, package)| json!({ "kind": "library", "name": "selinux", "package": package })),
    );
    let program = |name: &str, sources: &[&str], link: &[&str]| {
        let mut link: Vec<Value> = link.iter().map(|&name| json!(name)).collect();
        if let Some((when, _)) = selinux.as_ref().filter(|_| name == "qemu-nbd") {
            link.push(json!({ "when": when, "then": ["selinux"] }));
        }
        json!({
            "kind": "executable", "name": name, "sources": sources, "link": link, "loads": loads, "exports": ["all"],
            "cycles": "group", "system_libraries": ["m", "util"],
        })
    };
    targets.extend([
        program("qemu-img", &["qemu-img.c"], &["authz", "block", "crypto", "io", "qom", "qemuutil"]),
        program("qemu-io", &["qemu-io.c"], &["block", "qemuutil"]),
        program("qemu-nbd", &["qemu-nbd.c"], &["blockdev", "qemuutil"]),
        program(
            "qemu-storage-daemon",
            &["storage-daemon/qemu-storage-daemon.c", "{rule:qsd-qapi:storage-daemon/qapi/*.c}"],
            &["blockdev", "chardev", "qmp", "qom", "qemuutil"],
        ),
    ]);
    let options = described.options.iter();
    let options: Vec<Value> = options
        .map(|(name, default)| json!({ "name": name, "kind": "bool", "default": default }))
        .collect();
    let mut cflags = CFLAGS.map(Value::from).to_vec();
    cflags.push(json!({ "when": "TARGET_ARCH = 'x86_64'", "then": ["-mcx16"] }));
    json!({
        "format": 2, "name": "qemu", "options": options, "probes": probes(&described, &targets),
        "config_headers": [{ "header": "config-host.h", "values": header(root, &described) }],
        "includes": [".", "qapi"], "defines": DEFINES, "cppflags": ["-U_FORTIFY_SOURCE"], "cflags": cflags,
        "generated_headers": generated::headers(&described),
        "targets": targets,
    })
}

/// The sets as archives.
fn archives(described: &Described) -> Vec<Value> {
    let sources = |set: &str| described.sets.get(&format!("{set}_ss")).cloned().unwrap_or_default();
    let mut all =
        vec![package("glib", "glib-2.0"), package("gmodule", "gmodule-2.0"), package("zlib", "zlib")];
    for (name, link) in ARCHIVES {
        let mut own = sources(name);
        match name {
            "block" => own.push(json!("{rule:block-gen:block/block-gen.c}")),
            "qom" => own.push(json!("hw/nvram/fw_cfg-interface.c")),
            _ => {}
        }
        own.dedup();
        let link = [link, &["glib"]].concat();
        all.push(json!({ "kind": "library", "name": name, "sources": own, "whole": true, "link": link,
            "includes": if name == "blockdev" { vec!["subprojects/libvduse"] } else { vec![] } }));
    }
    let util = [sources("util"), sources("trace"), sources("stub"), generated::util_sources(described)];
    all.push(json!({ "kind": "library", "name": "event-loop-base", "sources": ["event-loop-base.c"], "whole": true, "link": ["qom", "glib"] }));
    all.push(json!({ "kind": "library", "name": "qemuutil", "sources": util.concat(), "includes": ["subprojects/libvhost-user"],
        "link": ["event-loop-base", "vhost-user", "glib", "gmodule"] }));
    for (name, dir, link) in
        [("vhost-user", "subprojects/libvhost-user", "glib"), ("vduse", "subprojects/libvduse", "glib")]
    {
        let without = ["-std=gnu11", "-iquote", ".", "-iquote", "include"];
        all.push(json!({ "kind": "library", "name": name, "sources": [format!("{dir}/lib*.c")], "link": [link],
            "without": without, "cflags": ["-std=gnu99", "-iquote", dir] }));
    }
    all
}

/// A package that is taken as it is there.
fn package(name: &str, of: &str) -> Value {
    json!({ "kind": "library", "name": name, "package": format!("PACKAGE_{}", of.replace(['-', '.'], "_")) })
}

/// A module for each library that drivers need, where that is there.
fn modules(described: &Described) -> Vec<Value> {
    let mut all = Vec::new();
    for [name, when, source] in &described.modules {
        let asked_here = |number: &usize| when.contains(&asked(*number));
        let (mut link, mut system) = (vec!["glib".to_owned()], Vec::new());
        for number in (0..described.probes.len()).filter(asked_here) {
            let probe = &described.probes[number];
            match probe["kind"].as_str() {
                Some("pkg_config") => {
                    let library = format!("lib-{name}");
                    all.push(json!({ "kind": "library", "name": library, "package": asked(number) }));
                    link.push(library);
                }
                Some("library") => system.extend(probe["of"].as_str()),
                _ => {}
            }
        }
        all.push(json!({ "kind": "module", "name": format!("block/{name}"), "when": when, "link": link,
            "sources": [source, "module-common.c"], "system_libraries": system }));
    }
    all
}

/// The questions that something rests on, and the packages that all need.
fn probes(described: &Described, targets: &[Value]) -> Vec<Value> {
    let used = format!("{}{:?}", json!(targets), described.header);
    let mut all: Vec<Value> = ["glib-2.0", "gmodule-2.0", "zlib"]
        .map(|of| {
            let name = format!("PACKAGE_{}", of.replace(['-', '.'], "_"));
            json!({ "kind": "pkg_config", "of": of, "name": name })
        })
        .to_vec();
    for (number, probe) in described.probes.iter().enumerate() {
        let name = asked(number);
        if used.contains(&name) {
            let mut probe = probe.clone();
            probe["name"] = json!(name);
            all.push(probe);
        }
    }
    all
}

/// `config-host.h`.
fn header(root: &Path, described: &Described) -> Vec<Value> {
    let version = std::fs::read_to_string(root.join("VERSION")).unwrap_or_default();
    let texts = TEXTS.map(|(name, text)| json!({ "name": name, "text": text }));
    let code = CODE.map(|(name, code)| json!({ "name": name, "code": code }));
    let is_said = |name: &String| {
        TEXTS.iter().chain(&CODE).any(|(known, _)| known == name) || name.starts_with("QEMU_VERSION")
    };
    let mut all: Vec<Value> = texts.into_iter().chain(code).collect();
    all.push(json!({ "name": "QEMU_VERSION", "text": version.trim() }));
    for (part, number) in ["MAJOR", "MINOR", "MICRO"].iter().zip(version.trim().split('.')) {
        all.push(json!({ "name": format!("QEMU_VERSION_{part}"), "code": number }));
    }
    let read = described.header.iter().filter(|(name, _)| !is_said(name));
    all.extend(read.map(|(_, value)| value.clone()));
    all
}
