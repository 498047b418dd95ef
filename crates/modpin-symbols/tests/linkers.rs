//! A plan carried out by each linker at hand: the host is linked, its exports are read back, and the module is really
//! loaded. Without the plan the module must fail, or the test proves nothing.

use modpin_symbols::{
    Binds, File, Host, InScope, Index, Link, Module, PinPlan, Rules, dynamic_list, missing, plan_pins,
    read_loadable, response_file,
};
use modpin_test::{World, linkers};

use crate::cc::Cc;

const LOADER: &str = r#"
    #include <dlfcn.h>
    #include <stdio.h>
    int host_data = 7;
    int main(int count, char **words) {
        void *module = dlopen(words[count - 1], RTLD_NOW);
        if (!module) { puts(dlerror()); return 1; }
        int (*run)(void) = (int (*)(void))dlsym(module, "run");
        printf("%d\n", run());
        return 0;
    }
"#;

const MODULE: &str = r#"
    extern int host_data, common_data;
    extern __thread int tls_data;
    int in_archive(void); int by_resolver(void); int versioned(void); int weakly(void);
    __attribute__((weak)) int hook(void); __attribute__((weak)) int unpulled(void);
    int run(void) {
        return host_data + common_data + tls_data + in_archive() + by_resolver() + versioned() + weakly()
            + (hook ? 1000 : 0) + (unpulled ? 2000 : 0);
    }
"#;

/// A host of one object and one archive, and a module that needs something of every kind from them.
fn scene() -> World {
    let dir = World::new(&[]);
    dir.compile("main", LOADER, "-ffunction-sections -fdata-sections");
    dir.compile("in", "int in_archive(void) { return 10; }", "-ffunction-sections");
    dir.compile("data", "int common_data; __thread int tls_data = 100;", "-fcommon -fPIC");
    let resolver = "static int f(void) { return 20; } static int (*pick(void))(void) { return f; }
        int by_resolver(void) __attribute__((ifunc(\"pick\")));";
    dir.compile("ifunc", resolver, "-fPIC");
    dir.compile("v", "int v2(void) { return 30; } __asm__(\".symver v2,versioned@@V2\");", "-fPIC");
    dir.compile("weak", "__attribute__((weak)) int weakly(void) { return 40; }", "");
    dir.compile("unpulled", "int unpulled(void) { return 0; }", "");
    dir.call("ar qcsD libutil.a in.o data.o ifunc.o v.o weak.o unpulled.o");
    dir.compile("m", MODULE, "-fPIC");
    dir.call("gcc -nostdlib -r m.o -o m.mo");
    dir.call("gcc -shared -Wl,-z,now m.mo -o m.so");
    dir
}

fn plan_for(dir: &World) -> PinPlan {
    let index = |name: &str| dir.index(name).expect("readable");
    let (main, util, linked, object) =
        (index("main.o"), index("libutil.a"), index("m.mo"), index("m.o"));
    let file = |name, index| File { name, index };
    let link = Link { objects: vec![file("main.o", &main)], archives: vec![file("libutil.a", &util)] };
    let module = Module {
        name: "m",
        linked: file("m.mo", &linked),
        objects: vec![file("m.o", &object)],
        archives: Vec::new(),
    };
    plan_pins(&Host { link, exports: Vec::new() }, &[module])
}

fn missing_in(dir: &World, host: &str) -> Vec<String> {
    let (module, host) = (dir.content("m.so"), dir.content(host));
    let read = |bytes| read_loadable(bytes).expect("readable");
    let (module, host) = (read(&module), read(&host));
    let loader = std::fs::read(host.interp.as_deref().expect("a loader")).expect("readable");
    let loader = read(&loader);
    let scope = [
        InScope { name: "host", file: &host, binds: Binds::Nothing },
        InScope { name: "the loader", file: &loader, binds: Binds::Nothing },
        InScope { name: "m.so", file: &module, binds: Binds::Now },
    ];
    missing(&scope, Rules::Glibc).into_iter().map(|missing| missing.symbol).collect()
}

#[test]
fn pinned_hosts_load_the_module_with_every_linker() {
    let dir = scene();
    let plan = plan_for(&dir);
    assert_eq!(plan.refused, []);
    dir.write("pins.rsp", response_file(&plan));
    dir.write("exports.list", dynamic_list(&plan));
    for linker in linkers("pinned hosts load the module with every linker") {
        for (kind, flags) in [("pie", "-pie"), ("gc", "-no-pie -Wl,--gc-sections")] {
            let host = format!("host-{linker}-{kind}");
            dir.call(&format!(
                "gcc -fuse-ld={linker} {flags} main.o @pins.rsp libutil.a -Wl,--dynamic-list=exports.list -ldl -o {host}"
            ));
            assert_eq!(missing_in(&dir, &host), Vec::<String>::new(), "{host}");
            assert_eq!(dir.call(&format!("./{host} ./m.so")).out, "207\n", "{host}");
        }
    }
}

#[test]
fn without_pins_the_module_fails_as_predicted() {
    let dir = scene();
    let all =
        ["by_resolver", "common_data", "host_data", "in_archive", "tls_data", "versioned", "weakly"];
    for linker in linkers("without pins the module fails as predicted") {
        dir.call(&format!("gcc -fuse-ld={linker} main.o libutil.a -ldl -o plain"));
        assert_eq!(missing_in(&dir, "plain"), all, "{linker}");
        dir.call(&format!("gcc -fuse-ld={linker} -rdynamic main.o libutil.a -ldl -o exporting"));
        let unpinned: Vec<_> = all.into_iter().filter(|symbol| *symbol != "host_data").collect();
        assert_eq!(missing_in(&dir, "exporting"), unpinned, "{linker}");
        dir.try_call("./exporting ./m.so").has_both(1, "undefined symbol: ", "");
    }
}

#[test]
fn hidden_symbols_are_not_exported_by_any_linker_so_they_are_refused() {
    let dir = scene();
    dir.compile("in", "__attribute__((visibility(\"hidden\"))) int in_archive(void) { return 10; }", "");
    dir.compile("v", "int versioned(void) { return 30; }", "");
    dir.compile("weak", "int weakly(void) { return 40; }", "");
    let narrowing =
        "__attribute__((visibility(\"hidden\"))) int weakly(void); int user(void) { return weakly(); }";
    dir.compile("user", narrowing, "");
    dir.call("ar rcsD libutil.a in.o v.o weak.o");
    let main = format!("int user(void); int (*keep)(void) = user; {LOADER}");
    dir.compile("main", &main, "");
    dir.call("ar rcsD libutil.a user.o");
    let plan = plan_for(&dir);
    let refused: Vec<_> = plan.refused.iter().filter_map(|refusal| refusal.symbol()).collect();
    assert_eq!(refused, ["in_archive", "weakly"]);
    // What happens to those who try all the same.
    dir.write("pins.rsp", response_file(&plan) + "-Wl,-u,in_archive\n-Wl,-u,weakly\n");
    dir.write("exports.list", dynamic_list(&plan).replace("{\n", "{\n \"in_archive\";\n \"weakly\";\n"));
    for linker in linkers("hidden symbols are not exported by any linker so they are refused") {
        dir.call(&format!(
            "gcc -fuse-ld={linker} main.o @pins.rsp libutil.a -Wl,--dynamic-list=exports.list -ldl -o host"
        ));
        assert_eq!(missing_in(&dir, "host"), ["in_archive", "weakly"], "{linker}");
    }
}

#[test]
fn an_empty_plan_gives_files_that_every_linker_takes() {
    let dir = World::new(&[]);
    dir.compile("main", "int main(void) { return 0; }", "");
    dir.write("pins.rsp", response_file(&PinPlan::default()));
    dir.write("exports.list", dynamic_list(&PinPlan::default()));
    for linker in linkers("an empty plan gives files that every linker takes") {
        dir.call(&format!(
            "gcc -fuse-ld={linker} main.o @pins.rsp -Wl,--dynamic-list=exports.list -o host"
        ));
        let exported = dir.index("host").expect("readable").units[0].object().map(|host| {
            host.table.defined.iter().filter(|symbol| !symbol.name.starts_with('_')).count()
        });
        assert_eq!(exported, Some(0), "{linker}");
    }
}

#[test]
fn a_clash_seen_coming_is_an_error_of_the_linkers() {
    let dir = World::new(&[]);
    dir.compile("main", "int f(void); int main(void) { return f(); }", "");
    dir.compile("one", "int f(void) { return 0; }", "");
    dir.compile("two", "int f(void) { return 1; } int g(void) { return 2; }", "");
    dir.call("ar qcsD a.a one.o");
    dir.call("ar qcsD b.a two.o");
    dir.compile("m", "int g(void); int run(void) { return g(); }", "-fPIC");
    let index = |name: &str| -> Index<'static> { dir.index(name).expect("readable") };
    let (main, a, b, m) = (index("main.o"), index("a.a"), index("b.a"), index("m.o"));
    let file = |name, index| File { name, index };
    let link =
        Link { objects: vec![file("main.o", &main)], archives: vec![file("a.a", &a), file("b.a", &b)] };
    let module =
        Module { name: "m", linked: file("m.mo", &m), objects: Vec::new(), archives: Vec::new() };
    let plan = plan_pins(&Host { link, exports: Vec::new() }, &[module]);
    let clashes: Vec<String> = plan.clashes.iter().map(|clash| clash.to_string()).collect();
    assert_eq!(
        clashes,
        ["f: defined in a.a(one.o) and b.a(two.o), which meet in the host because g is pinned"]
    );
    for linker in linkers("a clash seen coming is an error of the linkers") {
        let with = dir.try_call(&format!("gcc -fuse-ld={linker} main.o -Wl,-u,g a.a b.a -o host"));
        assert!(!with.success(), "{linker} did not mind");
        dir.call(&format!("gcc -fuse-ld={linker} main.o a.a b.a -o host"));
    }
}
