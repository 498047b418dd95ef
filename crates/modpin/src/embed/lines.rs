//! What cargo is told by a build script: lines on standard output. Knows how to write them, not what they should say.

use std::path::Path;

use modpin_engine::Graph;

use crate::layout::Layout;
use crate::plan::PlannedCargoLink;

/// How each line begins.
const CARGO: &str = "cargo::";

/// Where the program finds its modules when cargo runs it: the directory with `modules.json`.
pub const MODULES: &str = "MODPIN_MODULES";

/// An error: cargo goes on to the end of the script, shows it and fails.
pub fn error(text: &str) -> String {
    each_line("error", text)
}

/// A warning.
pub fn warning(text: &str) -> String {
    each_line("warning", text)
}

fn each_line(what: &str, text: &str) -> String {
    text.lines().map(|line| format!("{CARGO}{what}={line}\n")).collect()
}

/// A path whose change makes cargo run the script again.
pub fn watch(path: &str) -> String {
    format!("{CARGO}rerun-if-changed={path}\n")
}

/// The same of a variable of the environment.
pub fn watch_variable(name: &str) -> String {
    format!("{CARGO}rerun-if-env-changed={name}\n")
}

/// The variable that tells the package's programs and tests where modules are.
pub fn modules_dir(layout: &Layout) -> String {
    format!("{CARGO}rustc-env={MODULES}={}\n", layout.absolute(&layout.dir).display())
}

/// The arguments of one program's link. They are for the bin target of its name and nobody else: other kinds of arguments
/// fail where a package lacks that kind of target.
pub fn link(link: &PlannedCargoLink, graph: &Graph, layout: &Layout) -> String {
    let absolute = |file| layout.absolute(graph.path(file)).to_string_lossy().into_owned();
    let mut args: Vec<String> = link.objects.iter().map(|&object| absolute(object)).collect();
    args.push(format!("@{}", absolute(link.symbols)));
    if let Some(exports) = link.exports {
        args.extend(["-Xlinker".to_owned(), format!("--dynamic-list={}", absolute(exports))]);
        // rustc asks for none that the program itself does not call; modules may.
        args.push("-Wl,--no-as-needed".to_owned());
    }
    args.extend(link.listed.iter().cloned());
    args.extend(link.ordered.map(|file| format!("@{}", absolute(file))));
    args.extend(link.ldflags.iter().cloned());
    let line = |arg: String| format!("{CARGO}rustc-link-arg-bin={}={arg}\n", link.name);
    args.into_iter().map(line).collect()
}

/// A path as cargo takes it; `None` for one that no line can hold.
pub fn as_line(path: &Path) -> Option<String> {
    path.to_str().filter(|path| !path.contains('\n')).map(str::to_owned)
}
