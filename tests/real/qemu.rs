//! Real C: the block tools of QEMU 7.2, four programs with modules, some 450 sources of which scripts make a third. The source lists,
//! conditions and questions to the machine of its `meson.build` files are read and become a project file, with qapi and tracetool as
//! rules. What is built offers the symbols that its own build offers, and does the same. It takes compilers long, so on demand only;
//! that the files are read is looked at always.

mod declared;
mod described;
mod generated;
mod language;
mod logic;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use expect_test::expect;
use modpin::Project;
use modpin_test::{Said, World, reliability, skip};

use super::busybox::unpacked;

/// Names the unpacked sources: what `apt-get source qemu` leaves.
const SOURCES: &str = "MODPIN_QEMU";

/// Names a directory in which QEMU's own build has made the same: `configure --disable-system --disable-user --enable-tools
/// --enable-modules --disable-docs --disable-guest-agent`, then `ninja`. The development packages of libcurl, libbz2, libiscsi, libnfs
/// and libssh make its modules.
const THEIRS: &str = "MODPIN_QEMU_BUILD";

/// A structure that the programs know, since a command has it.
const MORE: &str = "
##
# @OfATest:
#
# @x: x
#
# Since: 7.2
##
{ 'struct': 'OfATest', 'data': { 'x': 'int' } }

##
# @of-a-test:
#
# Since: 7.2
##
{ 'command': 'of-a-test', 'data': 'OfATest', 'gen': false }
";

#[test]
fn what_descriptions_say_is_read() {
    let root = "# a comment\nprefix = '''#include <a.h>\n'''\n\
        one = not_found\nif not get_option('one').auto() or have_block\n  one = dependency('one', version: '>=1.2')\nendif\n\
        config_host_data.set('HAS_F', cc.has_function('f', prefix: prefix) and cc.has_header('b.h'))\n\
        weird = {'a': 1}\nsubdir('block')\n";
    let block = "block_ss.add(files(\n  'a.c',\n), zlib)\nblock_ss.add(when: one, if_true: files('one.c'), if_false: files('none.c'))\n\
        if get_option('two').allowed() and config_host_data.get('HAS_F')\n  block_ss.add(files('two.c'))\n\
        elif have_system\n  block_ss.add(files('system.c'))\nelse\n  block_ss.add(files('else.c'))\nendif\n\
        foreach m : [\n  [one, 'net', files('net.c')],\n]\n  if m[0].found()\n    x = y\n  endif\nendforeach\n";
    let world = World::new(&[
        (
            "meson_options.txt",
            "option('one', type : 'feature', value : 'auto')\noption('two', type: 'feature', value: 'auto')\n",
        ),
        ("meson.build", root),
        ("block/meson.build", block),
    ]);
    let known = [("have_block", "y"), ("have_system", "n")];
    let read = described::Described::read(world.root(), &known);
    let mut text: String = read.sets["block_ss"].iter().map(|entry| format!("{entry}\n")).collect();
    text.extend(read.probes.iter().map(|probe| format!("{probe}\n")));
    text += &format!("{}\n{:?}\n", read.header["HAS_F"], read.modules);
    expect![[r#"
        "block/a.c"
        {"then":["block/one.c"],"when":"ASKED_0_"}
        {"then":["block/none.c"],"when":"!(ASKED_0_)"}
        {"then":["block/two.c"],"when":"(WITH_TWO) && ((ASKED_1_) && (ASKED_2_))"}
        {"then":["block/else.c"],"when":"!((WITH_TWO) && ((ASKED_1_) && (ASKED_2_)))"}
        {"kind":"pkg_config","of":"one >= 1.2"}
        {"headers":["a.h"],"kind":"function","of":"f"}
        {"kind":"header","of":"b.h"}
        {"is":"(ASKED_1_) && (ASKED_2_)","name":"HAS_F"}
        [["net", "ASKED_0_", "block/net.c"]]
    "#]]
    .assert_eq(&text);
}

#[test]
fn its_block_tools_are_those_of_its_own_build() {
    if !reliability::count(false, true) {
        return;
    }
    let named = |variable| std::env::var_os(variable).map(PathBuf::from);
    let (Some(sources), Some(theirs)) = (named(SOURCES), named(THEIRS)) else {
        return skip::skip("QEMU", &format!("{SOURCES} and {THEIRS} name no directories"));
    };
    let world = unpacked(&sources);
    let project = declared::project(world.root()).to_string();
    let root = world.root().to_owned();
    let declare =
        |p: &mut Project| *p = Project::from_json(&project, "qemu.json", &root).expect("a project file");
    world.build(declare).expect_success();
    let again = world.build(declare);
    assert!(again.ran.is_empty() && again.outcome.commands == 0, "{:?}", again.ran);

    let tools = ["qemu-img", "qemu-io", "qemu-nbd", "storage-daemon/qemu-storage-daemon"];
    let modules = ["curl", "dmg-bz2", "iscsi", "nfs", "ssh"].map(|name| format!("block-{name}.so"));
    for path in tools.iter().copied().chain(modules.iter().map(String::as_str)) {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (ours, theirs) = (offered(&world, &world.built(name)), offered(&world, &theirs.join(path)));
        let differ: Vec<&String> = ours.symmetric_difference(&theirs).collect();
        assert!(differ.is_empty() && !ours.is_empty(), "{name}: {differ:?}");
    }
    let (ours, theirs) = (smoke(&world.built("")), smoke(&theirs));
    assert_eq!(ours, theirs);

    // An event: two files are made, and what reads them is compiled.
    world.write(
        "block/trace-events",
        world.read("block/trace-events") + "\nevent_of_a_test(int x) \"%d\"\n",
    );
    let traced = world.build(declare).expect_success();
    let ran = traced.short();
    assert!(ran.contains(&"Generating trace-block-h".to_owned()), "{ran:?}");
    assert!(ran.contains(&"Compiling gen/trace/trace-block.c".to_owned()), "{ran:?}");
    assert!(ran.contains(&"Compiling block/io.c".to_owned()), "{ran:?}");
    assert!(!ran.iter().any(|ran| ran.contains("nbd/server.c") || ran.contains("qapi")), "{ran:?}");

    // A comment in a description: what is made of it is the same.
    let said = world.read("qapi/block-core.json");
    world.write("qapi/block-core.json", format!("{said}\n# a word\n"));
    let ran = world.build(declare).expect_success().short();
    assert_eq!(
        ran.iter().collect::<BTreeSet<_>>(),
        BTreeSet::from([&"Generating qapi".to_owned(), &"Generating qsd-qapi".to_owned()])
    );

    // A structure more: whoever reads the header is compiled.
    world.write("qapi/block-core.json", said + MORE);
    let ran = world.build(declare).expect_success().short();
    assert!(ran.contains(&"Compiling gen/qapi/qapi-types-block-core.c".to_owned()), "{ran:?}");
    assert!(ran.contains(&"Compiling block/qapi.c".to_owned()), "{ran:?}");
    assert!(!ran.iter().any(|ran| ran.contains("util/iov.c")), "{ran:?}");
}

/// The names that a file offers to whoever loads it.
fn offered(world: &World, file: &Path) -> BTreeSet<String> {
    let said = Said::of(world.command("nm").args(["-D", "--defined-only", "--format=posix"]).arg(file));
    assert!(said.success(), "{}", said.text());
    // The stamp says which build it is of.
    let names = said.out.lines().filter_map(|line| line.split(' ').next());
    names.filter(|name| !name.starts_with("qemu_stamp")).map(str::to_owned).collect()
}

/// What tools say, on the way through disks in many formats.
fn smoke(tools: &Path) -> String {
    let world = World::new(&[("smoke.sh", include_str!("qemu/smoke.sh"))]);
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = world.command("sh");
    command.arg("smoke.sh").env("PATH", format!("{0}:{0}/storage-daemon:{path}", tools.display()));
    let said = Said::of(command.env("QEMU_MODULE_DIR", tools));
    assert!(said.success(), "{}", said.text());
    said.text().replace(&world.root().display().to_string(), "ROOT")
}
