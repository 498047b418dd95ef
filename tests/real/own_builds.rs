//! Real C: zsh and Apache. Their own builds say what is compiled and linked; a project file of that builds the same programs and
//! modules, has nothing to do afterwards, and passes what their own builds pass. It takes compilers long, so on demand only.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};

use modpin::Project;
use modpin_test::look::word;
use modpin_test::{Said, World, reliability, skip};
use serde_json::Value;

use super::busybox::unpacked;
use super::recorded::record;

/// Name the unpacked sources of Debian, without its patches: `apt-get source --download-only zsh apache2`, then `dpkg-source --skip-patches -x`. A
/// patched `configure.ac` wants autoconf, and a patched Apache what only Debian's own build gives it.
const ZSH: &str = "MODPIN_ZSH";
const HTTPD: &str = "MODPIN_HTTPD";

/// What `configure` tries is not written down. It asks the terminal without that option.
const ZSH_BUILD: &str =
    "RECORD=/dev/null ./configure --with-tcsetpgrp --enable-pcre --enable-cap --enable-multibyte\nmake";

/// With Debian's libapr1-dev and libaprutil1-dev.
const HTTPD_BUILD: &str = "RECORD=/dev/null ./configure --enable-mods-shared=reallyall --with-apr=/usr/bin/apr-1-config --with-apr-util=/usr/bin/apu-1-config\nmake";

fn sources(variable: &str, what: &str) -> Option<World> {
    if !reliability::count(false, true) {
        return None;
    }
    let named = std::env::var_os(variable).map(PathBuf::from);
    if named.is_none() {
        skip::skip(what, &format!("{variable} names no directory"));
    }
    named.map(|sources| unpacked(&sources))
}

/// Builds a project and loads its modules; then nothing is to be done. A source that is touched builds what is made of it: `touched`, and
/// never a program.
fn builds(world: &World, project: &Value, source: &str, touched: &[&str]) {
    let (text, root) = (project.to_string(), world.root().to_owned());
    let declare =
        |p: &mut Project| *p = Project::from_json(&text, "own.json", &root).expect("a project file");
    world.build(declare).expect_success();
    let (reports, _) = world.check_load(declare);
    let bad: Vec<_> = reports.iter().filter(|report| word(report.verdict) != "loads").collect();
    assert!(bad.is_empty() && !reports.is_empty(), "{bad:?}");
    let again = world.build(declare);
    assert!(again.ran.is_empty() && again.outcome.commands == 0, "{:?}", again.ran);
    world.write(source, world.read(source) + "\nstatic int of_a_test __attribute__((unused));\n");
    let ran = world.build(declare).expect_success().short();
    let commands = |ran: &&String| ran.starts_with("Compiling") || ran.starts_with("Linking");
    assert_eq!(ran.iter().filter(commands).collect::<Vec<_>>(), touched, "{ran:?}");
}

#[test]
fn what_a_small_build_asks_becomes_a_project() {
    if skip::is_missing("gcc", "builds that are recorded")
        || skip::is_missing("ar", "archives of builds that are recorded")
    {
        return;
    }
    let world = World::new(&[
        ("src/main.c", "#include <h.h>\nint main(void) { return used(); }\n"),
        ("src/used.c", "int used(void) { return NOTHING; }\n"),
        ("src/kept.c", "int kept(void) { return 7; }\n"),
        ("src/sub/m.c", "#include \"../inc/h.h\"\nint module(void) { return kept(); }\n"),
        ("src/inc/h.h", "int used(void);\nint kept(void);\n"),
    ]);
    let script = "cd src\ngcc -c -Iinc main.c\ngcc -DNOTHING=0 -c used.c -o used.o\ngcc -c kept.c -o sub/kept.o\n\
        ar cr libu.a used.o sub/kept.o\ncd sub\ngcc -fPIC -DPIC -c m.c -o m..o\ngcc -shared -o m.so m..o -lm\ncd ..\n\
        gcc -rdynamic -o prog main.o libu.a -ldl";
    let recorded = record(&world, script);
    let project =
        recorded.project(&["src/prog"], |path| path.replace("src/sub/", "").replace(".so", ""));
    builds(&world, &project, "src/sub/m.c", &["Compiling src/sub/m.c", "Linking m.so"]);
    assert_eq!(world.execute("prog", &[]).status.code(), Some(0));
}

#[test]
fn zsh_passes_its_own_tests() {
    let Some(world) = sources(ZSH, "zsh") else { return };
    let recorded = record(&world, ZSH_BUILD);
    let module = |path: &str| {
        let about = world.read(&path.replace(".so", ".mdd"));
        let name = about.lines().find_map(|line| line.strip_prefix("name=")).expect("a name");
        format!("modules/{name}")
    };
    let project = recorded.project(&["Src/zsh"], module);
    let touched = ["Compiling Src/Modules/regex.c", "Linking modules/zsh/regex.so"];
    builds(&world, &project, "Src/Modules/regex.c", &touched);

    // Its tests look for modules in a directory of that name.
    let _ = std::fs::remove_dir_all(world.path("Test/Modules"));
    std::os::unix::fs::symlink(world.built("modules"), world.path("Test/Modules")).expect("a link");
    let mut tests = world.command(world.built("zsh"));
    tests.args(["+Z", "-f", "./runtests.zsh"]).current_dir(world.path("Test"));
    tests.env("ZTST_exe", world.built("zsh")).env("ZTST_srcdir", world.path("Test"));
    let files = std::fs::read_dir(world.path("Test")).expect("its tests").flatten();
    let names = files.map(|file| file.path().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".ztst")).collect();
    names.sort();
    let said = Said::of(tests.env("ZTST_testlist", names.join("\n")));
    println!("{}", said.text().lines().rev().take(6).collect::<Vec<_>>().join("\n"));
    assert!(said.text().contains("0 failures"), "{}", said.text());
}

#[test]
fn apache_serves_with_all_its_modules() {
    let Some(world) = sources(HTTPD, "Apache") else { return };
    let recorded = record(&world, HTTPD_BUILD);
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).trim_end_matches(".so").to_owned();
    let project = recorded.project(&["httpd"], |path| format!("modules/{}", name(path)));
    let touched = ["Compiling modules/aaa/mod_auth_basic.c", "Linking modules/mod_auth_basic.so"];
    builds(&world, &project, "modules/aaa/mod_auth_basic.c", &touched);

    let order = in_order(&world);
    let made = |dir: &Path| {
        let found = Said::of(world.command("find").arg(dir).args(["-name", "mod_*.so"]));
        let mut paths: Vec<String> = found.out.lines().map(str::to_owned).collect();
        paths.sort_by_key(|path| order.iter().position(|module| module.ends_with(&name(path))));
        paths
    };
    let (ours, theirs) = (made(&world.built("modules")), made(&world.path("modules")));
    let names = |paths: &[String]| paths.iter().map(|path| name(path)).collect::<Vec<_>>();
    assert_eq!(names(&ours), names(&theirs));
    let (ours, theirs) =
        (serves(&world, &world.built("httpd"), &ours), serves(&world, &world.path("httpd"), &theirs));
    assert_eq!(ours, theirs);
    assert!(ours.contains("It works!") && ours.contains("proxy_http_module"), "{ours}");
}

/// The modules of the program, each after those that it needs, as the manifest says.
fn in_order(world: &World) -> Vec<String> {
    let manifest = std::fs::read(world.built("modules.json")).expect("a manifest");
    let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    let modules = manifest["hosts"][0]["modules"].as_array().expect("modules");
    let mut order: Vec<String> = Vec::new();
    while order.len() < modules.len() {
        let before = order.len();
        for module in modules {
            let mut needs = module["needs"].as_array().into_iter().flatten();
            let name = module["module"].as_str().expect("a name").to_owned();
            let is_there = |need: &Value| order.iter().any(|known| need["module"] == **known);
            if !order.contains(&name) && needs.all(is_there) {
                order.push(name);
            }
        }
        assert!(order.len() > before, "modules need each other: {manifest}");
    }
    order
}

/// Which modules a server says it has, and a page that it gives.
fn serves(world: &World, httpd: &Path, modules: &[String]) -> String {
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let mut settings = format!(
        "ServerRoot {0}\nServerName localhost\nListen 127.0.0.1:{port}\nPidFile {0}/pid\nErrorLog {0}/log\nDocumentRoot {0}/docs/docroot\n\
         TypesConfig {0}/docs/conf/mime.types\n<IfModule unixd_module>\nUser nobody\nGroup nogroup\n</IfModule>\n",
        world.root().display()
    );
    for path in modules {
        let said = Said::of(world.command("nm").args(["-D", "--defined-only", path]));
        let names = said.out.lines().filter_map(|line| line.rsplit(' ').next());
        for name in names.filter(|name| name.ends_with("_module")).take(1) {
            settings += &format!("LoadModule {name} {path}\n");
        }
    }
    world.write("own.conf", settings);
    let conf = world.path("own.conf");
    let mut list = world.command(httpd);
    let listed = Said::of(list.arg("-f").arg(&conf).arg("-M"));
    assert!(listed.success(), "{}", listed.text());
    let mut server = world.command(httpd);
    let mut server = server.arg("-f").arg(&conf).arg("-X").spawn().expect("the server");
    let mut answer = String::new();
    while answer.is_empty() && server.try_wait().expect("its state").is_none() {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
            let _ = stream.write_all(b"GET /index.html HTTP/1.0\r\n\r\n");
            let _ = stream.read_to_string(&mut answer);
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let _ = server.kill();
    let _ = server.wait();
    let page = answer.split_once("\r\n\r\n").map_or(answer.as_str(), |(_, page)| page);
    format!("{}{page}", listed.out)
}
