//! The record survives its own loss: whatever happened to the store or to the ledger, what nobody makes any more goes, and
//! nothing else.

use super::there_already::with_response;
use super::toy_world::{STATE, ToyWorld};
use crate::check::orphans::remove_recorded;
use crate::fake::{FakeDisk, Fault};
use crate::state::Store;
use modpin_test::reliability::count;

const LEDGER: &str = "out/.state/state.outputs";
const ONE: &str = "out/one : cc-beside a";
const BOTH: &str = "out/one : cc-beside a\nout/sub/two out/sub/map : cc-beside b\nout/three : !cc a";
const MORE: &str = "out/one : cc-beside a\nout/four out/sub/more : cc-beside b";

/// Both are built; `old` is the store and the ledger before that.
fn built() -> (ToyWorld, [Vec<u8>; 2]) {
    let world = ToyWorld::new(&[("a", "A"), ("b", "B")]);
    world.build(ONE, "*");
    let old = [STATE, LEDGER].map(|path| world.disk.peek(path).unwrap());
    world.build(BOTH, "*");
    world.disk.tick();
    (world, old)
}

/// Whether only what `ONE` makes is there, after a build and a second one that has nothing to do.
fn only_one_is_left(world: &ToyWorld, what: &str) {
    let told = world.build(ONE, "*");
    let left = world.disk.list("out").into_iter().filter(|path| !path.starts_with("out/.state/"));
    assert_eq!(left.collect::<Vec<_>>(), ["out/one", "out/one.side"], "{what}: {told}");
    assert_eq!(world.build(ONE, "*"), "", "{what}, again");
}

/// Whether nothing is left after everything that is known was removed.
fn nothing_is_left(disk: &FakeDisk, what: &str) {
    let (store, _) = Store::read(disk, STATE).unwrap();
    remove_recorded("out", disk, &store, || false).unwrap();
    let left = disk.list("out").into_iter().filter(|path| !path.starts_with("out/.state/"));
    assert_eq!(left.collect::<Vec<_>>(), [""; 0], "{what}");
}

/// Both, after the same damage.
fn survives(damage: &dyn Fn(&FakeDisk), what: &str) {
    let (world, _) = built();
    damage(&world.disk);
    let copy = world.disk.copy();
    only_one_is_left(&world, what);
    nothing_is_left(&copy, what);
}

#[test]
fn a_removed_action_goes_although_the_store_or_the_ledger_was_lost() {
    for path in [STATE, LEDGER] {
        survives(&|disk| disk.delete(path), &format!("{path} lost"));
        survives(&|disk| disk.edit(path, b"no such thing"), &format!("{path} damaged"));
        survives(&|disk| disk.edit(path, b""), &format!("{path} empty"));
        survives(
            &|disk| {
                disk.delete(path);
                disk.dir(path);
                disk.delete(&format!("{path}/precious"));
            },
            &format!("{path} is a directory"),
        );
    }
}

#[test]
fn a_removed_action_goes_although_the_store_or_the_ledger_is_an_older_copy() {
    let (_, old) = built();
    survives(&|disk| disk.edit(STATE, &old[0]), "an older store");
    survives(&|disk| disk.edit(LEDGER, &old[1]), "an older ledger");
}

#[test]
fn a_removed_action_goes_wherever_the_store_or_the_ledger_was_cut_or_damaged() {
    let (world, _) = built();
    for path in [STATE, LEDGER] {
        let whole = world.disk.peek(path).unwrap();
        let step = count(1 + whole.len() / 60, 1);
        for at in (0..whole.len()).step_by(step) {
            survives(&|disk| disk.edit(path, &whole[..at]), &format!("{path} cut at {at}"));
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << (at % 8);
            survives(&|disk| disk.edit(path, &damaged), &format!("{path} damaged at {at}"));
        }
    }
}

/// What is added to a ledger with a torn end would be behind it, where nobody reads on.
#[test]
fn what_is_known_after_a_torn_end_is_known() {
    let world = ToyWorld::new(&[("a", "A"), ("b", "B")]);
    world.build(ONE, "*");
    let mut ledger = world.disk.peek(LEDGER).unwrap();
    ledger.extend(b"torn");
    world.disk.edit(LEDGER, &ledger);
    world.build(BOTH, "*");
    world.disk.delete(STATE);
    only_one_is_left(&world, "a torn end");
}

/// What an older copy calls ours may be somebody else's by now.
#[test]
fn what_only_an_older_copy_calls_ours_stays() {
    for path in [STATE, LEDGER] {
        let (world, _) = built();
        let old = world.disk.peek(path).unwrap();
        world.build(ONE, "*");
        world.disk.edit(path, &old);
        world.edit("out/sub/two", "mine");
        let copy = world.disk.copy();
        world.build(ONE, "*");
        assert_eq!(world.read("out/sub/two"), "mine", "{path}");
        let (store, _) = Store::read(&copy, STATE).unwrap();
        remove_recorded("out", &copy, &store, || false).unwrap();
        assert_eq!(copy.peek("out/sub/two").as_deref(), Some(&b"mine"[..]), "{path}");
    }
}

#[test]
fn what_a_killed_build_has_written_goes_although_the_store_is_lost() {
    let both = with_response(BOTH, "out/sub/two", "out/sub/words");
    let all: Vec<_> = both.actions().flat_map(|(_, action)| action.outputs.clone()).collect();
    for after in 0..200 {
        let world = ToyWorld::new(&[("a", "A"), ("b", "B")]);
        world.build(ONE, "*");
        world.disk.set_fault(Fault::Death { after, torn: after % 2 == 1 });
        let ended = world.run(&both, &all).outcome.is_ok_and(|outcome| outcome.success());
        world.disk.set_fault(Fault::None);
        world.disk.tick();
        let what = format!("killed after {after}");
        nothing_is_left(&world.disk.copy(), &what);
        let lost = ToyWorld::on(world.disk.copy());
        lost.disk.delete(STATE);
        only_one_is_left(&lost, &what);
        only_one_is_left(&world, &what);
        if ended {
            return;
        }
    }
    panic!("it was never done");
}

/// What one of the two has lost, the other one still knows, at whatever moment the next build ends.
#[test]
fn what_was_lost_is_known_when_the_next_build_is_killed() {
    let (_, old) = built();
    let olds = [(STATE, &old[0]), (LEDGER, &old[1])];
    for ((path, old), next) in olds.into_iter().flat_map(|old| [ONE, BOTH, MORE].map(|next| (old, next)))
    {
        let older = |disk: &FakeDisk| disk.edit(path, old);
        let lost = |disk: &FakeDisk| disk.delete(path);
        survives_twice(next, &older, &format!("{path} is older"));
        survives_twice(next, &lost, &format!("{path} is lost"));
    }
}

/// Damage, a build that is killed, the same damage again or none.
fn survives_twice(next: &str, damage: &dyn Fn(&FakeDisk), what: &str) {
    for (after, torn) in (0..200).flat_map(|after| [(after, false), (after, true)]) {
        let (world, _) = built();
        damage(&world.disk);
        world.disk.set_fault(Fault::Death { after, torn });
        let ended = world.run_all(next).outcome.is_ok_and(|outcome| outcome.success());
        world.disk.set_fault(Fault::None);
        world.disk.tick();
        let what = format!("{what}, {next:?} killed after {after}, torn: {torn}");
        nothing_is_left(&world.disk.copy(), &what);
        let again = ToyWorld::on(world.disk.copy());
        damage(&again.disk);
        only_one_is_left(&again, &format!("{what}, and once more"));
        only_one_is_left(&world, &what);
        if ended {
            return;
        }
    }
    panic!("{what}: it was never done");
}
