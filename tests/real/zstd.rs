//! Real C with assembler: zstd as the package `zstd-sys` ships it, with its old formats as an option. What is in the archive is
//! compared with what the package's own build script makes of the same sources.

use modpin::{Dir, Executable, Flags, Library, Opt, Project, when};
use modpin_test::World;
use modpin_test::skip::is_long;

use super::ours_and_theirs::{defined, in_package, made_by_build_script};

/// Packs and unpacks, and says whether a frame of version 0.7 is one.
const MAIN: &str = r#"
#include <stdio.h>
#include <string.h>
#include <zstd.h>

int main(void)
{
    char text[10000], packed[20000], again[10000];
    unsigned char old[] = { 0x27, 0xb5, 0x2f, 0xfd };
    for (size_t at = 0; at < sizeof text; at++)
        text[at] = "modpin "[at * at % 7];
    size_t size = ZSTD_compress(packed, sizeof packed, text, sizeof text, 3);
    size_t back = ZSTD_decompress(again, sizeof again, packed, size);
    printf("%d %d %d\n", !ZSTD_isError(size) && size < sizeof text / 10,
           back == sizeof text && !memcmp(text, again, back), ZSTD_isFrame(old, sizeof old) != 0);
    return 0;
}
"#;

fn declare(p: &mut Project) {
    p.dir(in_package("zstd-sys", "zstd/lib"), zstd).expect("nothing goes wrong");
    p.add(Executable::new("pack").sources("main.c").link("zstd"));
}

/// As the package's build script has it.
fn zstd(d: &mut Dir<'_>) -> modpin::Result<()> {
    let legacy = d.option(Opt::bool("LEGACY").default(true).help("formats before 0.8"));
    let dictionaries = d.option(Opt::bool("DICTIONARIES").default(true));
    let assembler = "TARGET_ARCH = 'x86_64'";
    d.flags(
        Flags::new()
            .include(["common"])
            .defines(["XXH_PRIVATE_API=", "ZSTDLIB_VISIBILITY=", "ZDICTLIB_VISIBILITY="])
            .defines(["ZSTDERRORLIB_VISIBILITY=", "ZSTD_LIB_DEPRECATED=0"])
            .defines(when("TARGET_ARCH != 'x86_64'", "ZSTD_DISABLE_ASM="))
            .cflags(["-fvisibility=hidden", "-ffunction-sections", "-fdata-sections"]),
    );
    let old =
        Flags::new().include(when(legacy, "legacy")).defines(when(legacy, "ZSTD_LEGACY_SUPPORT=1"));
    d.add(
        Library::new("zstd")
            .sources(["common/*.c", "compress/*.c", "decompress/*.c"])
            .sources(when(dictionaries, "dictBuilder/*.c"))
            .sources(when(legacy, "legacy/*.c"))
            .sources(when(assembler, "decompress/huf_decompress_amd64.S"))
            .exclude("common/xxhash.c")
            .flags_for("decompress/*.c", old)
            .public(Flags::new().include(".")),
    );
    Ok(())
}

#[test]
fn zstd_is_what_its_own_build_script_makes_of_it() {
    if is_long("zstd::zstd_is_what_its_own_build_script_makes_of_it") {
        return;
    }
    let mut world = World::new(&[("main.c", MAIN)]);
    world.build(declare).expect_success();
    assert_eq!(world.printed("pack", &[]), "1 1 1");
    let mut wanted = defined(&world, &made_by_build_script("libzstd.a"));
    assert!(wanted.len() > 30, "{:?}", wanted.keys());
    assert_eq!(defined(&world, &world.built("libzstd.a")), wanted);

    world.config.set("LEGACY", "n");
    world.config.set("DICTIONARIES", "n");
    let smaller = world.build(declare).expect_success();
    assert!(smaller.removed.iter().any(|path| path.ends_with("zstd_v07.c.o")), "{:?}", smaller.removed);
    let compiled = smaller.ran.iter().filter(|ran| ran.starts_with("Compiling"));
    assert!(compiled.clone().all(|ran| ran.contains("/decompress/")), "{:?}", smaller.ran);
    assert_eq!(compiled.count(), 4, "{:?}", smaller.ran);
    assert_eq!(world.printed("pack", &[]), "1 1 0");
    let dictionaries = ["cover", "divsufsort", "fastcover", "zdict"];
    wanted
        .retain(|member, _| !member.starts_with("zstd_v0") && !dictionaries.contains(&member.as_str()));
    assert_eq!(defined(&world, &world.built("libzstd.a")), wanted);
    assert!(world.build(declare).ran.is_empty());
}
