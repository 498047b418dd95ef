//! A damaged state file: whatever happened to it, the next build is right, warns once at most, and the
//! one after that has nothing to do.

use super::toy_world::{STATE, ToyWorld};
use crate::fake::FakeDisk;
use crate::state::Store;
use crate::state::log::ActionRecord;
use crate::world::disk::Disk;
use crate::world::hash::Hash;
use expect_test::expect;
use modpin_test::reliability::count;

/// Two headers and two sources of the same content: records that are mixed up look plausible.
const ACTIONS: &str = "
    out/x.o : cc x.c
    out/y.o : cc y.c
    out/z.o : !cc z.c
    out/app : ld out/x.o out/y.o out/z.o";

/// Built, edited and built again, so that the state has a history.
fn built() -> FakeDisk {
    let sources = [
        ("x.c", "#include x.h\nS"),
        ("y.c", "#include y.h\nS"),
        ("z.c", "#include x.h\n#include y.h\nS"),
        ("x.h", "H"),
        ("y.h", "G"),
    ];
    let world = ToyWorld::new(&sources);
    world.build(ACTIONS, "*");
    world.edit("y.h", "H");
    world.build(ACTIONS, "*");
    world.disk.tick();
    assert_eq!(world.build(ACTIONS, "*"), "");
    world.disk
}

type Edit = fn(&FakeDisk);

/// What may have happened besides; and what the result must be.
const EDITS: [(Edit, &str); 5] = [
    (|_| (), "ld(cc(H;S),cc(H;S),cc(H;H;S))"),
    (|disk| disk.edit("x.h", b"X"), "ld(cc(X;S),cc(H;S),cc(X;H;S))"),
    (|disk| disk.edit("y.h", b"Y"), "ld(cc(H;S),cc(Y;S),cc(H;Y;S))"),
    (|disk| disk.edit("y.c", b"T"), "ld(cc(H;S),cc(T),cc(H;H;S))"),
    (|disk| disk.edit("out/y.o", b"T"), "ld(cc(H;S),cc(H;S),cc(H;H;S))"),
];

/// One of the edits, each in its turn; all of them for the reliability table.
fn edits(turn: usize) -> &'static [(Edit, &'static str)] {
    let from = turn % EDITS.len();
    count(&EDITS[from..=from], &EDITS)
}

/// Builds with this state after each edit; answers how many warnings there were.
fn survives(disk: &FakeDisk, state: &[u8], what: &str) -> usize {
    survives_edits(&EDITS, disk, state, what)
}

fn survives_edits(edits: &[(Edit, &str)], disk: &FakeDisk, state: &[u8], what: &str) -> usize {
    let mut warnings = 0;
    for &(edit, result) in edits {
        let world = ToyWorld::on(disk.copy());
        world.disk.edit(STATE, state);
        edit(&world.disk);
        world.disk.tick();
        let graph = super::toy_world::graph(ACTIONS).unwrap();
        let told = world.run(&graph, &[graph.find("out/app").unwrap()]);
        assert!(told.outcome.is_ok_and(|outcome| outcome.success()), "{what}: {}", told.text);
        assert_eq!(world.read("out/app"), result, "{what}: {}", told.text);
        assert!(told.warnings.len() <= 1, "{what}");
        warnings += told.warnings.len();
        assert_eq!(world.build(ACTIONS, "*"), "", "{what}, again");
    }
    warnings
}

#[test]
fn cut_at_every_byte() {
    let disk = built();
    let state = disk.peek(STATE).unwrap();
    for end in (0..state.len()).step_by(count(3, 1)) {
        assert_eq!(survives_edits(edits(end), &disk, &state[..end], &format!("cut at {end}")), 0);
    }
}

#[test]
fn every_byte_damaged() {
    let disk = built();
    let state = disk.peek(STATE).unwrap();
    // Every third of them comes to each edit and each bit as well.
    for at in (0..state.len()).step_by(count(3, 1)) {
        let (edits, values) = (edits(at), [state[at] ^ (1 << (at % 8)), 0, !state[at], 0xff]);
        let one = at / EDITS.len() % values.len();
        for &new in count(&values[one..=one], &values[..]) {
            let mut damaged = state.clone();
            damaged[at] = new;
            if damaged != state {
                let warnings = survives_edits(edits, &disk, &damaged, &format!("byte {at} is {new}"));
                assert_eq!(warnings, edits.len(), "byte {at} is {new}");
            }
        }
    }
}

/// The header, and the records as they stand.
fn records(state: &[u8]) -> (&[u8], Vec<&[u8]>) {
    let (header, mut rest) = state.split_at(15);
    let mut records = Vec::new();
    while let Some(length) = rest.first_chunk::<4>() {
        let (record, after) = rest.split_at(16 + u32::from_le_bytes(*length) as usize);
        records.push(record);
        rest = after;
    }
    (header, records)
}

#[test]
fn records_swapped_doubled_and_dropped() {
    let disk = built();
    let state = disk.peek(STATE).unwrap();
    let (header, all) = records(&state);
    assert!(all.len() > 10, "{}", all.len());
    let with = |records: &[&[u8]]| [header, &records.concat()].concat();
    for at in 0..all.len() {
        let mut doubled = all.clone();
        doubled.insert(at, all[at]);
        assert_eq!(survives(&disk, &with(&doubled), &format!("{at} doubled")), EDITS.len());
        let mut dropped = all.clone();
        dropped.remove(at);
        let last = at + 1 == all.len();
        let expected = if last { 0 } else { EDITS.len() };
        assert_eq!(survives(&disk, &with(&dropped), &format!("{at} dropped")), expected);
        for other in at + 1..all.len() {
            let mut swapped = all.clone();
            swapped.swap(at, other);
            if swapped != all {
                let what = format!("{at} and {other} swapped");
                let edits = edits(at + other);
                assert_eq!(survives_edits(edits, &disk, &with(&swapped), &what), edits.len());
            }
        }
    }
}

#[test]
fn blocks_of_zeroes_and_of_another_place() {
    let disk = built();
    let state = disk.peek(STATE).unwrap();
    for (block, start) in
        [16, 64, 512].into_iter().flat_map(|b| (0..state.len()).step_by(b).map(move |s| (b, s)))
    {
        let (end, edits) = ((start + block).min(state.len()), edits(start / block));
        let mut zeroes = state.clone();
        zeroes[start..end].fill(0);
        survives_edits(edits, &disk, &zeroes, &format!("zeroes from {start} to {end}"));
        let mut moved = state.clone();
        moved.drain(start..end);
        survives_edits(edits, &disk, &moved, &format!("without {start} to {end}"));
    }
    survives(&disk, &[&state[..], &[0; 100]].concat(), "zeroes at the end");
    survives(&disk, &[&state[..], &state[..]].concat(), "twice");
}

#[test]
fn the_state_of_another_version_or_of_another_program() {
    let disk = built();
    for (state, warning) in [
        (
            &b"modpin state 1\nwhatever"[..],
            "warning: out/.state/state: it was written by another version; everything is built again\n",
        ),
        (
            b"modpin state 999\n",
            "warning: out/.state/state: it was written by another version; everything is built again\n",
        ),
        (b"\x7fELF", "warning: out/.state/state: it is damaged; everything is built again\n"),
    ] {
        let world = ToyWorld::on(disk.copy());
        world.disk.edit(STATE, state);
        let told = world.build(ACTIONS, "*");
        assert!(told.starts_with(warning), "{told}");
        world.check(ACTIONS, "*", expect![""]);
    }
    survives(&disk, b"", "empty");
}

#[test]
fn a_directory_in_the_place_of_the_state() {
    let world = ToyWorld::on(built());
    world.disk.delete(STATE);
    world.disk.dir(STATE);
    let told = world.build(ACTIONS, "*");
    assert!(told.starts_with("warning: out/.state/state: it is damaged"), "{told}");
    world.check(ACTIONS, "*", expect![""]);
}

#[test]
fn a_state_that_is_only_read_stays_as_it_is() {
    let disk = built();
    let state = disk.peek(STATE).unwrap();
    let read = |disk: &FakeDisk| {
        let before = disk.snapshot();
        let (store, warning) = Store::read(disk, STATE).unwrap();
        assert_eq!(disk.snapshot(), before);
        (store.actions().count(), warning)
    };
    assert_eq!(read(&disk), (4, None));
    disk.edit(STATE, &state[..state.len() - 1]);
    assert_eq!(read(&disk).1, None, "a record that was cut off");
    disk.edit(STATE, b"\x7fELF");
    assert_eq!(read(&disk), (0, Some("out/.state/state: it is damaged".to_owned())));
    disk.delete(STATE);
    assert_eq!(read(&disk), (0, None));
    disk.dir(STATE);
    assert_eq!(read(&disk), (0, None));
}

#[test]
fn a_log_of_mostly_history_is_written_anew() {
    let world = ToyWorld::on(built());
    let mut largest = 0;
    for round in 0..400 {
        world.edit("x.h", &round.to_string());
        world.build(ACTIONS, "*");
        largest = largest.max(world.disk.peek(STATE).unwrap().len());
    }
    let size = world.disk.peek(STATE).unwrap().len();
    assert!(size < largest, "{size} of {largest}");
    assert!(largest < 400_000, "{largest}");
    world.check(ACTIONS, "*", expect![""]);
    // What was written anew is as good as what was there.
    let (store, warning) = Store::open(&world.disk, STATE).unwrap();
    assert_eq!((store.actions().count(), warning), (4, None));
}

#[test]
fn nothing_is_written_after_a_write_that_failed() {
    let disk = built();
    let (mut store, _) = Store::open(&disk, STATE).unwrap();
    let id = store.id("new/path");
    let record = ActionRecord { digest: Hash::of(b"x"), ..ActionRecord::without_result(1) };
    disk.set_fault(crate::fake::Fault::Full(0));
    assert!(store.set_action(id, record.clone()).is_err());
    disk.set_fault(crate::fake::Fault::None);
    let error = store.set_action(id, record.clone()).unwrap_err().to_string();
    assert_eq!(error, "out/.state/state: cannot write: an earlier write failed");
    // Half a record stands there now; the next to come drops it.
    let (mut store, warning) = Store::open(&disk, STATE).unwrap();
    assert_eq!(warning, None);
    let id = store.id("new/path");
    store.set_action(id, record.clone()).unwrap();
    let (mut store, warning) = Store::open(&disk, STATE).unwrap();
    let id = store.id("new/path");
    assert_eq!((store.action(id), warning), (Some(&record), None));
}

#[test]
fn a_state_that_cannot_be_read_is_an_error_and_is_not_lost() {
    let disk = built();
    let state = disk.peek(STATE).unwrap();
    disk.set_fault(crate::fake::Fault::Read(2));
    let error = Store::open(&disk, STATE).map(|_| ()).unwrap_err().to_string();
    assert_eq!(error, "out/.state/state: cannot read: Input/output error (os error 5)");
    assert_eq!(disk.peek(STATE).unwrap(), state);
    assert!(disk.stat(STATE).is_ok());
}
