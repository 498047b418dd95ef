//! Large archives that Debian made: modules that need members which nobody else uses. Skipped, loudly, where
//! the development packages are missing (libssl-dev, libsqlite3-dev).

use modpin::load_check::Verdict;
use modpin::{Executable, Library, Module, Project};
use modpin_test::{World, skip};

const SHA: &str = "
    #include <stddef.h>
    unsigned char *SHA256(const unsigned char *, size_t, unsigned char *);
    int run(void) { unsigned char out[32]; SHA256((const unsigned char *)\"abc\", 3, out); return out[0]; }
";
const SHA3: &str = "
    #include <stddef.h>
    const void *EVP_sha3_256(void);
    int EVP_Digest(const void *, size_t, unsigned char *, unsigned int *, const void *, void *);
    int run(void) { unsigned char out[64]; unsigned int n; EVP_Digest(\"abc\", 3, out, &n, EVP_sha3_256(), NULL); return out[0]; }
";
const AES: &str = "
    const void *EVP_aes_256_gcm(void);
    int EVP_CIPHER_get_key_length(const void *);
    int run(void) { return EVP_CIPHER_get_key_length(EVP_aes_256_gcm()); }
";
const SQLITE: &str = "
    int sqlite3_libversion_number(void), sqlite3_complete(const char *);
    int run(void) { return sqlite3_complete(\"select 1;\") + (sqlite3_libversion_number() > 3000000); }
";

/// Builds modules against an archive, loads them, runs them. The host itself uses nothing of it.
fn check(archive: &str, system: &[&str], modules: &[(&str, &str, &str)], pins: &[&str]) {
    let world =
        World::new(&[("load.h", include_str!("cases/load.h")), ("host.c", "#include \"load.h\"\n")]);
    modules.iter().for_each(|(name, text, _)| world.write(&format!("{name}.c"), text));
    let declare = |p: &mut Project| {
        let library = Library::prebuilt(archive, format!("-l{archive}"));
        let library = p.add(system.iter().fold(library, |library, name| library.system_library(*name)));
        modules.iter().for_each(|(name, ..)| {
            p.add(Module::new(*name).sources(format!("{name}.c")));
        });
        p.add(Executable::new("host").sources("host.c").link(library).loads("*").system_library("dl"));
    };
    if let Err(error) = world.plan(declare) {
        return skip(&format!("modules on lib{archive}.a"), &error.to_string());
    }
    let (reports, build) = world.check_load(declare);
    assert!(build.outcome.success(), "{}", build.said);
    assert_eq!(reports.len(), modules.len());
    for (report, (name, _, expected)) in reports.iter().zip(modules) {
        assert_eq!(report.verdict, Verdict::Loads, "{}", report.detail);
        assert_eq!(&world.printed("host", &[&format!("./{name}.so")]), expected, "{name}");
    }
    let pinned: Vec<String> =
        world.pin_report("host").plan.pins.into_iter().map(|pin| pin.symbol).collect();
    assert_eq!(pinned, pins);
    // A warm build does not even look into the archive.
    assert_eq!(world.build(declare).outcome.commands, 0);
    assert_eq!(world.build(declare).ran, [""; 0]);
}

#[test]
fn modules_on_libcrypto() {
    let modules = [("sha", SHA, "186"), ("sha3", SHA3, "58"), ("aes", AES, "32")];
    let pins = ["EVP_CIPHER_get_key_length", "EVP_Digest", "EVP_aes_256_gcm", "EVP_sha3_256", "SHA256"];
    check("crypto", &["dl", "pthread"], &modules, &pins);
}

#[test]
fn modules_on_libsqlite3() {
    let pins = ["sqlite3_complete", "sqlite3_libversion_number"];
    check("sqlite3", &["m", "dl", "pthread"], &[("sql", SQLITE, "2")], &pins);
}
