//! The verbs for files of other build systems, on what is made to need much: an answer or an error, in bounds.

use std::path::{Path, PathBuf};

use modpin::foreign::{explain_symbol, exports_of_files, order_files, pins_of_files, resolve_files};

use crate::measured;

/// Runs all verbs on a file, as a module, as an archive and as a host.
fn all(path: &Path) -> [String; 5] {
    let file = || vec![path.to_owned()];
    let module = std::env::current_exe().expect("this program");
    let said = |result: Result<(), modpin::Error>| {
        result.map_or_else(|error| error.to_string(), |()| String::new())
    };
    let size = std::fs::metadata(path).expect("a file").len() as usize;
    let sizes = 2 * size + std::fs::metadata(&module).expect("a file").len() as usize;
    let verb =
        |name: &str, run: &dyn Fn() -> Result<(), modpin::Error>| said(measured(name, sizes, size, run));
    [
        verb("pins", &|| pins_of_files(&file(), &file()).map(drop)),
        verb("order", &|| order_files(&file(), &["a".to_owned()]).map(drop)),
        verb("exports", &|| exports_of_files(&module, &file()).map(drop)),
        verb("resolve", &|| resolve_files(&module, &file(), None).map(drop)),
        verb("explain", &|| explain_symbol(&module, "a", &[], &file()).map(drop)),
    ]
}

#[test]
fn files_that_cannot_be_read_to_an_end() {
    if crate::ran_alone() {
        return;
    }
    let dir = tempfile::tempdir().expect("a directory");
    let at = |name: &str| dir.path().join(name);
    let made = std::process::Command::new("mkfifo").arg(at("fifo")).status().expect("mkfifo");
    assert!(made.success());
    for (name, member) in
        [("zero.a", "/dev/zero/"), ("fifo.a", "fifo/"), ("dir.a", "./"), ("lost.a", "lost/")]
    {
        let names = format!("{member}\n{}", if member.len() % 2 == 0 { "\n" } else { "" });
        let header = |name: &str, size: usize| {
            format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 644)
        };
        let thin = format!("!<thin>\n{}{names}{}", header("//", names.len()), header("/0", 9));
        std::fs::write(at(name), thin).expect("room");
        let [pins, order, exports, resolve, explain] = all(&at(name));
        for said in [pins, order, exports, explain] {
            assert!(said.contains("cannot be opened") && said.contains(name), "{name}: {said}");
        }
        // An archive is no module, and that is an answer.
        assert_eq!(resolve, "");
    }
    let fifo: PathBuf = at("fifo");
    assert!(resolve_files(&std::env::current_exe().expect("this program"), &[fifo], None).is_err());
}

#[test]
fn members_of_one_name() {
    if crate::ran_alone() {
        return;
    }
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("members.a");
    let member = format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\ntext", "a/", 0, 0, 0, 644, 4);
    std::fs::write(&path, format!("!<arch>\n{}", member.repeat(100_000))).expect("room");
    let [pins, order, exports, resolve, explain] = all(&path);
    assert!([pins, exports].iter().all(|said| said.contains("it holds no object")));
    assert_eq!([order, resolve, explain], ["", "", ""]);
}

/// A module that needs 300,000 symbols, and nobody has one.
#[test]
fn a_module_that_needs_much() {
    if crate::ran_alone() {
        return;
    }
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("needs.mo");
    let names = (0..300_000).map(|n| format!("a_function_of_a_library_with_a_long_name_number_{n:06x}"));
    std::fs::write(&path, crate::objects::with_needs(names)).expect("room");
    let size = std::fs::metadata(&path).expect("a file").len() as usize;
    let module = [path];
    let archive = dir.path().join("empty.a");
    std::fs::write(&archive, "!<arch>\n").expect("room");
    let pins = measured("pins", size, 0, || pins_of_files(&module, &[archive]).expect("a plan"));
    assert_eq!(pins.elsewhere.len(), 300_000);
    drop(pins);
    let host = Path::new("/bin/sh");
    let exports = measured("exports", size, 0, || exports_of_files(host, &module).expect("a plan"));
    assert_eq!(exports.elsewhere.len(), 300_000);
}
