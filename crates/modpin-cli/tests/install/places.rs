//! What lies where, that it runs wherever it is moved, and that it goes.

use expect_test::expect;
use modpin_test::{Said, skip};

use super::{listed, modpin, world};

#[test]
fn what_is_installed_runs_wherever_it_is_moved_and_goes() {
    let world = world();
    let install = "install --destdir pack/age --prefix /usr";
    modpin(&world, install).has(0, "Installed 19 files of app");
    expect![[r#"
        usr/
        usr/bin/
        usr/bin/app
        usr/bin/app.map
        usr/include/
        usr/include/app/
        usr/include/app/number.h
        usr/include/app/util.h
        usr/include/z.h
        usr/lib/
        usr/lib/app/
        usr/lib/app/deep/
        usr/lib/app/deep-down.so -> deep/down.so
        usr/lib/app/deep/down.so
        usr/lib/app/extra.so
        usr/lib/app/modules.json
        usr/lib/libbase.a
        usr/lib/libbase.link.json
        usr/lib/libutil.a
        usr/lib/libutil.link.json
        usr/lib/libz.so -> libz.so.1
        usr/lib/libz.so.1 -> libz.so.1.2.13
        usr/lib/libz.so.1.2.13
        usr/lib/modpin/
        usr/lib/modpin/app.json
        usr/lib/pkgconfig/
        usr/lib/pkgconfig/util.pc
        usr/lib/pkgconfig/z.pc
        usr/share/
        usr/share/man/
        usr/share/man/man1/
        usr/share/man/man1/app.1
    "#]]
    .assert_eq(&listed(&world, "pack/age"));
    // No file says where it was put for now, or where it was built.
    for (path, node) in crate::tree::read(&world.path("pack/age")) {
        let crate::tree::Node::File(bytes) = node else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let root = world.root().to_str().expect("a path");
        assert!(!text.contains("pack/age"), "{path}");
        assert!(!text.contains(root) || path.ends_with(".map"), "{path}");
        assert!(!bytes.starts_with(b"!<thin>"), "{path}");
    }
    modpin(&world, install).has(0, "nothing to install");

    // Somewhere else, with nothing of the build left.
    std::fs::rename(world.path("pack/age"), world.path("moved")).expect("moved");
    std::fs::rename(world.path("target"), world.path("gone")).expect("moved");
    let said = Said::of(&mut world.command(world.path("moved/usr/bin/app")));
    said.has_both(0, "27 30", "");
    let said = modpin(&world, "check-load --manifest moved/usr/lib/app/modules.json");
    said.has_both(0, "extra.so", "");
    said.has_both(0, "deep/down.so", "");
    linked(&world);
    std::fs::rename(world.path("gone"), world.path("target")).expect("moved");

    // A module that is no more goes, and so does what it had alone; what others have put there stays.
    let install = "install --destdir moved --prefix /usr";
    world.write("moved/usr/lib/app/theirs.so", "theirs");
    modpin(&world, &format!("{install} -D EXTRA=n")).has(0, "removed 1 file");
    let after = listed(&world, "moved");
    assert!(!after.contains("extra.so") && after.contains("deep/down.so"), "{after}");
    let manifest = world.read("moved/usr/lib/app/modules.json");
    assert!(!manifest.contains("extra") && manifest.contains("../../bin/app"), "{manifest}");
    let would = modpin(&world, "uninstall --destdir moved --prefix /usr --dry-run");
    would.has(0, "Removing /usr/bin/app\n");
    assert_eq!(listed(&world, "moved"), after);
    modpin(&world, "uninstall --destdir moved --prefix /usr").has(0, "Removed 19 files of app");
    expect![[r#"
        usr/
        usr/lib/
        usr/lib/app/
        usr/lib/app/theirs.so
    "#]]
    .assert_eq(&listed(&world, "moved"));
    let said = modpin(&world, "uninstall --destdir moved --prefix /usr");
    said.has(1, "there is no installation that /usr/lib/modpin/app.json records");
    said.has(1, "help: name its --destdir");
}

/// A program of somebody else that finds the libraries by pkg-config, and a project that finds the record.
fn linked(world: &modpin_test::World) {
    if skip::is_missing("pkg-config", "installed libraries") {
        return;
    }
    let told = |args: &str| {
        let mut command = world.command("pkg-config");
        let prefix = world.path("moved/usr");
        command.arg(format!("--define-variable=prefix={}", prefix.display()));
        command.args(args.split(' ')).env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
        let said = Said::of(&mut command);
        assert!(said.success(), "{}", said.text());
        said.out.trim().to_owned()
    };
    assert_eq!(told("--modversion z"), "1.2.13");
    assert_eq!(told("--modversion util"), "3.1");
    world.write(
        "user.c",
        "#include <app/number.h>\n#include <app/util.h>\nint main(void) { return util() - NUMBER; }\n",
    );
    world.call(&format!("cc user.c -o user {}", told("--cflags --libs util")));
    assert!(world.command(world.path("user")).status().expect("it starts").success());
    let root = world.path("moved/usr").display().to_string();
    assert_eq!(
        told("--cflags --libs util").replace(&root, "P"),
        "-IP/include -DUTIL=3 -LP/lib -lutil -lbase -lm"
    );
}

#[test]
fn directories_are_as_they_are_said() {
    let world = world();
    let args = "install --destdir d --prefix /opt/app --bindir sbin --libdir lib/x86 --moddir /opt/app/plug/ins \
                --includedir include/app";
    let would = modpin(&world, &format!("{args} --dry-run"));
    would.has(0, "Installing /opt/app/plug/ins/deep/down.so\n");
    would.has(0, "(dry run: nothing is changed)");
    assert!(!world.path("d").exists());
    modpin(&world, args).has(0, "Installing /opt/app/sbin/app\n");
    expect![[r#"
        opt/
        opt/app/
        opt/app/include/
        opt/app/include/app/
        opt/app/include/app/app/
        opt/app/include/app/app/number.h
        opt/app/include/app/app/util.h
        opt/app/include/app/z.h
        opt/app/lib/
        opt/app/lib/x86/
        opt/app/lib/x86/libbase.a
        opt/app/lib/x86/libbase.link.json
        opt/app/lib/x86/libutil.a
        opt/app/lib/x86/libutil.link.json
        opt/app/lib/x86/libz.so -> libz.so.1
        opt/app/lib/x86/libz.so.1 -> libz.so.1.2.13
        opt/app/lib/x86/libz.so.1.2.13
        opt/app/lib/x86/modpin/
        opt/app/lib/x86/modpin/app.json
        opt/app/lib/x86/pkgconfig/
        opt/app/lib/x86/pkgconfig/util.pc
        opt/app/lib/x86/pkgconfig/z.pc
        opt/app/plug/
        opt/app/plug/ins/
        opt/app/plug/ins/deep/
        opt/app/plug/ins/deep-down.so -> deep/down.so
        opt/app/plug/ins/deep/down.so
        opt/app/plug/ins/extra.so
        opt/app/plug/ins/modules.json
        opt/app/sbin/
        opt/app/sbin/app
        opt/app/sbin/app.map
        opt/app/share/
        opt/app/share/man/
        opt/app/share/man/man1/
        opt/app/share/man/man1/app.1
    "#]]
    .assert_eq(&listed(&world, "d"));
    // The program looks in ../lib/app by itself; the manifest leads to everything.
    let said = modpin(&world, "check-load --manifest d/opt/app/plug/ins/modules.json");
    said.has_both(0, "extra.so", "");
    let said = modpin(&world, "check-load --manifest d/opt/app/plug/ins/modules.json --host other");
    said.has(1, "it says nothing of a program \"other\", only of app");
    std::fs::remove_file(world.path("d/opt/app/sbin/app")).expect("a program");
    let said = modpin(&world, "check-load --manifest d/opt/app/plug/ins/modules.json");
    said.has(1, "its program \"app\" is not there");
}
