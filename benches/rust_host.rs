//! A plain `cargo build` with nothing to do: of a program with C inside, and of the same without; and a run of its build script.
//! What there is more is what cargo looks at: files below watched directories, system headers, variables.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bench::{Bench, find};
use crate::measure::{Contender, command, contender};
use crate::table::Table;

const DIRS: usize = 20;
const HEADERS: usize = 50;

/// For as many C files as each size says, up to ten thousand; the first contender has none and no build script.
pub fn rust_host(bench: &Bench, sizes: &[usize], table: &mut Table) {
    for &size in sizes.iter().filter(|&&size| size <= 10000) {
        let hosts = [("none", None), ("one", Some(1)), ("all", Some(size))];
        let mut contenders: Vec<Contender<'_>> =
            hosts.map(|(name, files)| build(bench, name, size, files)).into();
        for contender in &contenders {
            bench.meter.cost(&(contender.command)());
        }
        contenders.push(script(&place(bench, "all", size)));
        let names: Vec<String> = contenders.iter().map(|contender| contender.name.clone()).collect();
        let costs = bench.meter.compare(&contenders, bench.runs);
        let title = format!("no-op `cargo build` of a host with {size} C files");
        table.cpu(&title, &names, &costs, 1);
        table.wall(&title, &names, &costs);
    }
}

fn place(bench: &Bench, name: &str, size: usize) -> PathBuf {
    bench.dir.join(format!("rust-host-{size}-{name}"))
}

fn build<'a>(bench: &'a Bench, name: &str, size: usize, files: Option<usize>) -> Contender<'a> {
    let dir = place(bench, name, size);
    write(&dir, files);
    contender(format!("cargo, {name} of the C files"), move || cargo(&dir))
}

/// cargo, as a terminal has it: this one runs below another.
fn cargo(dir: &Path) -> Command {
    let cargo = find("cargo").expect("cargo");
    let mut command = command(dir, cargo, &["build", "--quiet", "--offline"]);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO") && name != "CARGO_HOME" || name == "RUSTFLAGS" {
            command.env_remove(name);
        }
    }
    command
}

/// The script by itself, with what cargo tells it.
fn script(dir: &Path) -> Contender<'static> {
    let target = Command::new("rustc").arg("-vV").output().expect("rustc").stdout;
    let target = String::from_utf8_lossy(&target).into_owned();
    let target = target.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host").to_owned();
    let built = dir.join("target/debug/build");
    let outs = fs::read_dir(built).expect("what cargo has built").flatten();
    let out = outs.map(|entry| entry.path().join("out")).find(|out| out.join("modpin").is_dir());
    let (dir, out) = (dir.to_owned(), out.expect("the script's directory"));
    let facts = [("CARGO_PKG_NAME", "app"), ("OPT_LEVEL", "0"), ("PROFILE", "debug"), ("DEBUG", "true")];
    contender("the build script", move || {
        let mut command = command(&dir, env!("CARGO_BIN_EXE_modpin-build-script"), &[]);
        command.envs(facts).env("CARGO_MANIFEST_DIR", &dir).env("OUT_DIR", &out).env("TARGET", &target);
        command
    })
}

fn write(dir: &Path, files: Option<usize>) {
    let put = |name: &str, text: &str| {
        let path = dir.join(name);
        // Nothing is compiled again that was there.
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return;
        }
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, text).expect("a file");
    };
    put(
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n",
    );
    put("src/main.rs", "fn main() {}\n");
    let Some(files) = files else { return };
    let program = env!("CARGO_BIN_EXE_modpin-build-script");
    put(
        "build.rs",
        &format!(
            "use std::os::unix::process::CommandExt;\n\n\
             fn main() {{\n    panic!(\"{{}}\", std::process::Command::new({program:?}).exec());\n}}\n"
        ),
    );
    for header in 0..HEADERS {
        put(
            &format!("c/include/h{header}.h"),
            &format!("#include <stdio.h>\n#define H{header} {header}\n"),
        );
    }
    for file in 0..files {
        let text =
            format!("#include \"h{}.h\"\nint f{file}(void) {{ return {file}; }}\n", file % HEADERS);
        put(&format!("c/core/d{}/f{file}.c", file % DIRS), &text);
    }
    put("c/modules/hello.c", "int f0(void);\nint hello(void) { return f0(); }\n");
}
