//! What stands in the place of an output is put right; what nobody makes any more goes, and nothing else.

use super::toy_world::ToyWorld;
use crate::fake::FakeProcesses;
use crate::world::disk::Disk;
use expect_test::expect;

const APP: &str = "
    out/obj/a.o : cc a
    out/app : ld out/obj/a.o";

fn built() -> ToyWorld {
    let world = ToyWorld::new(&[("a", "A"), ("b", "B"), ("elsewhere/file", "precious")]);
    world.build(APP, "*");
    world
}

/// Damages the output `out/obj/a.o`; afterwards all is as it was, and the next build has nothing to do.
fn restored(damage: impl Fn(&ToyWorld)) {
    let world = built();
    damage(&world);
    let told = world.build(APP, "*");
    assert!(told.starts_with("out/obj/a.o: its output out/obj/a.o "), "{told}");
    assert_eq!(world.read("out/obj/a.o"), "cc(A)", "{told}");
    assert_eq!(world.read("out/app"), "ld(cc(A))");
    assert_eq!(world.read("elsewhere/file"), "precious");
    world.check(APP, "*", expect![""]);
}

/// The engine's own files, and these.
fn own(others: &[&str]) -> Vec<String> {
    let own = ["state", "state.outputs", "state.recipes", "state.seal"]
        .map(|name| format!("out/.state/{name}"));
    own.into_iter().chain(others.iter().map(|&path| path.to_owned())).collect()
}

#[test]
fn a_damaged_output_is_restored() {
    restored(|world| world.disk.delete("out/obj/a.o"));
    restored(|world| world.edit("out/obj/a.o", ""));
    restored(|world| world.edit("out/obj/a.o", "cc(X)"));
    restored(|world| world.edit("out/obj/a.o", "something longer"));
    restored(|world| world.disk.edit("out/obj/a.o", b"cc(Y)"));
    restored(|world| world.disk.dir("out/obj/a.o"));
    restored(|world| world.disk.link("out/obj/a.o", "/w/elsewhere/file"));
    restored(|world| world.disk.link("out/obj/a.o", "nowhere"));
}

#[test]
fn a_link_to_the_right_content_is_not_the_output() {
    restored(|world| {
        world.edit("elsewhere/copy", "cc(A)");
        world.disk.link("out/obj/a.o", "/w/elsewhere/copy");
    });
}

#[test]
fn a_file_or_a_broken_link_where_a_directory_is_needed_makes_way() {
    restored(|world| {
        world.disk.delete("out/obj");
        world.disk.edit("out/obj", b"in the way");
    });
    restored(|world| {
        world.disk.delete("out/obj");
        world.disk.link("out/obj", "nowhere");
    });
    restored(|world| {
        world.disk.delete("out/obj");
        world.disk.link("out/obj", "/w/elsewhere/file");
    });
}

#[test]
fn nothing_makes_way_outside_the_build_directory() {
    let world = ToyWorld::new(&[("a", "A"), ("gen", "precious"), ("other/x/precious", "precious")]);
    world.check(
        "gen/x : cc a",
        "*",
        expect![[r#"
        gen/x: there is no result of an earlier run
        gen/x failed: gen: cannot make the directory: entity already exists
    "#]],
    );
    world.check(
        "other/x : cc a",
        "*",
        expect![[r#"
        other/x: there is no result of an earlier run
        other/x failed: other/x: cannot replace: is a directory
    "#]],
    );
    assert_eq!(world.read("gen"), "precious");
    assert_eq!(world.read("other/x/precious"), "precious");
}

#[test]
fn a_file_becomes_a_directory_and_the_reverse() {
    let world = ToyWorld::new(&[("a", "A")]);
    let (file, below) = ("out/x : cc a", "out/x/y : cc a");
    world.build(file, "*");
    world.check(
        below,
        "*",
        expect![[r#"
        removed out/x
        out/x/y: there is no result of an earlier run
    "#]],
    );
    world.check(
        file,
        "*",
        expect![[r#"
        removed out/x/y
        out/x: there is no result of an earlier run
    "#]],
    );
    assert_eq!(world.read("out/x"), "cc(A)");
}

#[test]
fn outputs_of_removed_actions_go_with_their_empty_directories() {
    let world = built();
    world.check(
        "out/app2 : ld a",
        "out/app2",
        expect![[r#"
        removed out/app
        removed out/obj/a.o
        out/app2: there is no result of an earlier run
    "#]],
    );
    assert_eq!(world.disk.list("out"), own(&["out/app2"]));
    world.check("out/app2 : ld a", "*", expect![""]);
    // And back again.
    assert!(world.build(APP, "*").starts_with("removed out/app2\n"));
}

#[test]
fn what_holds_only_once_goes_too_when_nobody_makes_it() {
    let world = ToyWorld::new(&[("a", "A")]);
    world.build("out/now : !now a", "*");
    world.check(
        "out/x : cc a",
        "*",
        expect![[r#"
        removed out/now
        out/x: there is no result of an earlier run
    "#]],
    );
}

#[test]
fn a_further_output_that_is_no_longer_made_goes_and_the_reason_tells() {
    let world = ToyWorld::new(&[("a", "A")]);
    world.build("out/x out/map : ld a", "*");
    let only = "out/x : ld a";
    world.check(
        only,
        "*",
        expect![[r#"
        removed out/map
        out/x: its command changed: without -oout/map, the output out/map now
    "#]],
    );
    world.check(only, "*", expect![""]);
    world.check(
        "out/x out/other : ld a",
        "*",
        expect![[r#"
        out/x: its command changed: now with -oout/other, the output out/other
    "#]],
    );
}

#[test]
fn a_further_output_that_was_taken_away_and_put_back_is_made_again() {
    let world = ToyWorld::new(&[("a", "A")]);
    let both = "out/x out/map : ld a";
    world.build(both, "*");
    world.failing.lock().unwrap().insert("out/x".into());
    assert!(world.build("out/x : ld a", "*").contains("removed out/map"));
    world.failing.lock().unwrap().clear();
    world.check(
        both,
        "*",
        expect![[r#"
        out/x: its output out/map is gone
    "#]],
    );
    world.check(both, "*", expect![""]);
}

#[test]
fn an_output_that_another_action_makes_now_stays() {
    let world = ToyWorld::new(&[("a", "A"), ("b", "B")]);
    world.build("out/x out/y : ld a", "*");
    let two = "
        out/x : ld a
        out/y : ld b";
    world.check(
        two,
        "*",
        expect![[r#"
        out/x: its command changed: without -oout/y, the output out/y now
        out/y: there is no result of an earlier run
    "#]],
    );
    world.check(two, "*", expect![""]);
    assert_eq!(world.read("out/y"), "ld(B)");
    world.check(
        "out/x out/y : ld a",
        "*",
        expect![[r#"
        out/x: its command changed: now with -oout/y, the output out/y
    "#]],
    );
    assert_eq!(world.read("out/y"), "ld1(A)");
}

#[test]
fn an_output_that_another_action_was_to_make_and_did_not_goes_too() {
    let world = ToyWorld::new(&[("a", "A"), ("b", "B")]);
    world.build("out/x out/map : ld a\nout/z : cc b", "*");
    let renamed = "out/y out/map : ld a\nout/z : cc b";
    world.check(
        renamed,
        "out/z",
        expect![[r#"
            removed out/x
        "#]],
    );
    let without = "out/y : ld a\nout/z : cc b";
    world.check(
        without,
        "out/z",
        expect![[r#"
            removed out/map
        "#]],
    );
}

#[test]
fn a_directory_whose_file_somebody_removed_goes_with_its_action() {
    let world = ToyWorld::new(&[("a", "A")]);
    world.build("out/x : cc a\nout/one/two/y : cc a", "*");
    world.disk.delete("out/one/two/y");
    assert_eq!(world.build("out/x : cc a", "*"), "");
    let names = world.disk.names("out").unwrap();
    assert!(!names.contains(&(b"one".to_vec(), true)), "{names:?}");
}

#[test]
fn removal_never_leaves_the_build_directory() {
    let world = ToyWorld::new(&[("a", "A")]);
    world.build("src/gen : cc a\nout/../up : cc a\nout/x : cc a", "*");
    world.check(
        "out/y : cc a",
        "*",
        expect![[r#"
        removed out/x
        out/y: there is no result of an earlier run
    "#]],
    );
    assert_eq!(world.read("src/gen"), "cc(A)");
    assert_eq!(world.read("up"), "cc(A)");
}

#[test]
fn removal_follows_no_link_and_takes_no_directory() {
    let world = ToyWorld::new(&[("a", "A"), ("elsewhere/x", "precious")]);
    world.build("out/dir/x : cc a\nout/y : cc a\nout/z : cc a", "*");
    world.disk.delete("out/dir");
    world.disk.link("out/dir", "/w/elsewhere");
    world.disk.delete("out/y");
    world.disk.dir("out/y");
    world.disk.delete("out/z");
    world.disk.link("out/z", "/w/elsewhere/x");
    world.check(
        "out/new : cc a",
        "*",
        expect![[r#"
        removed out/z
        out/new: there is no result of an earlier run
    "#]],
    );
    assert_eq!(world.read("elsewhere/x"), "precious");
    assert_eq!(world.read("out/y/precious"), "precious");
}

#[test]
fn a_former_output_that_somebody_wrote_by_hand_is_a_source() {
    let world = ToyWorld::new(&[("a", "A")]);
    world.build("out/gen : cc a\nout/x : cc out/gen", "*");
    let by_hand = "out/x : cc out/gen";
    world.edit("out/gen", "mine");
    world.check(
        by_hand,
        "*",
        expect![[r#"
        out/x: out/gen changed
    "#]],
    );
    assert_eq!(world.read("out/gen"), "mine");
    // What we made ourselves is no source: a clean build would not have it.
    let world = ToyWorld::new(&[("a", "A")]);
    world.build("out/gen : cc a\nout/x : cc out/gen", "*");
    world.check(
        by_hand,
        "*",
        expect![[r#"
        removed out/gen
        out/x: out/gen is gone
        out/x failed: toy ended with exit code 1
    "#]],
    );
}

#[test]
fn outputs_of_odd_places_do_not_meet() {
    let world = ToyWorld::new(&[("a", "A"), ("b", "B")]);
    let actions = "
        /abs/x : cc a
        abs/x : cc b
        ../state : cc a
        @root/abs/x : cc b
        @up/state : cc b
        up/../y : cc b";
    world.disk.edit("up/.keep", b"");
    let told = world.build(actions, "*");
    assert!(!told.contains("failed"), "{told}");
    assert_eq!([world.read("/abs/x"), world.read("abs/x")], ["cc(A)", "cc(B)"]);
    assert_eq!([world.read("/state"), world.read("y")], ["cc(A)", "cc(B)"]);
    world.check(actions, "*", expect![""]);
    // Where they lie until they are whole, too.
    let world = ToyWorld { keep_going: true, ..world };
    let places = std::sync::Mutex::new(std::collections::BTreeSet::new());
    let processes = FakeProcesses(
        |spawn: &crate::Spawn| {
            let outputs = super::toy::Toy::parse(spawn).0.outputs;
            places.lock().unwrap().extend(outputs.into_iter().map(|path| path.replace("//", "/")));
            Err(std::io::ErrorKind::NotFound.into())
        },
        &world.millis,
    );
    world.edit("a", "A2");
    world.edit("b", "B2");
    let graph = super::toy_world::graph(actions).unwrap();
    let wanted: Vec<_> = graph.actions().flat_map(|(_, action)| action.outputs.clone()).collect();
    world.run_with(&graph, &wanted, &processes);
    let places = places.into_inner().unwrap();
    assert_eq!(places.len(), 6, "{places:?}");
    assert!(
        places.iter().all(|place| place.starts_with("out/.state/partial/") && !place.contains(".."))
    );
}
