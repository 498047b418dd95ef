//! What is no answer: a question that fails for another reason than that the machine lacks what it asks for.

use modpin::{Probe, Project};
use modpin_test::World;

use super::answers;

fn refused(world: &World, probe: Probe) -> String {
    match answers(world, &[probe]) {
        Ok(answers) => panic!("{answers:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn headers_that_are_included_first_have_to_be_there() {
    let world = World::new(&[]);
    let said = refused(&world, Probe::function("puts").with_header("nosuch.h"));
    assert!(said.starts_with("probe \"HAVE_PUTS\" (function puts): without the question"), "{said}");
    assert!(
        said.contains("nosuch.h: No such file") || said.contains("'nosuch.h' file not found"),
        "{said}"
    );
    assert!(said.contains("help: correct them, or ask only where they are there: .when("), "{said}");
    let said = refused(&world, Probe::size_of("long").flags("-fnosuch-flag"));
    assert!(said.contains("refuses its headers or flags as well"), "{said}");
}

#[test]
fn flags_of_the_project_that_no_compiler_takes_are_no_answer() {
    let world = World::new(&[]);
    let mut project = Project::new("p", world.root());
    project.cflags("-fnosuch-flag");
    project.probe(Probe::header("stdio.h"));
    let mut config = modpin::Config::default();
    let toolchain = world.toolchain().expect("a toolchain");
    let error =
        world.ask(&project, &mut config, &toolchain).expect_err("it cannot be asked").to_string();
    assert!(error.contains("the compiler cannot even compile a program that does nothing"), "{error}");
    assert!(error.contains("-fnosuch-flag"), "{error}");
}
