//! One build at a time in a directory, and a lock that nobody can leave behind.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use modpin_engine::{Interrupt, Lock, RealProcesses};
use modpin_test::reliability::count;
use rustix::process::Signal;

use crate::soon;
use crate::tool::{Tool, until};
use crate::world::{SOURCES, Sources, world};

#[test]
fn a_second_build_waits_and_says_for_whom() {
    for _ in 0..count(2, 200) {
        let world = world();
        let mut first = Tool::start(&world, &[]);
        first.says("building").unwrap();
        let mut second = Tool::start(&world, &[]);
        assert_eq!(second.says("waiting for").unwrap(), first.child.id().to_string());
        assert_eq!(first.says("ran").unwrap(), (SOURCES + 1).to_string());
        assert_eq!(second.says("ran").unwrap(), "0");
        assert_eq!((first.code(), second.code()), (Some(0), Some(0)));
        assert_eq!(world.outputs(), world.expected());
    }
}

#[test]
fn eight_builds_at_once_are_one_build() {
    for _ in 0..count(1, 200) {
        let world = world();
        let mut tools: Vec<Tool> =
            (0..8).map(|_| Tool::start(&world, &[("MODPIN_PAUSE", "0")])).collect();
        let ran = tools.iter_mut().map(|tool| tool.says("ran").unwrap().parse::<usize>().unwrap());
        assert_eq!(ran.sum::<usize>(), SOURCES + 1);
        assert!(tools.iter_mut().all(|tool| tool.code() == Some(0)));
        world.is_sound("eight at once");
    }
}

#[test]
fn the_lock_of_a_holder_that_was_killed_is_free_at_once() {
    for _ in 0..count(3, 100) {
        let world = world();
        let mut tool = Tool::start(&world, &[("MODPIN_PAUSE", "60")]);
        (0..4).for_each(|_| _ = tool.says("started").unwrap());
        tool.kill();
        // Its children would hold it for a minute, had they inherited it.
        let start = Instant::now();
        let _lock = Lock::take(&world.path("out/.state/lock"), |_| ()).unwrap();
        assert!(start.elapsed() < soon(), "{:?}", start.elapsed());
    }
}

#[test]
fn what_is_no_file_in_its_place_makes_way() {
    let world = world();
    let path = world.path("out/.state/lock");
    let dir = path.parent().unwrap();
    std::fs::create_dir_all(dir).unwrap();
    let plants: [&dyn Fn(); 4] = [
        &|| std::fs::create_dir_all(path.join("inner")).unwrap(),
        &|| std::os::unix::fs::symlink("nowhere", &path).unwrap(),
        &|| drop(std::os::unix::net::UnixListener::bind(&path).unwrap()),
        &|| {
            let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
            rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        },
    ];
    for plant in plants {
        plant();
        let lock = Lock::take(&path, |_| ()).unwrap();
        assert!(path.symlink_metadata().unwrap().is_file());
        drop(lock);
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_build_that_waits_can_be_interrupted() {
    let world = world();
    let _lock = Lock::take(&world.path("out/.state/lock"), |_| ()).unwrap();
    let mut tool = Tool::start(&world, &[]);
    assert_eq!(tool.says("waiting for").unwrap(), std::process::id().to_string());
    tool.signal(Signal::TERM);
    until("it gives up", soon(), || tool.child_has_ended());
    assert_eq!(tool.code(), Some(143));
}

#[test]
fn a_lock_whose_file_was_removed_by_its_holder_is_taken_anew() {
    let world = world();
    let path = world.path("out/.state/lock");
    let first = Lock::take(&path, |_| ()).unwrap();
    let (waits, is_waiting) = std::sync::mpsc::channel();
    let (waits_too, is_waiting_too) = std::sync::mpsc::channel();
    let freed = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let second = scope.spawn(|| Lock::take(&path, |holder| waits.send(holder).unwrap()).unwrap());
        assert_eq!(is_waiting.recv().unwrap(), Some(std::process::id()));
        std::fs::remove_file(&path).unwrap();
        drop(first);
        let second = second.join().unwrap();
        // Whoever comes now meets the same file, and not a second lock.
        let third = scope.spawn(|| {
            // Gone at the end of this thread, so that nobody listens for ever when it did not wait.
            let waits = waits_too;
            let waiting = |_| waits.send(path.exists()).unwrap();
            drop(Lock::take_unless(&path, &Interrupt::new(), waiting).unwrap());
            assert!(freed.load(Ordering::SeqCst), "two at once");
        });
        assert!(is_waiting_too.recv().expect("it waits"));
        freed.store(true, Ordering::SeqCst);
        drop(second);
        third.join().unwrap();
    });
}

#[test]
fn the_guard_of_the_children_holds_no_lock() {
    let world = world();
    let path = world.path("out/.state/lock");
    let lock = Lock::take(&path, |_| ()).unwrap();
    let _guarded = RealProcesses::guarded().unwrap();
    drop(lock);
    // The guard needs a moment to begin with.
    until("the lock is free", soon(), || {
        let file = std::fs::File::open(&path).unwrap();
        file.try_lock().is_ok()
    });
}

#[test]
fn a_link_or_a_second_name_in_the_place_of_the_lock_is_not_written_through() {
    let world = world();
    let (precious, lock) = (world.path("precious"), world.path("out/.state/lock"));
    std::fs::write(&precious, "precious").unwrap();
    std::os::unix::fs::symlink(&precious, &lock).unwrap();
    for _ in 0..2 {
        let held = Lock::take(&lock, |_| ()).unwrap();
        assert_eq!(std::fs::read(&precious).unwrap(), b"precious");
        // It is a lock for whoever comes now.
        assert_eq!(std::fs::read_to_string(&lock).unwrap().trim(), std::process::id().to_string());
        let file = std::fs::File::open(&lock).unwrap();
        assert!(file.try_lock().is_err());
        drop(held);
        // A child that another thread has just made holds it as well, until it runs its own program.
        file.lock().unwrap();
        std::fs::remove_file(&lock).unwrap();
        std::fs::hard_link(&precious, &lock).unwrap();
    }
}

/// Eight at once, all of which meet the link.
#[test]
fn one_at_a_time_takes_the_place_of_a_planted_link() {
    for _ in 0..count(5, 100) {
        let world = world();
        let lock = world.path("out/.state/lock");
        std::os::unix::fs::symlink("nowhere", &lock).unwrap();
        let (start, inside) = (std::sync::Barrier::new(8), AtomicBool::new(false));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    let held = Lock::take(&lock, |_| ()).unwrap();
                    assert!(!inside.swap(true, Ordering::SeqCst), "two at once");
                    std::thread::yield_now();
                    inside.store(false, Ordering::SeqCst);
                    drop(held);
                });
            }
        });
    }
}
