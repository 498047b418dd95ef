//! Real files with damage of every sort, from a fixed seed: no panic, no endless loop, no flood of memory.
//!
//! MODPIN_MUTANTS=1000000 makes so many in all. What is read of a mutant is carried through the whole crate, for a reader may accept what later code trips over.

mod cc;

use cc::{Cc, names_agree};
use modpin_symbols::{
    Binds, Content, File, Host, InScope, Index, Link, Module, Rules, Unit, dynamic_list, interposed,
    members, mentions, missing, missing_versions, other_versions, plan_pins, read_loadable, read_object,
    response_file, unseen, unversioned,
};
use modpin_test::{Random, World};
use peak_alloc::PeakAlloc;

/// All of this program's memory, mutants and all, stays below what the reader of one may take: 64 MiB. Nobody sets the
/// peak back, for other threads measure as well.
#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn is_bounded() {
    let peak = ALLOCATOR.peak_usage();
    assert!(peak <= 64 << 20, "{peak} bytes of memory");
}

/// One to eight changes: a byte, a word of all ones or zeroes, a stretch moved or doubled, the end cut off.
fn mutate(bytes: &[u8], numbers: &mut Random) -> Vec<u8> {
    let mut mutant = bytes.to_vec();
    for _ in 0..=numbers.below(8) {
        let at = numbers.below(mutant.len());
        let end = (at + 1 + numbers.below(8)).min(mutant.len());
        match numbers.below(64) {
            0 => mutant.truncate(at),
            1 => {
                let stretch = mutant[at..end].to_vec();
                mutant.splice(at..at, stretch);
            }
            2..10 => mutant[at..end].fill(0xff),
            10..18 => mutant[at..end].fill(0),
            18..24 => {
                // Headers are where the numbers are that everything else hangs on.
                let header = numbers.below(mutant.len().min(200));
                mutant[header] = numbers.below(256) as u8;
            }
            _ => mutant[at] = numbers.below(256) as u8,
        }
        if mutant.is_empty() {
            mutant.push(0);
        }
    }
    mutant
}

/// Whether the mutant could still be read.
fn read(mutant: &[u8]) -> bool {
    let good = carry(mutant);
    is_bounded();
    good
}

fn carry(mutant: &[u8]) -> bool {
    let _ = members(mutant);
    let external = &mut |_: &str| Err(std::io::Error::other("there is none"));
    let Ok(index) = Index::read(mutant, external) else { return false };
    let text = index.to_text();
    assert!(
        text.len() <= 64 * 1024 + 8 * mutant.len(),
        "{} bytes of text for {}",
        text.len(),
        mutant.len()
    );
    assert_eq!(Index::parse(&text).as_ref(), Ok(&index));
    let damaged = |unit: &Unit<'_>| matches!(unit.content, Content::Damaged(_));
    if !index.units.iter().any(damaged) {
        names_agree("a mutant", mutant, &index);
    }
    let file = |name| File { name, index: &index };
    let link = Link { objects: Vec::new(), archives: vec![file("x.a"), file("y.a")] };
    let module =
        Module { name: "m", linked: file("m.mo"), objects: vec![file("m.o")], archives: Vec::new() };
    let plan = plan_pins(&Host { link, exports: vec!["main"] }, &[module]);
    let _ = (response_file(&plan), dynamic_list(&plan));
    true
}

/// How many mutants there are in all when nobody asks for more.
const USUAL: usize = 32_000;

/// As many of a kind as there must be, when so many of them are usual.
fn scaled(usual: usize) -> usize {
    let asked = std::env::var("MODPIN_MUTANTS").ok();
    let all = asked.map_or(USUAL, |text| text.parse().expect("a number of mutants"));
    (usual * all).div_ceil(USUAL)
}

fn survive(bytes: &[u8], usual: usize) {
    let count = scaled(usual);
    assert!(read(bytes));
    let mut numbers = Random::new(1);
    let read = (0..count).filter(|_| read(&mutate(bytes, &mut numbers))).count();
    eprintln!("{count} mutants, {read} of them could still be read");
    assert!(read > count / 5, "only {read} of {count} were worth the trouble");
}

fn scene() -> World {
    let dir = World::new(&[]);
    let source =
        "int puts(const char *); int common; __thread int tls; __attribute__((weak)) void hook(void);
        int old_f(void) { return 1; } int new_f(void) { return 2; }
        __asm__(\".symver old_f,f@V1\\n.symver new_f,f@@V2\");
        int run(void) { if (hook) hook(); return puts(\"x\") + common + tls; }";
    dir.compile("x", source, "-fPIC -fcommon -ffunction-sections");
    dir.write("x.map", "V1 { global: f; }; V2 { global: f; run; local: *; } V1;");
    dir
}

#[test]
fn damaged_objects() {
    survive(&scene().content("x.o"), 4000);
}

#[test]
fn damaged_debug_information() {
    for flags in ["-gdwarf-5", "-gdwarf-4", "-gdwarf-5 -m32"] {
        let dir = scene();
        dir.call(&format!("gcc -c -fPIC -O2 {flags} x.c -o x.o"));
        let bytes = dir.content("x.o");
        assert!(!mentions(&bytes, "puts").used.is_empty(), "{flags}");
        let mut numbers = Random::new(3);
        for _ in 0..scaled(2000) {
            let mutant = mutate(&bytes, &mut numbers);
            let _ = (mentions(&mutant, "puts"), mentions(&mutant, "run"));
            is_bounded();
        }
    }
}

#[test]
fn damaged_libraries() {
    let dir = scene();
    dir.call("gcc -shared -Wl,--version-script=x.map -Wl,-soname,x.so x.o -o x.so");
    dir.call("strip x.so");
    survive(&dir.content("x.so"), 4000);
}

#[test]
fn damaged_archives() {
    let dir = scene();
    dir.compile("a_rather_long_name_for_a_member", "int g(void) { return 0; }", "");
    dir.compile("slim", "int h(void) { return 0; }", "-flto -fno-fat-lto-objects");
    dir.call("gcc-ar qcsD x.a x.o a_rather_long_name_for_a_member.o slim.o");
    survive(&dir.content("x.a"), 4000);
    dir.call("ar qcsDT thin.a x.o a_rather_long_name_for_a_member.o slim.o");
    survive(&dir.content("thin.a"), 1000);
}

#[test]
fn damaged_libraries_in_the_load_prediction() {
    let dir = scene();
    for (compile, link) in [("", ""), ("", "-Wl,--hash-style=sysv -Wl,-z,now"), ("-m32", "-nostdlib")] {
        dir.call(&format!("gcc -c -fPIC -fcommon {compile} x.c -o x.o"));
        dir.call(&format!("gcc -shared -Wl,--version-script=x.map {compile} {link} x.o -o x.so"));
        let bytes = dir.content("x.so");
        let good = read_loadable(&bytes).expect("a library");
        let mut numbers = Random::new(1);
        for _ in 0..scaled(3000) {
            let mutant = mutate(&bytes, &mut numbers);
            let _ = unseen(&mutant, &["run", "old_f"].into());
            let bad = read_loadable(&mutant);
            is_bounded();
            let Ok(bad) = bad else { continue };
            for (first, second) in [(&good, &bad), (&bad, &good)] {
                let file = |name, file| InScope { name, file, binds: Binds::Now };
                let scope = [file("a.so", first), file("b.so", second)];
                for rules in [Rules::Glibc, Rules::Musl] {
                    let _ = (missing(&scope, rules), missing_versions(&scope, rules));
                    let _ = (interposed(&scope, 1, rules), other_versions(&scope, "f"));
                    let _ = unversioned(&scope, rules);
                }
            }
        }
    }
}

#[test]
fn damaged_texts() {
    let dir = scene();
    dir.call("ar qcsD x.a x.o");
    let text = dir.index("x.a").expect("an archive").to_text();
    let mut numbers = Random::new(2);
    for _ in 0..scaled(4000) {
        let mutant = mutate(text.as_bytes(), &mut numbers);
        let mutant = String::from_utf8_lossy(&mutant);
        if let Ok(index) = Index::parse(&mutant) {
            assert_eq!(Index::parse(&index.to_text()), Ok(index));
        }
        is_bounded();
    }
}

/// A table in which every symbol points at the same long name: small file, endless names.
#[test]
fn names_that_add_up_to_more_than_the_file_are_damage() {
    let dir = World::new(&[]);
    let source: String = (0..2000).map(|number| format!("int f{number};")).collect();
    let mut bytes = dir.compile("x", &source, "");
    let longest = "x".repeat(10_000);
    dir.write("y.s", format!(".globl {longest}\n{longest}:\n"));
    dir.call("gcc -c y.s -o y.o");
    dir.call("ld -r x.o y.o -o z.o");
    bytes.clear();
    bytes.extend(dir.content("z.o"));
    let table = u64::from_le_bytes(bytes[40..48].try_into().expect("eight bytes")) as usize;
    let sections = (bytes.len() - table) / 64;
    let field = |bytes: &[u8], at: usize| {
        u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes")) as usize
    };
    let symtab = (0..sections)
        .map(|index| table + 64 * index)
        .find(|&at| bytes[at + 4] == 2)
        .expect("a symbol table");
    let (start, size) = (field(&bytes, symtab + 24), field(&bytes, symtab + 32));
    let name = (0..size / 24)
        .map(|index| start + 24 * index)
        .find(|&at| field(&bytes, at + 16) == 0 && bytes[at + 4] == 0x10);
    let name = bytes[name.expect("the long name")..][..4].to_vec();
    for index in 1..size / 24 {
        bytes[start + 24 * index..][..4].copy_from_slice(&name);
    }
    let error = read_object(&bytes).expect_err("too much").to_string();
    assert!(error.contains("its names add up to more than the file"), "{error}");
}
