//! Where modules are looked for, by whom, and what is no manifest.

use std::os::unix::fs::{PermissionsExt, chown};

use modpin_test::{World, skip};

use super::{copy_of_program, declare, plain, programs, said, world};

fn built() -> World {
    let world = world(&[("m", "", "0")]);
    world.build(|p| declare(p, vec![plain("m")])).expect_success();
    world
}

/// Copies of the manifest and the module.
fn copied(world: &World, dir: &str) -> String {
    for file in ["modules.json", "m.so"] {
        world.write(&format!("{dir}/{file}"), world.content(&format!("target/modpin/debug/{file}")));
    }
    world.path(dir).to_str().expect("a path").to_owned()
}

#[test]
fn one_place_after_the_other() {
    let world = built();
    let (elsewhere, installed) = (copied(&world, "elsewhere"), copied(&world, "lib/app"));
    let away = world.path("bin");
    std::fs::create_dir(&away).expect("a directory");
    for program in programs(&world) {
        let found = |env: &[(&str, &str)]| said(&world, &program, env, &["m"]).out;
        assert!(found(&[]).contains("m: 0"), "beside the program");
        // The module there is another file: it is found nowhere else.
        world.write("elsewhere/m.so", "no module");
        let out = found(&[("MODPIN_MODULES", &elsewhere), ("INSTALLED", &installed)]);
        assert!(out.contains(&format!("m: {elsewhere}/m.so: does not load")), "{out}");
        let out = found(&[("MODPIN_MODULES", "elsewhere")]);
        assert!(out.contains("none: MODPIN_MODULES=elsewhere: not an absolute path"), "{out}");
        assert!(found(&[("MODPIN_MODULES", "")]).contains("m: 0"));
        let out = found(&[("MODPIN_MODULES", "/nowhere")]);
        assert!(out.contains("none: there is no modules.json in /nowhere\n"), "{out}");

        // A program that lies elsewhere, started in the directory of the modules.
        let program = {
            let to = away.join(program.file_name().expect("a name"));
            copy_of_program(&world, &program, &to);
            to
        };
        let away = away.to_str().expect("a path");
        let started = |env: &[(&str, &str)]| {
            let mut command = world.command(&program);
            command.current_dir(world.built("")).arg("m").envs(env.iter().copied());
            modpin_test::Said::of(&mut command).out
        };
        assert_eq!(started(&[]), format!("none: there is no modules.json in {away}\n"));
        assert!(started(&[("INSTALLED", "../lib/app")]).contains("m: 0"));
        assert!(started(&[("INSTALLED", &installed)]).contains("m: 0"));
        let out = started(&[("INSTALLED", "")]);
        assert!(!out.contains("m: 0"), "{out}");
    }
}

/// A second name of a program's file may lie in anybody's directory, and so may what the environment names.
#[test]
fn who_has_more_rights_looks_where_modules_were_installed() {
    let world = built();
    let installed = copied(&world, "lib/app");
    for dir in ["", "lib", "lib/app", "target", "target/modpin", "target/modpin/debug"] {
        std::fs::set_permissions(world.path(dir), PermissionsExt::from_mode(0o755)).expect("it is ours");
    }
    for program in programs(&world) {
        if chown(&program, Some(65534), None).is_err() {
            return skip("the modules of a setuid program", "only root can make one of another user");
        }
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o4755)).expect("it is ours");
        let beside = world.built("");
        let beside = beside.to_str().expect("a path").trim_end_matches('/');
        for env in [&[][..], &[("MODPIN_MODULES", beside)], &[("INSTALLED", "../../../lib/app")]] {
            let out = said(&world, &program, env, &["m"]).out;
            assert_eq!(out, "none: there is no modules.json in none\n", "{env:?}");
        }
        let env = [("MODPIN_MODULES", "/nowhere"), ("INSTALLED", &installed)];
        let out = said(&world, &program, &env, &["m"]).out;
        assert!(out.contains("m: 0"), "{out}");
    }
}

#[test]
fn manifests_that_are_none() {
    let world = built();
    let manifest = world.read("target/modpin/debug/modules.json");
    let deep = "[".repeat(200_000);
    for (text, words) in [
        (manifest.replace("\"m.so\"", "\"../m.so\""), "an entry that is no module"),
        (manifest.replace("\"m.so\"", "\"/m.so\""), "an entry that is no module"),
        (manifest.replace("\"m.so\"", "7"), "an entry that is no module"),
        (
            manifest.replace("\"host\": \"host\"", "\"host\": \"other\""),
            "nothing about program \"host\", only about other",
        ),
        (manifest.replace("\"format\": 1", "\"format\": 2"), "not a manifest of modules in format 1"),
        (manifest[..manifest.len() / 2].to_owned(), "is not JSON"),
        (format!("{manifest}\u{1b}"), "is not JSON"),
        (String::new(), "line 1 is not JSON"),
        (deep, "line 1 is not JSON"),
    ] {
        world.write("target/modpin/debug/modules.json", text);
        for program in programs(&world) {
            let said = said(&world, &program, &[], &["m"]);
            let line = said.out.lines().next().unwrap_or_default();
            assert!(line.starts_with("none: ") && line.contains(words), "{words}: {}", said.text());
        }
    }
}
