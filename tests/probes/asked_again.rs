//! When a probe is asked again: when its question, the compiler or what the answer rests on changed, and not otherwise.

use modpin::{Config, Library, Probe, Probed, Project};
use modpin_test::World;
use modpin_test::skip::{is_long, is_missing};

/// How many probes were really asked, and the answers.
fn asked(world: &World, probes: &[Probe]) -> (usize, String) {
    let mut project = Project::new("p", world.root());
    project.include("inc");
    probes.iter().for_each(|probe| _ = project.probe(probe.clone()));
    let mut config = Config { probes: Probed::of(&project.probes), ..Config::default() };
    let toolchain = world.toolchain().expect("a toolchain");
    let asked = world.ask(&project, &mut config, &toolchain).unwrap_or_else(|error| panic!("{error}"));
    let text = |probe: &Probe| config.probes.get(&probe.word()).expect("a probe").text().to_owned();
    (asked.fresh, probes.iter().map(text).collect::<Vec<_>>().join(" "))
}

#[test]
fn an_answer_is_kept_until_what_it_rests_on_changes() {
    let world = World::new(&[("inc/a.h", "#include \"b.h\"\n"), ("inc/b.h", "int b(void);\n")]);
    let probes = [
        Probe::header("a.h"),
        Probe::header("later.h"),
        Probe::symbol("b").with_header("a.h"),
        Probe::symbol("c").with_header("a.h"),
        Probe::compiles("OWN", "#include \"own.h\"\nint x;"),
    ];
    assert_eq!(asked(&world, &probes), (5, "y n y n n".to_owned()));
    assert_eq!(asked(&world, &probes), (0, "y n y n n".to_owned()));
    // A header that both a yes and a no rest on.
    world.write("inc/b.h", "int c(void);\n");
    assert_eq!(asked(&world, &probes), (3, "y n n y n".to_owned()));
    // What was not there.
    world.write("inc/later.h", "");
    assert_eq!(asked(&world, &probes), (1, "y y n y n".to_owned()));
    world.write("inc/own.h", "");
    assert_eq!(asked(&world, &probes), (1, "y y n y y".to_owned()));
    // What is there no more.
    std::fs::remove_file(world.path("inc/later.h")).expect("removed");
    assert_eq!(asked(&world, &probes), (1, "y n n y y".to_owned()));
    // Another question under the same name.
    let mut others = probes.clone();
    others[0] = Probe::header("a.h").define("X");
    assert_eq!(asked(&world, &others).0, 1);
    assert_eq!(asked(&world, &probes).0, 0, "both are kept");
    assert_eq!(asked(&world, &[Probe::header("a.h").name("HAVE_A_H").when("y")]).0, 0);
}

#[test]
fn a_build_that_looks_for_the_compiler_of_cxx_asks_nothing_again() {
    if is_missing("c++", "answers of probes beside C++") {
        return;
    }
    let world = World::new(&[("inc/a.h", ""), ("x.cc", "int x;\n")]);
    let probes = [Probe::header("a.h")];
    assert_eq!(asked(&world, &probes).0, 1);
    world.build(|p| _ = p.add(Library::new("x").sources("x.cc"))).expect_success();
    assert_eq!(asked(&world, &probes).0, 0);
}

#[test]
fn a_damaged_file_of_answers_is_no_answer() {
    if is_long("asked_again::a_damaged_file_of_answers_is_no_answer") {
        return;
    }
    let world = World::new(&[("inc/a.h", "")]);
    let probes = [Probe::header("a.h"), Probe::header("b.h")];
    asked(&world, &probes);
    let path = world.layout().absolute(&world.layout().probes());
    let whole = std::fs::read(&path).expect("a file");
    for at in (0..whole.len()).step_by(97) {
        let damaged = [&whole[..at], &[whole[at] ^ 1], &whole[at + 1..]].concat();
        std::fs::write(&path, damaged).expect("a file");
        assert_eq!(asked(&world, &probes), (2, "y n".to_owned()), "damaged at {at}");
    }
}
