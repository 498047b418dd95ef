//! What was found out of one module, and of the libraries that it brings, is no answer about the next.

use expect_test::expect;

use super::parity::{check, module, world};

#[test]
fn a_library_that_one_module_completes_lacks_something_in_the_next() {
    let world = world();
    world.write("needy.c", "int given(void); int needy(void) { return given(); }\n");
    world.tool("cc", &["-shared", "-fPIC", "needy.c", "-o", "libneedy.so"]);
    let with = |name: &str, more: &str| {
        let source = format!("int needy(void); int run(void) {{ return needy(); }} {more}");
        module(&world, name, &source, &["libneedy.so", "-Wl,-rpath,$ORIGIN"])
    };
    let gives = "int given(void) { return 1; }";
    let modules =
        [with("gives", gives), with("lacks", ""), with("gives-too", gives), with("lacks-too", "")];
    check(
        &world,
        &modules,
        expect![[r#"
        gives.so loads
        lacks.so missing-symbols: given
        gives-too.so loads
        lacks-too.so missing-symbols: given
    "#]],
    );
}
