//! Random templates beside Meson and CMake, which fill them in with their own `configure_file`.

use std::fmt::Write as _;
use std::process::Command;

use modpin::{ConfigHeader, Executable, Project};
use modpin_test::{Random, World, reliability, skip::is_missing};

/// A template of so many lines, made of these pieces. Each `?` becomes one of the names.
fn template(pieces: &[&str], names: &[&str], lines: usize) -> String {
    let mut random = Random::new(7);
    let mut text = String::new();
    for _ in 0..lines {
        let Some(piece) = random.pick(pieces) else { continue };
        let mut parts = piece.split('?');
        text += parts.next().unwrap_or_default();
        for part in parts {
            let _ = write!(text, "{}{part}", random.pick(names).unwrap_or(&""));
        }
        text.push('\n');
    }
    text
}

/// What modpin makes of the template `in.h` in a world.
fn ours(world: &World) -> String {
    let declare = |p: &mut Project| {
        let header = ConfigHeader::new("out.h").template("in.h").define("ON", "y").define("OFF", "n");
        let header = header
            .code("SIZE", "8")
            .code("ZERO", "0")
            .code("RAW", "a raw text")
            .text("QUOTED", "a \"b\" c");
        p.config_header(header);
        p.add(Executable::new("tool").sources("main.c"));
    };
    world.build(declare).expect_success();
    std::fs::read_to_string(world.built(".modpin/include/out.h")).expect("a header")
}

fn world(template: &str) -> World {
    World::new(&[("main.c", "int main(void) { return 0; }\n"), ("in.h", template)])
}

fn run(command: &mut Command) {
    let output = command.output().expect("it starts");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}

fn lines() -> usize {
    reliability::count(200, 5000)
}

#[test]
fn templates_of_meson_are_filled_in_as_meson_does() {
    if is_missing("meson", "templates beside Meson") {
        return;
    }
    // A line that begins with blanks is left alone by Meson 1.0 and replaced by 1.12: it is not tried.
    let pieces = [
        "#mesondefine ?",
        "#mesondefine OFF",
        "#mesondefine QUOTED",
        "x = @?@;",
        "\"@?@@?@\" @ ?@ @@ a@b",
        "\\@?\\@ and @?@",
        "#undef ?",
        "#define ? ${?}",
        "",
    ];
    let world = world(&template(&pieces, &["ON", "SIZE", "ZERO", "RAW"], lines()));
    world.write(
        "meson.build",
        "project('x')\nc = configuration_data()\nc.set('ON', 1)\nc.set('SIZE', 8)\nc.set('ZERO', 0)\nc.set('RAW', 'a raw text')\n\
         c.set_quoted('QUOTED', 'a \"b\" c')\nconfigure_file(input: 'in.h', output: 'out.h', configuration: c)\n",
    );
    // Without ninja, it can configure all the same.
    let backend = if Command::new("ninja").arg("--version").output().is_ok() { "ninja" } else { "none" };
    run(Command::new("meson").args(["setup", "--backend", backend, "theirs"]).current_dir(world.root()));
    let theirs = std::fs::read_to_string(world.path("theirs/out.h")).expect("a header");
    assert_eq!(ours(&world), theirs);
    println!("{} lines are filled in as Meson does", theirs.lines().count());
}

#[test]
fn templates_of_cmake_are_filled_in_as_cmake_does() {
    if is_missing("cmake", "templates beside CMake") {
        return;
    }
    let pieces = [
        "#cmakedefine ?",
        "#  cmakedefine ?",
        "#cmakedefine ? @?@",
        "#cmakedefine ? ${?} more",
        "#cmakedefine01 ?",
        "# cmakedefine01 ?",
        "x = @?@; ${?}",
        "\"@?@@?@\" @ ?@ @@ a@b $ {?}",
        "#undef ?",
        "",
    ];
    let world = world(&template(&pieces, &["ON", "OFF", "SIZE", "ZERO", "RAW"], lines()));
    world.write(
        "fill.cmake",
        "set(ON 1)\nset(OFF 0)\nset(SIZE 8)\nset(ZERO 0)\nset(RAW \"a raw text\")\nconfigure_file(in.h theirs.h)\n",
    );
    run(Command::new("cmake").args(["-P", "fill.cmake"]).current_dir(world.root()));
    let theirs = std::fs::read_to_string(world.path("theirs.h")).expect("a header");
    assert_eq!(ours(&world), theirs);
    println!("{} lines are filled in as CMake does", theirs.lines().count());
}
