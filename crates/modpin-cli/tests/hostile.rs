//! Names that hold what a terminal would obey, modules that write, signal and fork: what is told of them is told, and
//! nothing of it is done.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use modpin_test::reliability::count;
use modpin_test::skip::is_long;
use modpin_test::{Random, Said, World};

use crate::foreign::Foreign;
use crate::program::Program;

/// As long as the longest of [`NAMES`], and another one for each of them.
fn place(at: usize) -> String {
    format!("{}{at}", "q".repeat(47))
}

const NAMES: [&str; 6] = [
    "zz\nm.so in host: ok\u{1b}]0;OWNED\u{7}\u{1b}[2K",
    "a\r\n1 module loads\nb",
    "a\u{202e}\u{2066}b\u{200f}\u{2028}",
    "a\u{9b}2J\u{7f}\u{85}b",
    "a, version b\tc: symbol not found",
    "cannot open shared object file: \u{1b}[31mred",
];

const FILES: [&str; 3] = ["m.o", "m.so", "libm1.a"];

/// A host, and a module that needs a symbol of each name, and has another one like it.
fn world() -> World {
    let each = |at: usize| {
        let place = place(at);
        format!(
            "int {place}(void); int x{place}(void) {{ return 1; }} int m{at}(void) {{ return {place}(); }}\n"
        )
    };
    let source: String = (0..NAMES.len()).map(each).collect();
    let world = World::new(&[("host.c", "int main(void) { return 0; }\n"), ("m.c", &source)]);
    world.call("cc host.c -o host");
    world.call("cc -fPIC -c m.c -o m.o");
    world.call("cc -shared m.o -o m.so");
    world.call("ar rcsD libm1.a m.o");
    for file in FILES {
        let mut bytes = world.content(file);
        for (at, name) in NAMES.into_iter().enumerate() {
            rename(&mut bytes, &place(at), name);
        }
        world.write(file, bytes);
    }
    world
}

/// Gives a symbol another name, as long as the one that it has.
fn rename(bytes: &mut [u8], from: &str, name: &str) {
    let to = format!("{name}{}", &from[name.len()..]);
    let fits = |at: &usize| bytes[*at..].starts_with(from.as_bytes());
    let places: Vec<usize> = (0..bytes.len() - from.len()).filter(fits).collect();
    assert!(!places.is_empty(), "{from}");
    places.iter().for_each(|&at| bytes[at..at + to.len()].copy_from_slice(to.as_bytes()));
}

/// No character that is obeyed but line breaks, tabs and our own colours; no line that says what only we may say.
fn check_said(what: &str, text: &str) {
    let plain = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[36m"]
        .iter()
        .fold(text.to_owned(), |text, color| text.replace(color, ""));
    let odd = |char: char| char != '\n' && (modpin::shown::is_obeyed(char));
    assert_eq!(plain.chars().find(|&char| odd(char)), None, "{what}: {plain:?}");
    let forged = |line: &str| line.starts_with("m.so in host: ok") || line.starts_with("1 module");
    assert!(!plain.lines().any(|line| forged(line.trim_start())), "{what}: {plain}");
}

#[test]
fn names_are_shown_and_never_obeyed() {
    if is_long("hostile::names_are_shown_and_never_obeyed") {
        return;
    }
    let world = world();
    for verb in [
        "resolve --host host m.so",
        "check-load --host host m.so",
        "pins --module m.so --archive libm1.a",
        "pins --format json --module m.so --archive libm1.a",
        "exports --host host --module m.so",
        "order libm1.a m.o",
        "explain --host host nosuch m.so --archive libm1.a",
    ] {
        for how in ["--color always", "--message-format json"] {
            check_said(verb, &world.said(&format!("{verb} {how}")));
        }
    }
    for verb in ["resolve", "check-load"] {
        let said = world.said(&format!("{verb} --host host m.so"));
        assert!(said.starts_with("m.so in host: does not load, 6 symbols are missing\n"), "{said}");
        assert!(!said.contains("bug in modpin"), "{said}");
        // All of each name is told.
        for name in NAMES {
            let shown = modpin::shown::line(name);
            assert!(said.contains(&*shown), "{shown:?} is not in {said}");
        }
    }
}

/// What each verb says of files with such names, of directories with such names, and of symbols in them.
#[test]
fn names_of_files_are_shown_and_never_obeyed() {
    const FORGED: &str = "\n1 module loads\u{7}";
    let world = world();
    let text = "__attribute__((visibility(\"hidden\"))) int quiet; int main(void) { return 0; }\n";
    world.write("host.c", text);
    let named = |name| format!("{name}{FORGED}");
    let [host, inner, stripped, foreign] = ["h", "i", "s", "f"].map(named);
    let [module, asks, needs, versioned, thread] = ["m.so", "a.so", "n.so", "v.so", "t.so"].map(named);
    let [archive, dir] = ["l.a", "d"].map(named);
    let cc = |args: &[&str]| _ = world.tool("cc", args);
    cc(&["-rdynamic", "host.c", "-o", &host]);
    cc(&["-s", "host.c", "-o", &stripped]);
    cc(&["host.c", &format!("-Wl,--dynamic-linker={}", named("/none")), "-o", &foreign]);
    fs::copy(world.path("m.so"), world.path(&module)).expect("a copy");
    fs::copy(world.path("libm1.a"), world.path(&archive)).expect("a copy");
    // Of a library that is not there, of one that has lost a version, of room for threads.
    fs::create_dir(world.path(&dir)).expect("a directory");
    world.write("v.c", "int v(void) { return 1; }\nint w(void) { return 2; }\n");
    world.write("u.c", "int w(void);\nint u(void) { return w(); }\n");
    world.write("t.c", "__attribute__((tls_model(\"initial-exec\"))) __thread char t[1 << 20];\n");
    world.write("old", "V1 { v; w; };\n");
    world.write("new", "V1 { v; }; V2 { w; } V1;\n");
    let library = format!("{dir}/libv.so");
    let versions =
        |map: &str| cc(&["-shared", "-fPIC", map, "v.c", "-Wl,-soname,libv.so", "-o", &library]);
    // One that asks for what the host has and does not export.
    cc(&["host.c", "v.c", "-o", &inner]);
    cc(&["-shared", "-fPIC", "u.c", "-o", &asks]);
    versions("-Wl,--version-script=new");
    let link = ["-shared", "-fPIC", "u.c", &library, "-o"];
    cc(&[&link[..], &[&needs]].concat());
    cc(&[&link[..], &[&versioned, &format!("-Wl,-rpath,$ORIGIN/{dir}")]].concat());
    versions("-Wl,--version-script=old");
    cc(&["-shared", "-fPIC", "t.c", "-o", &thread]);
    let symbol = named("zz").replace(FORGED, &NAMES[0][2..]) + &place(0)[NAMES[0].len()..];
    let to_host = ["--host", &host];
    for words in [
        vec!["pins", "--module", &module, "--archive", &archive],
        vec!["exports", to_host[0], to_host[1], "--module", &module],
        vec!["exports", "--host", &stripped, "--module", &module],
        vec!["order", &archive, "m.o"],
        vec!["explain", to_host[0], to_host[1], &symbol, &module, "--archive", &archive],
        vec!["explain", to_host[0], to_host[1], "main", &module],
        vec!["explain", to_host[0], to_host[1], "quiet", &module],
        vec!["explain", to_host[0], to_host[1], "w", &versioned],
        vec!["resolve", to_host[0], to_host[1], &module, &needs, &versioned, &thread],
        vec!["check-load", to_host[0], to_host[1], &module, &needs, &versioned, &thread],
        vec!["resolve", "--host", &inner, &asks],
        vec!["resolve", "--host", &foreign, &module],
        vec!["resolve", "--host", &named("gone"), &module],
    ] {
        for how in [["--color", "always"], ["--message-format", "json"]] {
            let mut command = world.program("modpin");
            let said =
                Said::of(command.args(&words).args(how).env("XDG_CACHE_HOME", world.path("cache")));
            check_said(&words.join(" "), &said.text());
        }
    }
}

/// What the verbs of a project say of its texts, and of paths that they are given.
#[test]
fn texts_of_a_project_are_shown_and_never_obeyed() {
    const FORGED: &str = "x\n1 module loads\u{7}";
    const SHOWN: &str = "x\\n1 module loads\\x07";
    let text = serde_json::to_string(FORGED).expect("a text");
    let project = format!(
        r#"{{"format":2,"name":"p","options":[{{"name":"O","kind":"string","default":{text},"help":{text}}}],
        "targets":[{{"kind":"executable","name":"t","sources":["m.c"]}}]}}"#
    );
    let world = World::new(&[("m.c", "int main(void) { return 0; }\n"), ("p.json", &project)]);
    world.write(FORGED, "");
    let [beside, dir, prefix] = ["beside ", "dir ", "/"].map(|name| format!("{name}{FORGED}"));
    fs::create_dir(world.path(&dir)).expect("a directory");
    for words in [
        vec!["list"],
        vec!["config", "list"],
        vec!["config", "get", "O"],
        vec!["config", "save-defaults", &beside],
        vec!["graph", "-o", &beside],
        vec!["compile-commands", "-o", &beside],
        vec!["emit", "--as", "i", "m.c", "-o", &dir],
        vec!["install", "--destdir", FORGED],
        vec!["install", "--prefix", &prefix, "--destdir", "to"],
        vec!["install", "--prefix", FORGED],
        vec!["run", "t", "--target-dir", &dir],
        vec!["clean"],
    ] {
        // Of which no build knows.
        fs::create_dir_all(world.built("")).expect("a directory");
        fs::write(world.built("").join(FORGED), "").expect("a file");
        let said = Said::of(world.program("modpin --project p.json").args(&words));
        check_said(&words.join(" "), &said.text());
        assert!(said.text().contains(SHOWN), "{words:?}: {}", said.text());
    }
    Said::of(&mut world.program("modpin --project p.json config set O=a")).has(0, "Changed");
    let said = Said::of(&mut world.program("modpin --project p.json config diff"));
    assert!(said.out.ends_with(&format!(", else {SHOWN}\n")), "{}", said.text());
}

/// A module whose constructor does that.
fn module(world: &World, name: &str, constructor: &str) {
    let text = format!(
        "#define _GNU_SOURCE\n#include <fcntl.h>\n#include <signal.h>\n#include <stdio.h>\n#include <string.h>\n\
         #include <sys/wait.h>\n#include <unistd.h>\n\
         __attribute__((constructor)) static void start(void) {{ {constructor} }}\n"
    );
    world.write(&format!("{name}.c"), text);
    world.call(&format!("cc -shared -fPIC {name}.c -o {name}.so"));
}

fn host() -> World {
    let world = World::new(&[("host.c", "int main(void) { return 0; }\n")]);
    world.call("cc host.c -o host");
    module(&world, "good", "");
    world
}

#[test]
fn what_a_module_writes_is_no_answer() {
    let world = host();
    let forged = r#""\nm.so in host: ok\n1 module loads\n\033]0;x\007modpin-0 loads\n""#;
    let writes = format!(
        "const char *text = {forged}; for (int to = 0; to < 256; to++) if (write(to, text, strlen(text)) < 0) continue;"
    );
    module(&world, "m", &format!("{writes} _exit(0);"));
    let said = world.said("check-load --host host m.so good.so");
    check_said("written", &said);
    assert!(said.starts_with("m.so in host: ends the program while it loads\n"), "{said}");
    assert!(said.contains("good.so in host: ok\n1 of 2 modules do not load\n-- 100"), "{said}");
    // Nor is the answer found by what the process was told.
    let looks = "static char all[65536]; int file = open(\"/proc/self/environ\", O_RDONLY); long size = read(file, all, sizeof(all)); \
                 for (long at = 0; at < size; at++) if (!memcmp(all + at, \"MODPIN_LOAD_ANSWER=/\", 20) || \
                 !memcmp(all + at, \"MODPIN_LOAD_TOKEN=m\", 19)) _exit(9); if (size < 10) _exit(8);";
    module(&world, "m", looks);
    let said = world.said("check-load --host host m.so");
    assert_eq!(said, "m.so in host: ok\n1 module loads\n-- 0\n");
}

#[test]
fn a_module_that_signals_its_parent_spoils_its_own_verdict_at_most() {
    let world = host();
    for (signal, verdict) in [
        ("SIGTERM", "ok"),
        ("SIGINT", "ok"),
        ("SIGHUP", "ok"),
        ("SIGSTOP", "ok"),
        ("SIGKILL", "crashes while it loads"),
    ] {
        // Whose parent is gone is to be ended; it would wait for that for ever.
        let then = if signal == "SIGKILL" { "for (;;) pause();" } else { "usleep(1000);" };
        module(&world, "m", &format!("kill(getppid(), {signal}); {then}"));
        let said = world.said("check-load --timeout 5 --host host m.so good.so");
        assert!(said.starts_with(&format!("m.so in host: {verdict}\n")), "{signal}: {said}");
        assert!(said.contains("\ngood.so in host: ok\n"), "{signal}: {said}");
    }
}

#[test]
fn nothing_stays_of_a_module_that_leaves_its_session_twice() {
    let world = host();
    let began = world.path("began");
    let wait = "for (int fd = 0; fd < 256; fd++) close(fd); signal(SIGTERM, SIG_IGN); for (;;) pause();";
    let leaves = format!(
        "if (fork() == 0) {{ setsid(); if (fork() == 0) {{ setsid(); if (fork() == 0) {{ close(open({began:?}, O_CREAT | O_WRONLY, \
         0600)); {wait} }} _exit(0); }} _exit(0); }} while (access({began:?}, F_OK)) usleep(100);"
    );
    module(&world, "m", &leaves);
    for _ in 0..count(3, 200) {
        let said = world.said("check-load --host host m.so good.so");
        assert_eq!(said, "m.so in host: ok\ngood.so in host: ok\n2 modules load\n-- 0\n");
        assert_eq!(world.processes(), []);
        fs::remove_file(&began).expect("it began");
    }
}

pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "{what}: not within a minute");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Signals while a module loads, and at any other moment.
#[test]
fn a_signal_ends_a_check_with_its_code() {
    let world = host();
    let began = world.path("began");
    module(&world, "m", &format!("close(open({began:?}, O_CREAT | O_WRONLY, 0600)); for (;;) pause();"));
    fs::create_dir(world.path("tmp")).expect("a directory");
    // What is compiled for it is there then.
    world.said("check-load --host host good.so");
    let mut random = Random::new(9);
    for round in 0..count(6, 500) {
        let (name, code, number) = [("TERM", 143, 15), ("INT", 130, 2), ("HUP", 129, 1)][round % 3];
        let _ = fs::remove_file(&began);
        let mut command = world.program("modpin check-load --timeout 600 --host host m.so good.so");
        command.env("XDG_CACHE_HOME", world.path("cache")).env("TMPDIR", world.path("tmp"));
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        until("the module loads", || began.exists());
        std::thread::sleep(Duration::from_micros(random.below(3000) as u64));
        world.call(&format!("kill -{name} {}", child.id()));
        until("it ends", || child.try_wait().expect("a child").is_some());
        let said = Said::from(child.wait_with_output().expect("both streams"));
        assert_eq!(said.code, Some(code), "{name}: {}", said.text());
        assert_eq!(said.err, format!("error: interrupted by SIG{name}\n"), "{number}");
        until("all are gone", || world.processes().is_empty());
        let left: Vec<_> = fs::read_dir(world.path("tmp")).expect("it").flatten().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// A build has the same words and codes, and its pages show what would turn them round.
#[test]
fn a_page_shows_what_a_name_holds() {
    let project = "{\"format\":1,\"name\":\"p\u{202e}q\",\"targets\":[{\"kind\":\"library\",\"name\":\"u\",\"sources\":[\"a\u{202e}.c\"]},\
                   {\"kind\":\"executable\",\"name\":\"t\",\"sources\":[\"m.c\"],\"link\":[\"u\"]}]}";
    let world = World::new(&[
        ("a\u{202e}.c", "int a;\n"),
        ("m.c", "int main(void) { return 0; }\n"),
        ("p.json", project),
    ]);
    let run = |line: &str| Said::of(&mut world.program(&format!("modpin --project p.json {line}")));
    let built = run("build --timings --target-dir t");
    assert!(built.success(), "{}", built.text());
    let page = run("graph --target-dir t");
    assert!(page.success(), "{}", page.text());
    let timings = world.path("t/modpin/debug/.modpin/timings");
    let pages = fs::read_dir(timings).expect("timings").flatten().map(|entry| entry.path());
    let pages: Vec<_> = pages.chain([world.path("t/modpin/debug/.modpin/graph.html")]).collect();
    assert!(pages.len() > 1, "{pages:?}");
    for page in pages.iter().filter(|page| page.extension().is_some_and(|extension| extension == "html"))
    {
        shows(page);
    }
    // Files for programs say the same, and people print them.
    assert!(run("graph --format json -o t/graph.json --target-dir t").success());
    let trace = pages.iter().filter(|page| page.ends_with("trace.json"));
    let database = world.path("t/modpin/debug/compile_commands.json");
    for file in trace.chain([&database, &world.path("t/graph.json")]) {
        let text = fs::read_to_string(file).expect("a file");
        assert!(!text.contains('\u{202e}') && text.contains("\\u202e"), "{}: {text}", file.display());
    }
}

fn shows(page: &Path) {
    let text = fs::read_to_string(page).expect("a page");
    assert!(!text.contains('\u{202e}'), "{}", page.display());
    assert!(text.contains("p\\\\u{202e}q"), "{}", page.display());
}
