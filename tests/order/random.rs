//! Archives at random, linked for real: the order that is worked out must do for linkers that look at each archive once.

use std::path::Path;
use std::process::Command;

use modpin::order_files;
use modpin_symbols::write_archive;
use modpin_test::skip::is_long;
use modpin_test::{Random, linkers};

/// A few dozen, so that the test is quick; `MODPIN_ORDERS=1000` for more.
const CASES: usize = 30;

/// Words of data that refer to others: an object in any processor's assembler.
fn object(dir: &Path, name: &str, symbol: &str, needs: &[String]) -> Vec<u8> {
    let mut text = format!("\t.data\n\t.balign 8\n\t.globl {symbol}\n{symbol}:\n\t.quad 0\n");
    needs.iter().for_each(|need| text += &format!("\t.quad {need}\n"));
    let (source, object) = (dir.join(format!("{name}.s")), dir.join(format!("{name}.o")));
    std::fs::write(&source, text).expect("a source");
    let done = Command::new("as").arg("-o").arg(&object).arg(&source).status().expect("an assembler");
    assert!(done.success());
    std::fs::read(object).expect("an object")
}

/// Archives `liba0.a`…, with a `main.o` that asks for some of their symbols. In a case without cycles a member needs only
/// members that stand lower in a secret order of archives, which is not the order of their numbers.
fn make(dir: &Path, random: &mut Random, cycles: bool) -> Vec<String> {
    let (archives, members) = (3 + random.below(4), 1 + random.below(3));
    let mut secret: Vec<usize> = (0..archives).collect();
    (1..archives).rev().for_each(|at| secret.swap(at, random.below(at + 1)));
    let symbol = |archive: usize, member: usize| format!("s{archive}_{member}");
    for (rank, &archive) in secret.iter().enumerate() {
        let made: Vec<(String, Vec<u8>)> = (0..members)
            .map(|member| {
                let needs = (0..random.below(4)).filter_map(|_| {
                    let lower = archives - rank - 1;
                    let rank = if cycles {
                        random.below(archives)
                    } else if lower > 0 {
                        rank + 1 + random.below(lower)
                    } else {
                        return None;
                    };
                    Some(symbol(secret[rank], random.below(members)))
                });
                let needs: Vec<String> = needs.filter(|need| *need != symbol(archive, member)).collect();
                let name = symbol(archive, member);
                (format!("{name}.o"), object(dir, &name, &name, &needs))
            })
            .collect();
        let made: Vec<(&str, &[u8])> =
            made.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        std::fs::write(dir.join(format!("liba{archive}.a")), write_archive(&made).expect("an archive"))
            .expect("a file");
    }
    let needs: Vec<String> =
        (0..2).map(|_| symbol(random.below(archives), random.below(members))).collect();
    object(dir, "main", "main", &needs);
    (0..archives).map(|archive| format!("liba{archive}.a")).collect()
}

/// Whether a linker, told to obey an order, finds everything without looking back.
fn links(dir: &Path, linker: &str, args: &[String]) -> bool {
    let mut command = Command::new(format!("ld.{linker}"));
    command.current_dir(dir).args(["-e", "main", "-o", "out", "main.o"]);
    command.args(args.iter().map(|arg| arg.strip_prefix("-Wl,").unwrap_or(arg)));
    if linker == "lld" {
        command.args(["--warn-backrefs", "--fatal-warnings"]);
    }
    command.output().expect("a linker").status.success()
}

#[test]
fn a_computed_order_links_whatever_the_archives_are() {
    if is_long("random::a_computed_order_links_whatever_the_archives_are") {
        return;
    }
    let cases =
        std::env::var("MODPIN_ORDERS").ok().and_then(|count| count.parse().ok()).unwrap_or(CASES);
    let linkers: Vec<&str> =
        linkers("random archives").into_iter().filter(|name| *name != "mold").collect();
    let mut random = Random::new(1);
    let (mut wrong_before, mut grouped) = (0, 0);
    for case in 0..cases {
        let dir = modpin_test::room::directory();
        let dir = dir.path();
        let cycles = case % 2 == 1;
        let given = make(dir, &mut random, cycles);
        let paths = |with: &[&str]| {
            let names = with.iter().copied().chain(given.iter().map(String::as_str));
            names.map(|name| dir.join(name)).collect::<Vec<_>>()
        };
        let found = order_files(&paths(&["main.o"]), &[]).expect("an order");
        let anyone = order_files(&paths(&[]), &[]).expect("an order");
        if !cycles {
            assert_eq!((found.order.cycles.len(), anyone.order.cycles.len()), (0, 0), "case {case}");
        }
        grouped += usize::from(!found.order.cycles.is_empty());
        wrong_before += usize::from(!links(dir, linkers[0], &given));
        for linker in &linkers {
            assert!(links(dir, linker, &found.args()), "case {case} with {linker}: {:?}", found.args());
            assert!(
                links(dir, linker, &anyone.args()),
                "case {case} with {linker}: {:?}",
                anyone.args()
            );
        }
    }
    // As they were given, many did not link; and there were cycles.
    println!("{cases} cases: {wrong_before} did not link as given, {grouped} have a group");
    assert!(wrong_before * 4 > cases && grouped > 0, "{wrong_before} of {cases}, {grouped} groups");
}
