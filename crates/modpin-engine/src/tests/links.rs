//! Outputs that are links to files beside them: they are what they say, and nothing else in their place is taken for one.

use super::toy_world::ToyWorld;
use expect_test::expect;

const ACTIONS: &str = "
    out/lib.so.1 : cc a
    out/lib.so : !name out/lib.so.1";

fn built() -> ToyWorld {
    let sources = [("a", "A"), ("elsewhere/file", "precious")];
    let world = ToyWorld { recall: true, ..ToyWorld::new(&sources) };
    world.build(ACTIONS, "*");
    world.disk.tick();
    world
}

fn named(world: &ToyWorld, name: &str) -> Option<String> {
    world.disk.peek_link(name)
}

#[test]
fn a_name_is_a_link_and_a_build_with_nothing_to_do_recalls_it() {
    let world = built();
    assert_eq!(named(&world, "out/lib.so").as_deref(), Some("lib.so.1"));
    assert_eq!(world.build(ACTIONS, "*"), "all as it was\n");
    // What it leads to is another content: the link itself stays.
    world.edit("a", "A2");
    let link = world.disk.stamp_of("out/lib.so");
    world.build(ACTIONS, "*");
    assert_eq!(
        (world.read("out/lib.so.1").as_str(), world.disk.stamp_of("out/lib.so")),
        ("cc(A2)", link)
    );
    world.disk.tick();
    assert_eq!(world.build(ACTIONS, "*"), "all as it was\n");
    // The same by a look at everything.
    let world = ToyWorld { recall: false, ..world };
    world.check(ACTIONS, "*", expect![""]);
}

#[test]
fn what_stands_in_its_place_makes_way() {
    let same = "cc(A)";
    let damages: [&dyn Fn(&ToyWorld); 6] = [
        &|world| world.disk.delete("out/lib.so"),
        &|world| world.disk.edit("out/lib.so", same.as_bytes()),
        &|world| world.disk.link("out/lib.so", "/w/elsewhere/file"),
        &|world| world.disk.link("out/lib.so", "./lib.so.1"),
        &|world| world.disk.dir("out/lib.so"),
        &|world| world.disk.hard_link("out/lib.so", "out/lib.so.1"),
    ];
    for (at, damage) in damages.iter().enumerate() {
        for recall in [false, true] {
            let world = ToyWorld { recall, ..built() };
            world.disk.delete("out/lib.so");
            damage(&world);
            world.disk.tick();
            let told = world.build(ACTIONS, "*");
            assert!(told.contains("out/lib.so: its output out/lib.so "), "{at} {recall}: {told}");
            assert_eq!(
                named(&world, "out/lib.so").as_deref(),
                Some("lib.so.1"),
                "{at} {recall}: {told}"
            );
            assert_eq!(world.read("out/lib.so.1"), same, "{at} {recall}");
            assert_eq!(world.read("elsewhere/file"), "precious", "{at} {recall}");
            let again = world.build(ACTIONS, "*");
            assert!(again.is_empty() || again == "all as it was\n", "{at} {recall}: {again}");
        }
    }
}

#[test]
fn a_link_that_nobody_makes_any_more_goes_and_what_it_names_stays() {
    let world = built();
    world.check("out/lib.so.1 : cc a", "*", expect!["removed out/lib.so\n"]);
    assert_eq!(world.read("out/lib.so.1"), "cc(A)");
    // Also one that leads nowhere any more.
    let world = built();
    world.check(
        "out/other : cc a",
        "*",
        expect![[r#"
        removed out/lib.so
        removed out/lib.so.1
        out/other: there is no result of an earlier run
    "#]],
    );
    // And a file takes its place.
    let world = built();
    world.build("out/lib.so : cc a", "*");
    assert_eq!(world.disk.peek("out/lib.so").as_deref(), Some(&b"cc(A)"[..]));
}
