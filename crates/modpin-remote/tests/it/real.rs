//! Servers that others have written: what they are given comes back, and actions run.

use modpin_remote::{Blob, Kind, Root, Server};
use modpin_test::server::real::{Real, buildgrid, casd};

use crate::asked::{Kept, VERY_LARGE, action_in, settings, wait};

async fn reached(real: &Real) -> Server {
    let server = Server::connect(settings(&real.url())).await;
    server.unwrap_or_else(|error| panic!("{error}\n{}", real.log()))
}

#[test]
fn casd_keeps_and_runs() {
    let Some(real) = casd("casd as a server", true) else { return };
    wait(async {
        let server = reached(&real).await;
        assert!(server.executes() && server.takes_results());
        let kept = Kept::give(&server, VERY_LARGE).await.expect("kept");
        let lines = kept.ask(&reached(&real).await).await;
        assert!(lines.lines().all(|line| line.ends_with(": right")), "{lines}{}", real.log());
        casd_compiles(&server).await;
    });
}

#[test]
fn buildgrid_keeps() {
    let Some(mut real) = buildgrid("BuildGrid as a cache server") else { return };
    wait(async {
        let server = reached(&real).await;
        assert!(!server.executes() && server.takes_results());
        let kept = Kept::give(&server, VERY_LARGE).await.expect("kept");
        let lines = kept.ask(&reached(&real).await).await;
        let wrong: Vec<&str> = lines.lines().filter(|line| !line.ends_with(": right")).collect();
        assert_eq!(wrong, ["run: Unsupported"], "{lines}{}", real.log());
        real.kill();
        let error = server.download(&kept.small.digest, 100).await.expect_err("no server");
        assert_eq!((error.kind, error.server), (Kind::Unavailable, real.url()));
    });
}

/// A compilation: of what is right, with a warning, and with an error.
async fn casd_compiles(server: &Server) {
    let ran = compiled(server, "int f(void) { return 1; }\n").await;
    assert_eq!((ran.result.exit_code, ran.cached), (0, false), "{ran:?}");
    let [object] = ran.result.files.as_slice() else { panic!("{ran:?}") };
    let bytes = server.download(&object.digest, 1 << 20).await.expect("an object");
    assert!(bytes.starts_with(b"\x7fELF"));
    let again = compiled(server, "int f(void) { return 1; }\n").await;
    assert_eq!((&again.result.files, again.cached), (&ran.result.files, true));
    let warned = compiled(server, "int f(void) { int unused; return 1; }\n").await;
    assert_eq!(warned.result.exit_code, 0);
    assert!(
        String::from_utf8_lossy(&warned.result.stderr)
            .contains("src/a.c:1:19: warning: unused variable")
    );
    let failed = compiled(server, "int f(void) { return x; }\n").await;
    assert_eq!((failed.result.exit_code, failed.result.files.len()), (1, 0));
    assert!(
        String::from_utf8_lossy(&failed.result.stderr).contains("src/a.c:1:22: error: 'x' undeclared")
    );
}

async fn compiled(server: &Server, source: &str) -> modpin_remote::Executed {
    let function = server.function();
    let source = Blob::of_bytes(function, source.into());
    let mut root = Root::default();
    root.file("src/a.c", source.digest, false).expect("a place");
    let line = "/usr/bin/gcc -Wall -c src/a.c -o out/b.txt".split(' ').collect::<Vec<_>>();
    let (digest, mut needs) = action_in(function, &root, &line);
    needs.push(source);
    server.execute(&digest, &needs).await.expect("a compilation")
}

/// A worker without programs has those that come with an action: a shell by its path and by a link, and its libraries.
#[test]
fn casd_runs_what_is_shipped() {
    let Some(real) = casd("a shipped program at casd", false) else { return };
    wait(async {
        let server = reached(&real).await;
        let shell = std::fs::canonicalize("/bin/sh").expect("a shell");
        let told = std::process::Command::new("ldd").arg(&shell).output().expect("ldd").stdout;
        let told = String::from_utf8_lossy(&told).into_owned();
        let libraries = told.split_whitespace().filter(|word| word.starts_with('/'));
        let (mut root, mut needs) = (Root::default(), Vec::new());
        for path in libraries.chain(["/shell/own"]) {
            let file = if path == "/shell/own" { shell.clone() } else { path.into() };
            let blob = Blob::of_file(server.digest_file(&file).expect("a file"), file);
            root.file(&path[1..], blob.digest, true).expect("a place");
            needs.push(blob);
        }
        root.link("bin/sh", "../shell/own").expect("a place");
        root.directory("empty").expect("a place");
        let command =
            ["/bin/sh", "-c", "cd empty && for file in /*; do echo $file; done > ../out/b.txt"];
        let (digest, of_action) = action_in(server.function(), &root, &command);
        needs.extend(of_action);
        let ran = server.execute(&digest, &needs).await.expect("run").result;
        let [file] = ran.files.as_slice() else { panic!("{ran:?}") };
        let listed = server.download(&file.digest, 1000).await.expect("a list");
        let listed = String::from_utf8_lossy(&listed).into_owned();
        assert!(listed.contains("/shell\n") && !listed.contains("/usr\n"), "{listed}");
    });
}
