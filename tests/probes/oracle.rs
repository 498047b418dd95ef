//! Probes beside programs that were compiled by hand, with gcc, with clang, for another machine, and under flags that make compilers
//! strict: the answer is what a program that uses the thing tells.

use std::process::Command;

use modpin::toolchain::{Request, Toolchain, Tuning};
use modpin::{Config, Probe, ProbeRequest, Probed, Project, ask_probes};
use modpin_test::skip::is_long;
use modpin_test::{World, reliability::count, skip};

/// Functions, each with a program that calls it as people do, and whether there is one on any system with glibc.
const FUNCTIONS: [(&str, &str); 18] = [
    (
        "memfd_create",
        "#define _GNU_SOURCE\n#include <sys/mman.h>\nint main(void) { return memfd_create(\"x\", 0) < 0; }",
    ),
    ("epoll_create1", "#include <sys/epoll.h>\nint main(void) { return epoll_create1(0) < 0; }"),
    ("strlcpy", "#include <string.h>\nint main(void) { char b[2]; return strlcpy(b, \"a\", 2) != 1; }"),
    ("memcpy", "#include <string.h>\nint main(void) { char b[2]; memcpy(b, \"a\", 2); return 0; }"),
    ("abs", "#include <stdlib.h>\nint main(int c, char **v) { return abs(c) < 0; }"),
    ("kqueue", "#include <sys/event.h>\nint main(void) { return kqueue(); }"),
    (
        "getrandom",
        "#include <sys/random.h>\nint main(void) { char c; return getrandom(&c, 1, 0) != 1; }",
    ),
    ("arc4random", "#include <stdlib.h>\nint main(void) { return arc4random() == 0; }"),
    ("pthread_create", "#include <pthread.h>\nint main(void) { return pthread_create == 0; }"),
    ("cos", "#include <math.h>\nint main(int c, char **v) { return cos(c) > 2; }"),
    ("mmap", "#include <sys/mman.h>\nint main(void) { return mmap == 0; }"),
    ("pledge", "#include <unistd.h>\nint main(void) { return pledge(\"\", 0); }"),
    ("sendfile", "#include <sys/sendfile.h>\nint main(void) { return sendfile == 0; }"),
    ("statx", "#define _GNU_SOURCE\n#include <sys/stat.h>\nint main(void) { return statx == 0; }"),
    ("strerror_r", "#include <string.h>\nint main(void) { return strerror_r == 0; }"),
    ("getprogname", "#include <stdlib.h>\nint main(void) { return getprogname() == 0; }"),
    ("posix_fallocate", "#include <fcntl.h>\nint main(void) { return posix_fallocate == 0; }"),
    ("_Exit", "#include <stdlib.h>\nint main(void) { _Exit(0); }"),
];

const HEADERS: [&str; 10] = [
    "sys/epoll.h",
    "sys/event.h",
    "stdint.h",
    "sys/random.h",
    "linux/io_uring.h",
    "windows.h",
    "mach/mach.h",
    "endian.h",
    "threads.h",
    "sys/nosuch.h",
];

/// Types with the header that has them.
const SIZES: [(&str, &str); 12] = [
    ("char", "stddef.h"),
    ("short", "stddef.h"),
    ("int", "stddef.h"),
    ("long", "stddef.h"),
    ("long long", "stddef.h"),
    ("void *", "stddef.h"),
    ("size_t", "stddef.h"),
    ("wchar_t", "stddef.h"),
    ("time_t", "time.h"),
    ("off_t", "sys/types.h"),
    ("struct stat", "sys/stat.h"),
    ("long double", "stddef.h"),
];

/// A compiler of a test: a program, its arguments, the machine that it is for.
struct Subject<'a> {
    cc: &'a str,
    strict: &'a [&'a str],
    target: Option<&'a str>,
}

impl Subject<'_> {
    fn toolchain(&self, world: &World) -> (Request, Toolchain) {
        let request = Request {
            target: self.target.map(str::to_owned),
            tuning: Tuning::of_release(false),
            launcher: None,
            root: world.root().to_owned(),
            cache: world.path("state/toolchain"),
        };
        let mut toolchain = world.toolchain().expect("a toolchain");
        let real = Command::new("sh")
            .args(["-c", &format!("command -v {}", self.cc)])
            .output()
            .expect("a shell");
        toolchain.compiler = String::from_utf8(real.stdout).expect("a path").trim().to_owned();
        toolchain.kind = if self.cc.contains("clang") { "clang" } else { "gcc" }.to_owned();
        toolchain.first_args.retain(|arg| !arg.starts_with("-m") && !arg.starts_with("--target"));
        toolchain.last_args = self.strict.iter().map(|&arg| arg.to_owned()).collect();
        (request, toolchain)
    }

    fn answers(&self, world: &World, probes: &[Probe]) -> Vec<String> {
        let (request, toolchain) = self.toolchain(world);
        let mut project = Project::new("p", world.root());
        probes.iter().for_each(|probe| _ = project.probe(probe.clone()));
        let mut config = Config { probes: Probed::of(&project.probes), ..Config::default() };
        let asked = ask_probes(
            &project,
            &mut config,
            &ProbeRequest {
                toolchain: &toolchain,
                request: &request,
                kept: world.path("state/probes"),
                jobs: 2,
                jobserver: None,
                again: true,
                is_beside_target: false,
            },
        );
        asked.unwrap_or_else(|error| panic!("{} {:?}: {error}", self.cc, self.strict));
        probes
            .iter()
            .map(|probe| config.probes.get(&probe.word()).expect("a probe").text().to_owned())
            .collect()
    }

    /// Whether a program compiles and links, without a word about implicit declarations.
    fn takes(&self, world: &World, text: &str) -> bool {
        world.write("oracle.c", text);
        let mut command = world.command(self.cc);
        command.args(["-Werror=implicit-function-declaration", "-o", "oracle", "oracle.c"]);
        command.output().expect("a compiler").status.success()
    }
}

/// The first `most` of the functions, and all else.
fn check(subject: &Subject<'_>, most: usize) {
    let functions = &FUNCTIONS[..most.min(FUNCTIONS.len())];
    let world = World::new(&[]);
    let mut probes: Vec<Probe> = functions.iter().map(|(name, _)| Probe::function(*name)).collect();
    // What declares it says the same.
    let declared = |(name, text): &(&str, &str)| {
        let header = text.split(['<', '>']).nth(1).expect("a header");
        let probe = Probe::function(*name)
            .name(format!("DECLARED_{name}"))
            .with_header(header)
            .define("_GNU_SOURCE");
        probe.when(format!("HAS_{}", header.replace(['/', '.'], "_")))
    };
    let mut headers: Vec<&str> =
        functions.iter().map(|(_, text)| text.split(['<', '>']).nth(1).expect("a header")).collect();
    headers.sort_unstable();
    headers.dedup();
    probes.extend(functions.iter().map(declared));
    probes.extend(HEADERS.iter().map(|header| Probe::header(*header)));
    let count = probes.len();
    probes.extend(
        headers.iter().map(|h| Probe::header(*h).name(format!("HAS_{}", h.replace(['/', '.'], "_")))),
    );
    let answers = subject.answers(&world, &probes);
    let letter = |yes: bool| if yes { "y" } else { "n" };
    let of_functions = functions.iter().map(|(name, text)| {
        // Since glibc 2.34 its functions are all in one library; a function of libm needs -lm.
        let text = if *name == "cos" {
            "double cos(double); int main(int c, char **v) { return cos(c) > 2; }"
        } else {
            text
        };
        letter(subject.takes(&world, text))
    });
    let expected: Vec<&str> = of_functions.collect();
    let by_headers = expected.iter().copied();
    let of_headers = HEADERS.iter().map(|header| {
        letter(subject.takes(&world, &format!("#include <{header}>\nint main(void) {{ return 0; }}\n")))
    });
    let expected: Vec<&str> = expected.iter().copied().chain(by_headers).chain(of_headers).collect();
    let said = |answers: &[&str]| {
        let pairs =
            probes.iter().zip(answers).map(|(probe, answer)| format!("{}={answer}", probe.word()));
        pairs.collect::<Vec<_>>().join("\n")
    };
    let answers: Vec<&str> = answers[..count].iter().map(String::as_str).collect();
    assert_eq!(said(&answers), said(&expected), "{} {:?}", subject.cc, subject.strict);

    let sizes = &SIZES[..modpin_test::reliability::count(4, SIZES.len())];
    let asked: Vec<Probe> =
        sizes.iter().map(|(name, header)| Probe::size_of(*name).with_header(*header)).collect();
    for ((name, header), size) in sizes.iter().zip(subject.answers(&world, &asked)) {
        let text = |size: &str| {
            format!(
                "#include <{header}>\nchar it[sizeof({name}) == {size} ? 1 : -1];\nint main(void) {{ return 0; }}\n"
            )
        };
        assert!(subject.takes(&world, &text(&size)), "{}: {name} is not {size} bytes", subject.cc);
    }
    println!("{} {:?}: {count} answers and {} sizes agree", subject.cc, subject.strict, sizes.len());
}

#[test]
fn answers_are_those_of_programs_that_use_the_thing() {
    if is_long("oracle::answers_are_those_of_programs_that_use_the_thing") {
        return;
    }
    for cc in ["gcc", "clang"] {
        if skip::is_missing(cc, "probes beside compiled programs") {
            continue;
        }
        check(&Subject { cc, strict: &[], target: None }, count(9, 18));
    }
}

#[test]
fn strict_flags_and_macros_from_outside_change_no_answer() {
    if is_long("oracle::strict_flags_and_macros_from_outside_change_no_answer") {
        return;
    }
    let strict = [
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Wstrict-prototypes",
        "-pedantic-errors",
        "-O2",
        "-Wfatal-errors",
    ];
    for cc in ["gcc", "clang"] {
        if !skip::is_missing(cc, "probes under strict flags") {
            check(&Subject { cc, strict: &strict, target: None }, count(5, 18));
        }
    }
    check(&Subject { cc: "gcc", strict: &["-flto", "-O2", "-fno-common"], target: None }, count(5, 18));
}

#[test]
fn macros_from_outside_are_no_functions() {
    let world = World::new(&[]);
    let probes = [Probe::function("memcpy"), Probe::function("abs"), Probe::function("nosuch")];
    let strict = &["-Dmemcpy=nosuch", "-Dabs(x)=(x)", "-Dnosuch=memcpy"];
    assert_eq!(Subject { cc: "gcc", strict, target: None }.answers(&world, &probes), ["y", "y", "n"]);
}

#[test]
fn sizes_of_another_machine_need_neither_its_headers_nor_its_library() {
    let cc = "arm-linux-gnueabihf-gcc";
    if skip::is_missing(cc, "sizes of another machine") {
        return;
    }
    let world = World::new(&[]);
    let probes = ["long", "void *", "long long", "long double"].map(Probe::size_of);
    let subject = Subject { cc, strict: &[], target: Some("armv7-unknown-linux-gnueabihf") };
    assert_eq!(subject.answers(&world, &probes), ["4", "4", "8", "8"]);
}

#[test]
fn a_compiler_for_another_machine_answers_for_that() {
    let (cc, target) = ("aarch64-linux-gnu-gcc", "aarch64-unknown-linux-gnu");
    if skip::is_missing(cc, "probes for another machine") {
        return;
    }
    let subject = Subject { cc, strict: &[], target: Some(target) };
    check(&subject, count(5, 18));
    let world = World::new(&[]);
    let runs = Probe::runs("RUNS", "int main(void) { return 0; }");
    let mut project = Project::new("p", world.root());
    project.probe(runs);
    let (request, toolchain) = subject.toolchain(&world);
    let request = ProbeRequest {
        toolchain: &toolchain,
        request: &request,
        kept: world.path("state/probes"),
        jobs: 1,
        jobserver: None,
        again: true,
        is_beside_target: false,
    };
    let mut config = Config { probes: Probed::of(&project.probes), ..Config::default() };
    // With an emulator there is an answer; without one, nobody guesses.
    if let Err(error) = ask_probes(&project, &mut config, &request) {
        let error = error.to_string();
        assert!(
            error.contains(&format!(
                "its program is for {target}, and nothing on this machine starts such"
            )),
            "{error}"
        );
        assert!(error.contains("help: give the answer: -D RUNS=y or -D RUNS=n"), "{error}");
    }
    config.set_from_text(&project.options, "RUNS=y").expect("a probe");
    ask_probes(&project, &mut config, &request).expect("the answer was given");
}

#[test]
fn stubs_and_macros_are_no_functions() {
    let world = World::new(&[(
        "inc/mac.h",
        "#define only_macro(x) ((x) + 1)\n#define renamed atoi\nint atoi(const char *);\nstatic inline int in_header(void) { return 0; }\n",
    )]);
    let mac = |name: &str| Probe::function(name).with_header("mac.h").flags("-Iinc");
    let probes = [
        mac("only_macro"),
        mac("renamed"),
        mac("in_header"),
        Probe::function("chflags"),
        Probe::function("revoke"),
    ];
    let found = Subject { cc: "gcc", strict: &[], target: None }.answers(&world, &probes);
    assert_eq!(found[..3], ["n", "y", "y"]);
    // glibc's functions that only fail.
    let glibc = std::path::Path::new("/usr/include/x86_64-linux-gnu/gnu/stubs-64.h");
    if std::fs::read_to_string(glibc).is_ok_and(|text| text.contains("__stub_chflags")) {
        assert_eq!(found[3..], ["n", "n"]);
    }
}

#[test]
fn arguments_that_are_only_warned_about_are_not_taken() {
    if is_long("oracle::arguments_that_are_only_warned_about_are_not_taken") {
        return;
    }
    let probes = [
        Probe::cc_option("-Wno-nosuch-warning"),
        Probe::cc_option("-Wno-unused-variable"),
        Probe::cc_option("-Wno-error=nosuch-warning"),
        Probe::cc_option("-Wsuggest-attribute=nosuch"),
        Probe::cc_option("-Wnoexcept"),
        Probe::ld_option("-z,nosuchkeyword"),
        Probe::ld_option("--as-needed"),
        Probe::cc_option("-O2 -fno-strict-aliasing"),
    ];
    for strict in [&[][..], &["-w"], &["-Wall", "-Werror", "-Wunused-macros"]] {
        for cc in ["gcc", "clang"] {
            if skip::is_missing(cc, "arguments of compilers") {
                continue;
            }
            let mut expected = ["n", "y", "n", "n", "n", "n", "y", "y"];
            if cc == "clang" {
                // It is taken for C as well.
                expected[4] = "n";
            }
            let world = World::new(&[]);
            let found = Subject { cc, strict, target: None }.answers(&world, &probes);
            assert_eq!(found, expected, "{cc} {strict:?}");
        }
    }
}
