//! ZNC in the words of a declaration, as its `configure` and its makefiles have it for this kind of system.

use std::collections::BTreeSet;
use std::path::Path;

use modpin::{
    ConfigHeader, Executable, Flags, Library, Module, Opt, Probe, Project, Rule, input, output, when,
};

/// Modules that run what is written in other languages: they have builds of their own.
const OTHER_LANGUAGES: [&str; 3] = ["modperl", "modpython", "modtcl"];

/// Everything: what can be chosen, what the machine is asked, the header that says so, and the targets.
pub fn znc(p: &mut Project) {
    options(p);
    probes(p);
    p.config_header(config());
    let force = ["-include", "znc/zncconfig.h"];
    let flags = Flags::new().include("include").defines(["_MODDIR_=\"/m\"", "_DATADIR_=\"/d\""]);
    p.flags(flags.cxxflags(["-O0", "-g0", "-w"]).cxxflags(force));
    let socket = ["Csocket.cc", "Csocket.h"].map(|file| {
        let to = if file.ends_with("cc") { "src/Csocket.cpp" } else { "include/znc/Csocket.h" };
        let expression = if file.ends_with("cc") { "Csocket" } else { "defines" };
        let expression = format!("s:#include \"{expression}.h\":#include <znc/{expression}.h>:");
        let from = input(format!("third_party/Csocket/{file}"));
        p.add(
            Rule::new(file).run(["sed".into(), "-e".into(), expression.into(), from]).stdout(output(to)),
        )
    });
    p.flags(Flags::new().generated_headers(&socket[1]));
    let modules = modules(p.root());
    for (module, wants_ssl) in modules {
        let name = format!("modules/{module}");
        let target = Module::new(&name).sources(format!("{name}.cpp"));
        let target = target
            .flags(Flags::new().cxxflags(when("CXX_HAS_FVISIBILITY_HIDDEN", "-fvisibility=hidden")));
        let target = if module == "cyrusauth" {
            target.when("HAVE_LIBSASL2").system_library("sasl2")
        } else {
            target
        };
        p.add(if wants_ssl { target.when("SSL") } else { target });
    }
    let znc = Executable::new("znc").sources("src/*.cpp").sources(&socket[0]);
    let znc = znc.link(when("SSL", "openssl")).link(when("CHARSET", "icu-uc"));
    let znc = znc.system_library(when("ZLIB", "z"));
    p.add(znc.loads("modules/*").exports(when("OTHERS_MODULES", "all")));
}

/// As its makefile finds them, and whether each is there with OpenSSL only.
fn modules(root: &Path) -> Vec<(String, bool)> {
    let files = std::fs::read_dir(root.join("modules")).expect("modules").flatten();
    let sources = files.map(|file| file.path());
    let sources = sources.filter(|path| path.extension().is_some_and(|end| end == "cpp"));
    let sources: BTreeSet<_> = sources.collect();
    let name = |path: &Path| path.file_stem().and_then(|name| name.to_str().map(str::to_owned));
    let modules = sources.iter().filter_map(|path| {
        let text = std::fs::read_to_string(path).expect("a source");
        Some((name(path)?, text.contains("REQUIRESSL")))
    });
    modules.filter(|(name, _)| !OTHER_LANGUAGES.contains(&name.as_str())).collect()
}

fn options(p: &mut Project) {
    let ipv6 = Opt::bool("IPV6").default(true);
    p.option(ipv6.help("addresses of the newer kind"));
    p.option(
        Opt::bool("SSL")
            .depends_on("HAVE_OPENSSL && OPENSSL_USABLE")
            .help("connections that are encrypted"),
    );
    p.option(Opt::bool("ZLIB").depends_on("ZLIB_USABLE").help("web pages that are compressed"));
    p.option(Opt::bool("CHARSET").depends_on("HAVE_ICU_UC").help("texts in other encodings"));
    let numbers = Opt::int("ICU_NAMESPACE").internal().depends_on("CHARSET").default(0);
    p.option(numbers.help("not all names of ICU at once"));
    p.option(
        Opt::bool("THREADED_DNS")
            .default("HAVE_DECL_AI_ADDRCONFIG")
            .help("names are looked up beside all else"),
    );
    p.option(Opt::bool("POLL").default(true).help("poll in the place of select"));
    p.option(
        Opt::bool("OTHERS_MODULES").default(true).help("modules that are built elsewhere can be loaded"),
    );
    p.add(Library::pkg_config("openssl"));
    p.add(Library::pkg_config("icu-uc"));
}

const OPENSSL: &str = "#include <openssl/ssl.h>
#include <openssl/dh.h>
int main() { SSL_CTX *ctx = SSL_CTX_new(SSLv23_method()); SSL *ssl = SSL_new(ctx); DH *dh = DH_new();
  DH_free(dh); SSL_free(ssl); SSL_CTX_free(ctx); return 0; }
";
const ZLIB: &str = "#include \"zlib.h\"
int main() { z_stream zs; (void)deflateInit2(&zs, 0, 0, 0, 0, 0); (void)deflate(&zs, 0); return 0; }
";

const FUNCTIONS: [&str; 5] = ["lstat", "getopt_long", "getpassphrase", "clock_gettime", "tcsetattr"];

fn probes(p: &mut Project) {
    for function in FUNCTIONS {
        p.probe(Probe::function(function).cxx().name(format!("HAVE_{}", function.to_uppercase())));
    }
    p.probe(Probe::symbol("AI_ADDRCONFIG").with_header(["sys/types.h", "sys/socket.h", "netdb.h"]));
    p.probe(
        Probe::symbol("PTHREAD_PRIO_INHERIT").with_header("pthread.h").name("HAVE_PTHREAD_PRIO_INHERIT"),
    );
    p.probe(Probe::cc_option("-fvisibility=hidden").cxx());
    p.probe(Probe::library("gnugetopt"));
    p.probe(Probe::library("sasl2"));
    let usable = |name: &str, text: &str| Probe::links(name, text).cxx();
    p.probe(usable("OPENSSL_USABLE", OPENSSL).system_library(["ssl", "crypto"]).when("HAVE_OPENSSL"));
    p.probe(usable("ZLIB_USABLE", ZLIB).system_library("z"));
}

fn config() -> ConfigHeader {
    let header = ConfigHeader::new("znc/zncconfig.h").template("include/znc/zncconfig.h.in");
    let options = [
        ("HAVE_IPV6", "IPV6"),
        ("HAVE_LIBSSL", "SSL"),
        ("HAVE_ZLIB", "ZLIB"),
        ("HAVE_ICU", "CHARSET"),
        ("U_USING_ICU_NAMESPACE", "ICU_NAMESPACE"),
        ("HAVE_THREADED_DNS", "THREADED_DNS"),
        ("CSOCK_USE_POLL", "POLL"),
        ("HAVE_VISIBILITY", "CXX_HAS_FVISIBILITY_HIDDEN"),
    ];
    let header = options.iter().fold(header, |header, (name, is)| header.define(*name, *is));
    let header = header.code("HAVE_CXX11", "1").code("HAVE_PTHREAD", "1");
    let package = [
        ("PACKAGE_BUGREPORT", ""),
        ("PACKAGE_NAME", "znc"),
        ("PACKAGE_STRING", "znc 1.8.2"),
        ("PACKAGE_TARNAME", "znc"),
        ("PACKAGE_URL", ""),
        ("PACKAGE_VERSION", "1.8.2"),
    ];
    let header = package.iter().fold(header, |header, (name, text)| header.text(*name, *text));
    // What is for other systems, and for debugging.
    header.others_off()
}
