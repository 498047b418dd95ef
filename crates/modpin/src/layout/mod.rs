//! Where every file of a build lies. The build directory itself is laid out as the program runs:
//! the executable beside its modules; all that only the build needs is below `.modpin`.
//!
//! Paths are relative to the root of the checkout, with `/`, so that they are the same in every
//! checkout; absolute when the build directory lies elsewhere.

use std::path::{Component, Path, PathBuf};

pub(crate) mod own_dir;
pub(crate) mod cachedir_tag;
mod workspace;

pub use workspace::Workspace;

/// The build directory of one profile and target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The root of the checkout.
    pub root: PathBuf,
    /// The build directory: `target/modpin/debug`.
    pub dir: String,
}

/// What a build is for: the last one for each is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Targets.
    Build,
    /// The proof that all modules load.
    CheckLoad,
}

impl Goal {
    const ALL: [Goal; 2] = [Goal::Build, Goal::CheckLoad];

    /// What its files are called.
    pub fn name(self) -> &'static str {
        match self {
            Goal::Build => "build",
            Goal::CheckLoad => "check-load",
        }
    }
}

/// How an object is compiled. It is part of the object's path, because the same source can be needed
/// in more than one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flavour {
    /// For an executable.
    Program,
    /// For a module: position-independent, with `BUILD_DSO` defined.
    Module,
}

impl Layout {
    /// `target/modpin/debug`, `target/modpin/release`; with a target triple between when one is given. However the target
    /// directory is spelled, with `..` or by way of a link: one directory is one layout.
    pub fn new(workspace: &Workspace, target: Option<&str>, release: bool) -> Layout {
        let mut dir = real(&workspace.target_dir).join("modpin");
        dir.extend(target);
        dir.push(if release { "release" } else { "debug" });
        Layout { root: workspace.root.clone(), dir: relative(&real(&workspace.root), &dir) }
    }

    /// Where everything lies that is built for the build machine: a layout of its own, below ours.
    pub fn of_build_machine(&self) -> Layout {
        Layout { root: self.root.clone(), dir: format!("{}/build-machine", self.state_dir()) }
    }

    /// An executable.
    pub fn executable(&self, name: &str) -> String {
        format!("{}/{name}", self.dir)
    }

    /// Where everything lies in an executable, as its linker says.
    pub fn link_map(&self, name: &str) -> String {
        format!("{}/{name}.map", self.dir)
    }

    /// An archive, from its file name (`libimgutil.a`).
    pub fn archive(&self, file_name: &str, flavour: Flavour) -> String {
        match flavour {
            Flavour::Program => format!("{}/{file_name}", self.dir),
            // Not in `pic`: the objects of this archive lie there in a directory of its name.
            Flavour::Module => format!("{}/.modpin/pic-archives/{file_name}", self.dir),
        }
    }

    /// A module, where its name says.
    pub fn module(&self, name: &str) -> String {
        format!("{}/{name}.so", self.dir)
    }

    /// An object. Directories of the source are kept: two sources may have one base name. A source that a target compiles
    /// more than once has an object for each name under which it does.
    pub fn object(
        &self,
        flavour: Flavour,
        target: &str,
        source: &str,
        compiled_as: Option<&str>,
    ) -> String {
        // No source ends so: its suffix stands behind the last dot.
        let name = compiled_as.map_or_else(String::new, |name| format!("-{name}"));
        let flavour = match flavour {
            Flavour::Program => "obj",
            Flavour::Module => "pic",
        };
        format!("{}/.modpin/{flavour}/{target}/{}{name}.o", self.dir, below(source))
    }

    /// A file that a link needs or leaves: `imgtool` and `pins` give `.modpin/link/imgtool.pins`.
    pub fn link(&self, name: &str, suffix: &str) -> String {
        format!("{}/.modpin/link/{name}.{suffix}", self.dir)
    }

    /// The result of a check of a module in a host.
    pub fn check(&self, host: &str, module: &str, suffix: &str) -> String {
        format!("{}/.modpin/check/{host}/{module}.{suffix}", self.dir)
    }

    /// Whether a host starts.
    pub fn start(&self, host: &str) -> String {
        format!("{}/.modpin/check/{host}.starts.json", self.dir)
    }

    /// Where the headers lie that the build writes: every source looks there first.
    pub fn headers_dir(&self) -> String {
        format!("{}/include", self.state_dir())
    }

    /// A header that the build writes, as `#include` names it.
    pub fn header(&self, name: &str) -> String {
        format!("{}/{name}", self.headers_dir())
    }

    /// Where the headers of a directory lie, which its own sources look for before all others.
    pub fn dir_headers(&self, dir: &str) -> String {
        format!("{}/include-of/{}", self.state_dir(), below(dir))
    }

    /// How C sees options: in which header, and under which names.
    pub fn seen(&self) -> String {
        format!("{}/seen/options.json", self.state_dir())
    }

    /// The values of the options that C sees.
    pub fn seen_values(&self) -> String {
        format!("{}/seen/values", self.state_dir())
    }

    /// Tells that a header is written; what is in that changes nothing of it.
    pub fn header_written(&self, name: &str) -> String {
        format!("{}/seen/written/{name}", self.state_dir())
    }

    /// The same of a header of a directory.
    pub fn dir_header_written(&self, dir: &str, name: &str) -> String {
        format!("{}/seen/written-of/{}/{name}", self.state_dir(), below(dir))
    }

    /// Where the files lie that rules make: each where it would lie among the sources.
    pub fn gen_dir(&self) -> String {
        format!("{}/gen", self.state_dir())
    }

    /// A file that a rule makes, or a directory of such.
    pub fn generated(&self, path: &str) -> String {
        match path {
            "." => self.gen_dir(),
            path => format!("{}/{path}", self.gen_dir()),
        }
    }

    /// The response file of a rule's command, by its first output.
    pub fn rule_response(&self, output: &str) -> String {
        format!("{}/seen/commands/{output}.rsp", self.state_dir())
    }

    /// Tells that all that a rule makes is there; what is in that changes nothing of it.
    pub fn rule_done(&self, rule: &str) -> String {
        format!("{}/seen/rules/{rule}.made", self.state_dir())
    }

    /// The compilation database.
    pub fn compile_commands(&self) -> String {
        format!("{}/compile_commands.json", self.dir)
    }

    /// The modules of all hosts, for programs to read.
    pub fn manifest(&self) -> String {
        format!("{}/modules.json", self.dir)
    }

    /// The engine's own files.
    pub fn state_dir(&self) -> String {
        format!("{}/.modpin", self.dir)
    }

    /// What the options of the last planned build were.
    pub fn options(&self) -> String {
        format!("{}/options", self.state_dir())
    }

    /// What every option was in the last planned build, for people and for programs that read Kconfig's format.
    pub fn dot_config(&self) -> String {
        format!("{}/config", self.state_dir())
    }

    /// The same for rules, which is written before they run.
    pub fn dot_config_of_rules(&self) -> String {
        format!("{}/seen/.config", self.state_dir())
    }

    /// The answers of the project's probes.
    pub fn probes(&self) -> String {
        format!("{}/probes", self.state_dir())
    }

    /// What a build script did.
    pub fn embedded(&self) -> String {
        format!("{}/embedded", self.state_dir())
    }

    /// The files that we keep in there ourselves, besides the lock.
    pub fn own(&self) -> Vec<String> {
        let goals = Goal::ALL.iter().flat_map(|goal| ["snapshot", "graph"].map(|what| (goal, what)));
        let goals = goals.map(|(goal, what)| format!("{}.{what}", goal.name()));
        let others = [
            "state.seal",
            "state.outputs",
            "state.recipes",
            "toolchain",
            "probes",
            "options",
            "config",
            "embedded",
            "graph.html",
            "timings/timings.html",
            "timings/trace.json",
        ];
        let names: Vec<String> = goals.chain(others.map(str::to_owned)).collect();
        let begun =
            names.iter().map(String::as_str).chain(["state", "lock"]).map(|name| format!("{name}.new"));
        begun.chain(names.clone()).map(|name| format!("{}/{name}", self.state_dir())).collect()
    }

    /// Where what a checker says of sources lies: a build directory of its own, beside this one.
    pub fn checks(&self, checker: &str) -> Layout {
        Layout { root: self.root.clone(), dir: format!("{}-{checker}", self.dir) }
    }

    /// A path of this layout as a path of this machine.
    pub fn absolute(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }
}

/// Where a source lies below a directory of ours, wherever it lies itself.
fn below(source: &str) -> String {
    let parts = source.split('/').filter(|part| !part.is_empty() && *part != ".");
    let parts: Vec<String> = parts.map(below_part).collect();
    // A package's directory says its name and version in its last components; what stands before is
    // this machine's business.
    let kept = if source.starts_with('/') { parts.len().saturating_sub(6) } else { 0 };
    parts[kept..].join("/")
}

/// The directory above is `__`; whatever is called like that gets one more.
fn below_part(part: &str) -> String {
    match part {
        ".." => "__".to_owned(),
        part if part.len() > 1 && part.bytes().all(|byte| byte == b'_') => format!("{part}_"),
        part => part.to_owned(),
    }
}

/// A path of an existing directory without links and `..`; what is not there yet is taken as it is written.
fn real(path: &Path) -> PathBuf {
    // After the first build it is there as a whole.
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let mut real = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = real.pop(),
            Component::CurDir => {}
            part => {
                real.push(part);
                real = real.canonicalize().unwrap_or(real);
            }
        }
    }
    real
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(target_dir: &str) -> Layout {
        let workspace = Workspace {
            root: "/p".into(),
            target_dir: target_dir.into(),
            packages: vec![],
            embedding: vec![],
        };
        Layout::new(&workspace, None, false)
    }

    #[test]
    fn paths_are_relative_inside_the_checkout_only() {
        assert_eq!(layout("/p/target").executable("tool"), "target/modpin/debug/tool");
        assert_eq!(layout("/tmp/t").executable("tool"), "/tmp/t/modpin/debug/tool");
    }

    #[test]
    fn an_object_keeps_the_directories_of_its_source() {
        let object = |source| layout("/p/target").object(Flavour::Program, "util", source, None);
        assert_eq!(object("util/io/trace.c"), "target/modpin/debug/.modpin/obj/util/util/io/trace.c.o");
        assert_eq!(object("../a.c"), "target/modpin/debug/.modpin/obj/util/__/a.c.o");
        assert_eq!(object("__/a.c"), "target/modpin/debug/.modpin/obj/util/___/a.c.o");
        assert_eq!(object("/far/away/in/a/package/src/a.c"), object("/away/in/a/package/src/a.c"));
    }

    #[test]
    fn one_directory_is_one_layout() {
        let dir = tempfile::tempdir().expect("a directory");
        let root = dir.path().join("p");
        std::fs::create_dir_all(root.join("t/inner")).expect("directories");
        std::fs::create_dir(dir.path().join("far")).expect("a directory");
        for (target, link) in
            [("t", "p/link"), ("../far", "p/out"), ("p/t/inner", "deep"), ("p", "root")]
        {
            std::os::unix::fs::symlink(target, dir.path().join(link)).expect("a link");
        }
        let of = |root: &Path, target_dir: &str| {
            let workspace = Workspace {
                root: root.to_owned(),
                target_dir: dir.path().join(target_dir),
                packages: vec![],
                embedding: vec![],
            };
            Layout::new(&workspace, None, false).dir
        };
        let far = dir.path().canonicalize().expect("it is there").join("far/modpin/debug");
        for (target_dir, expected) in [
            ("p/t", "t/modpin/debug"),
            ("p/../p/t", "t/modpin/debug"),
            ("far/../p/./t", "t/modpin/debug"),
            ("p/link", "t/modpin/debug"),
            ("root/t", "t/modpin/debug"),
            ("deep/..", "t/modpin/debug"),
            ("p/new/way", "new/way/modpin/debug"),
            ("p/new/../t", "t/modpin/debug"),
            ("p/link/new", "t/new/modpin/debug"),
            ("deep/new/../../way", "t/way/modpin/debug"),
            ("p", "modpin/debug"),
            ("p/out", &far.to_string_lossy()),
            ("far", &far.to_string_lossy()),
        ] {
            assert_eq!(of(&root, target_dir), expected, "{target_dir}");
            assert_eq!(of(&dir.path().join("root"), target_dir), expected, "{target_dir}");
        }
    }
}
