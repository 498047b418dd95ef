//! Which build files record, when that changes, and what is refused for it.

use modpin::{Module, Project};
use modpin_load::recorded;
use modpin_test::skip::{is_long, linkers};
use modpin_test::{Random, Said, World, reliability, skip};

use super::{declare, plain, programs, said, world};

fn identified(p: &mut Project, text: &str) {
    p.identity(text);
    let top = Module::new("top").sources("top.c").needs("base");
    declare(p, vec![plain("base"), top]);
}

fn built(text: &str) -> World {
    let world = world(&[
        ("base", "int base(void); int base(void) { return 4; }", "1"),
        ("top", "int base(void);", "base()"),
    ]);
    world.build(|p| identified(p, text)).expect_success();
    world
}

fn of(world: &World, file: &str) -> Option<String> {
    recorded(world.built(file)).expect("a file")
}

#[test]
fn host_and_modules_record_the_same_build() {
    let world = built("demo 1");
    let host = of(&world, "host").expect("an identity");
    assert!(host.starts_with("demo 1 ") && host.len() == "demo 1 ".len() + 16, "{host}");
    assert_eq!((of(&world, "base.so"), of(&world, "top.so")), (Some(host.clone()), Some(host.clone())));
    world.call("strip target/modpin/debug/top.so");
    assert_eq!(of(&world, "top.so"), Some(host.clone()), "it survives strip");

    // An edit of a module's body changes nothing of it, and links nothing but the module.
    let text = world.read("base.c").replace("return 4", "return 5");
    world.write("base.c", text);
    let build = world.build(|p| identified(p, "demo 1"));
    build.expect_success();
    assert_eq!(of(&world, "base.so"), Some(host.clone()));
    let build = world.build(|p| identified(p, "demo 1"));
    assert_eq!(build.ran, [""; 0], "nothing is left to do");

    // Another text, another argument of everything, another profile's word: another build, everywhere.
    let mut seen = vec![host];
    for change in [
        &(|p: &mut Project| identified(p, "demo 2")) as &dyn Fn(&mut Project),
        &|p| {
            identified(p, "demo 1");
            p.define_flag("LARGE");
        },
        &|p| {
            identified(p, "demo 1");
            p.option(modpin::Opt::bool("EXTRA"));
        },
    ] {
        world.build(change).expect_success();
        let now = of(&world, "host").expect("an identity");
        assert_eq!(
            (of(&world, "base.so"), of(&world, "top.so")),
            (Some(now.clone()), Some(now.clone()))
        );
        assert!(!seen.contains(&now), "{now}");
        seen.push(now);
    }

    // Without a word about it, nothing is recorded and nothing made for it.
    let build = world
        .build(|p| declare(p, vec![plain("base"), Module::new("top").sources("top.c").needs("base")]));
    build.expect_success();
    assert_eq!((of(&world, "host"), of(&world, "top.so")), (None, None));
    assert!(!world.built(".modpin/identity.c.o").exists());
}

#[test]
fn the_same_build_elsewhere_records_the_same() {
    if is_long("identity::the_same_build_elsewhere_records_the_same") {
        return;
    }
    assert_eq!(of(&built("demo 1"), "host"), of(&built("demo 1"), "host"));
}

#[test]
fn each_linker_keeps_it() {
    if is_long("identity::each_linker_keeps_it") {
        return;
    }
    for linker in linkers("which build a file records") {
        let world = world(&[("m", "", "0")]);
        let flags = [format!("-fuse-ld={linker}"), "-Wl,--gc-sections".to_owned(), "-Wl,-s".to_owned()];
        world
            .build(|p| {
                p.identity("demo 1");
                declare(p, vec![plain("m").ldflags(flags.clone())]);
            })
            .expect_success();
        assert_eq!(of(&world, "m.so"), of(&world, "host"), "{linker}");
        assert!(of(&world, "m.so").is_some(), "{linker}");
    }
}

#[test]
fn a_module_of_another_build_is_refused_before_anything_is_loaded() {
    let (other, world) = (built("demo 2"), built("demo 1"));
    let ours = of(&world, "host").expect("an identity");
    let theirs = of(&other, "host").expect("an identity");
    // The one that is needed: nothing of the other runs.
    world.write("target/modpin/debug/base.so", other.content("target/modpin/debug/base.so"));
    let [program, _] = programs(&world);
    let out = said(&world, &program, &[], &["top", "base"]).out;
    let path = world.built("base.so").display().to_string();
    let words = format!("{path}: belongs to another build: it records {theirs}, the program {ours}\n");
    assert_eq!(out, format!("top: {words}base: {words}"));

    // One that records none.
    world.tool("cc", &["-shared", "-fPIC", "base.c", "-o", &path]);
    let out = said(&world, &program, &[], &["base"]).out;
    assert_eq!(
        out,
        format!("base: {path}: belongs to another build: it records none, the program {ours}\n")
    );
}

#[test]
fn a_program_without_one_loads_any() {
    let (other, world) = (built("demo 2"), world(&[("base", "", "1")]));
    world.build(|p| declare(p, vec![plain("base")])).expect_success();
    world.write("target/modpin/debug/base.so", other.content("target/modpin/debug/base.so"));
    for program in programs(&world) {
        let out = said(&world, &program, &[], &["base"]).out;
        assert!(out.contains("base: 1"), "{out}");
    }
}

/// The loader in C reads what others made.
#[test]
fn damaged_files_are_no_danger() {
    if is_long("identity::damaged_files_are_no_danger") {
        return;
    }
    let world = built("demo 1");
    let text = "#include \"modpin_load.h\"\n#include <stdlib.h>\n\
                int main(int argc, char **argv) {\n\
                for (int i = 1; i < argc; i++) free(modpin_recorded(argv[i]));\n\
                modpin_close(modpin_find(\"host\", NULL));\n return 0;\n}\n";
    world.write("damaged.c", text);
    let line = "cc -g -fsanitize=address,undefined -fno-sanitize-recover=all -Iload damaged.c load/modpin_load.c -o damaged -ldl";
    if !world.try_call(line).success() {
        return skip("the loader in C on damaged files", "there is no AddressSanitizer");
    }
    let module = world.content("target/modpin/debug/base.so");
    let manifest = world.content("target/modpin/debug/modules.json");
    let mut random = Random::new(7);
    let mut damage = |bytes: &[u8], end: usize, places: usize| {
        let mut bytes = bytes.to_vec();
        for _ in 0..places {
            bytes[random.below(end)] = random.below(256) as u8;
        }
        bytes
    };
    for round in 0..reliability::count(3, 100) {
        let names: Vec<String> = (0..40).map(|at| format!("damaged-{at}")).collect();
        for name in &names {
            // Head, segments and notes stand in front.
            world.write(name, damage(&module, module.len().min(1200), 1 + round % 8));
        }
        world.write("manifest/modules.json", damage(&manifest, manifest.len(), 1 + round % 8));
        let mut command = world.command(world.path("damaged"));
        command.args(&names).env("MODPIN_MODULES", world.path("manifest"));
        let said = Said::of(&mut command);
        assert!(said.success(), "{}", said.text());
    }
}
