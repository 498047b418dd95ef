//! Two programs in directories whose names hold blanks; with CMake, two configurations in one build directory, too. A part of the
//! whole suite only.

use modpin_test::reliability::count;
use modpin_test::{Said, World};

use super::{Kind, Recipe, SOURCES, cmake, make, meson, ninja};

/// The second program, in the words of each build, and what builds all, twice, and checks both.
const MAKE: (&str, &str) = (
    "$(eval $(call modpin-host,tool,b.so,libutil.a,main.o))\n\
     tool: main.o libutil.a\n\t$(CC) -o $@ main.o $(modpin-link) libutil.a -ldl\n",
    "make -j8 app tool; make app tool | grep -c cc | grep -x 0; make check | grep check-load; make check | grep -c modpin | grep -x 0\n\
     ./app ./a.so ./b.so; ./tool ./b.so",
);
const NINJA: (&str, &str) = (
    "build tool.rsp | tool.rsp.list: modpin_link b.so libutil.a main.o\n  modules = b.so\n  archives = libutil.a\n  \
     objects = main.o\n\
     build tool: link main.o libutil.a | tool.rsp tool.rsp.list\n  ldflags = @tool.rsp\n\
     build tool.checked: modpin_check tool b.so\n  host = ./tool\n  modules = b.so\n",
    "ninja -j8; ninja | grep 'no work'; ./app ./a.so ./b.so; ./tool ./b.so",
);
const MESON: (&str, &str) = (
    "tool_rsp = custom_target(output: 'tool.rsp', input: [b, util], command: [modpin, 'link', '--output', '@OUTPUT@', \
     '--module', b, '--archive', util])\n\
     tool = executable('tool', 'main.c', link_with: util, link_depends: tool_rsp, link_args: '@' + tool_rsp.full_path())\n\
     test('modules of tool load', modpin, args: ['check-load', '-q', '--host', tool, b], depends: [b])\n",
    "meson setup 'b d'; ninja -j8 -C 'b d'; ninja -C 'b d' | grep 'no work'; meson test -C 'b d'\n\
     cd 'b d'; ./app ./a.so ./b.so; ./tool ./b.so",
);
const CMAKE: (&str, &str) = (
    "add_executable(tool main.c)\ntarget_link_libraries(tool PRIVATE util dl)\nmodpin_host(tool MODULES b)\n",
    "cmake -G 'Ninja Multi-Config' -B 'b d' .\n\
     for of in Debug Release; do cmake --build 'b d' --config $of -j8; cmake --build 'b d' --config $of | grep 'no work'\n\
     (cd 'b d'; ctest -C $of); done\n\
     cd 'b d/Release'; ./app ./liba.so ./libb.so; ./tool ./libb.so",
);

#[test]
fn two_hosts_and_blanks() {
    let kinds = [(make(), MAKE), (ninja(), NINJA), (meson(), MESON), (cmake(""), CMAKE)];
    for (kind, (second, script)) in kinds.into_iter().take(count(0, 4)) {
        let named = kind.files.iter().map(|(name, text)| (*name, text.clone())).collect::<Vec<_>>();
        let Some(it) = Recipe::new(Kind { configure: "true", ..kind }) else { continue };
        let sources = SOURCES.iter().map(|(name, text)| (*name, (*text).to_owned()));
        for (at, (name, text)) in named.into_iter().chain(sources).enumerate() {
            let more = if at == 0 { second } else { "" };
            it.world.write(&format!("a place/{name}"), text + more);
        }
        let said = run(&it.world, &format!("set -ex; cd 'a place'; {script}"));
        assert!(said.success() && said.text().contains("12\n"), "{}", said.text());
    }
}

fn run(world: &World, script: &str) -> Said {
    let mut command = world.command("sh");
    let path = std::env::var("PATH").unwrap_or_default();
    command.args(["-c", script]).env("PATH", format!("{}:{path}", world.path("bin").display()));
    command.env_remove("MAKEFLAGS").env_remove("CARGO_MAKEFLAGS");
    Said::of(&mut command)
}
