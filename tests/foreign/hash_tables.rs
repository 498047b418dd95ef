//! Hash tables of libraries that lead nowhere: a symbol stands in the table of symbols, and no loader finds it.

use expect_test::expect;
use modpin_test::World;
use modpin_test::skip::is_long;

use super::parity::{check, module, world};

#[test]
fn hash_tables_that_lie() {
    if is_long("hash_tables::hash_tables_that_lie") {
        return;
    }
    let world = world();
    let mut modules = Vec::new();
    for style in ["gnu", "sysv"] {
        let flag = format!("-Wl,--hash-style={style}");
        for damage in ["none", "filter", "buckets", "chains"] {
            let name = format!("{style}-{damage}");
            let (library, soname) = (format!("lib{name}.so"), format!("-Wl,-soname,lib{name}.so"));
            world.tool("cc", &["-shared", "-fPIC", "part.c", "-o", &library, &flag, &soname]);
            let source = "int part(void); int run(void) { return part(); }";
            modules.push(module(&world, &name, source, &[&library, "-Wl,-rpath,$ORIGIN"]));
            let section = if style == "gnu" { ".gnu.hash" } else { ".hash" };
            clear(&world, &library, section, damage);
        }
    }
    check(
        &world,
        &modules,
        expect![[r#"
        gnu-none.so loads
        gnu-filter.so missing-symbols: part
        gnu-buckets.so missing-symbols: part
        gnu-chains.so missing-symbols: part
        sysv-none.so loads
        sysv-filter.so loads
        sysv-buckets.so missing-symbols: part
        sysv-chains.so loads
    "#]],
    );
}

/// Clears a part of a library's hash table; a chain's digests get other bits, since its end must stay.
fn clear(world: &World, library: &str, section: &str, part: &str) {
    let path = world.path(library);
    let mut bytes = std::fs::read(&path).expect("a library");
    let listed = world.tool("readelf", &["-SW", library]).text();
    let line = listed.lines().find(|line| line.contains(&format!("{section} "))).expect("a hash table");
    let columns: Vec<&str> = line.split(section).nth(1).expect("columns").split_whitespace().collect();
    let number = |at: usize| usize::from_str_radix(columns[at], 16).expect("a number");
    let (start, size) = (number(2), number(3));
    let int = |bytes: &[u8], at: usize| {
        u32::from_le_bytes(bytes[start + at..][..4].try_into().expect("four bytes")) as usize
    };
    let (buckets, end) = match section {
        ".gnu.hash" => (16 + 8 * int(&bytes, 8), 16 + 8 * int(&bytes, 8) + 4 * int(&bytes, 0)),
        _ => (8, 8 + 4 * int(&bytes, 0)),
    };
    match (section, part) {
        (".gnu.hash", "filter") => bytes[start + 16..start + buckets].fill(0),
        (_, "buckets") => bytes[start + buckets..start + end].fill(0),
        (".gnu.hash", "chains") => {
            bytes[start + end..start + size].chunks_mut(4).for_each(|digest| digest[1] ^= 0xff);
        }
        _ => {}
    }
    std::fs::write(&path, bytes).expect("a damaged library");
}
