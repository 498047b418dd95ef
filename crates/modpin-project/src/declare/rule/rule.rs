//! A rule: a tool that makes files of others. No shell is between: what is typed here is what the tool gets.

use serde::{Deserialize, Serialize};

use crate::declare::code::Code;
use crate::declare::condition::cond::Cond;
use crate::declare::flags::Flags;
use crate::declare::handle::{Ref, TargetId};
use crate::declare::options::item::{Item, Items};
use crate::declare::rule::read_args;
use crate::declare::rule::rule_arg::RuleArg;
use crate::declare::rule::rule_step::{RuleStep, StepFiles, StepResult};

/// Files that a tool makes. They lie below `gen/` in the build directory, where they would lie among the sources: each
/// `-I DIR` of a compilation is followed by `-I gen/DIR`.
///
/// ```
/// use modpin_project::{Library, Project, Rule, input, output};
///
/// let mut p = Project::new("demo", "/nowhere");
/// let table = p.add(
///     Rule::new("table")
///         .run(["python3".into(), input("tools/mktable.py"), input("table.def"), output("table.c"), output("table.h")])
///         .reads("table/*.inc"),
/// );
/// p.add(Library::new("t").sources("a.c").sources(table.output("table.c")).generated_headers(&table));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Rule {
    /// Its name, which no other target has.
    pub name: String,
    /// Where it is there; everywhere if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cond>,
    /// Globs over files: it is run for each of these. `{each}` is the file's path, `{dir}`, `{name}` and `{stem}` are parts of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub each: Vec<Item<String>>,
    /// The program and its arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "read_args::items")]
    pub run: Vec<Item<RuleArg>>,
    /// What is its standard input; nothing if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdin: Option<RuleArg>,
    /// The output that its standard output becomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdout: Option<RuleArg>,
    /// Where it says what else it has read, if no argument tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depfile: Option<String>,
    /// Outputs that no argument names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Item<String>>,
    /// Files that it reads and no argument names: paths and globs, or what other rules make.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<Item<String>>,
    /// Variables of its environment: `NAME=VALUE`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<Item<String>>,
    /// Where it runs: a directory, or one of its own; the project's root if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<RuleArg>,
    /// Targets of whose compilations it is a part: it runs on each of their objects, and makes nothing else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_objects_of: Vec<Item<Ref<TargetId>>>,
    /// Targets for each of whose objects it is run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub each_object_of: Vec<Item<Ref<TargetId>>>,
    /// Sources of these targets, as paths or globs, whose objects it leaves alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Item<String>>,
    /// Code that does its work, in the place of a program.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub step: Option<RuleStep>,
    /// Nothing is compiled into it.
    #[serde(skip)]
    pub(crate) code: Code,
    #[serde(skip)]
    pub(crate) flags: Flags,
}

impl Rule {
    /// Declares a rule of this name.
    pub fn new(name: impl Into<String>) -> Rule {
        Rule { name: name.into(), ..Rule::default() }
    }

    /// Adds to the command: the program first, then its arguments. A text as program is looked for on the search path.
    pub fn run<M>(mut self, args: impl Items<RuleArg, M>) -> Rule {
        self.run.extend(args.items());
        self
    }

    /// Runs it for each file that these globs match. In its texts `{each}` is the file's path, `{dir}` its directory, `{name}`
    /// its name, `{stem}` the name without its suffix: `.each("*.mdd").stdout(output("{stem}.epro"))`.
    pub fn each<M>(mut self, files: impl Items<String, M>) -> Rule {
        self.each.extend(files.items());
        self
    }

    /// Says which file is its standard input.
    pub fn stdin(mut self, file: impl Into<RuleArg>) -> Rule {
        self.stdin = Some(file.into());
        self
    }

    /// Says which output its standard output becomes.
    pub fn stdout(mut self, file: impl Into<RuleArg>) -> Rule {
        self.stdout = Some(file.into());
        self
    }

    /// Says in which file it tells, in make's syntax, what else it has read. It lies beside outputs and is taken away.
    pub fn depfile(mut self, path: impl Into<String>) -> Rule {
        self.depfile = Some(path.into());
        self
    }

    /// Adds outputs that no argument names.
    pub fn outputs<M>(mut self, paths: impl Items<String, M>) -> Rule {
        self.outputs.extend(paths.items());
        self
    }

    /// Adds files that it reads and no argument names: paths, globs, or what other rules make.
    pub fn reads<M>(mut self, files: impl Items<String, M>) -> Rule {
        self.reads.extend(files.items());
        self
    }

    /// Sets a variable of its environment.
    pub fn env(mut self, name: impl AsRef<str>, value: impl ToString) -> Rule {
        self.env.push(Item::Always(format!("{}={}", name.as_ref(), value.to_string())));
        self
    }

    /// Adds variables as `NAME=VALUE`: `.envs(when(&debug, "TRACE=1"))`.
    pub fn envs<M>(mut self, variables: impl Items<String, M>) -> Rule {
        self.env.extend(variables.items());
        self
    }

    /// Says where it runs: in a directory of the project, or in one of its own, `.cwd(out_dir("parser"))`. Its files are
    /// named by absolute paths then.
    pub fn cwd(mut self, dir: impl Into<RuleArg>) -> Rule {
        self.cwd = Some(dir.into());
        self
    }

    /// Makes it a part of the compilations of these targets: it runs on each object, [`object()`](crate::object) among its
    /// arguments, before anybody sees the object. It may change the object; if it fails, the compilation has failed, and there is
    /// no object. It makes no files of its own.
    ///
    /// ```
    /// use modpin_project::{Library, Project, Rule, input, object};
    ///
    /// let mut p = Project::new("demo", "/nowhere");
    /// let core = p.add(Library::new("core").sources("core/*.c"));
    /// p.add(Rule::new("objtool").run([input("tools/objtool"), "--check".into(), object()]).on_objects_of(core).except("core/entry.c"));
    /// ```
    pub fn on_objects_of<M>(mut self, targets: impl Items<Ref<TargetId>, M>) -> Rule {
        self.on_objects_of.extend(targets.items());
        self
    }

    /// Runs it for each object of these targets: [`each()`](crate::each) is the object, and in texts `{each}`, `{dir}`, `{name}` and
    /// `{stem}` are its source's path and the parts of that. What it makes can be read by rules, links and installations.
    ///
    /// ```
    /// use modpin_project::{Library, Project, Rule, each, input, output, tool};
    ///
    /// let mut p = Project::new("demo", "/nowhere");
    /// let core = p.add(Library::new("core").sources("core/*.c"));
    /// let sizes = Rule::new("sizes").each_object_of(core).run([tool("size"), each()]);
    /// let sizes = p.add(sizes.stdout(output("{dir}/{stem}.size")));
    /// p.add(Rule::new("largest").run([input("tools/largest"), input(sizes.outputs())]).stdout(output("largest.txt")));
    /// ```
    pub fn each_object_of<M>(mut self, targets: impl Items<Ref<TargetId>, M>) -> Rule {
        self.each_object_of.extend(targets.items());
        self
    }

    /// Names sources whose objects it leaves alone: paths or globs.
    pub fn except<M>(mut self, sources: impl Items<String, M>) -> Rule {
        self.except.extend(sources.items());
        self
    }

    /// Has code do the work, in the place of a program; its arguments name what it reads and writes. The key stands for
    /// the code: whoever changes what the code does changes the key, or the outputs stay as they were.
    ///
    /// ```
    /// use modpin_project::{Project, Rule, input, output};
    ///
    /// let mut p = Project::new("demo", "/nowhere");
    /// let rule = Rule::new("names").run([input("names.txt"), output("names.h")]);
    /// p.add(rule.step("1", |files| {
    ///     let names = String::from_utf8(files.read("names.txt")?)?;
    ///     let lines: Vec<String> = names.lines().map(|name| format!("extern int {name};\n")).collect();
    ///     files.write("names.h", lines.concat().as_bytes())
    /// }));
    /// ```
    pub fn step(
        mut self,
        key: impl Into<String>,
        code: impl Fn(&mut dyn StepFiles) -> StepResult + Send + Sync + 'static,
    ) -> Rule {
        self.step = Some(RuleStep::new(key, code));
        self
    }

    /// Switches it: an option, or a condition made of several.
    pub fn when(mut self, condition: impl Into<Cond>) -> Rule {
        self.when = Some(condition.into());
        self
    }

    /// Everything on its command line, and its other files, whatever the conditions.
    pub(crate) fn words_mut(&mut self) -> impl Iterator<Item = &mut RuleArg> {
        let args = self.run.iter_mut().flat_map(Item::all_mut).flat_map(RuleArg::parts_mut);
        args.chain(&mut self.stdin).chain(&mut self.stdout).chain(&mut self.cwd)
    }
}
