//! Each reason for which an action runs, in its words; and that nothing else runs.

use super::toy_world::ToyWorld;
use crate::check::reason::Reason;
use expect_test::expect;

/// Where the words of recipes lie.
const RECIPES: &str = "out/.state/state.recipes";

const APP: &str = "
    out/a.o : cc a.c
    out/b.o : cc b.c
    out/app : ld out/a.o out/b.o";

/// Built once.
fn built(actions: &str) -> ToyWorld {
    let sources = [("a.c", "#include a.h\nA"), ("b.c", "B"), ("a.h", "H"), ("c.c", "C")];
    let world = ToyWorld::new(&sources);
    world.build(actions, "*");
    world.check(actions, "*", expect![""]);
    world
}

#[test]
fn never_run() {
    let world = ToyWorld::new(&[("a.c", "A"), ("b.c", "B")]);
    world.check(
        APP,
        "*",
        expect![[r#"
            out/a.o: there is no result of an earlier run
            out/b.o: there is no result of an earlier run
            out/app: there is no result of an earlier run
        "#]],
    );
    assert_eq!(world.read("out/app"), "ld(cc(A),cc(B))");
    world.check(APP, "*", expect![""]);
}

#[test]
fn recipe_changed() {
    let world = built(APP);
    let flags = APP.replace("cc b.c", "cc-O2$X=1 b.c");
    world.check(
        &flags,
        "*",
        expect![[r#"
            out/b.o: its command changed: -O2, TOY=X=1 in its environment instead of ''
            out/app: out/b.o changed
        "#]],
    );
    world.check(&flags, "*", expect![""]);
}

/// Whatever became of the words of old recipes: the same actions run.
#[test]
fn the_words_of_a_recipe_are_lost() {
    let old = built(APP);
    let words = |world: &ToyWorld| world.disk.peek(RECIPES).unwrap();
    let flags = APP.replace("cc b.c", "cc-O2 b.c");
    let before = words(&old);
    old.build(&flags, "*");
    let after = words(&old);
    assert!(after.len() > before.len() && after.starts_with(&before));
    let middle = after.len() - 40;
    let damaged = [&after[..middle], b"?", &after[middle + 1..]].concat();
    let gone = |world: &ToyWorld| world.disk.delete(RECIPES);
    type Change<'a> = &'a dyn Fn(&ToyWorld);
    let cases: [(Change<'_>, bool); 6] = [
        (&|_| (), true),
        (&gone, false),
        (&|world| world.disk.edit(RECIPES, &before), false),
        (&|world| world.disk.edit(RECIPES, &damaged), false),
        (&|world| world.disk.edit(RECIPES, b""), false),
        (&|world| (gone(world), world.disk.dir(RECIPES)).1, false),
    ];
    for (at, (change, known)) in cases.into_iter().enumerate() {
        let world = ToyWorld::on(old.disk.copy());
        change(&world);
        world.check(&flags, "*", expect![""]);
        let words = if known {
            "its command changed: '' instead of -O2"
        } else {
            "what it does changed; how it was is no longer recorded"
        };
        let told: Vec<String> =
            world.build(APP, "*").lines().map(|line| line.trim_end().to_owned()).collect();
        let expected = [&format!("out/b.o: {words}"), "out/app: out/b.o changed"];
        assert_eq!(told, expected, "case {at}");
        assert_eq!(world.read("out/app"), "ld(cc(H;A),cc(B))", "case {at}");
        world.check(APP, "*", expect![""]);
        // What is written now is known next time.
        let told = world.build(&flags, "*");
        assert!(told.contains("-O2 instead of ''"), "case {at}: {told}");
    }
}

#[test]
fn recipe_of_a_step_changed() {
    let steps = APP.replace(": cc", ": !cc");
    let world = built(&steps);
    world.check(
        &steps.replace("cc b.c", "cc-g b.c"),
        "*",
        expect![[r#"
            out/b.o: its work changed: cc -g instead of cc
            out/app: out/b.o changed
        "#]],
    );
}

#[test]
fn input_added_removed_and_reordered() {
    let actions = "out/x : !cat a.c b.c";
    let world = built(actions);
    let more = "out/x : !cat a.c b.c c.c";
    world.check(
        more,
        "*",
        expect![[r#"
        out/x: c.c is a new input
    "#]],
    );
    world.check(more, "*", expect![""]);
    world.check(
        actions,
        "*",
        expect![[r#"
        out/x: c.c is no longer an input
    "#]],
    );
    world.check(
        "out/x : !cat b.c a.c",
        "*",
        expect![[r#"
        out/x: its inputs come in another order
    "#]],
    );
    assert_eq!(world.read("out/x"), "cat(B,H;A)");
    world.check(
        "out/x : !cat b.c a.c a.c",
        "*",
        expect![[r#"
        out/x: its inputs come in another order
    "#]],
    );
    world.check("out/x : !cat b.c a.c a.c", "*", expect![""]);
}

#[test]
fn input_changed() {
    let world = built(APP);
    world.edit("b.c", "BB");
    world.check(
        APP,
        "*",
        expect![[r#"
            out/b.o: b.c changed
            out/app: out/b.o changed
        "#]],
    );
    world.check(APP, "*", expect![""]);
}

#[test]
fn discovered_input_changed() {
    for actions in [APP, &APP.replace(": cc", ": !cc")] {
        let world = built(actions);
        world.edit("a.h", "HH");
        world.check(
            actions,
            "*",
            expect![[r#"
                out/a.o: a.h changed
                out/app: out/a.o changed
            "#]],
        );
        assert_eq!(world.read("out/app"), "ld(cc(HH;A),cc(B))");
        world.check(actions, "*", expect![""]);
    }
}

#[test]
fn input_missing() {
    let world = built(APP);
    world.disk.delete("a.h");
    world.check(
        APP,
        "*",
        expect![[r#"
            out/a.o: a.h is gone
            out/a.o failed: toy ended with exit code 1
            1 not reached
        "#]],
    );
    world.edit("a.c", "A");
    world.check(
        APP,
        "*",
        expect![[r#"
            out/a.o: a.c changed
            out/app: out/a.o changed
        "#]],
    );
    world.check(APP, "*", expect![""]);
}

#[test]
fn a_header_that_is_gone_is_no_trouble_when_nobody_includes_it_any_more() {
    let world = built(APP);
    world.disk.delete("a.h");
    world.edit("a.c", "A2");
    let told = world.build(APP, "*");
    assert!(told.starts_with("out/a.o: a.c changed\n"), "{told}");
    world.check(APP, "*", expect![""]);
}

#[test]
fn a_missing_file_that_a_step_asked_for_counts_when_it_appears_and_when_it_goes() {
    let world = ToyWorld::new(&[("a", "?b\nA")]);
    let actions = "out/x : !cat a";
    world.build(actions, "*");
    world.check(actions, "*", expect![""]);
    world.edit("b", "B");
    world.check(
        actions,
        "*",
        expect![[r#"
        out/x: b changed
    "#]],
    );
    assert_eq!(world.read("out/x"), "cat(B;A)");
    world.disk.delete("b");
    world.check(
        actions,
        "*",
        expect![[r#"
        out/x: b is gone
    "#]],
    );
    assert_eq!(world.read("out/x"), "cat(A)");
    world.check(actions, "*", expect![""]);
}

#[test]
fn output_missing_or_changed() {
    let world = built(APP);
    world.disk.delete("out/b.o");
    // The same content again: nothing else runs.
    world.check(
        APP,
        "*",
        expect![[r#"
        out/b.o: its output out/b.o is gone
    "#]],
    );
    world.edit("out/app", "tampered");
    world.check(
        APP,
        "*",
        expect![[r#"
        out/app: its output out/app was changed by somebody else
    "#]],
    );
    assert_eq!(world.read("out/app"), "ld(cc(H;A),cc(B))");
    world.check(APP, "*", expect![""]);
}

#[test]
fn a_result_that_holds_only_once_is_made_each_time() {
    let world = ToyWorld::new(&[("a", "A")]);
    let actions = "
        out/now : !now a
        out/x : cat out/now";
    world.build(actions, "*");
    for _ in 0..2 {
        world.check(
            actions,
            "*",
            expect![[r#"
            out/now: there is no result of an earlier run
        "#]],
        );
    }
    world.edit("a", "B");
    world.check(
        actions,
        "*",
        expect![[r#"
        out/now: there is no result of an earlier run
        out/x: out/now changed
    "#]],
    );
}

#[test]
fn the_last_reason_is_remembered() {
    let world = built(APP);
    world.edit("a.h", "H2");
    world.build(APP, "*");
    let (store, _) = crate::Store::open(&world.disk, "out/.state/state").unwrap();
    let reason = |path| store.action(store.find(path).unwrap()).map(|record| record.reason.as_str());
    assert_eq!(reason("out/a.o"), Some("a.h changed"));
    assert_eq!(reason("out/b.o"), Some("there is no result of an earlier run"));
    assert_eq!(reason("out/app"), Some("out/a.o changed"));
    assert_eq!(store.find("nosuch"), None);
    let long = crate::Reason::RecipeChanged { removed: vec![], added: vec!["ä".repeat(900)] };
    assert_eq!(long.brief().chars().count(), 504);
}

#[test]
fn what_stands_in_a_record_by_its_digest_is_told_in_words() {
    let lines = |digit: &str| vec![format!("step what it is told #{}", digit.repeat(32))];
    let reason = Reason::RecipeChanged { removed: lines("a"), added: lines("0") };
    assert_eq!(reason.to_string(), "its work changed: what it is told");
}
