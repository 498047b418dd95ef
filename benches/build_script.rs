//! The build script of the program that cargo links in the row `rust-host`: its `build.rs` becomes this program, so that the row
//! compiles no modpin.

use modpin::{Library, Module, RustHost};

fn main() {
    modpin::embed(|p| {
        p.include("c/include");
        let core = p.add(Library::new("core").sources("c/core/**/*.c"));
        p.add(Module::new("hello").sources("c/modules/*.c"));
        p.host(RustHost::new("app").link(core).loads("*"));
        Ok(())
    });
}
