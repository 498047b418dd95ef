//! What loaders refuse before they look at a symbol, in a module and in what it needs: the real loader's word for each.

use expect_test::{Expect, expect};
use modpin_test::World;
use modpin_test::skip::{is_long, is_missing};

use super::{agreed, lines};

/// One kind of file that may be refused: how it is linked, then which bytes of it are changed.
struct Kind {
    name: &'static str,
    link: &'static [&'static str],
    bytes: &'static [(usize, u8)],
}

const LIBRARY: &[&str] = &["-shared", "-fPIC", "-Wl,-soname,libd.so", "d.c"];

const KINDS: &[Kind] = &[
    Kind { name: "plain", link: LIBRARY, bytes: &[] },
    Kind { name: "pie", link: &["-fPIE", "-pie", "-rdynamic", "host.c", "d.c"], bytes: &[] },
    Kind { name: "fixed", link: &["-no-pie", "-rdynamic", "host.c", "d.c"], bytes: &[] },
    Kind {
        name: "nodlopen",
        link: &["-shared", "-fPIC", "-Wl,-soname,libd.so", "-Wl,-z,nodlopen", "d.c"],
        bytes: &[],
    },
    Kind { name: "ident-version", link: LIBRARY, bytes: &[(6, 2)] },
    Kind { name: "os-abi", link: LIBRARY, bytes: &[(7, 9)] },
    Kind { name: "os-abi-gnu", link: LIBRARY, bytes: &[(7, 3)] },
    Kind { name: "abi-version", link: LIBRARY, bytes: &[(8, 1)] },
    Kind { name: "abi-version-gnu", link: LIBRARY, bytes: &[(7, 3), (8, 3)] },
    Kind { name: "abi-version-far", link: LIBRARY, bytes: &[(7, 3), (8, 200)] },
    Kind { name: "padding", link: LIBRARY, bytes: &[(12, 1)] },
    Kind { name: "version", link: LIBRARY, bytes: &[(20, 2)] },
    Kind { name: "segment-size", link: LIBRARY, bytes: &[(54, 57)] },
    Kind { name: "relocatable", link: LIBRARY, bytes: &[(16, 1)] },
    Kind { name: "no-segments", link: LIBRARY, bytes: &[(56, 0), (57, 0)] },
];

fn world(compiler: &str) -> World {
    let world = World::new(&[
        ("host.c", "int main(void) { return 0; }\n"),
        ("d.c", "int dep(void) { return 1; }\n"),
        ("m.c", "int dep(void); int mod(void) { return dep(); }\n"),
    ]);
    world.tool(compiler, &["-rdynamic", "host.c", "-o", "host"]);
    world.tool(compiler, &[LIBRARY, &["-o", "libd.so"]].concat());
    world
}

/// A module that needs a library of this kind.
fn needing(world: &World, compiler: &str, kind: &Kind) -> [String; 2] {
    let (dir, module) = (kind.name, format!("needs-{}.so", kind.name));
    world.tool("mkdir", &[dir]);
    let rpath = format!("-Wl,-rpath,$ORIGIN/{dir}");
    world.tool(compiler, &["-shared", "-fPIC", "m.c", "libd.so", &rpath, "-o", &module]);
    let library = format!("{dir}/libd.so");
    world.tool(compiler, &[kind.link, &["-o", &library]].concat());
    if !kind.bytes.is_empty() {
        let path = world.root().join(&library);
        let mut bytes = std::fs::read(&path).expect("a library");
        for &(at, byte) in kind.bytes {
            bytes[at] = byte;
        }
        std::fs::write(&path, bytes).expect("a library");
    }
    [module, library]
}

fn check(compiler: &str, of_modules: Expect, of_libraries: Expect) {
    let world = world(compiler);
    let files: Vec<[String; 2]> = KINDS.iter().map(|kind| needing(&world, compiler, kind)).collect();
    let modules: Vec<&str> = files.iter().map(|[module, _]| module.as_str()).collect();
    of_modules.assert_eq(&lines(&agreed(&world, "host", &modules)));
    let said: String = files
        .iter()
        .zip(KINDS)
        .map(|([_, library], kind)| {
            let reports = agreed(&world, "host", &[library]);
            format!("{}: {}", kind.name, lines(&reports))
        })
        .collect();
    of_libraries.assert_eq(&said);
}

#[test]
fn by_glibc() {
    if is_long("refused::by_glibc") {
        return;
    }
    check(
        "cc",
        expect![[r#"
            needs-plain.so loads
            needs-pie.so failed
            needs-fixed.so failed
            needs-nodlopen.so failed
            needs-ident-version.so failed
            needs-os-abi.so failed
            needs-os-abi-gnu.so loads
            needs-abi-version.so failed
            needs-abi-version-gnu.so loads
            needs-abi-version-far.so failed
            needs-padding.so failed
            needs-version.so failed
            needs-segment-size.so failed
            needs-relocatable.so failed
            needs-no-segments.so failed
        "#]],
        expect![[r#"
            plain: libd.so loads
            pie: libd.so failed
            fixed: libd.so failed
            nodlopen: libd.so failed
            ident-version: libd.so failed
            os-abi: libd.so failed
            os-abi-gnu: libd.so loads
            abi-version: libd.so failed
            abi-version-gnu: libd.so loads
            abi-version-far: libd.so failed
            padding: libd.so failed
            version: libd.so failed
            segment-size: libd.so failed
            relocatable: libd.so failed
            no-segments: libd.so failed
        "#]],
    );
}

#[test]
fn by_musl() {
    if is_missing("musl-gcc", "what musl's loader refuses") {
        return;
    }
    check(
        "musl-gcc",
        expect![[r#"
        needs-plain.so loads
        needs-pie.so loads
        needs-fixed.so loads
        needs-nodlopen.so loads
        needs-ident-version.so loads
        needs-os-abi.so loads
        needs-os-abi-gnu.so loads
        needs-abi-version.so loads
        needs-abi-version-gnu.so loads
        needs-abi-version-far.so loads
        needs-padding.so loads
        needs-version.so loads
        needs-segment-size.so failed
        needs-relocatable.so failed
        needs-no-segments.so failed
    "#]],
        expect![[r#"
        plain: libd.so loads
        pie: libd.so loads
        fixed: libd.so loads
        nodlopen: libd.so loads
        ident-version: libd.so loads
        os-abi: libd.so loads
        os-abi-gnu: libd.so loads
        abi-version: libd.so loads
        abi-version-gnu: libd.so loads
        abi-version-far: libd.so loads
        padding: libd.so loads
        version: libd.so loads
        segment-size: libd.so failed
        relocatable: libd.so failed
        no-segments: libd.so failed
    "#]],
    );
}

#[test]
fn with_the_program() {
    // What the program itself needs is refused for the same reasons, but for one: only dlopen obeys -z nodlopen.
    let world = world("cc");
    let rpath = |dir: &str| format!("-Wl,-rpath,$ORIGIN/{dir}");
    let mut said = String::new();
    for kind in KINDS.iter().filter(|kind| ["pie", "nodlopen", "os-abi"].contains(&kind.name)) {
        needing(&world, "cc", kind);
        let host = format!("host-{}", kind.name);
        world.tool("cc", &["host.c", "-Wl,--no-as-needed", "libd.so", &rpath(kind.name), "-o", &host]);
        world.tool("cc", &["-shared", "-fPIC", "m.c", "-o", "m.so"]);
        said += &format!("{}: {}", kind.name, lines(&agreed(&world, &host, &["m.so"])));
    }
    expect![[r#"
        pie: m.so failed
        nodlopen: m.so loads
        os-abi: m.so failed
    "#]]
    .assert_eq(&said);
}

#[test]
fn a_directory_a_text_and_a_file_of_another_machine() {
    let world = world("cc");
    let other =
        needing(&world, "cc", &Kind { name: "other-machine", link: LIBRARY, bytes: &[(18, 0xb7)] });
    let big = needing(&world, "cc", &Kind { name: "big-endian", link: LIBRARY, bytes: &[] });
    let text = needing(&world, "cc", &Kind { name: "text", link: LIBRARY, bytes: &[] });
    let directory = needing(&world, "cc", &Kind { name: "directory", link: LIBRARY, bytes: &[] });
    let narrow = needing(&world, "cc", &Kind { name: "narrow", link: LIBRARY, bytes: &[] });
    let file = |name: &str| world.root().join(name);
    std::fs::write(file(&text[1]), "INPUT ( libreal.so )\n".repeat(8)).expect("a text");
    std::fs::remove_file(file(&directory[1])).expect("it was there");
    std::fs::create_dir(file(&directory[1])).expect("a directory");
    std::fs::write(file(&big[1]), header(2, 2, 22)).expect("a header");
    std::fs::write(file(&narrow[1]), header(1, 1, 3)).expect("a header");
    let modules = [&other[0], &big[0], &text[0], &directory[0], &narrow[0]];
    let modules = modules.map(String::as_str);
    expect![[r#"
        needs-other-machine.so missing-library
        needs-big-endian.so missing-library
        needs-text.so failed
        needs-directory.so failed
        needs-narrow.so failed
    "#]]
    .assert_eq(&lines(&agreed(&world, "host", &modules)));
}

/// The header of a shared library of this class, byte order and machine, and nothing behind it.
fn header(class: u8, order: u8, machine: u16) -> Vec<u8> {
    let half = |value: u16| if order == 1 { value.to_le_bytes() } else { value.to_be_bytes() };
    let mut bytes = vec![0x7f, b'E', b'L', b'F', class, order, 1, 0];
    bytes.resize(1024, 0);
    bytes[16..18].copy_from_slice(&half(3));
    bytes[18..20].copy_from_slice(&half(machine));
    let version = if order == 1 { [1, 0, 0, 0] } else { [0, 0, 0, 1] };
    bytes[20..24].copy_from_slice(&version);
    let size_at = if class == 2 { 54 } else { 42 };
    bytes[size_at..size_at + 2].copy_from_slice(&half(if class == 2 { 56 } else { 32 }));
    bytes
}
