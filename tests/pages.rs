//! What stands in README.md and docs/ to be pasted: every command is run and every piece of code is part of a test, as it stands there.
//! What is not is in the two lists below, with the reason.

use modpin_test::skip::is_long;
use modpin_test::{Said, World};

use crate::readme;
use crate::tidy::source::{Source, files};

/// Beginnings of commands that no test here runs.
const NOT_RUN: [(&str, &str); 16] = [
    ("cargo install ", "rust_hosts::from_nothing runs it under full: it compiles modpin"),
    ("cargo modpin new ", "rust_hosts::from_nothing"),
    ("cd my-app", "rust_hosts::from_nothing"),
    ("cargo run", "rust_hosts::from_nothing, under full"),
    ("cargo test", "this is it"),
    ("cargo xtask explain my_app_greeting", "of the workspace that rust_hosts::from_nothing makes"),
    ("target/modpin/debug/imgtool ", "CI runs the demo"),
    ("cargo bench ", "measures, for minutes"),
    ("pip install ", "fetches what benchmarks want"),
    ("MODPIN_", "measures, or asks files of the system"),
    ("modpin watch ", "does not end; modpin-cli's tests of watch"),
    ("cargo xtask check", "wants a checker; modpin-cli's tests of sources"),
    ("cargo modpin check-load --host objs/nginx", "nginx is not built here; foreign"),
    ("block-crypt.so: ", "a message"),
    (
        "cargo modpin pins --module A.so --archive X.a",
        "of a program that keeps nothing for modules; modpin-cli's tests of archives",
    ),
    ("cargo modpin exports ", "the same"),
];

/// Blocks of code that are part of no test, by their first lines.
const NOT_BUILT: [(&str, &str); 6] = [
    ("\"format\": 1,", "what a build writes; rust_hosts and load read it"),
    ("#[unsafe(no_mangle)]", "a body is left out"),
    (
        "let mut modules = modpin_load::Search::new()",
        "the tests of modpin-load say it in their own words",
    ),
    ("struct modpin *modules = modpin_find(\"app\", \"/usr/lib/app\");", "the same in C"),
    ("# app/Cargo.toml", "rust_hosts::tutorial has it by path"),
    ("modpin = { path = \"../../modpin/crates/modpin\" }", "rust_hosts::from_nothing compares it"),
];

/// Pages of which a test takes the blocks in one language out of the page itself.
const TAKEN: [(&str, &str, &str); 2] = [
    ("docs/rules.md", "c", "rules::page"),
    ("docs/project-format.md", "json", "the_project_file_is_one"),
];

fn pages() -> Vec<Source> {
    let is_page = |page: &Source| {
        page.path == "README.md" || page.path == "CONTRIBUTING.md" || page.path.starts_with("docs/")
    };
    files(&["md"]).into_iter().filter(is_page).collect()
}

/// The blocks of a page with their languages.
fn blocks(page: &str) -> impl Iterator<Item = (&str, &str)> {
    page.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'))
}

/// What is typed: lines of their own, blocks for a shell, and the first column of tables.
fn commands(page: &str) -> Vec<&str> {
    let own =
        page.split("\n```").step_by(2).flat_map(str::lines).filter_map(|line| line.strip_prefix("    "));
    let own = own.filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
    let shell =
        blocks(page).filter(|(language, _)| *language == "sh").flat_map(|(_, text)| text.lines());
    let row =
        |line: &'_ &str| line.starts_with("| `cargo xtask ") || line.starts_with("| `modpin watch");
    let rows = page.lines().filter(row).filter_map(|line| line.split('`').nth(1));
    own.chain(shell).chain(rows).collect()
}

/// The words behind the program, with names of the project of README in the place of those that stand for any.
fn words(command: &str) -> Option<Vec<String>> {
    let command = command.split(" # ").next()?.trim();
    let verb = ["cargo xtask ", "cargo modpin ", "modpin "]
        .iter()
        .find_map(|start| command.strip_prefix(start))?;
    let names = [
        ("PROG", "target/modpin/debug/tool"),
        ("MODULE.so", "target/modpin/debug/hello.so"),
        ("X.a", "target/modpin/debug/libcore.a"),
        ("SYMBOL", "tool_greeting"),
        ("FILE", "c/core/greeting.c"),
        ("TARGET", "tool"),
        ("GOAL", "tool"),
    ];
    let word = |word: &str| {
        let word = word.trim_matches(['[', ']', '…']);
        let name = names.iter().find(|(name, _)| *name == word);
        name.map_or(word, |(_, name)| name).to_owned()
    };
    Some(verb.split_whitespace().filter(|word| *word != "ARGS").map(word).collect())
}

fn run(world: &World, words: &[String]) -> Said {
    let mut command = world.command(env!("CARGO_BIN_EXE_xtask-program"));
    command.args(words).env_remove("CARGO").env("CARGO_MANIFEST_DIR", world.root());
    Said::of(command.env("MODPIN_CACHE", world.path("results")))
}

#[test]
fn every_command_works_as_it_stands_there() {
    if is_long("pages::every_command_works_as_it_stands_there") {
        return;
    }
    let (world, _) = readme::world();
    let mut count = 0;
    for page in pages() {
        for command in commands(&page.text) {
            if NOT_RUN.iter().any(|(start, _)| command.starts_with(start)) {
                continue;
            }
            let words = words(command);
            let words = words
                .unwrap_or_else(|| panic!("{}: nobody runs {command:?}: list it in NOT_RUN", page.path));
            let said = run(&world, &words);
            assert!(said.success(), "{}: {command}\n{}", page.path, said.text());
            count += 1;
        }
    }
    assert!(count > 20, "commands are lost: {count}");
}

#[test]
fn every_piece_of_code_is_part_of_a_test() {
    let is_test = |source: &Source| {
        source.is_test() || source.path.contains("/tutorial/") || source.path.contains("/templates/")
    };
    let mut tests = files(&["rs", "c", "h", "in"]);
    tests.retain(is_test);
    let tests: Vec<Vec<&str>> =
        tests.iter().map(|test| test.text.lines().map(str::trim).collect()).collect();
    let of_readme = readme::files();
    let (mut count, mut unknown) = (0, Vec::new());
    for page in pages() {
        let code =
            blocks(&page.text).filter(|(language, _)| ["rust", "c", "toml", "json"].contains(language));
        let is_taken =
            |language: &str| TAKEN.iter().any(|(of, taken, _)| *of == page.path && *taken == language);
        for (_, text) in code.filter(|(language, _)| !is_taken(language)) {
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            let is_known = of_readme.iter().any(|(_, file)| file.trim_end() == text)
                || lines.iter().any(|line| NOT_BUILT.iter().any(|(start, _)| line.starts_with(start)))
                || tests.iter().any(|test| test.windows(lines.len()).any(|window| window == lines));
            if !is_known {
                unknown.push(format!("{}:\n{text}", page.path));
            }
            count += 1;
        }
    }
    assert!(
        unknown.is_empty(),
        "nobody builds these: put each into a test, or into NOT_BUILT: {}",
        unknown.join("\n")
    );
    assert!(count > 30, "blocks are lost: {count}");
}

#[test]
fn the_project_file_is_one() {
    let page = include_str!("../docs/project-format.md");
    let text =
        blocks(page).find_map(|(language, text)| (language == "json").then_some(text)).expect("it");
    let world = World::new(&[
        ("c-src/include/img.h", "int crc(void);\n"),
        ("c-src/util/crc.c", "#include <img.h>\nint crc(void) { return 3; }\n"),
        ("c-src/block/crypt/crypt.c", "#include <img.h>\nint crypt(void) { return crc() + ROUNDS; }\n"),
        ("c-src/imgtool/main.c", "int main(void) { return 0; }\n"),
    ]);
    world.write("xtask.json", text);
    world.write("Cargo.toml", "[workspace]\n");
    run(&world, &["explain", "crc"].map(str::to_owned)).has_both(
        0,
        "module block/crypt: c-src/block/crypt/crypt.c:2",
        "",
    );
}

#[test]
fn what_is_listed_as_not_run_is_there() {
    let pages = pages();
    let commands: Vec<&str> = pages.iter().flat_map(|page| commands(&page.text)).collect();
    for (start, _) in NOT_RUN {
        assert!(commands.iter().any(|command| command.starts_with(start)), "{start}: no page has it");
    }
    for (start, _) in NOT_BUILT {
        let is_there = |page: &Source| page.text.lines().any(|line| line.trim().starts_with(start));
        assert!(pages.iter().any(is_there), "{start}: no page has it");
    }
}
