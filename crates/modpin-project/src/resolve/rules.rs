//! What a declaration must not say, whatever files there are: names that no file can have, two
//! targets with one name or one output, arguments that no command line can carry. Looks at no disk and
//! at no configuration. Whether the names that targets use for each other exist is found where they
//! are looked up.

use std::collections::{HashMap, HashSet};

use crate::declare::cargo_link::CargoLink;
use crate::declare::code::Code;
use crate::declare::executable::Executable;
use crate::declare::flags::Flags;
use crate::declare::library::Library;
use crate::declare::links::Links;
use crate::declare::module::Module;
use crate::declare::options::item::entries;
use crate::declare::probes::probe::wrong_probes;
use crate::declare::project::Project;
use crate::declare::scope::Scope;
use crate::declare::shared_library::SharedLibrary;
use crate::declare::symbol_pattern::{ALL_SYMBOLS, SymbolPattern};
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::flags::broken::{self, arguments};
use crate::resolve::identity::wrong_text;
use crate::resolve::outputs::clashes;

/// Every problem that the text of the declaration alone shows.
pub(crate) fn broken(project: &Project) -> Vec<Problem> {
    let mut problems = Vec::new();
    let title = format!("project {:?}", project.name);
    problems.extend(wrong_text(project));
    problems.extend(broken::flags(&title, &project.flags));
    for Scope { dir, flags, below, .. } in project.targets.scopes() {
        let title = format!("directory {dir:?}");
        if dir.is_empty() || dir.contains(['\n', '\0']) {
            problems.push(Problem::new(format!("{title} is no path"), "name a directory"));
        }
        problems.extend([flags, below].into_iter().flat_map(|flags| broken::flags(&title, flags)));
    }
    problems
        .extend(project.layers.iter().flat_map(|layer| arguments(&title, "layers", layer.args.iter())));
    problems.extend(wrong_probes(&project.probes));
    for target in &project.targets {
        problems.extend(name(target));
        problems.extend(target_arguments(target));
    }
    problems.extend(declared_twice(&project.targets));
    problems.extend(groups_named_like_others(&project.targets));
    problems.extend(libraries_of_one_name(&project.targets));
    problems.extend(programs_of_one_name(&project.targets));
    problems.extend(clashes(&project.targets));
    problems
}

fn name(target: &Target) -> Option<Problem> {
    let cause = wrong_name(target.name())?;
    let help =
        "write letters, digits, `_`, `-`, `+`, and `.` inside a name; `/` stands between directories";
    Some(Problem::new(format!("{}: {cause}", target.title()), help))
}

/// What is wrong with a name of a target. It becomes file names, arguments and parts of globs, so it is made of few
/// characters. Names that begin with a dot are the build directory's own.
pub(crate) fn wrong_name(name: &str) -> Option<String> {
    let strange = name.chars().find(|c| !c.is_alphanumeric() && !"_-+./".contains(*c));
    Some(if name.is_empty() {
        "the name is empty".to_owned()
    } else if name.starts_with('/') {
        "the name is an absolute path".to_owned()
    } else if name.ends_with('/') {
        "the name ends with a slash".to_owned()
    } else if name.starts_with('-') {
        "the name begins like an option".to_owned()
    } else if let Some(part) = name.split('/').find(|part| part.is_empty() || part.starts_with('.')) {
        format!("the name has the part {part:?}")
    } else if let Some(strange) = strange {
        format!("the name holds {strange:?}")
    } else {
        return None;
    })
}

fn target_arguments(target: &Target) -> Vec<Problem> {
    let title = target.title();
    let mut problems = broken::of_target(target);
    match target {
        Target::Library(library) => {
            problems.extend(arguments(&title, "link_args", entries(&library.link_args)));
            problems.extend(of_prebuilt_library(&title, library));
        }
        Target::SharedLibrary(library) => {
            problems.extend(of_shared_library(&title, library));
        }
        Target::HostProgram(_) | Target::Group(_) | Target::Rule(_) => {}
        Target::Module(module) => {
            problems.extend(of_prebuilt_module(&title, module));
        }
        Target::Executable(executable) => {
            problems.extend(entries(&executable.exports).filter_map(|entry| exports(&title, entry)));
            problems.extend(linked_by_cargo(&title, executable));
        }
    }
    let [before_objects, before_libraries] = target.places();
    problems.extend(arguments(&title, "ldflags_before_objects", entries(before_objects)));
    problems.extend(arguments(&title, "ldflags_before_libraries", entries(before_libraries)));
    problems.extend(compiled_again(&title, target.code()));
    let of_system = target.links().into_iter().flat_map(Links::of_system).flat_map(entries);
    problems.extend(of_system.filter_map(|library| system_library(&title, library)));
    problems
}

/// What a library must not say whose archive is there already.
fn of_prebuilt_library(title: &str, library: &Library) -> Option<Problem> {
    let is_more = library.archive.is_some() && library.code != Code::default();
    is_more.then(|| {
        let text =
            format!("{title} is an archive that is there already, so nothing is compiled into it");
        Problem::new(text, "leave its sources out, or declare a library of its own for them")
    })
}

/// What a module must not say whose file is there already.
fn of_prebuilt_module(title: &str, module: &Module) -> Option<Problem> {
    let Module { name, when, needs, needs_later, binding, scope, .. } = module.clone();
    let bare = Module {
        file: module.file.clone(),
        name,
        when,
        needs,
        needs_later,
        binding,
        scope,
        ..Module::default()
    };
    let is_more = module.file.is_some() && *module != bare;
    is_more.then(|| {
        let text = format!("{title} is a file that is there already, so nothing is compiled or linked into it");
        Problem::new(text, "say no more of it than when it is built and how it is opened, or declare it with its sources")
    })
}

/// Names that become files, symbols that are none.
fn of_shared_library(title: &str, library: &SharedLibrary) -> Vec<Problem> {
    let SharedLibrary { base_name, version, soname, .. } = library;
    let fields = [("base_name", base_name), ("version", version), ("soname", soname)];
    let texts = fields.into_iter().filter_map(|(field, text)| Some((field, text.as_ref()?)));
    let bad = texts.filter(|(_, text)| text.contains('/') || wrong_name(text).is_some());
    let bad = bad.map(|(field, text)| {
        let text = format!("{title}: {text:?} as its {field} makes no name of a file");
        Problem::new(text, "write letters, digits, `_`, `-`, `+`, and `.` inside")
    });
    let undefined = entries(&library.undefined).filter_map(|symbol| {
        let help = "name one symbol, without version and without wildcards";
        export(title, symbol).map(|_| Problem::new(format!("{title}: {symbol:?} is no symbol"), help))
    });
    let all = entries(&library.exports).any(|entry| entry == ALL_SYMBOLS).then(|| {
        let help = "leave the list out: then it offers what its objects define for everybody";
        Problem::new(format!("{title}: it cannot export \"all\" by a list"), help)
    });
    let exports = entries(&library.exports).filter_map(|entry| exports(title, entry));
    bad.chain(undefined).chain(all).chain(exports).collect()
}

/// What a program that cargo links must not say.
fn linked_by_cargo(title: &str, executable: &Executable) -> Vec<Problem> {
    let Some(CargoLink { offers, from_shared }) = &executable.cargo else { return Vec::new() };
    let mut problems: Vec<Problem> =
        offers.iter().chain(from_shared).filter_map(|symbol| export(title, symbol)).collect();
    problems.extend(offers.iter().filter(|symbol| from_shared.contains(symbol)).map(|symbol| {
        let text = format!("{title}: {symbol} is offered by Rust and comes from a shared library");
        Problem::new(text, "name it in .offers() or in .from_shared(), where it really is")
    }));
    if entries(&executable.exports).any(|entry| entry == ALL_SYMBOLS) {
        let text =
            format!("{title}: it cannot export \"all\", which would be all of Rust's own symbols");
        problems.push(Problem::new(
            text,
            "export what its C has, with .exports(\"*\"), and name Rust's in .offers()",
        ));
    }
    let ldflags = executable.flags.ldflags.clone();
    if executable.code != Code::default() || executable.flags != (Flags { ldflags, ..Flags::new() }) {
        let text = format!("{title}: cargo links it, so nothing is compiled into it here");
        problems.push(Problem::new(text, "put its C sources into a library, and .link() that"));
    }
    problems
}

/// Sources under other names: the names become parts of file names.
fn compiled_again(title: &str, code: &Code) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, again) in code.sources_as.iter().enumerate() {
        problems.extend(arguments(title, "sources_as", entries(&again.cflags)));
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if again.name.is_empty() || !again.name.chars().all(letters) {
            let text = format!("{title}: it cannot compile sources as {:?}", again.name);
            problems.push(Problem::new(text, "name them with ASCII letters, digits and `_`"));
        }
        if code.sources_as[..at].iter().any(|earlier| earlier.name == again.name) {
            let text = format!("{title}: sources are compiled as {:?} twice", again.name);
            problems.push(Problem::new(
                text,
                "give one of them another name, or name all sources in one .sources_as()",
            ));
        }
    }
    problems
}

fn system_library(title: &str, library: &str) -> Option<Problem> {
    let bare = library.strip_prefix("-l").unwrap_or(library);
    let bad = |c: char| c.is_control() || c.is_whitespace() || c == '/';
    let of_file =
        library.strip_prefix("lib").and_then(|name| name.split_once(".so").or(name.split_once(".a")));
    if let Some((name, _)) =
        of_file.filter(|(name, end)| !name.is_empty() && !name.contains(bad) && !end.contains(bad))
    {
        let text = format!("{title}: {library:?} is no name of a system library");
        return Some(Problem::new(
            text,
            format!("write what stands after -l: .system_library({name:?})"),
        ));
    }
    if bare == library && !library.is_empty() && !library.starts_with('-') && !library.contains(bad) {
        return None;
    }
    let text = format!("{title}: {library:?} is no name of a system library");
    let help = if bare != library && !bare.is_empty() {
        format!("write it without -l: .system_library({bare:?})")
    } else {
        "write what stands after -l, such as \"m\"; other arguments of the link go to .ldflags()"
            .to_owned()
    };
    Some(Problem::new(text, help))
}

fn export(title: &str, symbol: &str) -> Option<Problem> {
    let fits = !symbol.is_empty() && symbol.chars().all(|c| c.is_alphanumeric() || "_$.".contains(c));
    let text = format!("{title}: it cannot export {symbol:?}");
    (!fits).then(|| Problem::new(text, "name one symbol, without version and without wildcards"))
}

/// An entry of a list that takes globs as well.
fn exports(title: &str, entry: &str) -> Option<Problem> {
    match SymbolPattern::read(entry) {
        Ok(None) => export(title, entry).map(|problem| Problem {
            help: "name one symbol without version, a glob such as \"bdrv_*\", or \"all\"".to_owned(),
            ..problem
        }),
        Ok(Some(_)) => None,
        Err(why) => {
            let text = format!("{title}: {entry:?} is no glob over symbols: {why}");
            Some(Problem::new(text, "close what [ or { opens"))
        }
    }
}

/// Two targets of one kind with one name.
fn declared_twice(targets: &[Target]) -> Vec<Problem> {
    let mut seen = HashSet::new();
    let again = targets.iter().filter(|target| !seen.insert((target.kind(), target.name())));
    let problem = |target: &Target| {
        Problem::new(format!("{} is declared twice", target.title()), "give one of them another name")
    };
    again.map(problem).collect()
}

/// Who links a library says its name.
fn libraries_of_one_name(targets: &[Target]) -> Vec<Problem> {
    let shared = targets.iter().filter(|target| matches!(target, Target::SharedLibrary(_)));
    let is_library = |name: &str| {
        targets.iter().any(|target| matches!(target, Target::Library(_)) && target.name() == name)
    };
    let problem = |target: &Target| {
        let name = target.name();
        let text = format!("library {name:?} and shared library {name:?} have one name");
        let help = format!(
            "rename one: SharedLibrary::new(\"{name}-shared\").base_name({name:?}) becomes lib{name}.so"
        );
        Problem::new(text, help)
    };
    shared.filter(|target| is_library(target.name())).map(problem).collect()
}

/// Who runs a program while building says its name.
fn programs_of_one_name(targets: &[Target]) -> Vec<Problem> {
    let programs = targets.iter().filter(|target| matches!(target, Target::HostProgram(_)));
    let problem = |target: &Target| {
        let name = target.name();
        let is_it = |other: &&Target| matches!(other, Target::Executable(_)) && other.name() == name;
        targets.iter().find(is_it)?;
        let text = format!("executable {name:?} and host program {name:?} have one name");
        Some(Problem::new(text, "give the program for the build machine another name"))
    };
    programs.filter_map(problem).collect()
}

/// Who asks for a group or a rule must not get something else.
fn groups_named_like_others(targets: &[Target]) -> Vec<Problem> {
    let is_group = |target: &&Target| matches!(target, Target::Group(_) | Target::Rule(_));
    let groups: HashMap<&str, &Target> =
        targets.iter().filter(is_group).map(|target| (target.name(), target)).collect();
    let is_other =
        |target: &&Target| groups.get(target.name()).is_some_and(|group| group.kind() != target.kind());
    let others = targets.iter().filter(is_other).filter(|target| !matches!(target, Target::Group(_)));
    let problem = |target: &Target| {
        let group = groups[target.name()];
        let text = format!("{} and {} have one name", target.title(), group.title());
        Problem::new(text, format!("give the {} another name", group.kind()))
    };
    others.map(problem).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::Binding;
    use crate::declare::library::Library;
    use crate::declare::module::Module;
    use crate::declare::rust_host::RustHost;

    fn check(declare: impl FnOnce(&mut Project), expected: Expect) {
        let mut project = Project::new("demo", "/nowhere");
        declare(&mut project);
        let said: Vec<String> = broken(&project).iter().map(Problem::to_string).collect();
        expected.assert_eq(&said.join("\n"));
    }

    /// The causes only, for lists of like names.
    fn check_names(names: &[&str], expected: Expect) {
        let problems = names.iter().filter_map(|text| name(&Target::Module(Module::new(*text))));
        let said: Vec<String> = problems.map(|problem| problem.text).collect();
        expected.assert_eq(&said.join("\n"));
    }

    #[test]
    fn names_that_are_fine() {
        check_names(&["a", "block/crypt", "libstdc++", "tool-1.2", "größe", "a..b"], expect![""]);
    }

    #[test]
    fn names_that_no_file_or_argument_can_have() {
        let names = [
            "", "/abs", "dir/", "-x", "../up", "a/./b", "a/.b", "a//b", "a b", "a\nb", "a*", "a,b",
            "a\\b",
        ];
        check_names(
            &names,
            expect![[r#"
                module "": the name is empty
                module "/abs": the name is an absolute path
                module "dir/": the name ends with a slash
                module "-x": the name begins like an option
                module "../up": the name has the part ".."
                module "a/./b": the name has the part "."
                module "a/.b": the name has the part ".b"
                module "a//b": the name has the part ""
                module "a b": the name holds ' '
                module "a\nb": the name holds '\n'
                module "a*": the name holds '*'
                module "a,b": the name holds ','
                module "a\\b": the name holds '\\'"#]],
        );
    }

    #[test]
    fn a_bad_name_comes_with_the_way_out() {
        check(
            |p| {
                p.add(Library::new("img util"));
            },
            expect![[r#"
                library "img util": the name holds ' '
                  help: write letters, digits, `_`, `-`, `+`, and `.` inside a name; `/` stands between directories"#]],
        );
    }

    #[test]
    fn one_name_twice() {
        let declare = |p: &mut Project| {
            p.add(Library::new("imgutil"));
            p.add(Executable::new("imgutil"));
            p.add(Library::new("imgutil"));
        };
        check(
            declare,
            expect![[r#"
            library "imgutil" is declared twice
              help: give one of them another name"#]],
        );
    }

    #[test]
    fn one_output_twice() {
        let declare = |p: &mut Project| {
            p.add(Module::new("block/crypt"));
            p.add(Executable::new("block/crypt.so"));
            p.add(Library::new("util"));
            p.add(Executable::new("libutil.a"));
        };
        check(
            declare,
            expect![[r#"
            module "block/crypt" and executable "block/crypt.so" would both become block/crypt.so
              help: rename one of them
            library "util" and executable "libutil.a" would both become libutil.a
              help: rename one of them"#]],
        );
    }

    #[test]
    fn a_slash_that_becomes_a_dash_meets_another_module() {
        let declare = |p: &mut Project| {
            p.add(Module::new("block/crypt"));
            p.add(Module::new("block-crypt"));
            p.add(Module::new("net/a-b"));
            p.add(Module::new("net-a/b"));
        };
        check(
            declare,
            expect![[r#"
            module "block/crypt" and module "block-crypt" would both become block-crypt.so: a module's `/` becomes `-` there
              help: rename one of them
            module "net/a-b" and module "net-a/b" would both become net-a-b.so: a module's `/` becomes `-` there
              help: rename one of them"#]],
        );
    }

    #[test]
    fn names_that_differ_in_case_only() {
        let declare = |p: &mut Project| {
            p.add(Module::new("Block/crypt"));
            p.add(Module::new("block/crypt"));
        };
        check(
            declare,
            expect![[r#"
            module "Block/crypt" and module "block/crypt" would become Block/crypt.so and block/crypt.so, which differ only in case
              help: rename one of them"#]],
        );
    }

    #[test]
    fn a_file_where_another_needs_a_directory() {
        let declare = |p: &mut Project| {
            p.add(Executable::new("block"));
            p.add(Module::new("block/crypt"));
            p.add(Executable::new("tools/deep/run"));
            p.add(Executable::new("tools/deep"));
        };
        check(
            declare,
            expect![[r#"
            executable "block" would become the file block, where module "block/crypt" needs a directory
              help: rename one of them
            executable "tools/deep" would become the file tools/deep, where executable "tools/deep/run" needs a directory
              help: rename one of them"#]],
        );
    }

    #[test]
    fn words_that_no_command_line_carries() {
        let declare = |p: &mut Project| {
            p.cflags(["-O2", ""]);
            p.define("A B", 1);
            p.add(Library::new("a").define_flag("1X").define("OK", "x y").cflags("-DX=\n"));
            p.add(Module::new("b").system_library("-lm").system_library("").ldflags("\0"));
            p.add(Module::new("d").system_library("a b").system_library("a\u{7}"));
            p.add(
                Executable::new("c")
                    .exports(["fine", "foo@V1", "img_*", "all", "a["])
                    .system_library("/lib/libx.a"),
            );
        };
        check(
            declare,
            expect![[r#"
            project "demo": "A B" is no name for a macro
              help: write .define("NAME", VALUE); other arguments go to .cflags()
            project "demo": cflags holds the argument ""
              help: an argument must not be empty or hold a newline or NUL
            library "a": "1X" is no name for a macro
              help: write .define("NAME", VALUE); other arguments go to .cflags()
            library "a": cflags holds the argument "-DX=\n"
              help: an argument must not be empty or hold a newline or NUL
            module "b": ldflags holds the argument "\0"
              help: an argument must not be empty or hold a newline or NUL
            module "b": "-lm" is no name of a system library
              help: write it without -l: .system_library("m")
            module "b": "" is no name of a system library
              help: write what stands after -l, such as "m"; other arguments of the link go to .ldflags()
            module "d": "a b" is no name of a system library
              help: write what stands after -l, such as "m"; other arguments of the link go to .ldflags()
            module "d": "a\u{7}" is no name of a system library
              help: write what stands after -l, such as "m"; other arguments of the link go to .ldflags()
            executable "c": it cannot export "foo@V1"
              help: name one symbol without version, a glob such as "bdrv_*", or "all"
            executable "c": "a[" is no glob over symbols: unclosed character class; missing ']'
              help: close what [ or { opens
            executable "c": "/lib/libx.a" is no name of a system library
              help: write what stands after -l, such as "m"; other arguments of the link go to .ldflags()"#]],
        );
    }

    #[test]
    fn a_host_that_cargo_links() {
        let declare = |p: &mut Project| {
            let host = RustHost::new("app").offers(["app_log", "app_*"]).from_shared("app_log");
            p.host(host.exports(["img_*", "all"]));
            let json = r#"{"kind":"executable","name":"b","cargo":{},"sources":["main.c"]}"#;
            p.targets.push(serde_json::from_str(json).expect("a target"));
        };
        check(
            declare,
            expect![[r#"
            executable "app": it cannot export "app_*"
              help: name one symbol, without version and without wildcards
            executable "app": app_log is offered by Rust and comes from a shared library
              help: name it in .offers() or in .from_shared(), where it really is
            executable "app": it cannot export "all", which would be all of Rust's own symbols
              help: export what its C has, with .exports("*"), and name Rust's in .offers()
            executable "b": cargo links it, so nothing is compiled into it here
              help: put its C sources into a library, and .link() that"#]],
        );
    }

    #[test]
    fn what_is_there_already_is_not_made() {
        let declare = |p: &mut Project| {
            p.add(Library::prebuilt("old", "libold.a").sources("more.c"));
            p.add(Module::prebuilt("m", "m.so").sources("more.c"));
            p.add(Module::prebuilt("n", "n.so").system_library("m"));
            let whole = Module::prebuilt("whole", "whole.so").needs("m").binding(Binding::Lazy);
            p.add(whole.when("X"));
        };
        check(
            declare,
            expect![[r#"
            library "old" is an archive that is there already, so nothing is compiled into it
              help: leave its sources out, or declare a library of its own for them
            module "m" is a file that is there already, so nothing is compiled or linked into it
              help: say no more of it than when it is built and how it is opened, or declare it with its sources
            module "n" is a file that is there already, so nothing is compiled or linked into it
              help: say no more of it than when it is built and how it is opened, or declare it with its sources"#]],
        );
    }

    #[test]
    fn names_of_sources_that_are_compiled_again() {
        let declare = |p: &mut Project| {
            let library = Library::new("sum").sources_as("avx.2", "sum.c", "-mavx2");
            p.add(library.sources_as("sse", "sum.c", "").sources_as("sse", "more.c", "-msse"));
        };
        check(
            declare,
            expect![[r#"
                library "sum": it cannot compile sources as "avx.2"
                  help: name them with ASCII letters, digits and `_`
                library "sum": sources_as holds the argument ""
                  help: an argument must not be empty or hold a newline or NUL
                library "sum": sources are compiled as "sse" twice
                  help: give one of them another name, or name all sources in one .sources_as()"#]],
        );
    }

    #[test]
    fn one_source_with_two_sets_of_flags() {
        let declare = |p: &mut Project| {
            let library = Library::new("util").flags_for("crc.c", ["-O3"]).flags_for("crc.c", "-O0");
            p.add(library.flags_for("sha.c", "-O1").flags_for("sha.c", ["-O1"]));
        };
        check(
            declare,
            expect![[r#"
            library "util": "crc.c" is there twice with different flags
              help: give all of its flags in one .flags_for()"#]],
        );
    }

    #[test]
    fn a_project_without_fault_is_silent() {
        let declare = |p: &mut Project| {
            let util = p.add(Library::new("util").define("BITS", 12).system_library("m"));
            p.add(Module::new("block/crypt").ldflags("-Wl,-z,now"));
            p.add(Module::new("trace"));
            p.add(Executable::new("util").link(util).exports("img_open"));
        };
        check(declare, expect![""]);
    }
}
