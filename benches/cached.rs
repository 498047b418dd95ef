//! What the cache of results saves, and what it costs: real C, all of it there, none of it there, beside a launcher that has all of it.
//! Each contender has a directory of its own, so that none wakes another.

use std::fs;
use std::path::{Path, PathBuf};

use crate::bench::{Bench, find};
use crate::measure::{Contender, command, contender, pass_ticks};
use crate::table::Table;

/// The sources of a copy of Lua.
const SOURCES: usize = 32;

/// As many copies of Lua as come to so many sources, compiled after everything was removed.
pub fn cached(bench: &Bench, sizes: &[usize], table: &mut Table) {
    let copies = sizes.first().map_or(1000, |&size| size).div_ceil(SOURCES);
    let dirs = ["without", "empty", "cached", "ccache", "server"]
        .map(|name| bench.dir.join(format!("lua-{name}")));
    dirs.iter().for_each(|dir| write(dir, copies));
    let kept = |dir: &Path| dir.join("kept").to_string_lossy().into_owned();
    let [without, empty, all, ccache, brought] = &dirs;
    let build = |dir: &PathBuf, words: &[&str]| {
        let (dir, words) = (dir.clone(), words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
        let name = dir.file_name().unwrap_or_default().to_string_lossy().replace("lua-", "");
        let clean = dir.clone();
        let made = contender(name, move || {
            let mut command = command(&dir, bench.program(), &ARGS);
            command.args(&words).env("CCACHE_DIR", dir.join("ccache"));
            command
        });
        Contender { before: Box::new(move || remove(&clean.join("target"))), ..made }
    };
    let (empty_kept, all_kept) = (kept(empty), kept(all));
    let nothing = forgetful(build(empty, &["--cache", &empty_kept]), &empty_kept);
    let mut contenders =
        vec![build(without, &["--no-cache"]), nothing, build(all, &["--cache", &all_kept])];
    if find("ccache").is_some() {
        contenders.push(build(ccache, &["--no-cache", "--launcher", "ccache"]));
    }
    // With what `cargo build --release -p modpin-remote` makes.
    let server =
        Server::start(&bench.dir).filter(|_| bench.program().with_file_name("modpin-remote").exists());
    if let Some(server) = &server {
        let kept = kept(brought);
        let words = ["--cache", &kept, "--remote-cache", &server.url];
        let mut first = command(brought, bench.program(), &ARGS);
        let built = first.args(words).arg("--remote-write").status().expect("a build");
        assert!(built.success());
        contenders.push(forgetful(build(brought, &words), &kept));
    }
    let names: Vec<String> = contenders.iter().map(|contender| contender.name.clone()).collect();
    let costs = bench.meter.compare(&contenders, bench.runs);
    let title = format!("clean build, {} sources of Lua", copies * SOURCES);
    table.cpu(&title, &names, &costs, 1);
    table.wall(&title, &names, &costs);
    touched(bench, (without, all), &all_kept, table);
}

/// The same with nothing in its cache.
fn forgetful<'a>(contender: Contender<'a>, kept: &str) -> Contender<'a> {
    let (before, forget) = (contender.before, PathBuf::from(kept));
    let before = Box::new(move || {
        before();
        remove(&forget);
    });
    Contender { before, ..contender }
}

/// A server on this machine: `buildbox-casd`, if it is in `PATH`.
struct Server {
    child: std::process::Child,
    url: String,
}

impl Server {
    fn start(dir: &Path) -> Option<Server> {
        let (socket, store) = (dir.join("server"), dir.join("store"));
        let mut command = std::process::Command::new(find("buildbox-casd")?);
        command.arg(format!("--bind=unix:{}", socket.display())).arg(store);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let child = command.spawn().ok()?;
        while std::os::unix::net::UnixStream::connect(&socket).is_err() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Some(Server { child, url: format!("grpc+unix:{}", socket.display()) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const ARGS: [&str; 6] = ["modpin", "--project", "project.json", "build", "-q", "-j2"];

/// Nothing to do, and one source with another content, with the cache and without.
fn touched(bench: &Bench, (without, all): (&Path, &Path), kept: &str, table: &mut Table) {
    let contenders = |edit: bool| {
        [(without, vec!["--no-cache"]), (all, vec!["--cache", kept])].map(|(dir, words)| {
            let (dir, edited) = (dir.to_owned(), dir.join("lua0/lapi.c"));
            let name = if words.len() == 1 { "without" } else { "cached" };
            let count = std::cell::Cell::new(0);
            let before = move || {
                if edit {
                    count.set(count.get() + 1);
                    let text = fs::read_to_string(&edited).expect("a source");
                    fs::write(&edited, format!("{text}\nint edited{};\n", count.get()))
                        .expect("an edit");
                    pass_ticks();
                }
            };
            let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
            let made = contender(name, move || {
                let mut command = command(&dir, bench.program(), &ARGS);
                command.args(&words);
                command
            });
            Contender { before: Box::new(before), ..made }
        })
    };
    for (title, edit) in [("no-op, the same sources", false), ("one of them touched", true)] {
        let contenders = contenders(edit);
        let names: Vec<String> = contenders.iter().map(|contender| contender.name.clone()).collect();
        let costs = bench.meter.compare(&contenders, bench.runs.max(11));
        table.cpu(title, &names, &costs, 1);
    }
}

/// A library of each copy; no two have an object in common.
fn write(dir: &Path, copies: usize) {
    remove(dir);
    let from = lua();
    let mut targets = Vec::new();
    for copy in 0..copies {
        let to = dir.join(format!("lua{copy}"));
        fs::create_dir_all(&to).expect("a directory");
        for entry in fs::read_dir(&from).expect("the sources of Lua").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".h") || (name.ends_with(".c") && !["lua.c", "luac.c"].contains(&&*name)) {
                let text = fs::read_to_string(entry.path()).expect("a source");
                fs::write(to.join(&name), format!("{text}\n/* {copy} */\n")).expect("a source");
            }
        }
        targets.push(format!(
            "{{\"kind\": \"library\", \"name\": \"lua{copy}\", \"sources\": [\"lua{copy}/*.c\"], \"cflags\": [\"-O1\"]}}"
        ));
    }
    let project =
        format!("{{\"format\": 2, \"name\": \"lua\", \"targets\": [{}]}}", targets.join(",\n"));
    fs::write(dir.join("project.json"), project).expect("a project");
}

/// Where cargo has put the sources.
fn lua() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let package = modpin::Project::new("bench", root).package("lua-src").expect("lua-src: cargo fetch");
    Path::new(&package.dir).join("lua-5.4.9")
}

fn remove(dir: &Path) {
    let _ = fs::remove_dir_all(dir);
}
