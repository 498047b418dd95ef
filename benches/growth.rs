//! How costs grow: the same edit in trees of growing size, one kind of growth after the other. Only modpin is asked; what
//! counts is what stays level from step to step.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use crate::bench::Bench;
use crate::measure::{Contender, command, pass_ticks};
use crate::table::Table;
use crate::tree::Tree;

/// Modules and archives of one host; sources; headers of each source; hosts. Sizes of 1000, 10000 and 50000 stand for one step,
/// two and three.
pub fn growth(bench: &Bench, sizes: &[usize], table: &mut Table) {
    let steps = match sizes.iter().max() {
        None | Some(0..=1000) => 1,
        Some(1001..=10000) => 2,
        _ => 3,
    };
    let tree = |name: String, real| Tree::small(bench.dir.join(format!("growth-{name}")), real);
    for (modules, archives) in [(100, 25), (400, 100), (1600, 400)].into_iter().take(steps) {
        let small = tree(format!("modules-{modules}"), true);
        let tree = Tree { modules: (modules, 1), archives: (archives, 2), ..small };
        row(bench, &tree, &format!("{modules} modules, {archives} archives"), "plug1/p0.c", table);
    }
    for size in [1000, 10000, 50000].into_iter().take(steps) {
        let tree = Tree::of_size(bench.dir.join(format!("growth-sources-{size}")), size, false);
        row(bench, &tree, &format!("{} sources", tree.sources()), "part1/f1.c", table);
    }
    for headers in [10, 100, 1000].into_iter().take(steps) {
        let tree = Tree { headers, ..tree(format!("headers-{headers}"), false) };
        row(bench, &tree, &format!("{headers} headers a source"), "part1/f1.c", table);
    }
    for hosts in [1, 10, 100].into_iter().take(steps) {
        let tree = Tree { hosts, ..tree(format!("hosts-{hosts}"), true) };
        row(bench, &tree, &format!("{hosts} hosts"), "plug1/p0.c", table);
    }
}

/// Nothing to do; one source touched, the same symbols in it as before; and a new header where all search, which nobody reads.
fn row(bench: &Bench, tree: &Tree, title: &str, source: &str, table: &mut Table) {
    bench.write(tree);
    let actions = actions(bench, tree);
    let modpin = bench.modpin(tree);
    bench.meter.cost(&(modpin.command)());
    let (file, edits) = (tree.root.join(source), Cell::new(0));
    let text = fs::read_to_string(&file).expect("a source");
    let edit = || {
        edits.set(edits.get() + 1);
        let line = format!("static int edited(void) {{ return {}; }}", edits.get());
        fs::write(&file, format!("{text}{line}\nint (*const kept)(void) = edited;\n")).expect("an edit");
        pass_ticks();
    };
    let touched =
        Contender { name: "touched".to_owned(), before: Box::new(edit), command: modpin.command };
    let headers = Cell::new(0);
    let header = || {
        headers.set(headers.get() + 1);
        tree.put(&format!("include/new{}-{}.h", std::process::id(), headers.get()), "");
        pass_ticks();
    };
    let searched = Contender {
        name: "new header".to_owned(),
        before: Box::new(header),
        command: bench.modpin(tree).command,
    };
    let contenders = [bench.modpin(tree), touched, searched];
    let costs = bench.meter.compare(&contenders, bench.runs);
    let kept = |name: &str| kept(&tree.root, name) as f64 / actions as f64 / 1000.0;
    let cells = [
        format!("{actions} actions"),
        format!("no-op {:.1} ms", costs[0].cpu),
        format!("touched {:.1} ms", costs[1].cpu),
        format!("beyond no-op {:.1} ms", costs[1].cpu - costs[0].cpu),
        format!("new header {:.1} ms, {:.2}", costs[2].cpu, costs[2].cpu / costs[0].cpu),
        format!("{:.1} MiB", costs[1].memory),
        format!("graph {:.2} kB an action", kept("build.graph")),
        format!("store {:.2} kB an action", kept("state")),
    ];
    table.found(title, "growth", &cells);
}

/// Builds all; answers how many actions that took.
fn actions(bench: &Bench, tree: &Tree) -> usize {
    let _ = fs::remove_dir_all(tree.root.join("target"));
    let quiet = (bench.modpin(tree).command)();
    let args = ["modpin", "--project", "project.json", "build", "-j2"];
    let mut loud = command(&tree.root, quiet.get_program(), &args);
    loud.envs(quiet.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = loud.output().expect("modpin starts");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    let count =
        text.rsplit_once(" actions ran").and_then(|(before, _)| before.rsplit(' ').next()?.parse().ok());
    count.unwrap_or_else(|| panic!("how many actions ran? {text}"))
}

/// The size of a file that is kept between builds.
fn kept(root: &Path, name: &str) -> u64 {
    fs::metadata(root.join("target/modpin/debug/.modpin").join(name)).map_or(0, |found| found.len())
}
