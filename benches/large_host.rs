//! Load checks of small modules in a host that is small, and in one with much debug information: both should cost the same.

use std::fs;
use std::path::Path;

use crate::bench::Bench;
use crate::measure::{Contender, command, contender};
use crate::table::Table;

const MODULES: usize = 80;
const DEBUG_INFORMATION: usize = 50 << 20;

/// All load checks again, with the host linked and its modules built.
pub fn large_host(bench: &Bench, _: &[usize], table: &mut Table) {
    let hosts = [("small", 0), ("large", DEBUG_INFORMATION)];
    let contenders: Vec<Contender<'_>> = hosts.map(|(name, size)| checks(bench, name, size)).into();
    for contender in &contenders {
        bench.meter.cost(&(contender.command)());
    }
    let names: Vec<String> = contenders.iter().map(|contender| contender.name.clone()).collect();
    let costs = bench.meter.compare(&contenders, bench.runs);
    let title = format!("load checks of {MODULES} modules, by the host's size");
    table.cpu(&title, &names, &costs, 1);
    table.memory(&title, &names, &costs);
}

fn checks<'a>(bench: &'a Bench, name: &str, size: usize) -> Contender<'a> {
    let dir = bench.dir.join(format!("{name}-host"));
    fs::create_dir_all(&dir).expect("a directory");
    write(&dir, size);
    let checks = dir.join("target/modpin/debug/.modpin/check");
    let before = Box::new(move || drop(fs::remove_dir_all(&checks)));
    let make = move || {
        let words = ["modpin", "--project", "project.json", "modules", "--check-load", "-q", "-j2"];
        command(&dir, bench.program(), &words)
    };
    Contender { before, ..contender(name, make) }
}

fn write(dir: &Path, size: usize) {
    let put = |name: &str, text: &str| {
        // Nothing is compiled again that was there.
        if fs::read_to_string(dir.join(name)).is_ok_and(|old| old == text) {
            return;
        }
        fs::write(dir.join(name), text).expect("a file");
    };
    let debug = format!(".section .debug_much,\\\"\\\",@progbits\\n.zero {size}\\n.text");
    put("host.c", &format!("__asm__(\"{debug}\");\nint main(void) {{ return 0; }}\n"));
    let mut targets = Vec::new();
    for module in 0..MODULES {
        put(&format!("m{module}.c"), &format!("int m{module}(void) {{ return {module}; }}\n"));
        targets
            .push(format!(r#"{{"kind": "module", "name": "m{module}", "sources": ["m{module}.c"]}}"#));
    }
    targets
        .push(r#"{"kind": "executable", "name": "host", "sources": ["host.c"], "loads": ["*"]}"#.into());
    let targets = targets.join(",\n");
    put(
        "project.json",
        &format!("{{\"format\": 1, \"name\": \"checks\", \"targets\": [\n{targets}\n]}}\n"),
    );
}
