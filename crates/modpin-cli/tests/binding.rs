//! How hosts open modules: lazily, for all to see, with modules that come later. A host that really does it so, and the check,
//! agree.

use modpin_test::{Said, World};

use crate::foreign::Foreign;
use crate::program::Program;

/// Opens the first module lazily and for all, asks it for the others, opens them afterwards, and calls the first.
const HOST: &str = r#"
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv)
{
	void *first = dlopen(argv[1], MODE | RTLD_GLOBAL);
	int (*run)(void);

	if (!first)
		return puts(dlerror()), 1;
	for (int at = 2; at < argc; at++)
		if (!dlopen(argv[at], MODE | RTLD_GLOBAL))
			return puts(dlerror()), 2;
	*(void **)&run = dlsym(first, "run");
	return run();
}
"#;

/// A project: module `a` calls `b` of module `b`. What stands in `a`, `b` and the host is what they say of themselves.
fn world(a: &str, b: &str, host: &str) -> World {
    let world = World::new(&[
        ("a.c", "int b(void);\nint run(void) { return b(); }\n"),
        ("b.c", "int b(void) { return 0; }\n"),
        ("h.c", HOST),
    ]);
    world.write("demo.json", project([a, b, host]));
    world
}

fn project([a, b, host]: [&str; 3]) -> String {
    format!(
        r#"{{"format":1,"name":"p","targets":[{{"kind":"module","name":"a","sources":["a.c"]{a}}},
        {{"kind":"module","name":"b","sources":["b.c"]{b}}},
        {{"kind":"executable","name":"h","sources":["h.c"],"defines":["MODE=RTLD_LAZY"],"loads":["a","b"]{host}}}]}}"#
    )
}

fn runs(world: &World) -> Said {
    let built = "target/modpin/debug";
    world.try_call(&format!("{built}/h {built}/a.so {built}/b.so"))
}

#[test]
fn a_lazy_module_calls_what_comes_later() {
    for (a, host) in [
        (r#","binding":"lazy","needs_later":["b"]"#, ""),
        (r#","needs_later":["b"]"#, r#","binding":"lazy""#),
    ] {
        let world = world(a, "", host);
        world.modpin("build").has(0, "Finished");
        let checked = world.modpin("modules --check-load");
        assert_eq!(checked.out, "a in h: ok\nb in h: ok\n2 modules load\n", "{}", checked.err);
        assert_eq!(runs(&world), Said { code: Some(0), out: String::new(), err: String::new() });
        let manifest = world.read("target/modpin/debug/modules.json");
        assert!(manifest.contains(r#""binding": "lazy""#), "{manifest}");
        assert!(manifest.contains(r#""needs_later": ["#), "{manifest}");
    }
}

#[test]
fn by_default_everything_is_bound_when_it_is_opened() {
    let world = world(r#","needs":["b"]"#, "", "");
    world.modpin("build").has(0, "Finished");
    let flags = world.call("readelf -d target/modpin/debug/a.so").out;
    assert!(flags.contains("NOW"), "{flags}");
    assert_eq!(runs(&world).code, Some(1), "it is opened before what it needs");
    let manifest = world.read("target/modpin/debug/modules.json");
    assert!(!manifest.contains("binding") && !manifest.contains("needs_later"), "{manifest}");
}

#[test]
fn what_is_lazy_and_has_no_provider_is_refused_and_told() {
    let world = world(r#","binding":"lazy""#, "", "");
    let refused = world.modpin("build");
    assert_eq!(refused.code, Some(100), "{}", refused.err);
    assert!(
        refused
            .err
            .contains("module \"a\" would load into host \"h\", and call in vain:\n  b is out of reach"),
        "{}",
        refused.err
    );
    let checked = world.modpin("modules --check-load");
    assert!(
        checked.out.starts_with("a in h: ok\n  note: it calls b, needed by a.c; "),
        "{}",
        checked.text()
    );
}

#[test]
fn data_cannot_come_later() {
    let world = world(r#","binding":"lazy","needs_later":["b"]"#, "", "");
    world.write("a.c", "extern int b;\nint run(void) { return b; }\n");
    world.write("b.c", "int b = 0;\n");
    let checked = world.modpin("modules --check-load");
    assert!(
        checked.out.starts_with("a in h: does not load, a symbol is missing\n  b, "),
        "{}",
        checked.text()
    );
    assert_eq!(runs(&world).code, Some(1));
    assert_eq!(world.modpin("build").code, Some(100));
}

#[test]
fn later_is_too_late_for_who_binds_now() {
    let world = world(r#","needs_later":["b"]"#, "", "");
    world.modpin("build").has(
        1,
        "module \"a\" needs modules that are loaded after it, and executable \"h\" opens it with RTLD_NOW\n  help: say",
    );
}

#[test]
fn one_that_needs_the_first_sees_it() {
    // b needs a, which is opened before it: for all to see, whatever it says itself.
    let world = world(r#","binding":"lazy","needs_later":["b"]"#, r#","needs":["a"]"#, "");
    world.write("a.c", "int b(void);\nint run(void) { return b(); }\nint base(void) { return 0; }\n");
    world.write("b.c", "int base(void);\nint b(void) { return base(); }\n");
    let checked = world.modpin("modules --check-load");
    assert_eq!(checked.out, "a in h: ok\nb in h: ok\n2 modules load\n", "{}", checked.err);
    world.modpin("build").has(0, "nothing to do");
    assert_eq!(runs(&world).code, Some(0));
}

/// Whatever is said of it, to the same build directory.
#[test]
fn what_was_found_out_holds_for_how_it_was_opened() {
    let world = world("", "", "");
    let declared = world.read("demo.json");
    let say = |of_a: &str| {
        world.write("demo.json", declared.replacen(r#"["a.c"]"#, &format!(r#"["a.c"]{of_a}"#), 1))
    };
    let checked = || world.modpin("modules --check-load").out;
    let manifest = || world.read("target/modpin/debug/modules.json");
    let vain = "a in h: ok\n  note: it calls b";
    for _ in 0..2 {
        say(r#","binding":"lazy""#);
        assert!(checked().starts_with(vain));
        say(r#","binding":"lazy","needs_later":["b"]"#);
        assert!(checked().starts_with("a in h: ok\nb in h: ok\n"));
        world.modpin("build").has(0, "");
        assert!(manifest().contains(r#""binding": "lazy""#) && !manifest().contains(r#""scope""#));
        say(r#","binding":"lazy","scope":"global","needs_later":["b"]"#);
        world.modpin("build").has(0, "");
        assert!(manifest().contains(r#""scope": "global""#), "{}", manifest());
        say("");
        assert!(checked().starts_with("a in h: ok\nb in h: ok\n"));
        world.modpin("build").has(0, "");
        assert!(
            !manifest().contains(r#""binding""#) && !manifest().contains(r#""scope""#),
            "{}",
            manifest()
        );
    }
}

/// No file differs, and no order: what is said of them does.
#[test]
fn what_was_found_out_holds_for_what_was_said() {
    const OTHER: &str = r#"},{"kind":"executable","name":"i","sources":["h.c"],"defines":["MODE=RTLD_LAZY"],"loads":["a","b"],"binding":"lazy""#;
    let opened_lazily = format!(r#","binding":"lazy"{OTHER}"#);
    let later = |scope: &str| format!(r#","binding":"lazy","needs_later":["b"]{scope}"#);
    let [local, global] = ["", r#","scope":"global""#].map(later);
    let before = r#","binding":"lazy","needs":["b"],"scope":"global""#;
    let needs = r#","binding":"now","needs":["b"]"#;
    for (calls, one, another) in [
        ("base", [&*local, "", ""], [&*global, "", ""]),
        ("base", [before, "", ""], [&global, "", ""]),
        ("gone", [needs, "", OTHER], [needs, "", &opened_lazily]),
        ("puts", ["", "", ""], ["", r#","binding":"lazy""#, ""]),
    ] {
        let begun = || {
            let world = world("", "", "");
            world.write(
                "a.c",
                "int b(void);\nint run(void) { return b(); }\nint base(void) { return 0; }\n",
            );
            world.write("b.c", format!("int {calls}();\nint b(void) {{ return {calls}(\"\"); }}\n"));
            world
        };
        let found = |world: &World, said: [&str; 3]| {
            world.write("demo.json", project(said));
            let checked = world.modpin("modules --check-load").out;
            let checked = checked.replace(&world.root().display().to_string(), "");
            let is_built = world.modpin("build").success();
            (checked, is_built.then(|| world.read("target/modpin/debug/modules.json")))
        };
        let anew = [one, another].map(|said| found(&begun(), said));
        assert_ne!(anew[0], anew[1], "{one:?} {another:?}");
        let world = begun();
        for (said, anew) in [(one, &anew[0]), (another, &anew[1]), (one, &anew[0])] {
            assert_eq!(found(&world, said), *anew, "{said:?}");
        }
    }
}

/// The same of files that no project declares.
#[test]
fn files_are_opened_as_it_is_said() {
    let world = World::new(&[
        ("a.c", "int b(void);\nint run(void) { return b(); }\n"),
        ("b.c", "int b(void) { return 0; }\n"),
        ("h.c", "int main(void) { return 0; }\n"),
    ]);
    world.call("cc h.c -o h");
    world.call("cc -shared -fPIC -Wl,-z,lazy a.c -o a.so");
    world.call("cc -shared -fPIC b.c -o b.so");
    for verb in ["resolve", "check-load"] {
        let load = if verb == "resolve" { "would load" } else { "loads" };
        let now = world.said(&format!("{verb} --host h a.so"));
        assert!(now.starts_with("a.so in h: does not load, a symbol is missing\n"), "{now}");
        let lazy = world.said(&format!("{verb} --lazy --host h a.so"));
        let at_once = Said::of(
            world.program(&format!("modpin {verb} --lazy --host h a.so")).env("LD_BIND_NOW", "1"),
        );
        assert!(at_once.out.starts_with("a.so in h: ok\n"), "{}", at_once.text());
        let told = "a.so in h: ok\n  note: it calls b; nobody defines it\n";
        assert_eq!(lazy, format!("{told}1 module {load}\n-- 0\n"));
        let later = world.said(&format!("{verb} --lazy --later b.so --host h a.so"));
        assert_eq!(later, format!("a.so in h: ok\n1 module {load}\n-- 0\n"));
        // Seen by those that come later only when it is opened for all.
        let hidden = world.said(&format!("{verb} --later a.so --host h b.so"));
        assert!(hidden.starts_with("b.so in h: does not load"), "{hidden}");
        let seen = world.said(&format!("{verb} --global --later a.so --host h b.so"));
        assert_eq!(seen, format!("b.so in h: ok\n1 module {load}\n-- 0\n"));
    }
    let json = world.said("resolve --lazy --message-format json --host h a.so");
    assert!(json.contains(r#""unbound":[{"symbol":"b","asked_by":["a.so"],"found_in":[]}]"#), "{json}");
}
