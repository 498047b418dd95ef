//! C++ beside C (row L1): compilers and flags by language, the driver of the link, and modules in C++ in hosts of either
//! language, across whose border types, vtables and exceptions go.

use std::collections::BTreeSet;

use modpin::{Executable, Flags, Library, Module, Project};
use modpin_test::look::word;
use modpin_test::skip::is_missing;
use modpin_test::{World, skip};
use serde_json::Value;

/// A host that loads a module by the C interface `run`, and says what it answers.
const LOAD: &str = include_str!("cases/load.h");

fn no_compiler(test: &str) -> bool {
    is_missing(&std::env::var("CXX").unwrap_or_else(|_| "c++".to_owned()), test)
}

#[test]
fn a_host_in_c_loads_a_module_in_cxx() {
    if no_compiler("cxx::a_host_in_c_loads_a_module_in_cxx") {
        return;
    }
    let world = World::new(&[
        ("load.h", LOAD),
        ("host.c", "#include \"load.h\"\n"),
        ("used.c", "int used(int x) { return x + 1; }\n"),
        (
            "mod.cc",
            "#include <stdexcept>\n#include <string>\n#include <vector>\nextern \"C\" int used(int);\nstatic int thrown(int x) { if (x) throw std::runtime_error(std::string(x, 'x')); return 0; }\nextern \"C\" int run() { std::vector<int> all(3, 1); try { return thrown(40); } catch (const std::exception &e) { return used(int(std::string(e.what()).size()) + int(all.size()) - 2); } }\n",
        ),
    ]);
    let declare = |p: &mut Project| {
        let util = p.add(Library::new("util").sources("used.c"));
        p.add(Module::new("mod").sources("mod.cc"));
        let host = Executable::new("host").sources("host.c").link(util).loads("mod");
        p.add(host.system_library("dl"));
    };
    let build = world.build(declare).expect_success();
    assert!(build.did("Compiling mod.cc"));
    assert_eq!(world.printed("host", &["./mod.so"]), "42");
    let libraries = |path: &str| world.libraries(path).iter().any(|name| name.contains("++"));
    assert!(libraries("mod.so") && !libraries("host"), "C++'s library belongs to the module");
    let (reports, _) = world.check_load(declare);
    assert_eq!(word(reports[0].verdict), "loads", "{reports:?}");
    assert!(world.build(declare).ran.is_empty());
}

/// A class whose key function lies in an archive of the host, an exception of the host, and a host in C++ that catches it.
const API: &str = "
    #include <string>
    struct Error { virtual ~Error(); int code; explicit Error(int c) : code(c) {} };
    struct Shape { virtual ~Shape(); virtual int area() const; static int made; Shape() { ++made; } };
    std::string named(const Shape &shape);
";

fn cxx_world() -> World {
    World::new(&[
        ("api/api.h", API),
        (
            "shape.cpp",
            "#include <api.h>\nint Shape::made = 0;\nShape::~Shape() {}\nint Shape::area() const { return 0; }\n",
        ),
        ("error.cxx", "#include <api.h>\nError::~Error() {}\n"),
        (
            "named.c++",
            "#include <api.h>\nstd::string named(const Shape &shape) { return \"area \" + std::to_string(shape.area()); }\n",
        ),
        (
            "host.cc",
            "#include <api.h>\n#include <dlfcn.h>\n#include <cstdio>\nint main(int, char **argv) {\n  void *module = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);\n  if (!module) { puts(dlerror()); return 1; }\n  auto make = reinterpret_cast<Shape *(*)(int)>(dlsym(module, \"make\"));\n  Shape *shape = make(6);\n  std::printf(\"%d %d \", shape->area(), Shape::made);\n  try { make(-1); } catch (const Error &error) { std::printf(\"caught %d \", error.code); }\n  auto told = reinterpret_cast<const char *(*)(Shape *)>(dlsym(module, \"told\"));\n  puts(told(shape));\n  delete shape;\n}\n",
        ),
        (
            "square.C",
            "#include <api.h>\nstruct Square : Shape { int a; explicit Square(int a) : a(a) {} int area() const override { return a * a; } };\nextern \"C\" Shape *make(int a) { if (a < 0) throw Error(-a); return new Square(a); }\nextern \"C\" const char *told(Shape *shape) { static std::string text; text = dynamic_cast<Square *>(shape) ? named(*shape) : \"no square\"; return text.c_str(); }\n",
        ),
    ])
}

fn declare_shapes(p: &mut Project) {
    let shapes = Library::new("shapes").sources(["shape.cpp", "error.cxx", "named.c++"]);
    let shapes = p.add(shapes.public(Flags::new().include("api").cxxflags("-std=c++14")));
    p.add(
        Module::new("square")
            .sources("square.C")
            .include("api")
            .flags(Flags::new().cxxflags("-std=c++14")),
    );
    let host = Executable::new("host").sources("host.cc").link(shapes).loads("square");
    p.add(host.system_library("dl"));
}

#[test]
fn types_vtables_and_exceptions_cross_the_border() {
    if no_compiler("cxx::types_vtables_and_exceptions_cross_the_border") {
        return;
    }
    let world = cxx_world();
    world.build(declare_shapes).expect_success();
    assert_eq!(world.printed("host", &["./square.so"]), "36 1 caught 1 area 36");
    // What only the module asks for, by the names that linkers know.
    let exports = world.exports("host");
    let has = |part: &str| exports.iter().any(|name| name.contains(part));
    assert!(has("_ZTI5Shape") && has("_ZTI5Error") && has("5named"), "{exports:?}");
    let (reports, _) = world.check_load(declare_shapes);
    assert_eq!(word(reports[0].verdict), "loads", "{reports:?}");

    // A base class changes: its header decides.
    world.write(
        "api/api.h",
        API.replace("virtual int area() const;", "virtual int area() const; int more = 0;"),
    );
    let again = world.build(declare_shapes).expect_success();
    let compiled = again.ran.iter().filter(|ran| ran.starts_with("Compiling")).count();
    assert_eq!(compiled, 5, "{:?}", again.ran);
    assert_eq!(world.printed("host", &["./square.so"]), "36 1 caught 1 area 36");
}

#[test]
fn what_is_built_in_and_what_libraries_link_decide_who_links() {
    if no_compiler("cxx::what_is_built_in_and_what_libraries_link_decide_who_links") {
        return;
    }
    let world = World::new(&[
        (
            "mod.cc",
            "#include <string>\nextern \"C\" int run() { return int(std::string(42, 'x').size()); }\n",
        ),
        ("deep.c", "int util(void); int main(void) { return util() - 1; }\n"),
        ("all.c", "int all;\n"),
        (
            "util.cc",
            "#include <string>\nextern \"C\" int util() { return int(std::string(\"x\").size()); }\n",
        ),
        ("host.c", "#include <stdio.h>\nint run(void); int main(void) { printf(\"%d\\n\", run()); }\n"),
    ]);
    // The host's own object is C; what is linked with it is not, and deep down.
    let declare = |p: &mut Project| {
        let util = p.add(Library::new("util").sources("util.cc"));
        let all = p.add(Library::new("all").sources("all.c").link(util));
        p.add(Module::new("mod").sources("mod.cc").built_in());
        p.add(Executable::new("host").sources("host.c").builds_in("mod"));
        p.add(Executable::new("deep").sources("deep.c").link(all));
    };
    world.build(declare).expect_success();
    assert_eq!((world.printed("host", &[]).as_str(), world.printed("deep", &[]).as_str()), ("42", ""));
}

#[test]
fn inline_data_is_one_thing_where_the_host_exports_it() {
    if no_compiler("cxx::inline_data_is_one_thing_where_the_host_exports_it") {
        return;
    }
    let world = World::new(&[
        ("load.h", LOAD),
        ("api.h", "inline int &counter() { static int count = 0; return count; }\n"),
        ("host.c", "#include \"load.h\"\n"),
        (
            "set.cc",
            "#include \"api.h\"\n__attribute__((constructor)) static void set() { counter() = 41; }\n",
        ),
        ("mod.cc", "#include \"api.h\"\nextern \"C\" int run() { return ++counter(); }\n"),
    ]);
    let declare = |exports: &'static [&'static str]| {
        move |p: &mut Project| {
            p.add(Module::new("mod").sources("mod.cc"));
            let host = Executable::new("host").sources(["host.c", "set.cc"]).loads("mod");
            p.add(host.system_library("dl").exports(exports.iter().copied()));
        }
    };
    world.build(declare(&[])).expect_success();
    assert_eq!(world.printed("host", &["./mod.so"]), "1");
    world.build(declare(&["_ZZ7countervE5count"])).expect_success();
    assert_eq!(world.printed("host", &["./mod.so"]), "42");
}

#[test]
fn each_language_has_its_flags_and_its_compiler() {
    if no_compiler("cxx::each_language_has_its_flags_and_its_compiler") {
        return;
    }
    let world = World::new(&[
        (
            "a.c",
            "#if !defined(BOTH) || !defined(ONLY_C) || defined(ONLY_CXX) || defined(__cplusplus)\n#error \"C\"\n#endif\nint a(void) { return 1; }\n",
        ),
        (
            "b.cc",
            "#if !defined(BOTH) || defined(ONLY_C) || !defined(ONLY_CXX) || __cplusplus < 201703L\n#error \"C++\"\n#endif\nextern \"C\" int a(), c(); int main() { return a() + c() - 2; }\n",
        ),
        (
            "c.S",
            "#if !defined(BOTH) || defined(ONLY_C) || defined(ONLY_CXX)\n#error \"assembler\"\n#endif\n.globl c\nc: movl $1, %eax\nret\n.section .note.GNU-stack,\"\",@progbits\n",
        ),
    ]);
    let declare = |p: &mut Project| {
        let flags =
            Flags::new().cppflags("-DBOTH").cflags(["-DONLY_C", "-std=c11", "-Wstrict-prototypes"]);
        p.flags(flags.cxxflags(["-DONLY_CXX", "-std=c++17"]).cflags("-Werror").cxxflags("-Werror"));
        p.add(Executable::new("tool").sources(["a.c", "b.cc", "c.S"]));
    };
    if !cfg!(target_arch = "x86_64") {
        return skip("cxx::each_language_has_its_flags_and_its_compiler", "its assembler is x86-64's");
    }
    world.build(declare).expect_success();
    assert_eq!(world.printed("tool", &[]), "");
    let database: Vec<Value> = serde_json::from_str(&world.text("compile_commands.json")).expect("JSON");
    let compilers: BTreeSet<String> =
        database.iter().map(|entry| entry["arguments"][0].to_string()).collect();
    assert_eq!(compilers.len(), 2, "{compilers:?}");
    assert_eq!(database[1]["file"], "b.cc");
}
