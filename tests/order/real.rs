//! Archives that Debian made, in whatever order they are declared: libssl, libglib, LLVM. Skipped, loudly, where the
//! packages are missing (libssl-dev, libglib2.0-dev, llvm-14-dev).

use modpin::{Executable, Library, Project};
use modpin_test::{World, linkers, skip};

use super::{ldflags, line};

/// What a host links, and how it is declared.
struct Given<'a> {
    host: &'a str,
    /// `NAME=ARCHIVE`, or `NAME` for `-lNAME`.
    archives: &'a [&'a str],
    system: &'a [&'a str],
    prints: &'a str,
}

/// Links it with every linker, the archives declared in this order and in others; the orders that came out.
fn orders(what: &str, given: &Given<'_>) -> Vec<String> {
    let world = World::new(&[("host.c", given.host)]);
    let mut found = Vec::new();
    for (turn, linker) in linkers(what).into_iter().enumerate() {
        let mut archives = given.archives.to_vec();
        // Every linker gets another order.
        let middle = turn * archives.len() / 4;
        archives.rotate_left(middle);
        if turn % 2 == 1 {
            archives.reverse();
        }
        let declare = |p: &mut Project| {
            for archive in &archives {
                let (name, path) = archive.split_once('=').unwrap_or((archive, ""));
                let path = if path.is_empty() { format!("-l{name}") } else { path.to_owned() };
                p.add(Library::prebuilt(name, path));
            }
            let names =
                archives.iter().map(|archive| archive.split('=').next().unwrap_or(archive).to_owned());
            let host = Executable::new("host").sources("host.c").link(names).ldflags(ldflags(linker));
            p.add(given.system.iter().fold(host, |host, name| host.system_library(*name)));
        };
        if let Err(error) = world.plan(declare) {
            skip(what, &error.to_string());
            return vec![];
        }
        let build = world.build(declare);
        assert!(
            build.outcome.success() && build.said.is_empty(),
            "{what} with {linker}: {}",
            build.said
        );
        assert_eq!(world.printed("host", &[]), given.prints, "{what} with {linker}");
        let order = line(&world, "host");
        println!("{what} {linker}: {order}");
        found.push(order);
    }
    found
}

#[test]
fn libssl_stands_before_libcrypto() {
    let host = "
        #include <stdio.h>
        void *SSL_CTX_new(const void *); const void *TLS_method(void); const char *OpenSSL_version(int);
        int main(void) { printf(\"%d\\n\", SSL_CTX_new(TLS_method()) != 0 && OpenSSL_version(0)[0] == 'O'); return 0; }
    ";
    let archives = ["crypto", "ssl"];
    let given = Given { host, archives: &archives, system: &["dl", "pthread"], prints: "1" };
    let found = orders("libssl", &given);
    assert!(found.iter().all(|order| order == "ssl crypto"), "{found:?}");
}

#[test]
fn glib_and_what_it_needs() {
    let host = "
        #include <stdio.h>
        void *g_regex_new(const char *, int, int, void *); int g_regex_match(void *, const char *, int, void *);
        void *g_object_new(unsigned long, const char *, ...); unsigned long g_object_get_type(void);
        int main(void) {
            void *object = g_object_new(g_object_get_type(), NULL);
            printf(\"%d\\n\", object != NULL && g_regex_match(g_regex_new(\"a+b\", 0, 0, NULL), \"aab\", 0, NULL));
            return 0;
        }
    ";
    let archives = ["pcre2-8", "ffi", "glib-2.0", "gobject-2.0"];
    let given = Given { host, archives: &archives, system: &["m", "pthread"], prints: "1" };
    for order in orders("libglib", &given) {
        let at = |name: &str| order.split(' ').position(|archive| archive == name).expect("it is there");
        assert!(at("gobject-2.0") < at("glib-2.0") && at("glib-2.0") < at("pcre2-8"), "{order}");
        assert!(at("gobject-2.0") < at("ffi") && !order.contains('['), "{order}");
    }
}

#[test]
fn llvm_static_libraries() {
    const DIR: &str = "/usr/lib/llvm-14/lib";
    let host = "
        #include <stdio.h>
        void *LLVMModuleCreateWithName(const char *); char *LLVMPrintModuleToString(void *);
        void *LLVMCreateMemoryBufferWithMemoryRangeCopy(const char *, unsigned long, const char *);
        int LLVMParseIRInContext(void *, void *, void **, char **); void *LLVMGetGlobalContext(void);
        void *LLVMGetNamedFunction(void *, const char *);
        int main(void) {
            const char text[] = \"define i32 @f() { ret i32 1 }\";
            void *module = NULL; char *error = NULL;
            void *buffer = LLVMCreateMemoryBufferWithMemoryRangeCopy(text, sizeof text - 1, \"x\");
            int bad = LLVMParseIRInContext(LLVMGetGlobalContext(), buffer, &module, &error);
            printf(\"%d\\n\", !bad && LLVMGetNamedFunction(module, \"f\") != NULL);
            return 0;
        }
    ";
    let names = [
        "Core",
        "Support",
        "IRReader",
        "AsmParser",
        "BitReader",
        "BitstreamReader",
        "BinaryFormat",
        "Remarks",
        "Demangle",
    ];
    let archives: Vec<String> =
        names.iter().map(|name| format!("LLVM{name}={DIR}/libLLVM{name}.a")).collect();
    let archives: Vec<&str> = archives.iter().map(String::as_str).collect();
    let given = Given {
        host,
        archives: &archives,
        system: &["stdc++", "z", "tinfo", "pthread", "dl", "m"],
        prints: "1",
    };
    for order in orders("LLVM", &given) {
        let at =
            |name: &str| order.split(' ').position(|archive| archive.strip_prefix("LLVM") == Some(name));
        assert!(
            at("IRReader") < at("Core") && at("Core") < at("Support") && at("Support") < at("Demangle"),
            "{order}"
        );
        assert!(!order.contains('['), "{order}");
    }
}
