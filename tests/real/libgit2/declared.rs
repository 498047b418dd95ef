//! libgit2 in the words of a declaration, as its CMake has it for this kind of system.

use modpin::{ConfigHeader, Dir, Executable, Flags, Library, Opt, Probe, Project, when};

/// Its parts. Its CMake puts all objects into one.
pub const ARCHIVES: [&str; 7] = ["git2", "util", "llhttp", "xdiff", "pcre2", "ntlmclient", "z-bundled"];

/// Everything: what can be chosen, what the machine is asked, the header that says so, and the targets.
pub fn libgit2(p: &mut Project, sources: &str) -> modpin::Result<()> {
    backends(p);
    for (name, default) in [("THREADS", true), ("NSEC", true), ("DEBUG_POOL", false)] {
        p.option(Opt::bool(name).default(default));
    }
    for name in ["DEBUG_STRICT_ALLOC", "DEBUG_STRICT_OPEN", "BUNDLED_ZLIB"] {
        p.option(Opt::bool(name));
    }
    p.option(Opt::bool("NTLM").depends_on("!HTTPS_NONE").default(true));
    probes(p);
    p.config_header(features(sources));
    p.flags(Flags::new().define_flag("_GNU_SOURCE").cflags([
        "-std=gnu90",
        "-fvisibility=hidden",
        "-g0",
        "-w",
    ]));
    for package in ["openssl", "zlib", "libpcre2-8", "libssh2"] {
        p.add(Library::pkg_config(package));
    }
    p.dir(sources, |d| {
        d.dir("deps", dependencies)?;
        d.dir("src", parts).map(|_| ())
    })
    .map(|_| ())
}

/// Who does what.
fn backends(p: &mut Project) {
    let on = |name: &str, where_there: &str| Opt::bool(name).depends_on(where_there);
    let mbedtls = "HAVE_MBEDTLS_VERSION_H && HAVE_LIBMBEDTLS";
    let https =
        [on("HTTPS_OPENSSL", "HAVE_OPENSSL"), on("HTTPS_MBEDTLS", mbedtls), Opt::bool("HTTPS_NONE")];
    p.option(Opt::choice("HTTPS", https).default("HTTPS_NONE"));
    let with_https = "!HTTPS_NONE";
    let sha1 = [Opt::bool("SHA1_COLLISIONDETECT"), on("SHA1_HTTPS", with_https)];
    p.option(Opt::choice("SHA1", sha1).default("SHA1_COLLISIONDETECT"));
    let sha256 = [Opt::bool("SHA256_BUILTIN"), on("SHA256_HTTPS", with_https)];
    p.option(Opt::choice("SHA256", sha256).default("SHA256_BUILTIN"));
    let regex = [
        Opt::bool("REGEX_BUILTIN"),
        on("REGEX_PCRE2", "HAVE_LIBPCRE2_8"),
        on("REGEX_REGCOMP", "HAVE_REGEX_H"),
    ];
    p.option(Opt::choice("REGEX", regex).default("REGEX_BUILTIN"));
    let ssh = [Opt::bool("SSH_NONE"), Opt::bool("SSH_EXEC"), on("SSH_LIBSSH2", "HAVE_LIBSSH2")];
    p.option(Opt::choice("SSH", ssh).default("SSH_NONE"));
}

const QSORT: &str = "#include <stdlib.h>
void (qsort_r)(void *base, size_t nmemb, size_t size, ARGUMENTS);
int main(void) { return 0; }
";
const GNU: &str = "int (*compar)(const void *, const void *, void *), void *context";
const BSD: &str = "void *context, int (*compar)(void *, const void *, const void *)";

fn probes(p: &mut Project) {
    p.probe(Probe::size_of("void *"));
    p.probe(Probe::header("regex.h"));
    p.probe(Probe::header("mbedtls/version.h"));
    p.probe(Probe::library("mbedtls"));
    for member in ["st_mtim", "st_mtimespec", "st_mtime_nsec"] {
        p.probe(Probe::member(format!("struct stat.{member}")).with_header("sys/stat.h"));
    }
    p.probe(Probe::function("futimens"));
    for (symbol, header) in [
        ("getentropy", "unistd.h"),
        ("getloadavg", "stdlib.h"),
        ("poll", "poll.h"),
        ("select", "sys/select.h"),
    ] {
        p.probe(Probe::symbol(symbol).with_header(header));
    }
    for (name, arguments) in [("QSORT_GNU", GNU), ("QSORT_BSD", BSD)] {
        p.probe(Probe::compiles(name, QSORT.replace("ARGUMENTS", arguments)));
    }
    let memory = Probe::function("libssh2_userauth_publickey_frommemory").system_library("ssh2");
    p.probe(memory.when("HAVE_LIBSSH2"));
    p.probe(Probe::function("clock_gettime").name("NEED_LIBRT").system_library("rt"));
}

/// What each word of the template stands for.
const FEATURES: [(&str, &str); 35] = [
    ("GIT_DEBUG_POOL", "DEBUG_POOL"),
    ("GIT_DEBUG_STRICT_ALLOC", "DEBUG_STRICT_ALLOC"),
    ("GIT_DEBUG_STRICT_OPEN", "DEBUG_STRICT_OPEN"),
    ("GIT_THREADS", "THREADS"),
    ("GIT_ARCH_64", "SIZEOF_VOID_P = 8"),
    ("GIT_ARCH_32", "SIZEOF_VOID_P = 4"),
    ("GIT_USE_NSEC", "NSEC"),
    ("GIT_USE_STAT_MTIM", "HAVE_STRUCT_STAT_ST_MTIM"),
    ("GIT_USE_STAT_MTIMESPEC", "!HAVE_STRUCT_STAT_ST_MTIM && HAVE_STRUCT_STAT_ST_MTIMESPEC"),
    (
        "GIT_USE_STAT_MTIME_NSEC",
        "!HAVE_STRUCT_STAT_ST_MTIM && !HAVE_STRUCT_STAT_ST_MTIMESPEC && HAVE_STRUCT_STAT_ST_MTIME_NSEC",
    ),
    ("GIT_USE_FUTIMENS", "HAVE_FUTIMENS"),
    ("GIT_REGEX_REGCOMP", "REGEX_REGCOMP"),
    ("GIT_REGEX_PCRE2", "REGEX_PCRE2"),
    ("GIT_REGEX_BUILTIN", "REGEX_BUILTIN"),
    ("GIT_QSORT_BSD", "QSORT_BSD"),
    ("GIT_QSORT_GNU", "QSORT_GNU"),
    ("GIT_SSH", "!SSH_NONE"),
    ("GIT_SSH_EXEC", "SSH_EXEC"),
    ("GIT_SSH_LIBSSH2", "SSH_LIBSSH2"),
    ("GIT_SSH_LIBSSH2_MEMORY_CREDENTIALS", "SSH_LIBSSH2 && HAVE_LIBSSH2_USERAUTH_PUBLICKEY_FROMMEMORY"),
    ("GIT_NTLM", "NTLM"),
    ("GIT_HTTPS", "!HTTPS_NONE"),
    ("GIT_OPENSSL", "HTTPS_OPENSSL"),
    ("GIT_MBEDTLS", "HTTPS_MBEDTLS"),
    ("GIT_SHA1_COLLISIONDETECT", "SHA1_COLLISIONDETECT"),
    ("GIT_SHA1_OPENSSL", "SHA1_HTTPS && HTTPS_OPENSSL"),
    ("GIT_SHA1_MBEDTLS", "SHA1_HTTPS && HTTPS_MBEDTLS"),
    ("GIT_SHA256_BUILTIN", "SHA256_BUILTIN"),
    ("GIT_SHA256_OPENSSL", "SHA256_HTTPS && HTTPS_OPENSSL"),
    ("GIT_SHA256_MBEDTLS", "SHA256_HTTPS && HTTPS_MBEDTLS"),
    ("GIT_COMPRESSION_BUILTIN", "BUNDLED_ZLIB"),
    ("GIT_COMPRESSION_ZLIB", "!BUNDLED_ZLIB"),
    ("GIT_RAND_GETENTROPY", "HAVE_DECL_GETENTROPY"),
    ("GIT_RAND_GETLOADAVG", "HAVE_DECL_GETLOADAVG"),
    ("GIT_IO_POLL", "HAVE_DECL_POLL"),
];

fn features(sources: &str) -> ConfigHeader {
    let header = ConfigHeader::new("git2_features.h");
    let header = header.template(format!("{sources}/src/util/git2_features.h.in"));
    let header = FEATURES.iter().fold(header, |header, (name, is)| header.define(*name, *is));
    let header = header.define("GIT_IO_SELECT", "HAVE_DECL_SELECT").code("GIT_HTTPPARSER_BUILTIN", "1");
    // Those of Windows and of macOS.
    header.others_off()
}

/// It has no file for pkg-config.
const MBEDTLS: [&str; 3] = ["mbedtls", "mbedx509", "mbedcrypto"];

fn dependencies(d: &mut Dir<'_>) -> modpin::Result<()> {
    let public = |dir: &str| Flags::new().include(dir);
    d.add(Library::new("llhttp").sources("llhttp/*.c").public(public("llhttp")));
    d.add(Library::new("xdiff").sources("xdiff/*.c").link("util").public(public("xdiff")));
    d.dir("pcre2", pcre2)?.when("REGEX_BUILTIN");
    let ntlm = Library::new("ntlmclient")
        .sources(["ntlm.c", "util.c", "unicode_builtin.c"].map(|name| format!("ntlmclient/{name}")))
        .defines(["NTLM_STATIC=1", "UNICODE_BUILTIN=1"]);
    let ntlm = ntlm
        .sources(when("HTTPS_OPENSSL", "ntlmclient/crypt_openssl.c"))
        .defines(when("HTTPS_OPENSSL", ["CRYPT_OPENSSL", "OPENSSL_API_COMPAT=0x10100000L"]))
        .link(when("HTTPS_OPENSSL", "openssl"))
        .sources(when("HTTPS_MBEDTLS", ["ntlmclient/crypt_mbedtls.c", "ntlmclient/crypt_builtin_md4.c"]))
        .defines(when("HTTPS_MBEDTLS", "CRYPT_MBEDTLS"))
        .system_library(when("HTTPS_MBEDTLS", MBEDTLS));
    let ntlm = ntlm.public(public("ntlmclient"));
    d.dir(".", |d| _ = d.add(ntlm))?.when("NTLM");
    let zlib = ["NO_VIZ", "STDC", "NO_GZIP", "HAVE_SYS_TYPES_H", "HAVE_STDINT_H", "HAVE_STDDEF_H"];
    let zlib = Library::new("z-bundled").sources("zlib/*.c").defines(zlib).public(public("zlib"));
    d.dir(".", |d| _ = d.add(zlib))?.when("BUNDLED_ZLIB");
    Ok(())
}

/// What it asks of the compiler.
const PCRE2_COMPILES: [(&str, &str); 4] = [
    ("HAVE_ATTRIBUTE_UNINITIALIZED", "char buf[128] __attribute__((uninitialized)); (void)buf;"),
    ("HAVE_BUILTIN_ASSUME", "__assume(1);"),
    ("HAVE_BUILTIN_MUL_OVERFLOW", "int a = 1, b = 2; size_t m; __builtin_mul_overflow(a, b, &m);"),
    ("HAVE_BUILTIN_UNREACHABLE", "if (0) __builtin_unreachable();"),
];

/// What it is everywhere.
const PCRE2_CONFIG: [(&str, &str); 9] = [
    ("SUPPORT_PCRE2_8", "1"),
    ("SUPPORT_UNICODE", "1"),
    ("PCRE2_LINK_SIZE", "2"),
    ("PCRE2_HEAP_LIMIT", "20000000"),
    ("PCRE2_MATCH_LIMIT", "10000000"),
    ("PCRE2_MATCH_LIMIT_DEPTH", "MATCH_LIMIT"),
    ("PCRE2_MAX_VARLOOKBEHIND", "255"),
    ("PCRE2_PARENS_NEST_LIMIT", "250"),
    ("NEWLINE_DEFAULT", "2"),
];

fn pcre2(d: &mut Dir<'_>) -> modpin::Result<()> {
    let unused = ["pcre2_fuzzsupport.c"];
    let shared = ["PCRE2_STATIC", "PCRE2_EXPORT=", "PCRE2_EXP_DECL=", "PCRE2_EXP_DEFN="];
    for header in ["assert.h", "dirent.h", "sys/stat.h", "sys/types.h", "unistd.h"] {
        d.probe(Probe::header(header));
    }
    d.probe(Probe::symbol("memfd_create").with_header("sys/mman.h").name("HAVE_MEMFD_CREATE"));
    d.probe(Probe::symbol("secure_getenv").with_header("stdlib.h").name("HAVE_SECURE_GETENV"));
    for (name, line) in PCRE2_COMPILES {
        d.probe(Probe::compiles(
            name,
            format!("#include <stddef.h>\nint main(void) {{ {line} return 0; }}\n"),
        ));
    }
    let mut header = ConfigHeader::new("config.h").template("config.h.in");
    for (name, value) in PCRE2_CONFIG {
        header = header.code(name, value);
    }
    // libgit2 has a header of that name, too.
    d.config_header(header.others_off());
    let own = ["HAVE_CONFIG_H", "PCRE2_CODE_UNIT_WIDTH=8"];
    let library = Library::new("pcre2").sources("*.c").exclude(unused).defines(own);
    d.add(library.public(Flags::new().include(".").defines(shared)));
    Ok(())
}

fn parts(d: &mut Dir<'_>) -> modpin::Result<()> {
    let public = Flags::new().include(["util", "../include"]);
    let custom =
        ["SHA1_C", "UBC_CHECK_C"].map(|of| format!("SHA1DC_CUSTOM_INCLUDE_{of}=\"git2_util.h\""));
    let openssl = "(SHA1_HTTPS || SHA256_HTTPS) && HTTPS_OPENSSL";
    let mbedtls = "(SHA1_HTTPS || SHA256_HTTPS) && HTTPS_MBEDTLS";
    let util = Library::new("util")
        .sources(["util/*.c", "util/allocators/*.c", "util/unix/*.c"])
        .sources(when("SHA1_COLLISIONDETECT", ["util/hash/collisiondetect.c", "util/hash/sha1dc/*.c"]))
        .defines(when("SHA1_COLLISIONDETECT", "SHA1DC_NO_STANDARD_INCLUDES=1"))
        .defines(when("SHA1_COLLISIONDETECT", custom))
        .sources(when("SHA256_BUILTIN", ["util/hash/builtin.c", "util/hash/rfc6234/*.c"]))
        .sources(when(openssl, "util/hash/openssl.c"))
        .defines(when(openssl, "OPENSSL_API_COMPAT=0x10100000L"))
        .sources(when(mbedtls, "util/hash/mbedtls.c"));
    let util = util
        .link(when("HTTPS_OPENSSL", "openssl"))
        .system_library(when("HTTPS_MBEDTLS", MBEDTLS))
        .link(when("REGEX_BUILTIN", "pcre2"))
        .link(when("REGEX_PCRE2", "libpcre2-8"))
        .link(when("BUNDLED_ZLIB", "z-bundled"))
        .link(when("!BUNDLED_ZLIB", "zlib"))
        .system_library(when("THREADS", "pthread"))
        .system_library(when("NEED_LIBRT", "rt"))
        .public(public);
    d.add(util);
    let git2 = Library::new("git2")
        .sources(["libgit2/*.c", "libgit2/streams/*.c", "libgit2/transports/*.c"])
        .include("libgit2")
        .link(["util", "llhttp", "xdiff"])
        .link(when("NTLM", "ntlmclient"))
        .link(when("SSH_LIBSSH2", "libssh2"));
    d.add(git2);
    let cli = Executable::new("git2_cli").sources(["cli/*.c", "cli/unix/*.c"]).include("cli");
    d.add(cli.link("git2"));
    Ok(())
}
