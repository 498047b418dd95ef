//! A host with much debug information: what its modules cost does not depend on that.

use modpin::load_check::Verdict;
use modpin::{Executable, Module, Project};
use modpin_test::World;
use modpin_test::child;
use modpin_test::skip::is_long;

/// In bytes, of each kind.
const DEBUG_INFORMATION: usize = 8 << 20;
const MODULES: usize = 12;

/// How much this process, and the children that it has waited for, have read.
fn bytes_read() -> usize {
    let text = std::fs::read_to_string("/proc/self/io").expect("Linux tells");
    let line = text.lines().find_map(|line| line.strip_prefix("rchar: "));
    line.expect("bytes read").parse().expect("a number")
}

#[test]
fn it_is_read_for_all_modules_at_once() {
    if is_long("large_host::it_is_read_for_all_modules_at_once") {
        return;
    }
    if !child::inside() {
        return child::run_again("large_host::it_is_read_for_all_modules_at_once", &[]);
    }
    let world = World::new(&[]);
    let debug = format!(".section .debug_much,\\\"\\\",@progbits\\n.zero {DEBUG_INFORMATION}\\n.text");
    world.write("host.c", format!("__asm__(\"{debug}\");\nstatic int hidden(void) {{ return 0; }}\nint main(void) {{ return hidden(); }}\n"));
    for module in 0..MODULES {
        world.write(&format!("m{module}.c"), format!("int m{module}(void) {{ return {module}; }}\n"));
        let misses = format!("int hidden(void);\nint n{module}(void) {{ return hidden(); }}\n");
        world.write(&format!("n{module}.c"), &misses);
    }
    let declare = |p: &mut Project| {
        let mut host = Executable::new("host").sources("host.c").cflags("-O0");
        for module in (0..MODULES).flat_map(|number| [format!("m{number}"), format!("n{number}")]) {
            p.add(Module::new(&module).sources(format!("{module}.c")));
            host = host.loads(module.as_str());
        }
        p.add(host);
    };
    // What only a build of the rest reads is read before.
    world.build(declare);
    let before = bytes_read();
    let (reports, build) = world.check_load(declare);
    let read = bytes_read() - before;
    let count = |verdict| reports.iter().filter(|report| report.verdict == verdict).count();
    assert_eq!(
        (count(Verdict::Loads), count(Verdict::MissingSymbols)),
        (MODULES, MODULES),
        "{}",
        build.said
    );
    let lost = reports.iter().flat_map(|report| &report.missing).flat_map(|lost| &lost.found_in);
    assert_eq!(lost.filter(|found| found.contains(", static)")).count(), MODULES, "{reports:?}");
    assert!(read < 6 * DEBUG_INFORMATION, "{read} bytes were read for {} modules", 2 * MODULES);
    // And again, when most is remembered.
    let before = bytes_read();
    world.check_load(declare);
    let read = bytes_read() - before;
    assert!(read < 6 * DEBUG_INFORMATION, "{read} bytes were read again");
}
