//! What probes of each kind answer on this machine.

use modpin::{ConfigHeader, Executable, Opt, Probe, Project, when};
use modpin_test::World;
use modpin_test::skip::is_missing;

use super::said;

#[test]
fn each_kind_says_yes_and_no() {
    let world =
        World::new(&[("inc/mine.h", "struct mine { int bits : 3; union { int deep; } in; };\n")]);
    let mine = |probe: Probe| probe.flags("-Iinc").with_header("mine.h");
    let probes = [
        Probe::header("sys/epoll.h"),
        Probe::header("sys/nosuch.h"),
        Probe::header("mine.h"),
        Probe::header("mine.h").name("MINE").flags("-Iinc"),
        Probe::function("epoll_create1"),
        Probe::function("nosuch_function"),
        Probe::function("memfd_create").name("DECLARED").define("_GNU_SOURCE").with_header("sys/mman.h"),
        Probe::function("memfd_create").name("UNDECLARED").with_header("sys/mman.h").flags("-std=c99"),
        Probe::symbol("O_CLOEXEC").with_header("fcntl.h"),
        Probe::symbol("O_CLOSEXEC").with_header("fcntl.h"),
        Probe::symbol("open").with_header("fcntl.h"),
        Probe::type_("struct stat").with_header("sys/stat.h"),
        Probe::type_("struct nosuch").with_header("sys/stat.h"),
        Probe::type_("errno").with_header("errno.h").name("VARIABLE"),
        Probe::member("struct stat.st_mtim.tv_nsec").with_header("sys/stat.h"),
        Probe::member("struct stat.st_nosuch").with_header("sys/stat.h"),
        mine(Probe::member("struct mine.bits")),
        mine(Probe::member("struct mine.in.deep")),
        Probe::library("m"),
        Probe::library("nosuchlib"),
        Probe::program("sh"),
        Probe::program("nosuchprogram"),
        Probe::compiles("TYPEOF", "int x; __typeof__(x) y;"),
        Probe::compiles("BROKEN", "int x"),
        Probe::links("LINKS", "int main(void) { return 0; }"),
        Probe::links("LINKS_NOT", "int nosuch(void); int main(void) { return nosuch(); }"),
        Probe::runs("RUNS", "int main(void) { return 0; }"),
        Probe::runs("RUNS_NOT", "int main(void) { return 1; }"),
        Probe::runs("CRASHES", "int main(void) { __builtin_trap(); }"),
        Probe::cc_option("-fno-common"),
        Probe::cc_option("-fnosuch-option"),
        Probe::cc_version(">= 4.9"),
        Probe::cc_version("< 3"),
        Probe::as_option("--noexecstack"),
        Probe::as_option("--nosuch-option"),
        Probe::as_instr("nop"),
        Probe::as_instr("nosuchinstruction %rax"),
        Probe::ld_option("-z,now"),
        Probe::ld_option("--nosuch-option"),
        Probe::function("cos").name("COS_WITH_M").system_library(when("HAVE_LIBM", "m")),
        Probe::function("cos").name("COS_ALONE").system_library(when("HAVE_LIBNOSUCHLIB", "m")),
        Probe::function("cos").name("COS_WITH_NOTHING").system_library("nosuchlib"),
    ];
    assert_eq!(
        said(&world, &probes).replace(' ', "\n"),
        "HAVE_SYS_EPOLL_H=y HAVE_SYS_NOSUCH_H=n HAVE_MINE_H=n MINE=y HAVE_EPOLL_CREATE1=y HAVE_NOSUCH_FUNCTION=n \
         DECLARED=y UNDECLARED=n HAVE_DECL_O_CLOEXEC=y HAVE_DECL_O_CLOSEXEC=n HAVE_DECL_OPEN=y \
         HAVE_STRUCT_STAT=y HAVE_STRUCT_NOSUCH=n VARIABLE=n HAVE_STRUCT_STAT_ST_MTIM_TV_NSEC=y \
         HAVE_STRUCT_STAT_ST_NOSUCH=n HAVE_STRUCT_MINE_BITS=y HAVE_STRUCT_MINE_IN_DEEP=y HAVE_LIBM=y \
         HAVE_LIBNOSUCHLIB=n HAVE_SH=y HAVE_NOSUCHPROGRAM=n TYPEOF=y BROKEN=n LINKS=y LINKS_NOT=n RUNS=y RUNS_NOT=n \
         CRASHES=n CC_HAS_FNO_COMMON=y CC_HAS_FNOSUCH_OPTION=n CC_IS_4_9=y CC_IS_3=n AS_HAS_NOEXECSTACK=y \
         AS_HAS_NOSUCH_OPTION=n AS_HAS_NOP=y AS_HAS_NOSUCHINSTRUCTION_RAX=n LD_HAS_Z_NOW=y LD_HAS_NOSUCH_OPTION=n \
         COS_WITH_M=y COS_ALONE=n COS_WITH_NOTHING=n"
            .replace(' ', "\n")
    );
}

#[test]
fn probes_in_cxx_ask_its_compiler() {
    if is_missing("c++", "probes::answers::probes_in_cxx_ask_its_compiler") {
        return;
    }
    let throws = "int main() { try { throw 1; } catch (int) { return 0; } return 1; }";
    let probes = [
        Probe::header("string").cxx(),
        Probe::header("string").name("IN_C"),
        Probe::function("memfd_create").cxx(),
        Probe::function("nosuch_function").cxx(),
        Probe::type_("std::string").with_header("string").cxx(),
        Probe::member("std::pair<int, int>.first").with_header("utility").cxx(),
        Probe::size_of("bool").cxx(),
        Probe::value("-7").cxx().name("NEGATIVE"),
        Probe::compiles("LAMBDA", "auto f = [] { return 1; };").cxx(),
        Probe::compiles("LAMBDA_IN_C", "auto f = [] { return 1; };"),
        Probe::runs("THROWS", throws).cxx(),
        Probe::cc_option("-fno-rtti").cxx(),
        Probe::cc_option("-fnosuch-option").cxx(),
        Probe::cc_version(">= 4.9").cxx(),
    ];
    assert_eq!(
        said(&World::new(&[]), &probes),
        "HAVE_STRING=y IN_C=n HAVE_MEMFD_CREATE=y HAVE_NOSUCH_FUNCTION=n HAVE_STD_STRING=y \
         HAVE_STD_PAIR_INT_INT_FIRST=y SIZEOF_BOOL=1 NEGATIVE=-7 LAMBDA=y LAMBDA_IN_C=n THROWS=y CXX_HAS_FNO_RTTI=y \
         CXX_HAS_FNOSUCH_OPTION=n CXX_IS_4_9=y"
    );
}

#[test]
fn numbers_are_read_without_running_anything() {
    let world = World::new(&[]);
    let probes = [
        Probe::size_of("long"),
        Probe::size_of("void *"),
        Probe::size_of("char"),
        Probe::size_of("char [70000]"),
        Probe::size_of("struct nosuch"),
        Probe::size_of("off_t").with_header("sys/types.h"),
        Probe::value("EAGAIN").with_header("errno.h"),
        Probe::value("-1").name("MINUS"),
        Probe::value("0").name("ZERO"),
        Probe::value("INT_MIN").with_header("limits.h"),
        Probe::value("LLONG_MIN").with_header("limits.h"),
        Probe::value("ULLONG_MAX").with_header("limits.h"),
        Probe::value("NOSUCH_CONSTANT"),
        Probe::value("puts(\"\")").name("NO_CONSTANT").with_header("stdio.h"),
    ];
    assert_eq!(
        said(&world, &probes),
        format!(
            "SIZEOF_LONG={word} SIZEOF_VOID_P={word} SIZEOF_CHAR=1 SIZEOF_CHAR_70000=70000 SIZEOF_STRUCT_NOSUCH=0 \
             SIZEOF_OFF_T=8 VALUE_EAGAIN=11 MINUS=-1 ZERO=0 VALUE_INT_MIN={} VALUE_LLONG_MIN={} \
             VALUE_ULLONG_MAX={} VALUE_NOSUCH_CONSTANT= NO_CONSTANT=",
            i32::MIN,
            i64::MIN,
            u64::MAX,
            word = size_of::<usize>(),
        )
    );
}

/// An option, a source and a flag that follow from what the machine has.
fn declare(p: &mut Project) {
    // All is compiled behind a header that is made of the answers.
    p.config_header(ConfigHeader::new("made/config.h").define("MADE", "HAVE_SYS_EPOLL_H"));
    p.cflags(["-include", "made/config.h"]);
    let epoll = p.probe(Probe::header("sys/epoll.h"));
    let kqueue = p.probe(Probe::header("sys/nosuch_event.h"));
    p.probe(Probe::size_of("long"));
    let events = p.option(Opt::bool("EVENTS").default(epoll | kqueue));
    let create = p.probe(Probe::function("epoll_create1").when(events & "SIZEOF_LONG > 2"));
    p.probe(Probe::function("kqueue").when(kqueue));
    p.add(
        Executable::new("host")
            .sources("main.c")
            .sources(when(create, "epoll.c"))
            .sources(when(!create, "poll.c"))
            .defines(when(events, "EVENTS"))
            .defines(when("HAVE_KQUEUE", "KQUEUE")),
    );
}

#[test]
fn answers_decide_options_lists_and_other_probes() {
    let mut world = World::new(&[
        (
            "main.c",
            "#include <stdio.h>\n#ifndef EVENTS\n#define EVENTS 0\n#endif\n#ifdef KQUEUE\n#error\n#endif\n#if EVENTS && !MADE\n#error\n#endif\nint how(void);\n\
             int main(void) { printf(\"%d %d\\n\", EVENTS, how()); }\n",
        ),
        ("epoll.c", "int how(void) { return 1; }\n"),
        ("poll.c", "int how(void) { return 2; }\n"),
    ]);
    world.build(declare).expect_success();
    assert_eq!(world.printed("host", &[]), "1 1");
    assert!(world.build(declare).ran.is_empty());

    // By hand.
    let mut project = Project::new("p", world.root());
    declare(&mut project);
    world.config.probes = modpin::Probed::of(&project.probes);
    world.config.set_from_text(&project.options, "HAVE_SYS_EPOLL_H=n").expect("a probe");
    world.build(declare).expect_success();
    assert_eq!(world.printed("host", &[]), "0 2");
}
