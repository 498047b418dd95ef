//! Lines of real objects: what compilers write down, with their options.

use modpin_symbols::{Mentions, SourceLine, mentions};
use modpin_test::{World, skip::is_missing};

use crate::cc::Cc;

const SOURCE: &str = "int wanted(int);\nextern int data;\n\nint first(int x)\n{\n    return wanted(x) +\n        wanted(2);\n}\n\
                      int second(void)\n{\n    return data;\n}\nint (*table[])(int) = { wanted };\n";

fn show(found: &Mentions) -> String {
    let text = |line: &SourceLine| format!("{}:{}", line.file, line.line);
    let used: Vec<String> = found.used.iter().map(text).collect();
    format!("{} | {}", found.defined.as_ref().map_or("-".to_owned(), text), used.join(" "))
}

fn check(flags: &str) {
    let object = World::new(&[]).compile("a", SOURCE, flags);
    let found = |symbol| show(&mentions(&object, symbol));
    assert_eq!(found("wanted"), "- | a.c:6 a.c:7", "{flags}");
    assert_eq!(found("first"), "a.c:5 | ", "{flags}");
    assert_eq!(found("second"), "a.c:10 | ", "{flags}");
    assert_eq!(found("data"), "- | a.c:11", "{flags}");
    assert_eq!(found("nosuch"), "- | ", "{flags}");
}

#[test]
fn every_version_of_dwarf() {
    for version in
        ["-gdwarf-2 -gstrict-dwarf", "-gdwarf-3", "-gdwarf-4", "-gdwarf-5", "-gdwarf-5 -gdwarf64"]
    {
        check(version);
    }
}

#[test]
fn options_that_move_code_about() {
    for flags in [
        "-fPIC",
        "-ffunction-sections -fdata-sections",
        "-fno-plt -fPIC",
        "-mcmodel=large",
        "-gsplit-dwarf",
    ] {
        check(&format!("-g {flags}"));
    }
}

#[test]
fn no_debug_information_is_no_error() {
    let dir = World::new(&[]);
    // What is short is not compressed.
    let long: String =
        (0..300).map(|n| format!("int f{n}(int x)\n{{\n    return x + {n};\n}}\n")).collect();
    for flags in ["-g0", "-g -gz"] {
        let object = dir.compile("a", &(SOURCE.to_owned() + &long), flags);
        assert_eq!(mentions(&object, "wanted"), Mentions::default(), "{flags}");
    }
    assert_eq!(mentions(b"no object", "wanted"), Mentions::default());
    assert_eq!(mentions(b"", "wanted"), Mentions::default());
}

#[test]
fn a_source_keeps_its_directory_and_a_header_its_own() {
    let dir = World::new(&[]);
    dir.write(
        "sub/inc/a.h",
        "int wanted(int);\nstatic inline int twice(int x)\n{\n    return wanted(x);\n}\n",
    );
    dir.write("sub/a.c", "#include \"inc/a.h\"\nint first(void)\n{\n    return twice(1);\n}\n");
    dir.call("gcc -g -O2 -c sub/a.c -o a.o");
    let found = mentions(&dir.content("a.o"), "wanted");
    assert_eq!(show(&found), "- | sub/inc/a.h:4");
}

#[test]
fn other_compilers_and_processors() {
    let dir = World::new(&[]);
    dir.write("a.c", SOURCE);
    for compiler in ["clang", "aarch64-linux-gnu-gcc"] {
        if !is_missing(compiler, &format!("lines of objects of {compiler}")) {
            dir.call(&format!("{compiler} -g -c a.c -o {compiler}.o"));
            let found = mentions(&dir.content(&format!("{compiler}.o")), "wanted");
            assert_eq!(show(&found), "- | a.c:6 a.c:7", "{compiler}");
        }
    }
    dir.call("gcc -g -m32 -c a.c -o 32.o");
    assert_eq!(show(&mentions(&dir.content("32.o"), "wanted")), "- | a.c:6 a.c:7");
}

/// Every byte of a small object changed in turn: no panic, no endless loop.
#[test]
fn damaged_objects_do_no_harm() {
    let object = World::new(&[]).compile("a", SOURCE, "-g");
    for at in 0..object.len() {
        for value in [0, 0xff, object[at] ^ 0x41] {
            let mut mutant = object.clone();
            mutant[at] = value;
            mentions(&mutant, "wanted");
            mentions(&mutant, "first");
        }
        if at % 16 == 0 {
            mentions(&object[..at], "wanted");
        }
    }
}
