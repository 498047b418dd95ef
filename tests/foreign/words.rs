//! What is told: who asks, where a symbol is out of reach, which module to load first, what to pin and to export.

use std::path::PathBuf;

use expect_test::expect;
use modpin::foreign::{
    dynamic_list, explain_symbol, exports_of_files, pins_of_files, resolve_files, response_file,
};
use modpin_test::{World, skip::is_missing};

use super::{agreed, lines};

fn world() -> World {
    let world = World::new(&[
        (
            "host.c",
            "int listed(void) { return 1; }\nstatic int own(void) { return 2; }\n\
             __attribute__((visibility(\"hidden\"))) int shy(void) { return 3; }\n\
             int main(void) { return listed() + own() + shy(); }\n",
        ),
        (
            "m.c",
            "int listed(void), own(void), shy(void), crc(void), other(void), nobody(void);\n\
             int run(void) { return listed() + own() + shy() + crc() + other() + nobody(); }\n",
        ),
        ("other.c", "int other(void) { return 1; }\n"),
        ("crc.c", "int crc(void) { return 1; }\n"),
        ("more.c", "int crc(void); int more(void) { return crc(); }\n"),
        ("shy.c", "__attribute__((visibility(\"hidden\"))) int shy(void) { return 1; }\n"),
    ]);
    world.tool("cc", &["host.c", "-o", "host"]);
    world.tool("cc", &["-shared", "-fPIC", "m.c", "-o", "m.so"]);
    world.tool("cc", &["-shared", "-fPIC", "other.c", "-o", "other.so"]);
    world.tool("cc", &["-c", "-fPIC", "m.c", "other.c", "crc.c", "more.c", "shy.c"]);
    world.tool("ar", &["rcsD", "libutil.a", "crc.o"]);
    world.tool("ar", &["rcsD", "libmore.a", "more.o"]);
    world.tool("ar", &["rcsD", "libshy.a", "shy.o"]);
    world
}

fn files(world: &World, names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(|name| world.root().join(name)).collect()
}

/// Text without the directory of the world.
fn short(world: &World, text: &str) -> String {
    text.replace(&format!("{}/", world.root().display()), "")
}

#[test]
fn where_what_is_missing_can_be_seen() {
    let world = world();
    let reports = agreed(&world, "host", &["m.so", "other.so"]);
    let lines: String = reports[0]
        .missing
        .iter()
        .map(|lost| {
            format!("{} for {} in [{}]\n", lost.symbol, lost.asked_by.join(" "), lost.found_in.join(" "))
        })
        .collect();
    expect![[r#"
        crc for m.so in [libutil.a(crc.o)]
        listed for m.so in [host (not exported)]
        nobody for m.so in []
        other for m.so in [module other.so]
        own for m.so in [host (host.c, static)]
        shy for m.so in [host (hidden)]
    "#]]
    .assert_eq(&short(&world, &lines));
    assert_eq!(reports[0].needs_modules, [""; 0], "other.so alone does not help");
    let json = short(&world, &serde_json::to_string(&reports[1]).expect("JSON"));
    expect![[r#"{"host":"host","module":"other.so","file":"other.so","verdict":"loads","missing":[],"detail":"it would load"}"#]].assert_eq(&json);
}

#[test]
fn pins_over_many_archives() {
    let world = world();
    let archives = files(&world, &["libmore.a", "libutil.a"]);
    let plan = pins_of_files(&files(&world, &["m.so"]), &archives).expect("pins");
    assert_eq!(response_file(&plan), "-Wl,-u,crc\n");
    // Objects are one module: what one of them defines is not asked of the host.
    let objects = files(&world, &["m.o", "crc.o"]);
    let plan = pins_of_files(&objects, &archives).expect("pins");
    assert_eq!(response_file(&plan), "");
    let plan = pins_of_files(&files(&world, &["m.so"]), &files(&world, &["libshy.a", "libutil.a"]));
    let refused: String = plan.expect("a plan").refused.iter().map(ToString::to_string).collect();
    expect![[r#"
        shy: libshy.a(shy.o) defines it as hidden, so the host cannot offer it to modules (needed by module m.so: m.so)
          help: give the definition default visibility, or offer a public function that calls it"#]].assert_eq(&short(&world, &refused));
}

#[test]
fn the_smallest_list_of_exports() {
    let world = world();
    world.write("two.c", "int listed(void); int run(void) { return listed(); }\n");
    world.tool("cc", &["-shared", "-fPIC", "two.c", "-o", "two.so"]);
    let host = world.root().join("host");
    let plan = exports_of_files(&host, &files(&world, &["two.so"])).expect("exports");
    assert_eq!(dynamic_list(&plan), "{\n  \"listed\";\n};\n");
    world.write("list", dynamic_list(&plan));
    world.tool("cc", &["host.c", "-Wl,--dynamic-list=list", "-o", "host"]);
    assert_eq!(lines(&agreed(&world, "host", &["two.so"])), "two.so loads\n");
    let plan = exports_of_files(&host, &files(&world, &["m.so"])).expect("a plan");
    let refused: String = plan.refused.iter().map(|refusal| format!("{refusal}\n")).collect();
    expect![[r#"
        own: host defines it as hidden, so the host cannot offer it to modules (needed by module m.so: m.so)
          help: give the definition default visibility, or offer a public function that calls it
        shy: host defines it as hidden, so the host cannot offer it to modules (needed by module m.so: m.so)
          help: give the definition default visibility, or offer a public function that calls it
    "#]].assert_eq(&short(&world, &refused));
}

#[test]
fn the_story_of_a_symbol() {
    let world = world();
    let told = |symbol: &str| {
        let (host, modules) = (world.root().join("host"), files(&world, &["m.so", "other.so", "m.o"]));
        let told = explain_symbol(&host, symbol, &modules, &files(&world, &["libutil.a", "libshy.a"]));
        let json = serde_json::to_value(told.expect("a story")).expect("JSON");
        let list = |name: &str, keys: [&str; 2]| -> String {
            let all = json[name].as_array().into_iter().flatten();
            all.map(|one| format!("\n  {name} {} {}", one[keys[0]], one[keys[1]])).collect()
        };
        let taken = &json["taken_from"];
        short(
            &world,
            &format!(
                "{symbol} {} {}{}{}\n",
                taken,
                json["did_you_mean"],
                list("needed_by", ["file", "weak"]),
                list("defined_in", ["file", "how"])
            ),
        )
    };
    let text: String =
        ["listed", "own", "shy", "crc", "other", "nobody", "lsited", "what_is_this"].map(told).concat();
    expect![[r#"
        listed null null
          needed_by "m.so" false
          needed_by "m.o" false
          defined_in "host" "linked, but not exported"
        own null null
          needed_by "m.so" false
          needed_by "m.o" false
          defined_in "host" "linked, but static (host.c)"
        shy null null
          needed_by "m.so" false
          needed_by "m.o" false
          defined_in "host" "linked, but hidden"
          defined_in "libshy.a(shy.o)" "in an archive, hidden"
        crc null null
          needed_by "m.so" false
          needed_by "m.o" false
          defined_in "libutil.a(crc.o)" "in an archive"
        other null null
          needed_by "m.so" false
          needed_by "m.o" false
          defined_in "other.so" "a module: others see it when it is loaded before them, with RTLD_GLOBAL"
        nobody null null
          needed_by "m.so" false
          needed_by "m.o" false
        lsited null "listed"
        what_is_this null null
    "#]]
    .assert_eq(&text);
}

#[test]
fn a_program_of_another_machine() {
    if is_missing("aarch64-linux-gnu-gcc", "a program of another machine") {
        return;
    }
    let world = world();
    world.write("sine.c", "double sin(double); double run(double x) { return sin(x); }\n");
    let cc = "aarch64-linux-gnu-gcc";
    world.tool(cc, &["-rdynamic", "host.c", "-o", "arm"]);
    world.tool(cc, &["-shared", "-fPIC", "m.c", "-o", "m-arm.so"]);
    world.tool(cc, &["-shared", "-fPIC", "sine.c", "-lm", "-o", "sine.so"]);
    let modules = files(&world, &["m-arm.so", "sine.so", "m.so"]);
    let host = world.root().join("arm");
    let root = std::path::Path::new("/usr/aarch64-linux-gnu");
    let reports = resolve_files(&host, &modules, Some(root)).expect("answers");
    expect![[r#"
        m-arm.so missing-symbols: crc nobody other own shy
        sine.so loads
        m.so failed
    "#]]
    .assert_eq(&lines(&reports));
    let reports = resolve_files(&host, &modules[..1], Some(world.root())).expect("answers");
    assert!(
        reports[0].detail.contains("its loader /lib/ld-linux-aarch64.so.1 is not here"),
        "{}",
        reports[0].detail
    );
}
