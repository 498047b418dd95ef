//! Which modules are loaded, built in or off, for the hosts and options of a project.

use expect_test::{Expect, expect};

use crate::resolve::findings::Findings;
use crate::resolve::scopes::Scopes;
use crate::resolve::targets::hosts::assign_modules;
use crate::{Config, Executable, Module, Opt, Project, Target, Tristate, configure};

/// Options CRYPT (tristate, m) and NET (boolean, y); modules block/crypt behind CRYPT,
/// block/raw built in, net behind NET, trace.
fn project(hosts: impl IntoIterator<Item = Executable>) -> Project {
    let mut p = Project::new("demo", "/nowhere");
    let crypt = p.option(Opt::tristate("CRYPT").default(Tristate::Module));
    let net = p.option(Opt::bool("NET").default(true));
    p.add(Module::new("block/crypt").when(crypt));
    p.add(Module::new("block/raw").built_in());
    p.add(Module::new("net").when(net));
    p.add(Module::new("trace"));
    for host in hosts {
        p.add(host);
    }
    p
}

fn check(project: &Project, settings: &str, expected: Expect) {
    let mut config = Config::default();
    for setting in settings.split_whitespace() {
        match setting {
            "modules=off" => config.modules = false,
            setting => config.set_from_text(&project.options, setting).unwrap(),
        }
    }
    let mut findings = Findings::default();
    let known = configure(&project.options, &config).unwrap();
    let scopes = Scopes::of(project, &known, &mut findings);
    let hosting = assign_modules(project, &known, &scopes, &mut findings);
    let mut said = String::new();
    for host in project.targets.iter().filter_map(Target::as_executable) {
        let list = |built_in| hosting.modules(&host.name, built_in).collect::<Vec<_>>().join(" ");
        said += &format!("{}: loads [{}], has [{}]\n", host.name, list(false), list(true));
    }
    said.extend(
        hosting.disabled.iter().map(|module| format!("off: {} ({})\n", module.name, module.why)),
    );
    said.extend(findings.problems.iter().map(|problem| format!("{problem}\n")));
    said.extend(findings.warnings.iter().map(|warning| format!("warning: {warning}\n")));
    expected.assert_eq(&said);
}

fn tool() -> Executable {
    Executable::new("tool").loads(["block/*", "*"])
}

#[test]
fn by_default_only_the_built_in_module_is_built_in() {
    check(
        &project([tool()]),
        "",
        expect![[r#"
        tool: loads [block/crypt net trace], has [block/raw]
    "#]],
    );
}

#[test]
fn options_switch_modules() {
    check(
        &project([tool()]),
        "CRYPT=y NET=n",
        expect![[r#"
        tool: loads [trace], has [block/crypt block/raw]
        off: net (NET=n)
    "#]],
    );
    check(
        &project([tool()]),
        "CRYPT=n",
        expect![[r#"
        tool: loads [net trace], has [block/raw]
        off: block/crypt (CRYPT=n)
    "#]],
    );
}

#[test]
fn modules_off_builds_everything_in_that_is_on() {
    check(
        &project([tool()]),
        "modules=off NET=n",
        expect![[r#"
        tool: loads [], has [block/crypt block/raw trace]
        off: net (NET=n)
    "#]],
    );
}

#[test]
fn built_in_beats_module_in_one_host() {
    check(
        &project([tool().builds_in("trace")]),
        "",
        expect![[r#"
        tool: loads [block/crypt net], has [block/raw trace]
    "#]],
    );
}

#[test]
fn a_file_that_is_there_is_never_built_in() {
    let mut p = project([tool()]);
    p.add(Module::prebuilt("rusty", "librusty.so"));
    check(
        &p,
        "",
        expect![[r#"
        tool: loads [block/crypt net trace rusty], has [block/raw]
    "#]],
    );
    check(
        &p,
        "modules=off",
        expect![[r#"
        tool: loads [], has [block/crypt block/raw net trace rusty]
        module "rusty" is a file that is there already, and cannot be built in
          help: let hosts load it, with .loads("rusty"); where no modules are, .when("MODULES") leaves it out
    "#]],
    );
    // The way out.
    let mut p = project([tool()]);
    p.add(Module::prebuilt("rusty", "librusty.so").when("MODULES"));
    check(
        &p,
        "",
        expect![[r#"
        tool: loads [block/crypt net trace rusty], has [block/raw]
    "#]],
    );
    check(
        &p,
        "modules=off",
        expect![[r#"
            tool: loads [], has [block/crypt block/raw net trace]
            off: rusty (MODULES=n)
        "#]],
    );
}

#[test]
fn order_is_that_of_the_patterns_then_of_the_declaration() {
    check(
        &project([Executable::new("tool").loads(["trace", "**"])]),
        "",
        expect![[r#"
        tool: loads [trace block/crypt net], has [block/raw]
    "#]],
    );
}

#[test]
fn a_star_does_not_cross_a_slash() {
    check(
        &project([Executable::new("tool").loads(["*", "*/crypt"]).builds_in("block/raw")]),
        "",
        expect![[r#"
            tool: loads [net trace block/crypt], has [block/raw]
        "#]],
    );
}

#[test]
fn two_hosts_share_a_module_either_way() {
    let hosts = || [tool(), Executable::new("daemon").loads("trace").builds_in("block/raw")];
    check(
        &project(hosts()),
        "",
        expect![[r#"
        tool: loads [block/crypt net trace], has [block/raw]
        daemon: loads [trace], has [block/raw]
    "#]],
    );
}

#[test]
fn two_hosts_that_want_a_module_differently() {
    let hosts = [tool(), Executable::new("daemon").builds_in("trace")];
    check(
        &project(hosts),
        "",
        expect![[r#"
        tool: loads [block/crypt net], has [block/raw trace]
        daemon: loads [], has [trace]
        module "trace": executable "tool" loads it, but executable "daemon" builds it in
          help: let both load it or both build it in, or declare the module with .built_in()
    "#]],
    );
}

#[test]
fn a_host_that_loads_what_is_not_there() {
    let host = tool().loads(["block/cript", "audio/*", "a["]).builds_in("zzz");
    check(
        &project([host]),
        "",
        expect![[r#"
        tool: loads [block/crypt net trace], has [block/raw]
        executable "tool" loads "block/cript", but no module has such a name
          help: did you mean "block/crypt"?
        executable "tool" loads "audio/*", but no module has such a name
          help: the project's modules are block/crypt, block/raw, net, trace
        executable "tool" loads "a[", which is not a glob: unclosed character class; missing ']'
          help: write a module's name, or a glob such as "block/*"
        executable "tool" builds in "zzz", but no module has such a name
          help: the project's modules are block/crypt, block/raw, net, trace
    "#]],
    );
    let mut none = Project::new("demo", "/nowhere");
    none.add(Executable::new("tool").loads("x"));
    check(
        &none,
        "",
        expect![[r#"
        tool: loads [], has []
        executable "tool" loads "x", but no module has such a name
          help: the project declares no modules
    "#]],
    );
}

#[test]
fn an_option_that_is_not_there() {
    let mut p = project([tool()]);
    p.add(Module::new("audio").when("CRIPT"));
    p.add(Module::new("video").when("VIDEO"));
    p.add(Executable::new("player").loads(["audio", "video"]));
    check(
        &p,
        "",
        expect![[r#"
            tool: loads [block/crypt net trace audio video], has [block/raw]
            player: loads [audio video], has []
            module "audio" is switched by "CRIPT", which is no option of the project
              help: did you mean "CRYPT"?
            module "video" is switched by "VIDEO", which is no option of the project
              help: declare it: p.option(Opt::tristate("VIDEO")); a constant stands in quotes: 'VIDEO'
        "#]],
    );
}

#[test]
fn handles_of_another_project() {
    let mut other = Project::new("other", "/nowhere");
    other.add(Executable::new("shift"));
    let module = other.add(Module::new("elsewhere"));
    let option = other.option(Opt::bool("ELSEWHERE"));
    let mut p = project([tool().loads(module)]);
    p.add(Module::new("late").when(option));
    p.add(Executable::new("late").loads("late"));
    check(
        &p,
        "",
        expect![[r#"
        tool: loads [block/crypt net trace late], has [block/raw]
        late: loads [late], has []
        executable "tool" loads a module by a handle of another project
          help: use the handle that this project's add() gave, or the name
        module "late" is switched by an option's handle of another project
          help: use the handle that this project's option() gave, or the name
    "#]],
    );
}

#[test]
fn a_module_that_no_host_wants() {
    check(
        &project([Executable::new("tool").loads("block/*")]),
        "",
        expect![[r#"
        tool: loads [block/crypt], has [block/raw]
        warning: module "net": no executable loads it or builds it in
          help: add .loads("net") to its host, or remove the module
        warning: module "trace": no executable loads it or builds it in
          help: add .loads("trace") to its host, or remove the module
    "#]],
    );
}
