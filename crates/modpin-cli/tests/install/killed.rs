//! Installations that are killed (`kill -9`) at any moment: each file is the old one or the new one, the next installation is
//! whole, and nothing is left that `uninstall` does not know.

use std::time::Duration;

use modpin_test::{Random, reliability};

use super::{command, listed, modpin, world};

#[test]
fn what_is_killed_leaves_nothing_behind() {
    let world = world();
    modpin(&world, "build").has(0, "Finished");
    let mut random = Random::new(26);
    for round in 0..reliability::count(4, 300) {
        world.write("inc/z.h", format!("int z(void); /* {round} */\n"));
        let mut child = command(&world, "install --destdir d");
        child.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut child = child.spawn().expect("it starts");
        std::thread::sleep(Duration::from_micros(random.below(60_000) as u64));
        let _ = child.kill();
        child.wait().expect("it ends");
        if random.once_in(2) {
            modpin(&world, "install --destdir d").has(0, "");
            assert!(!listed(&world, "d").contains("modpin-new"), "{}", listed(&world, "d"));
            assert_eq!(world.read("d/usr/local/include/z.h"), world.read("inc/z.h"));
        }
        // Nothing was begun, or everything that was is known.
        let said = modpin(&world, "uninstall --destdir d");
        assert!(said.success() || said.err.contains("there is no installation"), "{}", said.err);
        let left = if world.path("d").exists() { listed(&world, "d") } else { Default::default() };
        let files: Vec<&str> = left.lines().filter(|line| !line.ends_with('/')).collect();
        assert!(files.is_empty(), "{files:?}");
    }
}
