//! A synthetic C project: archives that need one another in a row, modules that need functions which
//! nothing else in the host needs, headers from a pool. Writes its sources; how each build tool is told
//! of them stands in `dialects`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// How many headers there are to include, at least.
const POOL: usize = 200;
/// Functions in a source of an archive.
const FUNCTIONS: usize = 3;

/// A project on disk.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Where it lies.
    pub root: PathBuf,
    /// Archives, and sources in each.
    pub archives: (usize, usize),
    /// Modules, and sources in each.
    pub modules: (usize, usize),
    /// How many headers of the pool each source includes.
    pub headers: usize,
    /// Executables, which all load all modules.
    pub hosts: usize,
    /// Whether the sources mean anything to a real compiler.
    pub real: bool,
}

impl Tree {
    /// About so many sources.
    pub fn of_size(root: PathBuf, size: usize, real: bool) -> Tree {
        let (archives, modules) = match size {
            0..=100 => return Tree::small(root, real),
            101..=1000 => ((24, 40), (10, 4)),
            1001..=10000 => ((96, 100), (40, 10)),
            _ => ((480, 100), (200, 10)),
        };
        Tree { archives, modules, ..Tree::small(root, real) }
    }

    /// A few sources.
    pub fn small(root: PathBuf, real: bool) -> Tree {
        Tree { root, archives: (6, 15), modules: (5, 2), headers: 30, hosts: 1, real }
    }

    /// How many sources there are.
    pub fn sources(&self) -> usize {
        self.archives.0 * self.archives.1 + self.modules.0 * self.modules.1 + 1
    }

    /// Directories with sources: name, and the names of the sources without `.c`.
    pub fn archive_parts(&self, archive: usize) -> Vec<String> {
        (0..self.archives.1).map(|part| format!("part{archive}/f{part}")).collect()
    }

    /// The same for a module.
    pub fn module_parts(&self, module: usize) -> Vec<String> {
        (0..self.modules.1).map(|part| format!("plug{module}/p{part}")).collect()
    }

    /// Archives as a link needs them: users first.
    pub fn link_order(&self) -> impl Iterator<Item = usize> + use<> {
        (0..self.archives.0).rev()
    }

    /// Writes all sources.
    pub fn write(&self) {
        let _ = std::fs::remove_dir_all(&self.root);
        self.put("include/all.h", "#pragma once\n#include <stddef.h>\n");
        for header in 0..self.pool() {
            let text = format!("#pragma once\nstruct h{header} {{ int room[{}]; }};\n", header + 1);
            self.put(&format!("include/h{header}.h"), &text);
        }
        (0..self.archives.0).for_each(|archive| self.write_archive(archive));
        (0..self.modules.0).for_each(|module| self.write_module(module));
        self.put("host/main.c", &self.host());
        self.put("host/deps.txt", "include/all.h\n");
    }

    fn write_archive(&self, archive: usize) {
        let dir = format!("part{archive}");
        let mut header = format!("#pragma once\n{}", self.includes(archive));
        for part in 0..self.archives.1 {
            for function in 0..FUNCTIONS {
                let _ = writeln!(header, "int {}(int);", function_name(archive, part, function));
            }
        }
        self.put(&format!("{dir}/{dir}.h"), &header);
        self.put(
            &format!("{dir}/deps.txt"),
            &self.dependencies(archive, Some(&format!("{dir}/{dir}.h"))),
        );
        for (part, path) in self.archive_parts(archive).iter().enumerate() {
            self.put(&format!("{path}.c"), &self.archive_source(archive, part));
        }
    }

    /// Each function calls that of the part before; the first part calls the archive before.
    fn archive_source(&self, archive: usize, part: usize) -> String {
        if !self.real {
            return format!("int part{archive}_{part};\n");
        }
        let mut text = format!("#include \"all.h\"\n#include \"part{archive}.h\"\n");
        for function in 0..FUNCTIONS {
            let name = function_name(archive, part, function);
            let below = match (archive, part) {
                (0, 0) => None,
                (_, 0) => Some(function_name(archive - 1, 0, function)),
                _ => Some(function_name(archive, part - 1, function)),
            };
            let call = below.as_ref().map_or("x".to_owned(), |name| format!("{name}(x)"));
            let _ =
                writeln!(text, "{}", below.map_or(String::new(), |name| format!("int {name}(int);")));
            let _ = writeln!(text, "int {name}(int x) {{ return {call} + {}; }}", part + function);
        }
        text
    }

    fn write_module(&self, module: usize) {
        self.put(&format!("plug{module}/deps.txt"), &self.dependencies(module, None));
        for (part, path) in self.module_parts(module).iter().enumerate() {
            let text = match self.real {
                true => self.module_source(module, part),
                false => format!("int plug{module}_{part};\n"),
            };
            self.put(&format!("{path}.c"), &text);
        }
    }

    /// Calls functions of odd parts: a host without pins has none of them.
    fn module_source(&self, module: usize, part: usize) -> String {
        let number = module * self.modules.1 + part;
        let odd = |of: usize| (of % (self.archives.1 / 2)) * 2 + 1;
        let needed = [(number, odd(number)), (number + 1, odd(number * 3 + 1))];
        let names = needed.map(|(archive, part)| function_name(archive % self.archives.0, part, 0));
        let mut text = format!("#include \"all.h\"\n{}", self.includes(module));
        let _ = writeln!(text, "int {}(int);\nint {}(int);", names[0], names[1]);
        let calls = format!("{}(x) + {}(x)", names[0], names[1]);
        let _ = writeln!(text, "int plug{module}_{part}(int x) {{ return {calls}; }}");
        text
    }

    fn host(&self) -> String {
        let first = function_name(self.archives.0 - 1, 0, 0);
        format!(
            "#include \"all.h\"\n#include <dlfcn.h>\n#include <stdio.h>\nint {first}(int);\n\
             int main(int count, char **files)\n{{\n    int bad = {first}(1) < 0;\n    \
             for (int at = 1; at < count; at++)\n        if (!dlopen(files[at], RTLD_NOW))\n            \
             bad = 1, puts(dlerror());\n    return bad;\n}}\n"
        )
    }

    fn pool(&self) -> usize {
        self.headers.max(POOL)
    }

    fn headers(&self, directory: usize) -> impl Iterator<Item = String> {
        (0..self.headers).map(move |at| format!("h{}.h", (directory * 7 + at) % self.pool()))
    }

    fn includes(&self, directory: usize) -> String {
        self.headers(directory).map(|header| format!("#include \"{header}\"\n")).collect()
    }

    /// What the stand-in says that a source includes.
    fn dependencies(&self, directory: usize, own: Option<&str>) -> String {
        let all = std::iter::once("include/all.h".to_owned()).chain(own.map(str::to_owned));
        let all = all.chain(self.headers(directory).map(|header| format!("include/{header}")));
        all.map(|path| path + "\n").collect()
    }

    /// Writes a file below the root.
    pub fn put(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a directory");
        std::fs::write(&path, text).expect("a file of the tree");
    }
}

fn function_name(archive: usize, part: usize, function: usize) -> String {
    format!("part{archive}_f{part}_{function}")
}
