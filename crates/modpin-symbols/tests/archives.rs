//! Archives of every kind that the tools here write, read back; and our own, read by the tools.

use expect_test::{Expect, expect};
use modpin_symbols::{Content, Error, Index, Names, Unit, read_archive, write_archive};
use modpin_test::{World, skip::is_missing};

use crate::cc::{Cc, no_external};

/// A line for each unit: its name, what it is, and what it defines or what the archive's index promises.
fn show(units: &[Unit<'_>]) -> String {
    let line = |unit: &Unit<'_>| {
        let content = match &unit.content {
            Content::Object(object) => {
                let names = object.table.defined.iter().map(|definition| &*definition.name);
                format!(
                    "{{{}}} {}",
                    names.collect::<Vec<_>>().join(" "),
                    unit.blind_spot().unwrap_or_default()
                )
            }
            Content::Foreign(what) => format!("foreign: {what}"),
            Content::Damaged(why) => format!("damaged: {why}"),
        };
        let listed = if unit.listed.is_empty() {
            String::new()
        } else {
            format!(" listed: {}", unit.listed.join(" "))
        };
        format!("{} {}{listed}", unit.name, content.trim_end())
    };
    units.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn check(dir: &World, archive: &str, expect: Expect) {
    expect.assert_eq(&show(&dir.index(archive).expect("an archive").units));
}

/// A directory with objects: f.o, g.o with a long name, two trace.o in directories, and one without symbols.
fn objects() -> World {
    let dir = World::new(&[]);
    dir.compile("f", "int f(void) { return 0; }", "");
    dir.compile("a_name_longer_than_sixteen", "int g(void) { return 0; }", "");
    dir.compile("nothing", "typedef int nothing;", "");
    for (sub, name) in [("util", "trace"), ("io", "trace_io")] {
        std::fs::create_dir(dir.path(sub)).expect("a directory");
        dir.compile(&format!("{sub}/trace"), &format!("int {name};"), "");
    }
    dir
}

const ALL: &str = "f.o a_name_longer_than_sixteen.o nothing.o util/trace.o io/trace.o";

const ALL_READ: &str = "\
f.o {f}
a_name_longer_than_sixteen.o {g}
nothing.o {}
trace.o {trace}
trace.o {trace_io}";

#[test]
fn gnu_archives_with_and_without_index() {
    let dir = objects();
    for (archive, flags) in [("x.a", "qcD"), ("indexed.a", "qcsD"), ("unindexed.a", "qcSD")] {
        dir.call(&format!("ar {flags} {archive} {ALL}"));
        assert_eq!(show(&dir.index(archive).expect("an archive").units), ALL_READ);
    }
}

#[test]
fn thin_archives_get_their_members_from_the_caller() {
    let dir = objects();
    dir.call(&format!("ar qcsDT thin.a {ALL}"));
    check(
        &dir,
        "thin.a",
        expect![[r#"
        f.o {f}
        a_name_longer_than_sixteen.o {g}
        nothing.o {}
        util/trace.o {trace}
        io/trace.o {trace_io}"#]],
    );
    std::fs::remove_file(dir.path("f.o")).expect("it was there");
    let bytes = dir.content("thin.a");
    let gone = &mut |_: &str| Err(std::io::Error::other("gone"));
    expect!["f.o damaged: cannot be opened: gone (a thin archive has only paths, from where it lies) listed: f"]
        .assert_eq(&show(&read_archive(&bytes, gone).expect("an archive")[..1]));
}

#[test]
fn bsd_archives() {
    if is_missing("llvm-ar", "archives of BSD and macOS") {
        return;
    }
    let dir = objects();
    for format in ["bsd", "darwin"] {
        dir.call(&format!("llvm-ar --format={format} qcsD {format}.a {ALL}"));
        assert_eq!(show(&dir.index(&format!("{format}.a")).expect("an archive").units), ALL_READ);
    }
}

#[test]
fn archives_with_a_64_bit_index() {
    let dir = objects();
    dir.call("ar qcSD x.a f.o nothing.o");
    let mut bytes = dir.content("x.a");
    let index: Vec<u8> =
        [1u64.to_be_bytes(), 92u64.to_be_bytes()].concat().into_iter().chain(*b"f\0").collect();
    let header = format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", "/SYM64/", 0, 0, 0, 0, index.len());
    bytes.splice(8..8, header.into_bytes().into_iter().chain(index));
    let units = read_archive(&bytes, &mut no_external).expect("an archive");
    expect![[r#"
        f.o {f}
        nothing.o {}"#]]
    .assert_eq(&show(&units));
}

#[test]
fn empty_archives() {
    let units = read_archive(b"!<arch>\n", &mut no_external).expect("a valid empty archive");
    assert!(units.is_empty());
    let dir = World::new(&[]);
    dir.call("ar qcs empty.a");
    check(&dir, "empty.a", expect![[""]]);
}

#[test]
fn a_damaged_member_does_not_stop_the_others_and_its_names_are_listed() {
    let dir = objects();
    dir.call("ar qcsD x.a nothing.o f.o util/trace.o");
    let mut bytes = dir.content("x.a");
    let at = bytes
        .windows(5)
        .enumerate()
        .filter(|(_, window)| window == b"\x7fELF\x02")
        .nth(1)
        .expect("f.o")
        .0;
    // The offset of the section headers of f.o.
    bytes[at + 40..at + 48].fill(0x7f);
    let units = read_archive(&bytes, &mut no_external).expect("an archive");
    expect![[r#"
        nothing.o {}
        f.o damaged: invalid ELF section header offset/size/alignment listed: f
        trace.o {trace}"#]]
    .assert_eq(&show(&units));
}

#[test]
fn members_that_are_no_objects_are_named() {
    let dir = objects();
    dir.write("README", "words\n");
    dir.write("zero", "");
    dir.call("ar qcD x.a README f.o zero");
    check(
        &dir,
        "x.a",
        expect![[r#"
        README foreign: a text file
        f.o {f}
        zero foreign: an empty file"#]],
    );
}

#[test]
fn lto_members_list_what_the_archives_index_says() {
    let dir = objects();
    dir.compile(
        "slim",
        "int slim_f(void) { return 0; } int slim_data = 1;",
        "-flto -fno-fat-lto-objects",
    );
    dir.call("gcc-ar qcsD x.a f.o slim.o");
    check(
        &dir,
        "x.a",
        expect![[r#"
        f.o {f}
        slim.o {} a slim LTO object of gcc listed: slim_data slim_f"#]],
    );
    let missing = |tool: &&str| is_missing(tool, "archives of bitcode");
    if !["clang", "llvm-ar"].iter().any(missing) {
        dir.write("bit.c", "int bit(void) { return 0; }");
        dir.call("clang -flto -c bit.c -o bit.o");
        dir.call("llvm-ar qcsD y.a bit.o f.o");
        check(
            &dir,
            "y.a",
            expect![[r#"
            bit.o {} LLVM bitcode listed: bit
            f.o {f}"#]],
        );
    }
}

/// A name outside of the string table may be any name.
#[test]
fn damage_is_seen_by_who_asks_for_one_name_only() {
    let dir = World::new(&[]);
    let mut object =
        dir.compile("f", "int f(void) { return 0; } int g(void) { return 0; }", "-O0 -fno-pic");
    let symbol_of_g = object
        .windows(24)
        // st_name above zero, STB_GLOBAL and STT_FUNC, default visibility.
        .rposition(|entry| entry[1..6] == [0, 0, 0, 0x12, 0] && entry[0] != 0)
        .expect("a symbol");
    object[symbol_of_g + 1] = 0x7f;
    dir.write("f.o", &object);
    dir.call("ar qcSD x.a f.o");
    let bytes = dir.content("x.a");
    let index = Index::read_names(&bytes, &mut no_external, &Names::new(["h"])).expect("an archive");
    assert_eq!(show(&index.units), "f.o damaged: symbol name outside of the string table");
}

#[test]
fn an_archive_cut_off_anywhere_is_an_error_or_whole() {
    let dir = objects();
    dir.call("ar qcsD x.a f.o nothing.o util/trace.o");
    let bytes = dir.content("x.a");
    let starts: Vec<usize> = bytes
        .windows(2)
        .enumerate()
        .filter(|(_, window)| window == b"`\n")
        .map(|(at, _)| at - 58)
        .collect();
    for length in 8..bytes.len() - 1 {
        let read = read_archive(&bytes[..length], &mut no_external);
        // Between two members a cut cannot be seen: nothing in the format says how many there are.
        let between = length == 8 || starts.contains(&length) || starts.contains(&(length + 1));
        assert!(between || read.is_err(), "cut at {length} of {}", bytes.len());
    }
    expect![[r#"
        damaged archive: the file is cut off (inside of member trace.o)
          help: build it again"#]]
    .assert_eq(
        &read_archive(&bytes[..bytes.len() - 100], &mut no_external).expect_err("cut").to_string(),
    );
}

#[test]
fn what_is_no_archive_is_named() {
    let read = read_archive(b"\x7fELF", &mut no_external);
    assert_eq!(read, Err(Error::NotAnObject { found: "an ELF object".into() }));
}

#[test]
fn ours_is_read_by_us_and_by_binutils() {
    let dir = objects();
    let names = ["f.o", "a_name_longer_than_sixteen.o", "nothing.o", "util/trace.o", "io/trace.o"];
    let bytes: Vec<Vec<u8>> = names.iter().map(|name| dir.content(name)).collect();
    let base = |name: &'static str| name.rsplit('/').next().unwrap_or(name);
    let members: Vec<(&str, &[u8])> =
        names.iter().map(|name| base(name)).zip(bytes.iter().map(Vec::as_slice)).collect();
    let ours = write_archive(&members).expect("an archive");
    assert_eq!(ours, write_archive(&members).expect("an archive"), "the same bytes each time");
    dir.write("ours.a", &ours);
    assert_eq!(show(&dir.index("ours.a").expect("an archive").units), ALL_READ);
    let listing = dir.call("ar tv ours.a").out;
    let column =
        |line: &str, column: usize| line.split_whitespace().nth(column).unwrap_or_default().to_owned();
    let line = |line: &str| [column(line, 0), column(line, 1), column(line, 7)].join(" ");
    expect![[r#"
        rw-r--r-- 0/0 f.o
        rw-r--r-- 0/0 a_name_longer_than_sixteen.o
        rw-r--r-- 0/0 nothing.o
        rw-r--r-- 0/0 trace.o
        rw-r--r-- 0/0 trace.o"#]]
    .assert_eq(&listing.lines().map(line).collect::<Vec<_>>().join("\n"));
    let index = dir.call("nm -s ours.a").out;
    expect![[r#"
        Archive index:
        f in f.o
        g in a_name_longer_than_sixteen.o
        trace in trace.o
        trace_io in trace.o"#]]
    .assert_eq(index.split("\n\n").next().unwrap_or_default().trim());
}

/// Objects with one symbol each: binutils list those of one object in the order of its symbol table, we in that of names.
#[test]
fn ours_is_what_binutils_write() {
    let dir = World::new(&[]);
    let names = [
        "one.o",
        "a_name_longer_than_sixteen.o",
        "fifteen_letters",
        "sixteen_letters_",
        "\u{e9}\u{202e}.o",
        "fifteen_byt\u{e9}.o",
        "more_than_fift\u{e9}en.o",
        "odd.txt",
    ];
    let mut contents: Vec<Vec<u8>> = (0..7)
        .map(|at| {
            dir.compile(&format!("u{at}"), &format!("int symbol{at}(void) {{ return {at}; }}"), "")
        })
        .collect();
    contents.push(b"odd".to_vec());
    let members: Vec<(&str, &[u8])> =
        names.into_iter().zip(contents.iter().map(Vec::as_slice)).collect();
    for count in 1..=members.len() {
        let members = &members[..count];
        for (name, bytes) in members {
            dir.write(name, bytes);
        }
        let list: Vec<&str> = members.iter().map(|&(name, _)| name).collect();
        dir.call(&format!("ar rcsD {count}.a {}", list.join(" ")));
        assert!(
            write_archive(members).expect("an archive") == dir.content(&format!("{count}.a")),
            "{list:?}"
        );
    }
}

/// Linkers refuse an archive of objects that has no index, even if there is nothing to be listed in it.
#[test]
fn an_archive_of_objects_that_define_nothing_links() {
    let dir = World::new(&[]);
    let nothing = dir.compile("nothing", "", "");
    dir.write("ours.a", write_archive(&[("nothing.o", &nothing)]).expect("an archive"));
    dir.compile("main", "int main(void) { return 0; }", "");
    dir.call("gcc main.o -Wl,--whole-archive ours.a -Wl,--no-whole-archive -o main");
    dir.call("gcc main.o ours.a -o main");
}

#[test]
fn ours_links() {
    let dir = World::new(&[]);
    let f = dir.compile("f", "int g(void); int f(void) { return g(); }", "");
    let g = dir.compile("g", "int g(void) { return 42; }", "");
    let versioned = dir.compile("v", "int v2(void) { return 0; } __asm__(\".symver v2,v@@V2\");", "");
    let archive = write_archive(&[("x.o", &g), ("x.o", &f), ("v.o", &versioned)]).expect("an archive");
    dir.write("libx.a", archive);
    dir.compile(
        "main",
        "int f(void); int v(void); int main(void) { return f() + v() == 42 ? 0 : 1; }",
        "",
    );
    dir.call("gcc main.o libx.a -o main");
    dir.call("./main");
}

#[test]
fn an_archive_of_nothing_is_valid() {
    let dir = World::new(&[]);
    dir.write("ours.a", write_archive(&[]).expect("an archive"));
    assert_eq!(dir.call("ar t ours.a").out, "");
    assert_eq!(dir.index("ours.a").expect("an archive"), Index::default());
    dir.compile("main", "int main(void) { return 0; }", "");
    dir.call("gcc main.o ours.a -o main");
}

#[test]
fn what_a_linker_would_not_find_is_not_written() {
    let dir = World::new(&[]);
    let slim = dir.compile("slim", "int f(void) { return 0; }", "-flto -fno-fat-lto-objects");
    let refused = |name, bytes| {
        write_archive(&[("good.o", b"text".as_slice()), (name, bytes)]).expect_err("refused").to_string()
    };
    expect![[r#"
        member slim.o: it is a slim LTO object of gcc, whose symbols an archive's index cannot name
          help: compile it with -ffat-lto-objects or without -flto"#]]
    .assert_eq(&refused("slim.o", &slim));
    expect![[r#"
        member cut.o: damaged object: invalid ELF section header offset/size/alignment
          help: build it again"#]]
    .assert_eq(&refused("cut.o", &slim[..100]));
    expect![[r#"member "a/b.o": a member's name cannot hold a slash, a newline or a NUL byte"#]]
        .assert_eq(&refused("a/b.o", &slim));
    expect![[r#"member "": a member needs a name"#]].assert_eq(&refused("", &slim));
    let mut foreign = dir.compile("x", "int user;", "");
    let at = foreign.windows(6).position(|window| window == b"\0user\0").expect("the name");
    foreign[at + 2] = 0xff;
    expect![[r#"
        member x.o: its symbol u\xFFer is not UTF-8
          help: give it a name of letters, digits and underscores"#]]
    .assert_eq(&refused("x.o", &foreign));
}
