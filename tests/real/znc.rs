//! Real C++: ZNC as Debian ships its sources, a program of 30 files that loads some 50 modules in C++. Its `configure`'s checks are
//! probes, its header is made from its template, two of its files are made by rules. It runs, a client has it load every module, and what
//! the program and each module offer is compared with what its own build makes of the same sources, alone and with OpenSSL, zlib and
//! ICU. It takes compilers long, so on demand only: `MODPIN_ZNC` names the unpacked sources, what `apt-get source znc` leaves.

mod declared;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use modpin_test::look::word;
use modpin_test::{Said, World, reliability, skip};

use declared::znc;

#[test]
fn znc_loads_its_modules_as_when_its_own_build_has_made_them() {
    if !reliability::count(false, true) {
        return;
    }
    let Some(sources) = std::env::var_os("MODPIN_ZNC").map(PathBuf::from) else {
        return skip::skip("ZNC", "MODPIN_ZNC names no sources: apt-get source znc");
    };
    let mut world = unpacked(&sources);
    let alone = made(&world);
    assert!(alone.len() > 45, "{alone:?}");
    as_theirs(&world, &sources, "--disable-openssl --disable-zlib --disable-charset");

    // Other modules, other libraries, and only what modules of the project need.
    let packages = ["openssl", "zlib", "icu-uc"];
    let there = |name: &&str| world.try_call(&format!("pkg-config {name}")).success();
    if !skip::installed("pkg-config") || !packages.iter().all(there) {
        return skip::skip(
            "ZNC with its libraries",
            "libssl-dev, zlib1g-dev or libicu-dev is not installed",
        );
    }
    for (name, value) in [("SSL", "y"), ("ZLIB", "y"), ("CHARSET", "y"), ("IPV6", "n")] {
        world.config.set(name, value);
    }
    let with_ssl = made(&world);
    let more: Vec<&String> = with_ssl.difference(&alone).collect();
    assert_eq!(more, ["awaystore", "cert", "certauth", "crypt", "savebuff", "schat"]);
    as_theirs(&world, &sources, "--disable-ipv6");

    let all = offered(&world.built("znc"), &world);
    world.config.set("OTHERS_MODULES", "n");
    let fewer = world.build(znc).expect_success();
    assert!(fewer.ran.iter().all(|ran| !ran.starts_with("Compiling")), "{:?}", fewer.ran);
    let pinned = offered(&world.built("znc"), &world);
    assert!(pinned.is_subset(&all) && pinned.len() * 2 < all.len(), "{} of {}", pinned.len(), all.len());
    assert_eq!(loaded(&world), with_ssl);
}

/// A copy of the sources, in which something may be made.
fn unpacked(sources: &Path) -> World {
    let world = World::new(&[]);
    let said = Said::of(world.command("cp").arg("-r").arg(sources.join(".")).arg(world.root()));
    assert!(said.success(), "{}", said.text());
    world
}

/// Builds it, and has it load its modules; there is nothing to do afterwards.
fn made(world: &World) -> BTreeSet<String> {
    world.build(znc).expect_success();
    let (reports, _) = world.check_load(znc);
    assert!(reports.iter().all(|report| word(report.verdict) == "loads"), "{reports:?}");
    let loaded = loaded(world);
    let files = modules(&world.built("modules"));
    assert_eq!(loaded, files);
    assert!(world.build(znc).ran.is_empty());
    loaded
}

/// The modules in a directory.
fn modules(dir: &Path) -> BTreeSet<String> {
    let files = std::fs::read_dir(dir).expect("modules").flatten();
    let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
    names.filter_map(|name| name.strip_suffix(".so").map(str::to_owned)).collect()
}

/// The program, while it runs.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Which modules it loads when a client asks for each of them.
fn loaded(world: &World) -> BTreeSet<String> {
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
    let settings = format!(
        "Version = 1.8.2\nMaxBufferSize = 500\n<Listener l>\n\tHost = 127.0.0.1\n\tPort = {port}\n\tIPv4 = true\n\t\
         IPv6 = false\n\tSSL = false\n</Listener>\n<User admin>\n\tAdmin = true\n\tPass = plain#secret\n\t\
         <Network net>\n\t\tIRCConnectEnabled = false\n\t</Network>\n</User>\n"
    );
    let home = World::new(&[("configs/znc.conf", &settings)]);
    std::os::unix::fs::symlink(world.built("modules"), home.path("modules")).expect("a link");
    let mut program = home.command(world.built("znc"));
    program.args(["--foreground", "--allow-root", "--datadir"]).arg(home.root());
    let mut running = Running(program.stdout(Stdio::piped()).spawn().expect("the program"));
    let said = BufReader::new(running.0.stdout.take().expect("what it says")).lines();
    let mut said = said.map(|line| line.expect("a line"));
    let until_ready: Vec<String> =
        said.by_ref().take_while(|line| !line.contains("https://znc.in")).collect();
    let client = TcpStream::connect(("127.0.0.1", port))
        .unwrap_or_else(|error| panic!("{error}: {until_ready:?}"));
    let names = modules(&world.built("modules"));
    let answers = answers(&client, &names);
    let wrong =
        |line: &&String| line.contains("Unable to open module") || line.contains("Version mismatch");
    let wrong: Vec<&String> = answers.iter().filter(wrong).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    // One that refuses to work without arguments, or for this user, has been loaded and has answered.
    let answered = |name: &&String| {
        answers.iter().any(|line| {
            line.contains(&format!("odule {name}")) || line.contains(&format!("odule [{name}]"))
        })
    };
    let answered: BTreeSet<String> = names.iter().filter(answered).cloned().collect();
    assert_eq!(answered, names, "{answers:?}");
    answered
}

/// Has the program load every module, and unload them, and gathers what it answers until it has done all.
fn answers(mut client: &TcpStream, names: &BTreeSet<String>) -> Vec<String> {
    let mut asked = "PASS admin/net:secret\r\nNICK someone\r\nUSER someone 0 * :Someone\r\n".to_owned();
    for verb in ["LoadMod", "UnloadMod"] {
        names.iter().for_each(|name| asked += &format!("PRIVMSG *status :{verb} {name}\r\n"));
    }
    asked += "PING :done\r\n";
    client.write_all(asked.as_bytes()).expect("a server that listens");
    let lines = BufReader::new(client).lines().map(|line| line.expect("a line"));
    lines.take_while(|line| !line.contains("PONG")).collect()
}

/// The same sources through `configure` and `make`: the same header, and everybody offers the same names.
fn as_theirs(world: &World, sources: &Path, options: &str) {
    if skip::is_missing("make", "ZNC's own makefile") {
        return;
    }
    let theirs = unpacked(sources);
    theirs.call(&format!("sh configure --disable-optimization {options}"));
    theirs.call("make -j2 znc modules");
    let header = "include/znc/zncconfig.h";
    let ours = world.built(".modpin/gen").join(header);
    let defined = |path: &Path| {
        let text =
            std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        text.lines()
            .filter(|line| line.starts_with("#define"))
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(defined(&ours), defined(&theirs.path(header)));
    assert_eq!(modules(&world.built("modules")), modules(&theirs.path("modules")));
    let modules = modules(&world.built("modules"));
    let files = modules.iter().map(|name| format!("modules/{name}.so")).chain(["znc".to_owned()]);
    for file in files {
        let [ours, theirs] = [world.built(&file), theirs.path(&file)].map(|path| offered(&path, world));
        let [more, less] = [ours.difference(&theirs), theirs.difference(&ours)].map(Vec::from_iter);
        assert!(more.is_empty() && less.is_empty(), "{file}: more {more:?}, less {less:?}");
    }
}

/// What a finished file offers to others.
fn offered(file: &Path, world: &World) -> BTreeSet<String> {
    let said =
        world.tool("nm", &["-D", "--defined-only", "--format=posix", &file.to_string_lossy()]).out;
    said.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}
