//! What is loaded in which order and how, what stands in the way of it, and how it is unloaded.

use modpin::{Binding, Module};

use super::{declare, plain, programs, said, world};

#[test]
fn what_is_needed_comes_first_and_goes_last() {
    let world = world(&[
        ("base", "int base(void); int base(void) { return 40; }", "1"),
        ("top", "int base(void);", "base() + 2"),
        ("alone", "", "7"),
    ]);
    let build = world.build(|p| {
        declare(
            p,
            vec![plain("base"), Module::new("top").sources("top.c").needs("base"), plain("alone")],
        );
    });
    build.expect_success();
    for program in programs(&world) {
        let said = said(&world, &program, &[], &["alone", "top", "base", "top"]);
        let wanted = "+alone\nalone: 7\n+base\n+top\ntop: 42\nbase: 1\ntop: 42\n-top\n-base\n-alone\n";
        assert_eq!(said.out, wanted, "{}", program.display());
    }
}

#[test]
fn a_lazy_module_gets_what_comes_later() {
    let world = world(&[
        ("early", "int late(void);", "late()"),
        ("late", "int late(void); int late(void) { return 5; }", "6"),
    ]);
    let build = world.build(|p| {
        let early = Module::new("early").sources("early.c").binding(Binding::Lazy).needs_later("late");
        declare(p, vec![early, plain("late")]);
    });
    build.expect_success();
    for program in programs(&world) {
        let out = said(&world, &program, &[], &["early"]).out;
        // Once a call is bound, the loader keeps what it leads to for as long as the caller.
        let gone = |module: &str| out.contains(&format!("-{module}\n"));
        assert!(out.starts_with("+early\n+late\nearly: 5\n") && gone("early") && gone("late"), "{out}");
    }
}

#[test]
fn all_symbols_that_are_missing_are_told() {
    let world = world(&[("m", "", "0")]);
    world.build(|p| declare(p, vec![plain("m")])).expect_success();
    let text = "int one(void), two(void), strcmp(const char *, const char *); double cos(double);\n\
                int maybe(void) __attribute__((weak)); extern int three; volatile double angle;\n\
                int run(void) { return one() + two() + three + (maybe ? maybe() : 0) + strcmp(\"\", \"\") + (int)cos(angle); }\n";
    world.write("broken.c", text);
    let out = world.built("m.so");
    world.tool(
        "cc",
        &["-shared", "-fPIC", "-O1", "-w", "broken.c", "-o", out.to_str().expect("a path"), "-lm"],
    );
    for program in programs(&world) {
        let said = said(&world, &program, &[], &["m"]);
        let mut missing: Vec<&str> =
            said.out.lines().filter_map(|line| line.strip_prefix("missing ")).collect();
        missing.sort_unstable();
        assert_eq!(missing, ["one", "three", "two"], "{}", said.text());
        assert!(said.out.contains("m.so: does not load, the program lacks "), "{}", said.text());
    }
    // What the loader says of other failures stays.
    world.write("target/modpin/debug/m.so", "no module\n");
    for program in programs(&world) {
        let said = said(&world, &program, &[], &["m"]);
        assert!(
            said.out.contains("m.so: does not load: ") && !said.out.contains("missing "),
            "{}",
            said.text()
        );
    }
    std::fs::remove_file(world.built("m.so")).expect("the module");
    for program in programs(&world) {
        let said = said(&world, &program, &[], &["m"]);
        assert!(said.out.contains("m.so: does not load: "), "{}", said.text());
    }
}

#[test]
fn what_a_shared_library_of_the_module_lacks_is_not_guessed() {
    let world = world(&[("m", "", "0")]);
    world.build(|p| declare(p, vec![plain("m")])).expect_success();
    world.write("own.c", "int own(void); int own(void) { return 1; }\n");
    world.write("broken.c", "int own(void), gone(void); int run(void) { return own() + gone(); }\n");
    world.call("cc -shared -fPIC own.c -o target/modpin/debug/libown.so");
    let origin = "-Wl,-rpath,$ORIGIN";
    let library = world.built("libown.so");
    let out = world.built("m.so");
    let [library, out] = [&library, &out].map(|path| path.to_str().expect("a path"));
    world.tool("cc", &["-shared", "-fPIC", "-w", "broken.c", library, "-o", out, origin]);
    // The module alone finds it, so `own` would seem to be missing as well; with the whole path both find it.
    let dir = out.strip_suffix("/m.so").expect("a directory");
    world.tool(
        "cc",
        &["-shared", "-fPIC", "-w", "broken.c", "-L", dir, "-l:libown.so", "-o", out, origin],
    );
    for program in programs(&world) {
        let said = said(&world, &program, &[], &["m"]);
        assert!(said.out.contains("gone") && !said.out.contains("missing own"), "{}", said.text());
    }
}

#[test]
fn names_that_are_no_files_to_load() {
    let world = world(&[("m", "", "0"), ("inside", "", "0")]);
    world
        .build(|p| declare(p, vec![plain("m"), Module::new("inside").sources("inside.c").built_in()]))
        .expect_success();
    for program in programs(&world) {
        let said = said(&world, &program, &[], &["inside", "n", "m"]);
        for line in [
            "inside: module \"inside\" is built in: nothing is to be loaded\n",
            "n: there is no module \"n\", only m, inside\n",
            "m: 0\n",
        ] {
            assert!(said.out.contains(line), "{line}{}", said.text());
        }
    }
}
