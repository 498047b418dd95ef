//! The whole declaration as one value, and as a JSON file. Adding a target checks nothing and
//! cannot fail; everything wrong is reported together when the project is resolved.
//! docs/project-format.md describes the file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::declare::handle::{ExecutableId, LibraryId, Many, ModuleId, OptionId, Position};
use crate::declare::link_order::{Cycles, Layer};
use crate::declare::options::Opt;
use crate::declare::package::{Package, Packages};
use crate::declare::target::{Executable, Library, Module, Target};
use crate::error::{Error, Result};
use crate::problem::Problem;

/// The format number of the project files that this version writes and reads.
pub const FORMAT: u32 = 1;

/// A declared project: options and targets in the order of their declaration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// Always [`FORMAT`].
    format: u32,
    /// What messages call the project.
    pub name: String,
    /// Options, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Opt>,
    /// Directories for `-I` of every target, before the target's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub includes: Vec<String>,
    /// Macros of every target, before the target's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defines: Vec<String>,
    /// Compiler arguments of every target, before the target's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cflags: Vec<String>,
    /// What to do about libraries that need each other, where the target does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<Cycles>,
    /// Arguments between layers of libraries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<Layer>,
    /// Targets, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    #[serde(skip)]
    root: PathBuf,
    #[serde(skip)]
    packages: Packages,
}

/// What can be added to a project.
pub trait Declare {
    /// How the rest of the declaration refers to it.
    type Id;
    /// The value as a target, and what makes its handle.
    #[doc(hidden)]
    fn declare(self) -> (Target, fn(Position) -> Self::Id);
}

impl Project {
    /// An empty project. Relative paths of the declaration start at `root`, an absolute directory.
    pub fn new(name: impl Into<String>, root: impl Into<PathBuf>) -> Project {
        Project {
            format: FORMAT,
            name: name.into(),
            options: Vec::new(),
            includes: Vec::new(),
            defines: Vec::new(),
            cflags: Vec::new(),
            cycles: None,
            layers: Vec::new(),
            targets: Vec::new(),
            root: root.into(),
            packages: Packages::default(),
        }
    }

    /// Reads a project file. Its directory becomes the root.
    ///
    /// # Errors
    /// A file that cannot be read, is not the documented JSON, or has another format number.
    pub fn from_file(path: &Path) -> Result<Project> {
        let io = |source| Error::io(path, "read the project file", source);
        let text = std::fs::read_to_string(path).map_err(io)?;
        let mut root = std::path::absolute(path).map_err(io)?;
        root.pop();
        Project::from_json(&text, &path.display().to_string(), root)
    }

    /// Reads a project from JSON text. `file` is what messages call it.
    ///
    /// # Errors
    /// Text that is not the documented JSON, an unknown field, or another format number.
    pub fn from_json(text: &str, file: &str, root: impl Into<PathBuf>) -> Result<Project> {
        #[derive(Deserialize)]
        struct Numbered {
            format: u32,
        }
        let json = |source| Error::Json { file: file.to_owned(), source };
        // serde takes an array for a struct; the format does not.
        let _: BTreeMap<String, IgnoredAny> = crate::declare::json::read(text).map_err(json)?;
        // The number first: a newer format may well have fields that look like mistakes here.
        let Numbered { format } = crate::declare::json::read(text).map_err(json)?;
        if format != FORMAT {
            return Err(Error::Format { file: file.to_owned(), found: format, known: FORMAT });
        }
        let project: Project = crate::declare::json::read(text).map_err(json)?;
        Ok(Project { root: root.into(), ..project })
    }

    /// The project as the JSON that [`Project::from_json`] reads, with a newline at the end.
    ///
    /// # Errors
    /// A target that refers to something by a handle of another project.
    pub fn to_json(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self).map_err(|error| {
            let text = format!("project {:?}: {error}", self.name);
            let help = "use the handles that this project's add() and option() gave, or names";
            Error::Declaration(vec![Problem::new(text, help)])
        })?;
        Ok(text + "\n")
    }

    /// Where relative paths start.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Adds a library, module or executable; gives the handle by which others refer to it.
    pub fn add<T: Declare>(&mut self, target: T) -> T::Id {
        let (mut target, id) = target.declare();
        self.look_up_handles(&mut target);
        let position = Position::new(self.targets.len(), target.name());
        self.targets.push(target);
        id(position)
    }

    /// Adds an option; gives the handle for [`Module::when`].
    pub fn option(&mut self, option: Opt) -> OptionId {
        let position = Position::new(self.options.len(), &option.name);
        self.options.push(option);
        OptionId(position)
    }

    /// Adds directories to every target's search for headers, before the target's own.
    pub fn include<M>(&mut self, directories: impl Many<String, M>) -> &mut Project {
        self.includes.extend(directories.many());
        self
    }

    /// Defines a macro for every target.
    pub fn define(&mut self, name: impl AsRef<str>, value: impl ToString) -> &mut Project {
        self.defines.push(format!("{}={}", name.as_ref(), value.to_string()));
        self
    }

    /// Defines a macro without a value, which C sees as `1`, for every target.
    pub fn define_flag(&mut self, name: impl Into<String>) -> &mut Project {
        self.defines.push(name.into());
        self
    }

    /// Adds compiler arguments to every target, before the target's own.
    pub fn cflags<M>(&mut self, flags: impl Many<String, M>) -> &mut Project {
        self.cflags.extend(flags.many());
        self
    }

    /// Says what to do about libraries that need each other, for every target that does not say so itself.
    pub fn cycles(&mut self, cycles: Cycles) -> &mut Project {
        self.cycles = Some(cycles);
        self
    }

    /// Adds arguments in front of a layer of libraries in every link: `p.before_layer(1, "-Wl,-Bdynamic")` stands
    /// between the libraries that are built (layer 0, if they do not say) and those that were there already (layer 1).
    /// System libraries follow all layers.
    pub fn before_layer<M>(&mut self, layer: u32, args: impl Many<String, M>) -> &mut Project {
        self.layers.push(Layer { layer, args: args.many() });
        self
    }

    /// Where the cargo package `name` lies, to build C sources that it ships:
    /// `format!("{}/lua-5.4.8/src/*.c", package.dir)`. `name` may be `NAME@VERSION` if the
    /// workspace has several. Asks cargo once per project, without network if all packages are there.
    ///
    /// # Errors
    /// A package that the workspace does not depend on; a workspace that cargo cannot describe
    /// offline.
    pub fn package(&mut self, name: &str) -> Result<Package> {
        self.packages.find(&self.root, name)
    }

    /// Puts names in the place of this project's handles.
    fn look_up_handles(&self, target: &mut Target) {
        let target_at = |index: usize| self.targets.get(index);
        let library =
            |index| target_at(index).filter(|t| matches!(t, Target::Library(_))).map(Target::name);
        let module =
            |index| target_at(index).filter(|t| matches!(t, Target::Module(_))).map(Target::name);
        let option = |index: usize| self.options.get(index).map(|option| option.name.as_str());
        match target {
            Target::Library(t) => t.link.iter_mut().for_each(|name| name.look_up(library)),
            Target::Module(t) => {
                t.link.iter_mut().for_each(|name| name.look_up(library));
                t.when.iter_mut().for_each(|name| name.look_up(option));
                t.needs.iter_mut().for_each(|name| name.look_up(module));
            }
            Target::Executable(t) => {
                t.link.iter_mut().for_each(|name| name.look_up(library));
                let modules = t.loads.iter_mut().chain(&mut t.builds_in);
                modules.for_each(|name| name.look_up(module));
            }
        }
    }
}

impl Declare for Library {
    type Id = LibraryId;
    fn declare(self) -> (Target, fn(Position) -> LibraryId) {
        (Target::Library(self), LibraryId)
    }
}

impl Declare for Module {
    type Id = ModuleId;
    fn declare(self) -> (Target, fn(Position) -> ModuleId) {
        (Target::Module(self), ModuleId)
    }
}

impl Declare for Executable {
    type Id = ExecutableId;
    fn declare(self) -> (Target, fn(Position) -> ExecutableId) {
        (Target::Executable(self), ExecutableId)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::declare::options::Tristate;

    /// Every field of the format once.
    fn everything() -> Project {
        let mut p = Project::new("imgtool", "/nowhere");
        let crypt = p.option(Opt::tristate("CRYPT").default(Tristate::Module).help("encrypted images"));
        p.option(Opt::boolean("DEBUG_IO"));
        p.cycles(Cycles::Deny).before_layer(1, "-Wl,-Bdynamic");
        p.include("c-src/include")
            .define("_GNU_SOURCE", 1)
            .define_flag("NDEBUG")
            .cflags(["-Wall", "-Wextra"]);
        let util = Library::new("imgutil").sources("c-src/util/**/*.c").exclude("c-src/util/old/*");
        let util =
            p.add(util.flags_for("c-src/util/crc.c", ["-O3"]).system_library("m").link("imgstub"));
        let stubs = p.add(
            Library::new("imgstub")
                .sources(["a.c", "b.c"])
                .include("stubs")
                .cflags("-g")
                .link_args(["{archive}", "-Wl,-O1"])
                .layer(2),
        );
        let module = Module::new("block/crypt").when(crypt).sources("crypt.c").link([util]);
        let module = p.add(
            module
                .system_library("crypto")
                .ldflags("-Wl,-O1")
                .define("ROUNDS", 12)
                .cycles(Cycles::Group),
        );
        p.add(Module::new("block/raw").sources("raw.c").built_in());
        let host = Executable::new("imgtool").sources("main.c").link([util, stubs]).loads(module);
        p.add(
            host.builds_in("block/r*")
                .exports(["img_open"])
                .system_library("dl")
                .ldflags(["-static"])
                .cycles(Cycles::Group),
        );
        p
    }

    fn check_refused(text: &str, expected: Expect) {
        let said = match Project::from_json(text, "demo.json", "/nowhere") {
            Ok(project) => format!("{project:?}"),
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&said);
    }

    #[test]
    fn a_project_reads_back_as_it_was_written() {
        let project = everything();
        let text = project.to_json().unwrap();
        let read = Project::from_json(&text, "demo.json", "/nowhere").unwrap();
        assert_eq!(read, project);
        assert_eq!(read.to_json().unwrap(), text);
    }

    #[test]
    fn the_format_is_as_documented() {
        expect![[r#"
            {
              "format": 1,
              "name": "imgtool",
              "options": [
                {
                  "name": "CRYPT",
                  "kind": "tristate",
                  "default": "m",
                  "help": "encrypted images"
                },
                {
                  "name": "DEBUG_IO",
                  "kind": "boolean",
                  "default": "n"
                }
              ],
              "includes": [
                "c-src/include"
              ],
              "defines": [
                "_GNU_SOURCE=1",
                "NDEBUG"
              ],
              "cflags": [
                "-Wall",
                "-Wextra"
              ],
              "cycles": "deny",
              "layers": [
                {
                  "layer": 1,
                  "args": [
                    "-Wl,-Bdynamic"
                  ]
                }
              ],
              "targets": [
                {
                  "kind": "library",
                  "name": "imgutil",
                  "sources": [
                    "c-src/util/**/*.c"
                  ],
                  "exclude": [
                    "c-src/util/old/*"
                  ],
                  "flags_for": [
                    {
                      "sources": "c-src/util/crc.c",
                      "cflags": [
                        "-O3"
                      ]
                    }
                  ],
                  "link": [
                    "imgstub"
                  ],
                  "system_libraries": [
                    "m"
                  ]
                },
                {
                  "kind": "library",
                  "name": "imgstub",
                  "sources": [
                    "a.c",
                    "b.c"
                  ],
                  "includes": [
                    "stubs"
                  ],
                  "cflags": [
                    "-g"
                  ],
                  "link_args": [
                    "{archive}",
                    "-Wl,-O1"
                  ],
                  "layer": 2
                },
                {
                  "kind": "module",
                  "name": "block/crypt",
                  "when": "CRYPT",
                  "sources": [
                    "crypt.c"
                  ],
                  "defines": [
                    "ROUNDS=12"
                  ],
                  "link": [
                    "imgutil"
                  ],
                  "system_libraries": [
                    "crypto"
                  ],
                  "ldflags": [
                    "-Wl,-O1"
                  ],
                  "cycles": "group"
                },
                {
                  "kind": "module",
                  "name": "block/raw",
                  "built_in": true,
                  "sources": [
                    "raw.c"
                  ]
                },
                {
                  "kind": "executable",
                  "name": "imgtool",
                  "sources": [
                    "main.c"
                  ],
                  "link": [
                    "imgutil",
                    "imgstub"
                  ],
                  "loads": [
                    "block/crypt"
                  ],
                  "builds_in": [
                    "block/r*"
                  ],
                  "exports": [
                    "img_open"
                  ],
                  "system_libraries": [
                    "dl"
                  ],
                  "ldflags": [
                    "-static"
                  ],
                  "cycles": "group"
                }
              ]
            }
        "#]]
        .assert_eq(&everything().to_json().unwrap());
    }

    #[test]
    fn the_document_is_true() {
        let document = include_str!("../../../../docs/project-format.md");
        let example = document.split("```").find_map(|part| part.strip_prefix("json\n")).unwrap();
        assert_eq!(Project::from_json(example, "example", "/nowhere").unwrap().targets.len(), 3);

        let json = everything().to_json().unwrap();
        let fields = json.lines().filter_map(|line| line.trim().strip_prefix('"')?.split_once("\":"));
        let missing: Vec<&str> = fields
            .map(|(field, _)| field)
            .filter(|field| !document.contains(&format!("\n| `{field}` |")))
            .collect();
        assert_eq!(missing, [""; 0], "add these fields to a table of docs/project-format.md");
    }

    #[test]
    fn the_least_project_is_a_format_and_a_name() {
        let project =
            Project::from_json(r#"{"format": 1, "name": "x"}"#, "demo.json", "/nowhere").unwrap();
        assert_eq!(project, Project::new("x", "/nowhere"));
    }

    #[test]
    fn unknown_fields_are_named() {
        let target = |fields: &str| format!(r#"{{"format":1,"name":"x","targets":[{{{fields}}}]}}"#);
        check_refused(
            r#"{"format": 1, "name": "x", "target": []}"#,
            expect![[r#"
            demo.json: not a project file: unknown field `target`, expected one of `format`, `name`, `options`, `includes`, `defines`, `cflags`, `cycles`, `layers`, `targets` at line 1 column 35
              help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            &target(r#""kind":"library","name":"a","sorces":["a.c"]"#),
            expect![[r#"
            demo.json: not a project file: unknown field `sorces` at line 1 column 81
              help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            &target(r#""kind":"module","name":"a","loads":["b"]"#),
            expect![[r#"
            demo.json: not a project file: unknown field `loads` at line 1 column 77
              help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            &target(r#""kind":"executable","name":"a","when":"X""#),
            expect![[r#"
            demo.json: not a project file: unknown field `when` at line 1 column 78
              help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            &target(r#""kind":"program","name":"a""#),
            expect![[r#"
            demo.json: not a project file: unknown variant `program`, expected one of `library`, `module`, `executable` at line 1 column 51
              help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            &target(r#""kind":"library","name":"a","flags_for":[{"sources":"a.c","flags":[]}]"#),
            expect![[r#"
                demo.json: not a project file: unknown field `flags`, expected `sources` or `cflags` at line 1 column 107
                  help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            r#"{"format":1,"name":"x","options":[{"name":"A","kind":"bool"}]}"#,
            expect![[r#"
                demo.json: not a project file: unknown variant `bool`, expected `tristate` or `boolean` at line 1 column 59
                  help: docs/project-format.md lists every field"#]],
        );
    }

    #[test]
    fn what_is_missing_or_of_another_type_is_named() {
        check_refused(
            r#"{"format":1,"targets":[]}"#,
            expect![[r#"
            demo.json: not a project file: missing field `name` at line 1 column 25
              help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            r#"{"name":"x"}"#,
            expect![[r#"
                demo.json: not a project file: missing field `format` at line 1 column 12
                  help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            r#"{"format":1,"name":"x","targets":[{"name":"a"}]}"#,
            expect![[r#"
            demo.json: not a project file: missing field `kind` at line 1 column 46
              help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            r#"{"format":1,"name":"x","cflags":"-O2"}"#,
            expect![[r#"
            demo.json: not a project file: invalid type: string "-O2", expected a sequence at line 1 column 37
              help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            "",
            expect![[r#"
            demo.json: not a project file: EOF while parsing a value at line 1 column 0
              help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            r#"[1, "x"]"#,
            expect![[r#"
            demo.json: not a project file: invalid type: sequence, expected a map at line 1 column 0
              help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            r#"{"format": "1", "name": "x"}"#,
            expect![[r#"
                demo.json: not a project file: invalid type: string "1", expected u32 at line 1 column 14
                  help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            r#"{"format": 1, "name": "x", "name": "y"}"#,
            expect![[r#"
            demo.json: not a project file: duplicate field `name` at line 1 column 33
              help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            r#"{"format":1,"name":"x","targets":[{"kind":"library","name":"a","sources":[],"sources":[]}]}"#,
            expect![[r#"
                demo.json: not a project file: duplicate field `sources` at line 1 column 90
                  help: docs/project-format.md lists every field"#]],
        );
        check_refused(
            "[]",
            expect![[r#"
                demo.json: not a project file: invalid type: sequence, expected a map at line 1 column 0
                  help: docs/project-format.md lists every field"#]],
        );
    }

    #[test]
    fn another_format_is_refused_whatever_else_it_holds() {
        check_refused(
            r#"{"format": 2, "name": "x", "news": true}"#,
            expect![[r#"
            demo.json: project format 2 is not one that this modpin reads
              help: it is newer: update modpin, or write format 1"#]],
        );
        check_refused(
            r#"{"format": 0, "name": "x"}"#,
            expect![[r#"
            demo.json: project format 0 is not one that this modpin reads
              help: write "format": 1"#]],
        );
    }

    #[test]
    fn a_file_gives_its_directory_as_root() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("demo.json");
        std::fs::write(&file, everything().to_json().unwrap()).unwrap();
        assert_eq!(Project::from_file(&file).unwrap().root(), directory.path());
        let absent = Project::from_file(&directory.path().join("absent.json")).unwrap_err().to_string();
        let said = absent.replace(&directory.path().display().to_string(), "DIR");
        expect!["DIR/absent.json: cannot read the project file: No such file or directory (os error 2)"]
            .assert_eq(&said);
    }

    #[test]
    fn a_handle_of_another_project_does_not_become_a_name() {
        let mut other = Project::new("other", "/nowhere");
        let util = other.add(Library::new("util"));
        let mut p = Project::new("demo", "/nowhere");
        p.add(Library::new("lib").link(util));
        p.add(Executable::new("tool"));
        expect![[r#"
            project "demo": a handle belongs to another project
              help: use the handles that this project's add() and option() gave, or names"#]]
        .assert_eq(&p.to_json().unwrap_err().to_string());
        assert_eq!(other.add(Executable::new("tool").link(util)).0, Position::new(1, "tool"));
        assert!(other.to_json().is_ok());
    }
}
