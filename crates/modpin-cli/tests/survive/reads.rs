//! What the commands of the demo read (row R16): nothing that is not declared or found out. The kernel tells, by way
//! of strace; the engine's own memory says what is known.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use modpin_engine::{Hash, RealDisk, Store, partial_dir};
use modpin_test::skip::{is_missing, skip_for_good};
use modpin_test::world::command_in;
use modpin_test::{Said, World};

use super::with;
use crate::program::{PROGRAM, Program};
use crate::tree;

const BUILD: &str = "target/modpin/debug/";
const PARTIAL: &str = "target/modpin/debug/.modpin/partial/";

/// The demo of this repository, in a directory of its own.
fn demo() -> World {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let mut cargo = command_in(root, env!("CARGO"));
    let said = Said::of(cargo.args(["run", "-q", "-p", "xtask", "--", "project"]));
    let world = with(&said.out, &[]);
    for dir in ["c-src", "crates/modpin-load/c"] {
        std::fs::create_dir_all(world.path(dir)).unwrap();
        tree::write(&tree::read(&root.join(dir)), &world.path(dir));
    }
    world
}

/// A project whose commands read what neither a declaration nor a compiler's depfile names.
fn odd_reader() -> World {
    let project = r#"{ "format": 1, "name": "odd", "targets": [
        { "kind": "library", "name": "u", "sources": ["src/*.c", "src/*.S", "src/*.s"], "includes": ["g"],
          "cflags": ["@o.rsp", "-specs=my.specs", "-Wa,@a.rsp"] },
        { "kind": "executable", "name": "tool", "sources": ["main.c"], "link": ["u"], "system_libraries": ["ext"],
          "ldflags": ["-Lla", "-Llb", "@l.rsp", "-Wl,--retain-symbols-file=keep"] } ] }"#;
    let files = [
        ("src/plain.s", ".include \"k.inc\"\n.data\n.globl k\nk: .long K\n"),
        ("src/pre.S", ".data\n.globl b\nb: .incbin \"blob.bin\"\n"),
        (
            "src/inline.c",
            "#include \"../f/x.h\"\n__asm__(\".data\\n.globl i\\ni: .incbin \\\"blob.bin\\\"\\n\");\n",
        ),
        (
            "main.c",
            "int ext(void); extern int i, k, b; int main(void) { return ext() + !&i + !&k + !&b; }\n",
        ),
        ("k.inc", ".include \"deep.inc\"\n"),
        ("deep.inc", ".set K, 1\n"),
        ("blob.bin", "blob"),
        ("f/x.h", "#define X 1\n"),
        ("g/none", ""),
        ("la/none", ""),
        ("o.rsp", "@p.rsp"),
        ("p.rsp", "-DP=1"),
        ("my.specs", "%include <deep.specs>\n"),
        ("deep.specs", "*cpp:\n+ -DZ=1\n"),
        ("a.rsp", "--defsym as=1"),
        ("l.rsp", "-Wl,--version-script,v.map"),
        ("v.map", "{ global: main; local: *; };"),
        ("keep", "main\n"),
        ("lb/ext.c", "int ext(void) { return 0; }\n"),
    ];
    let world = with(project, &files);
    for (program, args) in [
        ("gcc", ["-c", "-o", "lb/ext.o", "lb/ext.c"].as_slice()),
        ("ar", &["rc", "lb/libext.a", "lb/ext.o"]),
    ] {
        assert!(Said::of(world.command(program).args(args)).success());
    }
    world
}

/// What one command opened to read, and the first of its outputs.
#[derive(Default)]
struct Reads {
    output: Option<String>,
    files: BTreeSet<String>,
}

/// A call as strace tells it.
struct Call<'a> {
    pid: &'a str,
    /// Its name and its arguments.
    text: String,
    result: String,
}

fn calls(log: &str) -> Vec<Call<'_>> {
    // A call may be told in two lines, with others between.
    let mut unfinished: HashMap<&str, &str> = HashMap::new();
    let mut calls = Vec::new();
    for line in log.lines() {
        let Some((pid, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        if let Some(start) = call.strip_suffix(" <unfinished ...>") {
            unfinished.insert(pid, start);
            continue;
        }
        let whole = match call.split_once(" resumed>") {
            Some((_, end)) => format!("{}{end}", unfinished.remove(pid).unwrap_or_default()),
            None => call.to_owned(),
        };
        let Some((call, result)) = whole.rsplit_once(" = ") else { continue };
        let result = result.split_whitespace().next().unwrap_or_default().to_owned();
        calls.push(Call { pid, text: call.to_owned(), result });
    }
    calls
}

impl Call<'_> {
    fn name(&self) -> &str {
        self.text.split('(').next().unwrap_or_default()
    }
}

/// Who started whom. A child may be seen at work before the call that started it is told to be done.
struct Family<'a> {
    /// The build itself.
    tool: &'a str,
    /// Who started a process or thread, and whether it is a thread.
    parents: HashMap<&'a str, (&'a str, bool)>,
}

impl<'a> Family<'a> {
    fn of(calls: &'a [Call<'_>]) -> Family<'a> {
        let starts = calls.iter().filter(|call| {
            ["clone", "clone3", "fork", "vfork"].contains(&call.name())
                && call.result.parse::<u32>().is_ok()
        });
        let parents = starts.map(|call| (&*call.result, (call.pid, call.text.contains("CLONE_THREAD"))));
        Family { tool: calls.first().map_or("", |call| call.pid), parents: parents.collect() }
    }

    fn is_build(&self, pid: &str) -> bool {
        pid == self.tool
            || self.parents.get(pid).is_some_and(|&(parent, thread)| thread && self.is_build(parent))
    }

    /// The process that the build started, for itself and for whatever that one started.
    fn command(&self, pid: &'a str) -> Option<&'a str> {
        let &(parent, _) = self.parents.get(pid).filter(|_| !self.is_build(pid))?;
        if self.is_build(parent) { Some(pid) } else { self.command(parent) }
    }
}

/// What each command of a build opened.
fn commands(log: &str, root: &Path) -> Vec<Reads> {
    let calls = calls(log);
    let family = Family::of(&calls);
    let mut all: BTreeMap<&str, Reads> = BTreeMap::new();
    for call in &calls {
        let Some(command) = family.command(call.pid) else { continue };
        let reads = all.entry(command).or_default();
        let words: Vec<&str> = call.text.split('"').collect();
        match call.name() {
            "execve" if call.result == "0" => {
                let written = words.iter().filter_map(|word| word.strip_prefix(PARTIAL));
                let mut written = written.map(|output| output.trim_start_matches('/'));
                let output = written.find(|output| !output.ends_with(".d"));
                if reads.output.is_none() {
                    reads.output = output.map(str::to_owned);
                }
            }
            "open" | "openat" if !call.result.starts_with('-') && call.text.contains("O_RDONLY") => {
                let Some(path) = words.get(1) else { continue };
                if !call.text.contains("O_DIRECTORY") {
                    reads.files.insert(plain(path, root));
                }
            }
            _ => {}
        }
    }
    all.into_values().collect()
}

/// From the root of the project where it lies below, else absolute, without `..`.
fn plain(path: &str, root: &Path) -> String {
    let real = std::fs::canonicalize(root.join(path)).unwrap_or_else(|_| root.join(path));
    let root = root.canonicalize().unwrap();
    real.strip_prefix(root).unwrap_or(&real).to_string_lossy().into_owned()
}

/// The tools' own: programs, their libraries and settings, what they hand to each other.
fn is_own(path: &str) -> bool {
    let starts =
        ["/etc/", "/proc/", "/sys/", "/dev/", "/tmp/cc", "/usr/share/locale/", "/usr/lib/locale/"];
    // The assembler's and linker's own, which come with them.
    let plugins = ["/liblto_plugin.so", "-system.so"].iter().any(|end| path.ends_with(end));
    let shared = path.contains(".so.") || plugins;
    let specs = path.ends_with("/lto-wrapper") || path.ends_with(".spec") || path.contains("/gconv/");
    starts.iter().any(|start| path.starts_with(start)) || shared || specs
}

/// Where an output lies until it is whole, as strace tells it.
fn begun(output: &str) -> String {
    let (_, name) = output.rsplit_once('/').unwrap();
    let path = format!("{}/{name}", partial_dir(&format!("{BUILD}.modpin"), output));
    path.strip_prefix(PARTIAL).unwrap().trim_start_matches('/').to_owned()
}

#[test]
fn commands_read_nothing_that_is_not_known() {
    check(demo, 15);
}

#[test]
fn files_that_no_compiler_tells_of_are_known() {
    check(odd_reader, 4);
}

/// More than so many commands are seen.
fn check(world: fn() -> World, least: usize) {
    let what = "what commands read";
    if is_missing("strace", what) {
        return;
    }
    let world = world();
    let trace = |args: &[&str]| {
        let mut command = world.command("strace");
        command.args(["-f", "-qq", "-s", "4096", "-o", "trace", "-e"]);
        Said::of(command.arg("trace=execve,open,openat,clone,clone3,fork,vfork").args(args))
    };
    if !trace(&["true"]).success() {
        return skip_for_good(what, "nobody may trace here");
    }
    // Tools are asked for what they are only once.
    world.modpin("list").has(0, "");
    trace(&[PROGRAM, "--project", "demo.json", "build", "-j", "2"]).has(0, "");
    let log = world.read("trace");

    let state = format!("{BUILD}.modpin/state");
    let (store, warning) = Store::read(&RealDisk::new(world.root()), &state).unwrap();
    assert_eq!(warning, None);
    let mut known: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (id, record) in store.actions() {
        let read =
            record.inputs.iter().chain(&record.discovered).filter(|(_, hash)| *hash != Hash::MISSING);
        let all = read.chain(&record.outputs).map(|&(id, _)| plain(store.path(id), world.root()));
        known.insert(begun(store.path(id)), all.collect());
    }
    let (mut judged, mut unknown) = (0, Vec::new());
    for reads in commands(&log, world.root()) {
        let Some(output) = &reads.output else { continue };
        let known = known.get(output).unwrap_or_else(|| panic!("{output} is in no record"));
        judged += 1;
        for path in &reads.files {
            if !known.contains(path) && !is_own(path) && !path.starts_with(PARTIAL) {
                unknown.push(format!("{output}: {path}"));
            }
        }
        assert!(!reads.files.is_empty(), "{output}: nothing was seen");
    }
    assert!(judged > least, "only {judged} commands were seen");
    assert!(unknown.is_empty(), "not declared and not found out:\n{}", unknown.join("\n"));
}
