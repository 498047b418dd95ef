//! Headers that say what was configured (row F9), built for real: from nothing, from templates, and when they are written anew.

use modpin::{ConfigHeader, Executable, Opt, Probe, Project, Tristate};
use modpin_test::World;
use modpin_test::build::Build;

const MAIN: &str = "#include <stdio.h>\n#include <config.h>\n#include \"sub/version.h\"\nint main(void) {\n\
#ifdef NET\nprintf(\"net \");\n#endif\n#ifdef CRYPT\nprintf(\"crypt \");\n#endif\n\
printf(\"%s %d %s %d.%d.%d\", TITLE, HZ, DEMO_VERSION, DEMO_VERSION_MAJOR, DEMO_VERSION_MINOR, DEMO_VERSION_PATCH);\n\
return 0; }\n";

fn options(p: &mut Project) {
    p.option(Opt::tristate("CRYPT").default(Tristate::Module));
    p.option(Opt::bool("NET"));
    p.option(Opt::string("TITLE").default("a \"title\""));
    p.option(Opt::int("HZ").default(100));
    p.option(Opt::choice("ALGO", [Opt::bool("AES"), Opt::bool("DES")]));
}

fn declare(p: &mut Project) {
    options(p);
    p.probe(Probe::header("stdio.h"));
    p.probe(Probe::header("no/such.h"));
    p.probe(Probe::size_of("short"));
    p.config_header("config.h").config_header(ConfigHeader::version(
        "sub/version.h",
        "DEMO",
        "1.04-rc2",
    ));
    p.cflags("-g0");
    p.add(Executable::new("tool").sources(["main.c", "other.c"]));
}

fn ran(build: &Build, verb: &str) -> Vec<String> {
    build.ran.iter().filter_map(|ran| Some(ran.strip_prefix(verb)?.trim().to_owned())).collect()
}

#[test]
fn from_nothing() {
    let mut world = World::new(&[("main.c", MAIN), ("other.c", "int other;\n")]);
    world.build(declare).expect_success();
    assert_eq!(world.printed("tool", &[]), "crypt a \"title\" 100 1.04-rc2 1.4.0");
    assert_eq!(world.build(declare).ran, [""; 0]);
    world.config.set("NET", "y");
    let build = world.build(declare).expect_success();
    assert_eq!(ran(&build, "Compiling"), ["main.c"]);
    assert_eq!(world.printed("tool", &[]), "net crypt a \"title\" 100 1.04-rc2 1.4.0");
    let text = std::fs::read_to_string(world.built(".modpin/include/config.h")).expect("a header");
    let lines: Vec<&str> = text.lines().skip(1).collect();
    let expected = [
        "#define CRYPT 1",
        "#define NET 1",
        "#define TITLE \"a \\\"title\\\"\"",
        "#define HZ 100",
        "#define AES 1",
        "/* #undef DES */",
        "/* #undef HAVE_NO_SUCH_H */",
        "#define HAVE_STDIO_H 1",
        "#define SIZEOF_SHORT 2",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_template_is_an_input() {
    let mut world = World::new(&[
        (
            "main.c",
            "#include <stdio.h>\n#include <config.h>\nint main(void) { printf(\"%d %s\", HZ, NAME); return 0; }\n",
        ),
        ("other.c", "int other;\n"),
        ("config.h.in", "#undef HZ\n#undef NAME\n#undef USE_NET\n#undef BOTH\n"),
    ]);
    let declare = |p: &mut Project| {
        options(p);
        let net = p.option(Opt::bool("LOCAL").default(true));
        let header = ConfigHeader::new("config.h").template("config.h.in").text("NAME", "demo");
        p.config_header(header.define("USE_NET", "NET").define("BOTH", net & "HZ = 100"));
        p.add(Executable::new("tool").sources(["main.c", "other.c"]));
    };
    let header = |world: &World| {
        std::fs::read_to_string(world.built(".modpin/include/config.h")).expect("a header")
    };
    world.build(declare).expect_success();
    assert_eq!(world.printed("tool", &[]), "100 demo");
    assert_eq!(
        header(&world),
        "#define HZ 100\n#define NAME \"demo\"\n/* #undef USE_NET */\n#define BOTH 1\n"
    );

    // What stands in the header decides, not what it was made from.
    world.config.set("TITLE", "another");
    let build = world.build(declare).expect_success();
    assert_eq!(
        (ran(&build, "Writing").len(), ran(&build, "Compiling").len()),
        (1, 0),
        "{:?}",
        build.reasons
    );
    world.config.set("HZ", "250");
    let build = world.build(declare).expect_success();
    assert_eq!(ran(&build, "Compiling"), ["main.c"]);
    assert_eq!(world.printed("tool", &[]), "250 demo");

    world.write(
        "config.h.in",
        "#undef HZ\n#undef NAME\n#undef USE_NET\n/* #undef BOTH */\n#undef NOSUCH\n",
    );
    let build = world.build(declare);
    assert!(
        build.said.contains("config.h.in:5: no option, probe or macro of this header is called NOSUCH"),
        "{}",
        build.said
    );
    assert_eq!(ran(&build, "Compiling"), [""; 0]);
    world.write("config.h.in", "#undef HZ\n#undef NAME\n");
    assert_eq!(ran(&world.build(declare).expect_success(), "Compiling"), ["main.c"]);
    assert_eq!(header(&world), "#define HZ 250\n#define NAME \"demo\"\n");
}

#[test]
fn what_a_newcomer_gets_wrong() {
    let world = World::new(&[("main.c", MAIN), ("inc/config.h", ""), ("config.h.in", "")]);
    let said = |declare: &dyn Fn(&mut Project)| {
        let declare = |p: &mut Project| {
            p.option(Opt::int("HZ"));
            declare(p);
            p.add(Executable::new("tool").sources("main.c").include("inc"));
        };
        world.plan(declare).expect_err("it is wrong").to_string()
    };
    for (declare, expected) in [
        (
            &(|p: &mut Project| _ = p.config_header("config.h")) as &dyn Fn(&mut Project),
            "header \"config.h\": inc/config.h is found under the same name\n  help: an earlier build system may have left it: remove it, or give the header another name",
        ),
        (
            &|p| _ = p.config_header("a.h").config_header("a.h"),
            "header \"a.h\" is declared twice\n  help: give one of them another name, or put what both say into one",
        ),
        (
            &|p| _ = p.autoconf(modpin::Autoconf::new().header("a.h")).config_header("a.h"),
            "header \"a.h\" is declared twice\n  help: give one of them another name, or put what both say into one",
        ),
        (
            &|p| _ = p.config_header(ConfigHeader::new("a.h").template("config.in")),
            "header \"a.h\": there is no template \"config.in\"\n  help: did you mean \"config.h.in\"?",
        ),
        (
            &|p| _ = p.config_header(ConfigHeader::new("a.h").define("X", "HY")),
            "header \"a.h\": X asks for \"HY\", which is no option of the project\n  help: did you mean \"HZ\"?",
        ),
        (
            &|p| _ = p.config_header(ConfigHeader::new("a.h").define("X", "HZ && MODULES")),
            "header \"a.h\": X asks for \"HZ\", which has a value and neither holds nor does not\n  help: compare it: \"HZ = 'VALUE'\"",
        ),
        (
            &|p| _ = p.config_header(ConfigHeader::new("a.h").text("X-Y", "").code("Z", "1\n2")),
            "header \"a.h\": \"X-Y\" is no name of a macro\n  help: write letters, digits and `_`, and no digit first\n\nheader \"a.h\": the code of Z has more than one line\n  help: write it in one line, or put it into a header of your own",
        ),
        (
            &|p| _ = p.config_header(ConfigHeader::new("/a.h").text("X", "").text("X", "")),
            "header \"/a.h\": header \"/a.h\": the name is an absolute path\n  help: write it as #include does, from the directory of such headers: \"generated/autoconf.h\"\n\nheader \"/a.h\" defines X twice\n  help: remove one of them",
        ),
    ] {
        assert_eq!(said(declare), expected);
    }
}
