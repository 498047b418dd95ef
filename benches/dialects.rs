//! One tree in the words of each build tool: ninja, GNU make, modpin. The commands are the same; only what
//! modpin does in its own process (archives, symbols, pins) is a command for the others. Knows nothing of
//! what the sources hold.

use std::fmt::Write as _;

use serde_json::json;

use crate::tree::Tree;

/// The tools that descriptions name.
pub struct Words {
    /// The compiler, which also links.
    pub cc: String,
    /// The archiver.
    pub ar: String,
}

/// Everything that ninja reads.
pub fn ninja(tree: &Tree, words: &Words) -> String {
    let Words { cc, ar } = words;
    let list = if tree.real { "" } else { "-deplist=$dir/deps.txt " };
    let mut text = format!(
        "rule cc\n  command = {cc} -O0 -Iinclude -I$dir {list}-MMD -MF $out.d $pic -c -o $out $in\n  \
         deps = gcc\n  depfile = $out.d\n\
         rule ar\n  command = rm -f $out && {ar} rcs $out $in\n\
         rule relocatable\n  command = {cc} -nostdlib -r -o $out $in\n\
         rule module\n  command = {cc} -shared -o $out $in\n\
         rule pins\n  command = {}\n  restat = 1\n\
         rule link\n  command = {cc} -rdynamic -o $out $in @$pins $libs -ldl\n",
        pins_of_ninja(tree, cc)
    );
    if !tree.real {
        text = text.replace("rm -f $out && ", "");
    }
    let object = |part: &str| format!("ninja/{part}.o");
    let objects = |parts: &[String]| parts.iter().map(|part| object(part)).collect::<Vec<_>>().join(" ");
    let compile = |text: &mut String, part: &str, pic: &str| {
        let dir = part.split('/').next().unwrap_or_default();
        let _ = writeln!(text, "build {}: cc {part}.c\n  dir = {dir}\n{pic}", object(part));
    };
    for archive in 0..tree.archives.0 {
        let parts = tree.archive_parts(archive);
        parts.iter().for_each(|part| compile(&mut text, part, ""));
        let _ = writeln!(text, "build ninja/part{archive}.a: ar {}", objects(&parts));
    }
    for module in 0..tree.modules.0 {
        let parts = tree.module_parts(module);
        parts.iter().for_each(|part| compile(&mut text, part, "  pic = -fPIC\n"));
        let _ = writeln!(text, "build ninja/plug{module}.mo: relocatable {}", objects(&parts));
        let _ = writeln!(text, "build ninja/plug{module}.so: module ninja/plug{module}.mo");
    }
    let (archives, relocatable) = (archives(tree, "ninja"), modules(tree, "ninja", "mo"));
    let _ = writeln!(
        text,
        "build ninja/pins: pins | {relocatable} {archives}\n  mos = {relocatable}\n  ars = {archives}"
    );
    compile(&mut text, "host/main", "");
    let _ = writeln!(
        text,
        "build ninja/host/host: link ninja/host/main.o | ninja/pins {archives}\n  pins = ninja/pins\n  \
         libs = {archives}\nbuild all: phony ninja/host/host {}\ndefault all",
        modules(tree, "ninja", "so")
    );
    text
}

/// With real tools: what is undefined in modules and defined in archives becomes `-u`.
fn pins_of_ninja(tree: &Tree, cc: &str) -> String {
    if !tree.real {
        return format!("{cc} -o $out");
    }
    "nm -P -g $mos | awk '$$2 == \"U\" {print $$1}' | sort -u > $out.wanted; \
     nm -P -g $ars | awk '$$2 != \"U\" && NF > 1 {print $$1}' | sort -u > $out.given; \
     comm -12 $out.wanted $out.given | sed 's/^/-Wl,-u,/' > $out.new; \
     cmp -s $out.new $out || cp $out.new $out"
        .replace("sort", "LC_ALL=C sort")
        .replace("comm", "LC_ALL=C comm")
}

/// Everything that make reads, without pins: it is measured with the stand-in only.
pub fn make(tree: &Tree, words: &Words) -> String {
    let cc = &words.cc;
    let mut text =
        "MAKEFLAGS += -rR\n.PHONY: all\nall:\n.SUFFIXES:\nCFLAGS := -O0 -Iinclude\n".to_owned();
    let mut dirs = vec!["make/host".to_owned()];
    let mut all = vec!["make/host/main.o".to_owned()];
    let objects =
        |parts: &[String]| parts.iter().map(|part| format!("make/{part}.o")).collect::<Vec<_>>();
    for archive in 0..tree.archives.0 {
        let own = objects(&tree.archive_parts(archive));
        let _ = writeln!(text, "make/part{archive}.a: {}", own.join(" "));
        dirs.push(format!("make/part{archive}"));
        all.extend(own);
    }
    for module in 0..tree.modules.0 {
        let own = objects(&tree.module_parts(module)).join(" ");
        let _ = writeln!(text, "{own}: CFLAGS += -fPIC\nmake/plug{module}.mo: {own}");
        dirs.push(format!("make/plug{module}"));
        all.extend(objects(&tree.module_parts(module)));
    }
    let depfiles: Vec<String> = all.iter().map(|object| format!("{object}.d")).collect();
    let _ = write!(
        text,
        "$(shell mkdir -p {})\n\
         make/%.o: %.c\n\t@{cc} $(CFLAGS) -I$(<D) -deplist=$(<D)/deps.txt -MMD -MF $@.d -c -o $@ $<\n\
         make/%.a:\n\t@{} rcs $@ $^\n\
         make/%.mo:\n\t@{cc} -nostdlib -r -o $@ $^\n\
         make/%.so: make/%.mo\n\t@{cc} -shared -o $@ $^\n\
         make/host/host: make/host/main.o {} {}\n\
         \t@{cc} -rdynamic -o $@ $(filter %.o,$^) $(filter %.a,$^) -ldl\n\
         all: make/host/host {}\n\
         %.h:\n%.c:\n%.d:\n-include {}\n",
        dirs.join(" "),
        words.ar,
        modules(tree, "make", "mo"),
        archives(tree, "make"),
        modules(tree, "make", "so"),
        depfiles.join(" ")
    );
    text
}

/// The project file of modpin (docs/project-format.md). The only one that knows of several hosts.
pub fn modpin(tree: &Tree) -> String {
    let flags = |dir: &str| if tree.real { vec![] } else { vec![format!("-deplist={dir}/deps.txt")] };
    let part = |kind: &str, name: &str| {
        json!({
            "kind": kind,
            "name": name,
            "sources": [format!("{name}/*.c")],
            "includes": [name],
            "cflags": flags(name),
        })
    };
    let mut targets: Vec<_> =
        (0..tree.archives.0).map(|archive| part("library", &format!("part{archive}"))).collect();
    targets.extend((0..tree.modules.0).map(|module| part("module", &format!("plug{module}"))));
    targets.extend((0..tree.hosts).map(|host| {
        json!({
            "kind": "executable",
            "name": if host == 0 { "tool".to_owned() } else { format!("tool{host}") },
            "sources": ["host/main.c"],
            "cflags": flags("host"),
            "link": tree.link_order().map(|archive| format!("part{archive}")).collect::<Vec<_>>(),
            "system_libraries": ["dl"],
            "loads": ["*"],
        })
    }));
    let project = json!({ "format": 1, "name": "tree", "includes": ["include"], "targets": targets });
    format!("{project:#}\n")
}

fn archives(tree: &Tree, dir: &str) -> String {
    tree.link_order().map(|archive| format!("{dir}/part{archive}.a")).collect::<Vec<_>>().join(" ")
}

fn modules(tree: &Tree, dir: &str, suffix: &str) -> String {
    let all = (0..tree.modules.0).map(|module| format!("{dir}/plug{module}.{suffix}"));
    all.collect::<Vec<_>>().join(" ")
}
