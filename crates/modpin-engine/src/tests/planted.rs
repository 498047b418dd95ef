//! Links and second names planted in the build directory, in the place of whatever we write there: what they name stays as
//! it is, and the build is right.

use super::toy_world::{ToyWorld, graph};
use crate::fake::FakeDisk;
use crate::world::disk::Disk;
use modpin_test::Random;
use modpin_test::reliability::count;

const ACTIONS: &str = "
    out/obj/a.o : cc-beside a
    out/obj/b.o : cc b
    out/app out/map : ld out/obj/a.o out/obj/b.o
    out/name : !name out/app";

/// The files outside of the build directory that are to stay as they are.
const OUTSIDE: [&str; 3] = ["elsewhere/file", "elsewhere/obj/a.o", "elsewhere/partial/x"];

fn built() -> ToyWorld {
    let world = ToyWorld { recall: true, ..ToyWorld::new(&[("a", "A"), ("b", "B")]) };
    OUTSIDE.iter().for_each(|path| world.disk.edit(path, b"precious"));
    world.build(ACTIONS, "*");
    world.disk.tick();
    world
}

/// Plants something at a path of ours, or in the place of a directory above it.
fn plant(disk: &FakeDisk, path: &str, random: &mut Random) -> String {
    let path = match random.below(4) {
        0 if path.contains("/obj/") => "out/obj",
        1 => "out/.state/partial",
        2 => &format!("{path}.new"),
        _ => path,
    };
    let what = random.below(4);
    let content = disk.peek(path);
    disk.delete(path);
    match what {
        0 => disk.link(path, "/w/elsewhere/file"),
        1 => disk.hard_link(path, "elsewhere/file"),
        2 => disk.link(path, "/w/elsewhere"),
        _ => {
            // The file itself, as a copy of the tree would share it.
            disk.edit("elsewhere/copy", &content.unwrap_or_default());
            disk.hard_link(path, "elsewhere/copy");
        }
    }
    format!("{path} ({what})")
}

#[test]
fn what_planted_names_lead_to_stays_as_it_is() {
    for round in 0..count(200, 2000) {
        let (world, mut random) = (built(), Random::new(round as u64));
        let paths: Vec<String> = world.disk.list("out");
        let planted: Vec<String> = (0..1 + random.below(3))
            .map(|_| plant(&world.disk, random.pick(&paths).unwrap(), &mut random))
            .collect();
        let copy = world.disk.peek("elsewhere/copy");
        world.disk.tick();
        let what = format!("round {round}: {planted:?}");
        if random.once_in(2) {
            world.edit("a", "A2");
        }
        for _ in 0..2 {
            let told = world.build(ACTIONS, "*");
            for path in OUTSIDE {
                assert_eq!(world.read(path), "precious", "{what}: {path}\n{told}");
            }
            assert_eq!(world.disk.peek("elsewhere/copy"), copy, "{what}\n{told}");
            let a = world.read("a");
            let object = format!("cc-beside({a})");
            assert_eq!(world.read("out/obj/a.o"), object, "{what}\n{told}");
            assert_eq!(world.read("out/app"), format!("ld0({object},cc(B))"), "{what}\n{told}");
            assert_eq!(world.disk.peek_link("out/name").as_deref(), Some("app"), "{what}\n{told}");
        }
        assert_eq!(world.build(ACTIONS, "*"), "all as it was\n", "{what}");
        let fresh = graph(ACTIONS).unwrap();
        assert!(fresh.find("out/app").is_some());
    }
}

/// `cp -al`: each file has a second name in the copy.
#[test]
fn a_tree_that_was_copied_with_links_and_its_copy_live_apart() {
    let world = built();
    let content = |dir: &str| {
        let all = world.disk.list(dir).into_iter();
        all.map(|path| (world.disk.peek(&path), path)).collect::<Vec<_>>()
    };
    for path in world.disk.list("out") {
        world.disk.hard_link(&path.replacen("out", "copy", 1), &path);
    }
    world.disk.tick();
    let copy = content("copy");
    world.edit("a", "A2");
    world.build(ACTIONS, "*");
    world.build("out/obj/b.o : cc b", "*");
    assert_eq!(content("copy"), copy);
}

#[test]
fn an_empty_directory_for_unfinished_files_stays_unless_it_lies_elsewhere() {
    const PLACE: &str = "out/.state/partial";
    let world = built();
    let inode = || world.disk.lstat(PLACE).unwrap().map(|it| it.inode);
    let before = inode();
    world.edit("a", "A2");
    world.build(ACTIONS, "*");
    assert_eq!(inode(), before);
    world.disk.create_dirs("elsewhere/empty").unwrap();
    world.disk.delete(PLACE);
    world.disk.link(PLACE, "/w/elsewhere/empty");
    let before = world.disk.stamp_of("elsewhere/empty");
    world.edit("a", "A3");
    world.build(ACTIONS, "*");
    assert_eq!(world.disk.stamp_of("elsewhere/empty"), before);
    assert_eq!(world.disk.peek_link(PLACE), None);
}
