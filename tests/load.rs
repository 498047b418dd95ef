//! How programs load their modules (row M18): in C and in Rust, the same is found, refused, loaded, unloaded and said.

mod identity;
mod order;
mod places;

use std::path::{Path, PathBuf};

use modpin::{Executable, Module, Project};
use modpin_test::{Said, World};

/// The program in C that loads what it is told.
const HOST: (&str, &str) = ("host.c", include_str!("load/host.c"));

/// What it is linked with, as it would stand in a project.
const LOADER: [(&str, &str); 2] = [
    ("load/modpin_load.c", include_str!("../crates/modpin-load/c/modpin_load.c")),
    ("load/modpin_load.h", include_str!("../crates/modpin-load/c/modpin_load.h")),
];

/// What a module does when it comes and goes, and what it answers.
fn module(name: &str, rest: &str, answer: &str) -> String {
    format!(
        "#include <unistd.h>\n\
         static void say(const char *text) {{ int done = write(1, text, {length}); (void)done; }}\n\
         __attribute__((constructor)) static void come(void) {{ say(\"+{name}\\n\"); }}\n\
         __attribute__((destructor)) static void go(void) {{ say(\"-{name}\\n\"); }}\n\
         {rest}\nint run(void) {{ return {answer}; }}\n",
        length = name.len() + 2
    )
}

/// A program, and modules with these names, files and answers.
fn world(modules: &[(&str, &str, &str)]) -> World {
    let world = World::new(&[&[HOST][..], &LOADER].concat());
    for (name, rest, answer) in modules {
        world.write(&format!("{name}.c"), module(name, rest, answer));
    }
    world
}

/// The program, with more.
fn declare(p: &mut Project, modules: Vec<Module>) {
    for module in modules {
        p.add(module);
    }
    let host = Executable::new("host").sources(["host.c", "load/modpin_load.c"]).include("load");
    p.add(host.cflags(["-Wall", "-Wextra", "-Werror"]).loads("*").system_library("dl"));
}

fn plain(name: &str) -> Module {
    Module::new(name).sources(format!("{name}.c"))
}

/// Copies a program to be started. A process of its own does it: a file that we had open for writing, a child that another
/// test starts meanwhile would have, too, and "Text file busy" would be the answer.
fn copy_of_program(world: &World, from: &Path, to: &Path) {
    world.tool("cp", &["-f", &from.to_string_lossy(), &to.to_string_lossy()]);
}

/// Both programs, beside the modules.
fn programs(world: &World) -> [PathBuf; 2] {
    let rust = world.built("host-in-rust");
    copy_of_program(world, env!("CARGO_BIN_EXE_load-program").as_ref(), &rust);
    [world.built("host"), rust]
}

/// What a program says that loads these modules.
fn said(world: &World, program: &Path, env: &[(&str, &str)], modules: &[&str]) -> Said {
    Said::of(world.command(program).args(modules).envs(env.iter().copied()))
}
