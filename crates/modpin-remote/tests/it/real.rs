//! Servers that others have written: what they are given comes back, and actions run.

use modpin_remote::messages::{ActionMessage, CommandMessage, VariableMessage};
use modpin_remote::{Blob, Kind, Root, Server};
use modpin_test::server::real::{Real, buildgrid, casd};

use crate::asked::{Kept, VERY_LARGE, settings, wait};

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
        String::from_utf8_lossy(&warned.result.stderr).contains("a.c:1:19: warning: unused variable")
    );
    let failed = compiled(server, "int f(void) { return x; }\n").await;
    assert_eq!((failed.result.exit_code, failed.result.files.len()), (1, 0));
    assert!(String::from_utf8_lossy(&failed.result.stderr).contains("a.c:1:22: error: 'x' undeclared"));
}

async fn compiled(server: &Server, source: &str) -> modpin_remote::Executed {
    let function = server.function();
    let source = Blob::of_bytes(function, source.into());
    let mut root = Root::default();
    root.file("src/a.c", source.digest, false).expect("a place");
    let (input_root, mut needs) = root.finish(function);
    let path = VariableMessage { name: "PATH".to_owned(), value: "/usr/bin".to_owned() };
    let command = CommandMessage {
        arguments: ["/usr/bin/gcc", "-Wall", "-c", "a.c", "-o", "out/a.o"].map(str::to_owned).to_vec(),
        environment_variables: vec![path],
        output_paths: vec!["out/a.o".to_owned()],
        working_directory: "src".to_owned(),
        ..CommandMessage::default()
    };
    let command = Blob::of_message(function, &command);
    let action = ActionMessage {
        command_digest: Some(command.digest.message()),
        input_root_digest: Some(input_root.message()),
        ..ActionMessage::default()
    };
    let action = Blob::of_message(function, &action);
    let digest = action.digest;
    needs.extend([source, command, action]);
    server.execute(&digest, &needs).await.expect("a compilation")
}
