//! Builds what is written in C, and tells cargo how to link it.

use modpin::{Library, Module, Project, RustHost};

fn main() {
    modpin::embed(declare);
}

fn declare(p: &mut Project) -> modpin::Result<()> {
    let core = p.add(Library::new("core").sources("c/core/*.c"));
    p.add(Module::new("hello").sources("c/hello.c"));
    p.host(RustHost::new("app").link(core).loads("*"));
    Ok(())
}
