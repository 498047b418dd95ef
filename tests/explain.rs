//! Why things are as they are: symbols, members, files, targets (row N2). The answers come from real objects; how they
//! read on a terminal is the command line's business and tested there.

use modpin::explain::{
    self, Answer, FileAnswer, Freshness, LinkedAs, Memory, ObjectLines, Scene, SymbolAnswer, SymbolState,
};
use modpin::load_check::Verdict;
use modpin::plan::Plan;
use modpin::session::{RunConfig, Session};
use modpin::{Executable, Library, Module, Project, resolve};
use modpin_engine::Event;
use modpin_test::World;

fn world() -> World {
    World::new(&[
        ("load.h", include_str!("cases/load.h")),
        (
            "host.c",
            "#include \"load.h\"\nint used(int);\nint offered(void)\n{\n    return used(1);\n}\n",
        ),
        (
            "util/used.c",
            "#include \"util.h\"\nint used(int x)\n{\n    return x + HALF;\n}\nint spare(void) { return 1; }\n",
        ),
        ("util/util.h", "#define HALF 21\n"),
        ("util/pinned.c", "int follower(void);\nint pinned(void)\n{\n    return follower();\n}\n"),
        ("util/follower.c", "int follower(void) { return 2; }\n"),
        (
            "util/lonely.c",
            "int lonely(void) { return 3; }\nint used_by_lonely(void);\nint x(void) { return used_by_lonely(); }\n",
        ),
        ("util/wanted_weakly.c", "int wanted_weakly(void) { return 4; }\n"),
        ("util/second.c", "int used_by_lonely(void) { return 5; }\n"),
        ("other/spare.c", "int elsewhere(void) { return 6; }\n"),
        (
            "m/ask.c",
            "int pinned(void), offered(void), used(int);\nint __attribute__((weak)) wanted_weakly(void);\n\
                     int run(void)\n{\n    return pinned() +\n        offered();\n}\n\
                     int later(void) { return wanted_weakly ? wanted_weakly() : used(0); }\n",
        ),
    ])
}

fn declare(p: &mut Project) {
    let util = p.add(Library::new("util").sources("util/*.c"));
    p.add(Library::new("other").sources("other/*.c"));
    p.add(Module::new("m").sources("m/*.c"));
    p.add(Executable::new("host").sources("host.c").link(util).loads("m").system_library("dl"));
}

struct Explained {
    world: World,
    plan: Plan,
    scene: Scene,
}

fn explained() -> Explained {
    let world = world();
    let plan = world.build(declare).plan;
    // A library that nobody links is built when it is asked for.
    let symbols: Vec<_> = plan.libraries.iter().map(|library| library.symbols).collect();
    let plan = world.run(plan, &symbols).expect_success().plan;
    let scene = explain::read(&plan, world.root());
    assert_eq!(scene.unread, []);
    Explained { world, plan, scene }
}

impl Explained {
    fn symbol(&self, name: &str) -> SymbolAnswer {
        let mut lines = ObjectLines::new(self.world.root());
        explain::explain_symbol(&self.scene, name, &mut lines).unwrap_or_else(|| panic!("{name}"))
    }

    fn state(&self, name: &str) -> SymbolState {
        let answer = self.symbol(name);
        let host = answer.programs.iter().find(|program| program.program == "host");
        host.unwrap_or_else(|| panic!("{name} is nothing to the host")).state
    }

    /// Each step of the chain to a member.
    fn chain(&self, member: &str) -> (LinkedAs, Vec<String>) {
        let mut lines = ObjectLines::new(self.world.root());
        let answer = explain::why_linked(&self.scene, member, &mut lines).expect(member);
        let place = answer.places.into_iter().next().expect(member);
        let step = |step: explain::NeedOnWay| {
            let module = step.module.map(|module| format!("{module}: ")).unwrap_or_default();
            format!("{module}{} needs {} of {}", step.by, step.symbol, step.links)
        };
        (place.state, place.chain.into_iter().map(step).collect())
    }
}

#[test]
fn every_state_of_a_symbol() {
    let explained = explained();
    assert_eq!(explained.state("pinned"), SymbolState::Pinned);
    assert_eq!(explained.state("used"), SymbolState::Pinned, "the module needs it, the host as well");
    assert_eq!(explained.state("offered"), SymbolState::Exported);
    assert_eq!(explained.state("follower"), SymbolState::Trimmed);
    assert_eq!(explained.state("lonely"), SymbolState::NotLinked);
    assert_eq!(explained.state("wanted_weakly"), SymbolState::NotLinked);
    assert_eq!(explained.state("dlopen"), SymbolState::SharedLibrary);
    assert_eq!(explained.state("_GLOBAL_OFFSET_TABLE_"), SymbolState::Provided);
    assert_eq!(explained.symbol("elsewhere").elsewhere[0].member, "spare.c.o");
    let own = &explained.symbol("run").programs;
    assert_eq!((own.len(), own[0].program.as_str(), own[0].state), (1, "m", SymbolState::Linked));
    let mut lines = ObjectLines::new(explained.world.root());
    assert!(explain::explain_symbol(&explained.scene, "nosuch", &mut lines).is_none());
}

#[test]
fn a_symbol_is_followed_to_the_line() {
    let explained = explained();
    let text = |lines: &[explain::SourceLine]| {
        lines.iter().map(|line| format!("{}:{}", line.file, line.line)).collect::<Vec<_>>().join(" ")
    };
    let answer = explained.symbol("pinned");
    let host = &answer.programs[0];
    assert_eq!(host.defined[0].line.as_ref().map(|line| line.line), Some(3));
    assert_eq!(host.defined[0].line.as_ref().map(|line| line.file.as_str()), Some("util/pinned.c"));
    assert_eq!(host.needed.len(), 1);
    assert_eq!(host.needed[0].module.as_deref(), Some("m"));
    assert_eq!(text(&host.needed[0].lines), "m/ask.c:5");
    assert_eq!(text(&host.chain[0].lines), "m/ask.c:5");
    let used = explained.symbol("used");
    let asking: Vec<String> = used.programs[0].needed.iter().map(|asking| text(&asking.lines)).collect();
    assert_eq!(asking, ["host.c:5", "m/ask.c:8"]);
    assert!(used.programs[0].chain.iter().all(|step| step.module.is_none()), "the host itself links it");
}

#[test]
fn weak_references_and_unlinked_ones_are_told_apart() {
    let explained = explained();
    let weak = &explained.symbol("wanted_weakly").programs[0];
    assert!(weak.needed.iter().all(|asking| asking.weak && asking.linked));
    assert!(weak.summary.contains("weak"), "{}", weak.summary);
    let unlinked = &explained.symbol("used_by_lonely").programs[0];
    assert_eq!(unlinked.needed.iter().map(|asking| asking.linked).collect::<Vec<_>>(), [false]);
}

#[test]
fn why_a_member_is_linked() {
    let explained = explained();
    let pin = "m: m/ask.c needs pinned of libutil.a(pinned.c.o)".to_owned();
    let follows = "libutil.a(pinned.c.o) needs follower of libutil.a(follower.c.o)".to_owned();
    for name in ["libutil.a(follower.c.o)", "follower.c.o", "follower.o", "util/follower.c.o"] {
        assert_eq!(
            explained.chain(name),
            (LinkedAs::Pinned, vec![pin.clone(), follows.clone()]),
            "{name}"
        );
    }
    let used = (LinkedAs::Needed, vec!["host.c needs used of libutil.a(used.c.o)".to_owned()]);
    assert_eq!(explained.chain("used.o"), used);
    assert_eq!(explained.chain("host.c").0, LinkedAs::Object);
    assert_eq!(explained.chain("lonely.o"), (LinkedAs::NotLinked, vec![]));
    assert_eq!(explained.chain("libother.a(spare.o)").0, LinkedAs::Unused);
    let note = |member: &str| {
        let mut lines = ObjectLines::new(explained.world.root());
        explain::why_linked(&explained.scene, member, &mut lines).expect(member).places[0]
            .notes
            .join("; ")
    };
    assert_eq!(note("second.o"), "libutil.a(lonely.c.o) needs used_by_lonely, but is not linked either");
    let weakly = "module m: m/ask.c refers to wanted_weakly weakly, and that is no reason for a pin";
    assert_eq!(note("wanted_weakly.o"), weakly);
    assert_eq!(explain::similar_unit(&explained.scene, "folower.o").as_deref(), Some("follower.c.o"));
}

#[test]
fn missing_and_hidden_symbols_are_explained_although_nothing_links() {
    let world = world();
    world.write("m/ask.c", "int elsewhere(void), secret(void), pinnd(void); int run(void) { return elsewhere() + secret() + pinnd(); }\n");
    world.write(
        "util/secret.c",
        "__attribute__((visibility(\"hidden\"))) int secret(void) { return 1; }\n",
    );
    let plan = world.build(declare).plan;
    let mut wanted: Vec<_> = plan.libraries.iter().map(|library| library.symbols).collect();
    wanted.extend(plan.links.iter().map(|link| link.symbols));
    let plan = world.run(plan, &wanted).expect_success().plan;
    let scene = explain::read(&plan, world.root());
    let explained = Explained { world, plan, scene };
    let secret = &explained.symbol("secret").programs[0];
    assert_eq!(secret.state, SymbolState::Hidden);
    assert!(
        secret
            .refusal
            .as_ref()
            .is_some_and(|why| why.contains("help: give the definition default visibility"))
    );
    // The host was never linked: nobody knows what its shared libraries have.
    let elsewhere = &explained.symbol("elsewhere").programs[0];
    assert_eq!(elsewhere.state, SymbolState::Unknown);
    assert_eq!(elsewhere.out_of_reach, ["libother.a(spare.c.o)"]);
    assert_eq!(explained.symbol("pinnd").programs[0].similar.as_deref(), Some("pinned"));
}

#[test]
fn a_symbol_that_nobody_has_is_missing() {
    let world = world();
    world.build(declare).expect_success();
    world.write("m/ask.c", "int nobody(void); int run(void) { return nobody(); }\n");
    let plan = world.build(declare).plan;
    let scene = explain::read(&plan, world.root());
    let explained = Explained { world, plan, scene };
    assert_eq!(explained.state("nobody"), SymbolState::Missing);
}

#[test]
fn a_module_that_is_loaded_first_gives_it() {
    let world = World::new(&[
        ("load.h", include_str!("cases/load.h")),
        ("host.c", "#include \"load.h\"\n"),
        ("base.c", "int base(void) { return 1; }\n"),
        ("top.c", "int base(void); int run(void) { return base(); }\n"),
    ]);
    let plan = world
        .build(|p| {
            let base = p.add(Module::new("base").sources("base.c"));
            p.add(Module::new("top").sources("top.c").needs(base));
            p.add(Executable::new("host").sources("host.c").loads("*").system_library("dl"));
        })
        .plan;
    let scene = explain::read(&plan, world.root());
    let explained = Explained { world, plan, scene };
    assert_eq!(explained.state("base"), SymbolState::OtherModule);
}

/// What is said of a file, without building.
fn file(world: &World, plan: &Plan, path: &str) -> Option<FileAnswer> {
    let mut session = Session::embedded(&world.layout(), &mut |_| {}).expect("a session");
    let mut would_run = Vec::new();
    if let Some(file) = explain::find_file(plan, &world.layout(), path, world.root()) {
        let config = RunConfig { jobs: 1, links: None, keep_going: true, dry_run: true };
        let mut hear = |event: Event<'_>| {
            if let Event::Started(action, reason) = event {
                would_run.push((action, reason.to_string()));
            }
        };
        let selection = session.select(&plan.graph, &[file]).expect("no cycle");
        session.run(&plan.graph, &selection, config, &mut hear).expect("a dry run");
    }
    let memory = Memory {
        store: session.store(),
        would_run: &would_run,
        compiled: &|_| vec![],
        linked: &|_| None,
        command: &|_, _| "a command".to_owned(),
    };
    explain::explain_file(plan, &world.layout(), path, world.root(), &memory)
}

#[test]
fn why_a_file_is_made_and_was_made_last() {
    let world = world();
    let plan = world.build(declare).plan;
    let object = file(&world, &plan, "target/modpin/debug/.modpin/obj/libutil.a/util/used.c.o")
        .expect("an object");
    assert_eq!(object.state, Freshness::UpToDate);
    assert_eq!(object.made_by.as_ref().map(|made| made.verb), Some("Compiling"));
    assert!(object.made_by.is_some_and(|made| made.command.is_some()));
    assert_eq!(object.inputs[0].path, "util/used.c");
    assert!(object.inputs.iter().any(|input| input.what == "tool"), "the compiler is an input");
    assert!(object.discovered.contains(&"util/util.h".to_owned()));
    assert_eq!(
        object.last.map(|last| last.why).as_deref(),
        Some("there is no result of an earlier run")
    );
    let ways: Vec<(&str, usize)> =
        object.needed_for.iter().map(|way| (way.target.as_str(), way.files.len())).collect();
    assert_eq!(ways, [("util", 2), ("host", 3)]);

    world.write("util/util.h", "#define HALF 22\n");
    let object = file(&world, &plan, "target/modpin/debug/.modpin/obj/libutil.a/util/used.c.o")
        .expect("an object");
    assert_eq!(object.state, Freshness::Outdated);
    assert_eq!(object.outdated.len(), 1);
    assert_eq!(object.outdated[0].why, "util/util.h changed");
    // Named by its place in the build directory; everything on the way to it would run.
    let host = file(&world, &plan, "host").expect("the host");
    assert_eq!(host.state, Freshness::Outdated);
    assert!(host.outdated.len() >= 3, "{:?}", host.outdated);

    let plan = world.build(declare).expect_success().plan;
    let object = file(&world, &plan, "target/modpin/debug/.modpin/obj/libutil.a/util/used.c.o")
        .expect("an object");
    assert_eq!(object.state, Freshness::UpToDate);
    assert_eq!(object.last.map(|last| last.why).as_deref(), Some("util/util.h changed"));
}

#[test]
fn sources_and_headers_know_their_readers() {
    let world = world();
    let plan = world.build(declare).plan;
    let source = file(&world, &plan, "./util/used.c").expect("a source");
    assert_eq!((source.state, source.read_by.len()), (Freshness::Source, 1));
    let header = file(&world, &plan, "util/util.h").expect("a header");
    assert_eq!(header.read_by[0].label, "util/used.c");
    assert_eq!(header.needed_for[0].files[0], "util/util.h");
    assert_eq!(
        header.needed_for.iter().map(|way| way.target.as_str()).collect::<Vec<_>>(),
        ["util", "host"]
    );
    assert!(file(&world, &plan, "nosuch.c").is_none());
    let absolute = world.root().join("m/ask.c");
    assert_eq!(file(&world, &plan, &absolute.to_string_lossy()).expect("a source").path, "m/ask.c");
}

#[test]
fn targets_say_what_they_are_for() {
    let world = world();
    let mut project = Project::new("world", world.root());
    declare(&mut project);
    let resolved = resolve(&project, &world.config, world.root()).expect("a project");
    let plan = world.build(declare).plan;
    let summary = |name: &str| {
        let targets = explain::explain_target(&plan, &resolved, name, |path| file(&world, &plan, path));
        targets
            .iter()
            .map(|target| format!("{} {}", target.target_kind, target.summary))
            .collect::<Vec<_>>()
    };
    assert_eq!(summary("m"), ["module loaded by executable host"]);
    assert_eq!(summary("util"), ["library linked into executable host"]);
    assert_eq!(summary("other"), ["library no executable or module links it"]);
    assert_eq!(summary("nosuch"), [""; 0]);
}

#[test]
fn an_answer_is_one_object() {
    let explained = explained();
    let json = serde_json::to_value(Answer::Symbol(explained.symbol("pinned"))).expect("JSON");
    assert_eq!(json["kind"], "symbol");
    assert_eq!(json["programs"][0]["state"], "pinned");
    assert_eq!(json["programs"][0]["defined"][0]["file"], "libutil.a");
    assert_eq!(json["programs"][0]["needed"][0]["module"], "m");
    assert_eq!(explained.plan.links.len(), 2);
}

/// What is needed and yet not kept is not called unneeded.
#[test]
fn a_host_that_is_refused_says_so_of_each_symbol() {
    let world = world();
    if world.toolchain().expect("a compiler").compiler.contains("clang") {
        return println!("clang has no slim objects");
    }
    world.write("lto.rsp", "-flto\n-ffat-lto-objects\n");
    let plan = world
        .build(|p| {
            // Where nobody looks for it.
            p.cflags("@lto.rsp");
            declare(p);
        })
        .plan;
    let scene = explain::read(&plan, world.root());
    let answer = explain::explain_symbol(&scene, "pinned", &mut explain::NoLines).expect("an answer");
    let host = &answer.programs[0];
    assert_eq!(
        (host.state, host.summary.as_str()),
        (SymbolState::NotLinked, "module m: m/ask.c needs it, and yet nothing keeps it")
    );
    assert!(
        host.refusal.as_ref().is_some_and(|why| why.contains("slim LTO object")),
        "{:?}",
        host.refusal
    );
}

/// The relocatable object of a module is made to be read, though its objects wait for a link.
#[test]
fn modules_of_a_project_with_lto_are_read_pinned_and_loaded() {
    let world = world();
    if world.toolchain().expect("a compiler").kind != "gcc" {
        return println!("only gcc makes objects that are both");
    }
    let declare_lto = |p: &mut Project| {
        p.cflags(["-O2", "-flto", "-ffat-lto-objects"]);
        declare(p);
    };
    let plan = world.build(declare_lto).expect_success().plan;
    let scene = explain::read(&plan, world.root());
    let answer = explain::explain_symbol(&scene, "pinned", &mut explain::NoLines).expect("an answer");
    assert_eq!(answer.programs[0].state, SymbolState::Pinned);
    let (reports, said) = world.check_load(declare_lto);
    assert!(reports.iter().all(|report| report.verdict == Verdict::Loads), "{} {reports:?}", said.said);
}
