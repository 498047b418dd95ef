//! A finished module, loaded into this very program: it needs nothing of a host, and the file alone counts.
#![allow(unsafe_code)] // dlopen runs what it loads

use libloading::os::unix::{Library as Shared, RTLD_LOCAL, RTLD_NOW, Symbol};
use modpin::{Executable, Library, Module, Project};
use modpin_test::World;

fn run(world: &World, file: &str) -> i32 {
    // SAFETY: the module was compiled a moment ago from the lines below; `run` has this type.
    unsafe {
        let shared = Shared::open(Some(world.built(file)), RTLD_NOW | RTLD_LOCAL).expect("a module");
        let run: Symbol<unsafe extern "C" fn() -> i32> = shared.get(b"run\0").expect("run");
        run()
    }
}

#[test]
fn a_module_that_needs_no_host_loads_anywhere() {
    let world = World::new(&[
        ("host.c", "int main(void) { return 0; }\n"),
        ("own.c", "int own(void) { return 40; }\n"),
        ("m/one.c", "int own(void), two(void); int run(void) { return own() + two(); }\n"),
        ("m/two.c", "int two(void) { return 2; }\n"),
        ("needy.c", "int of_the_host(void); int run(void) { return of_the_host(); }\n"),
    ]);
    let declare = |p: &mut Project| {
        let own = p.add(Library::new("own").sources("own.c"));
        p.add(Module::new("block/m").sources("m/*.c").link(own));
        p.add(Module::new("needy").sources("needy.c"));
        p.add(Executable::new("host").sources("host.c").loads("block/m"));
    };
    world.build(declare).expect_success();
    assert_eq!(run(&world, "block/m.so"), 42);
    assert_eq!(run(&world, "block-m.so"), 42);
    // SAFETY: its constructors are the C library's own.
    let needy = unsafe { Shared::open(Some(world.built("needy.so")), RTLD_NOW | RTLD_LOCAL) };
    let error = format!("{:?}", needy.expect_err("nobody has of_the_host"));
    assert!(error.contains("undefined symbol: of_the_host"), "{error}");
}
