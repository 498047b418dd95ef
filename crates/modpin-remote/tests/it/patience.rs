//! How long a server is waited for, how often it is asked, and when no more.

use std::net::TcpListener;
use std::time::Duration;

use modpin_remote::{Blob, Error, Function, Kind, Server, Settings};
use modpin_test::World;
use modpin_test::server::{Fake, Fault};
use modpin_test::skip::is_long;

use crate::asked::{COPY, action, settings, wait};

async fn refused(settings: Settings) -> Error {
    Server::connect(settings).await.err().expect("no server")
}

#[test]
fn nobody_there_is_said() {
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port");
    let error = wait(refused(settings(&format!("grpc://{port}"))));
    assert_eq!(error.kind, Kind::Unavailable);
    let why = "the service is currently unavailable: Connection refused (os error 111)";
    assert_eq!(error.to_string(), format!("grpc://{port}: GetCapabilities: {why}"));
}

#[test]
fn silence_has_an_end() {
    // It takes the connection, and that is all.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("grpc://{}", listener.local_addr().expect("an address"));
    let mut settings = settings(&url);
    settings.deadline = Duration::from_millis(200);
    let error = wait(refused(settings));
    assert!(matches!(error.kind, Kind::Deadline | Kind::Unavailable), "{error}");
}

#[test]
fn a_web_server_is_none_of_ours() {
    use std::io::{Read, Write};
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("grpc://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let _ = stream.read(&mut [0; 100]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let error = wait(refused(settings(&url)));
    assert_eq!(error.kind, Kind::Unavailable, "{error}");
}

#[test]
fn a_server_that_fails_in_a_row_is_asked_no_more() {
    let fake = Fake::start(Fault::None);
    wait(async {
        let mut settings = settings(fake.url());
        (settings.failures, settings.retries) = (2, 1);
        let server = Server::connect(settings).await.expect("a server");
        let digest = server.digest(b"x");
        fake.set(Fault::Busy);
        for _ in 0..10 {
            server.action_result(&digest).await.expect_err("busy");
        }
        // Two, each tried again once.
        assert_eq!(fake.calls()["GetActionResult"], 4);
        let error = server.download(&digest, 100).await.expect_err("given up");
        assert_eq!(error.kind, Kind::GivenUp);
        assert!(error.to_string().contains("later"), "{error}");
        // Writing is another thing.
        fake.set(Fault::None);
        server.put_action_result(&digest, &modpin_remote::ActionResult::default()).await.expect("taken");
    });
}

#[test]
fn who_may_not_write_reads_on() {
    let fake = Fake::start(Fault::ReadOnly);
    wait(async {
        let server = Server::connect(settings(fake.url())).await.expect("a server");
        for text in ["a", "b", "c"] {
            server
                .upload(&[Blob::of_bytes(server.function(), text.into())])
                .await
                .expect_err("not let in");
        }
        assert_eq!(fake.calls()["BatchUpdateBlobs"], 1);
        assert_eq!(server.action_result(&server.digest(b"x")).await, Ok(None));
    });
}

#[test]
fn a_lost_connection_is_made_again() {
    let fake = Fake::start(Fault::None);
    wait(async {
        let server = Server::connect(settings(fake.url())).await.expect("a server");
        let blob = Blob::of_bytes(server.function(), vec![b'x'; 100_000]);
        server.upload(std::slice::from_ref(&blob)).await.expect("taken");
        fake.set(Fault::Drops);
        let error = server.download(&blob.digest, 1 << 20).await.expect_err("lost");
        assert_eq!(error.kind, Kind::Unavailable, "{error}");
        fake.set(Fault::None);
        assert_eq!(server.download(&blob.digest, 1 << 20).await.map(|bytes| bytes.len()), Ok(100_000));
    });
}

#[test]
fn what_is_known_to_be_there_is_asked_for_once() {
    let fake = Fake::start(Fault::None);
    wait(async {
        let server = Server::connect(settings(fake.url())).await.expect("a server");
        let blob = Blob::of_bytes(server.function(), b"x".to_vec());
        for _ in 0..3 {
            server.upload(std::slice::from_ref(&blob)).await.expect("taken");
        }
        let other = Server::connect(settings(fake.url())).await.expect("a server");
        other.upload(&[blob]).await.expect("there");
        assert_eq!((fake.calls()["FindMissingBlobs"], fake.calls()["BatchUpdateBlobs"]), (2, 1));
    });
}

#[test]
fn inputs_that_were_thrown_away_are_given_again() {
    let fake = Fake::start(Fault::None);
    wait(async {
        let server = Server::connect(settings(fake.url())).await.expect("a server");
        let (digest, needs) = action(server.function(), "gone", COPY);
        server.upload(&needs).await.expect("taken");
        fake.store().contents.clear();
        let ran = server.execute(&digest, &needs).await.expect("run");
        assert_eq!((ran.result.exit_code, ran.cached), (0, false));
    });
}

#[test]
fn a_broken_stream_is_listened_to_again() {
    let fake = Fake::start(Fault::Breaks);
    wait(async {
        let server = Server::connect(settings(fake.url())).await.expect("a server");
        let (digest, needs) = action(server.function(), "broken", COPY);
        server.execute(&digest, &needs).await.expect("run");
        assert_eq!((fake.calls()["Execute"], fake.calls()["WaitExecution"]), (1, 1));
        // Of one that the server has forgotten, nothing is heard. It is asked for anew each second time.
        fake.set(Fault::EndsEarly);
        let error = server.execute(&digest, &[]).await.expect_err("never done");
        assert_eq!(error.kind, Kind::Unavailable, "{error}");
        assert_eq!((fake.calls()["Execute"], fake.calls()["WaitExecution"]), (3, 3));
    });
}

#[test]
fn an_action_has_a_deadline() {
    let fake = Fake::start(Fault::None);
    wait(async {
        let mut settings = settings(fake.url());
        settings.action_deadline = Duration::from_millis(200);
        let server = Server::connect(settings).await.expect("a server");
        let (digest, needs) = action(server.function(), "slow", "sleep 3");
        let error = server.execute(&digest, &needs).await.expect_err("late");
        assert_eq!((error.kind, error.text), (Kind::Deadline, "no answer in 0.2 s".to_owned()));
    });
}

/// How long an action takes is no reason to give it up; that nothing else is answered meanwhile is one.
#[test]
fn an_action_that_runs_is_waited_for_while_the_server_answers() {
    if is_long("an action that runs for seconds") {
        return;
    }
    let fake = Fake::start(Fault::None);
    wait(async {
        let mut settings = settings(fake.url());
        settings.deadline = Duration::from_secs(2);
        let server = Server::connect(settings).await.expect("a server");
        let (digest, needs) = action(server.function(), "long", "sleep 3; echo > out/b.txt");
        server.execute(&digest, &needs).await.expect("run");
        assert_eq!(fake.calls()["GetCapabilities"], 2);
        fake.set(Fault::Stops);
        let error = server.execute(&digest, &[]).await.expect_err("never done");
        let words = "GetCapabilities: no answer in 2.0 s";
        assert_eq!((error.kind, error.text.as_str()), (Kind::Deadline, words));
    });
}

/// A server says at once that it has heard of an action, however long that takes.
#[test]
fn an_action_that_nothing_is_heard_of_is_not_waited_for() {
    let fake = Fake::start(Fault::None);
    wait(async {
        let mut settings = settings(fake.url());
        settings.deadline = Duration::from_secs(1);
        let server = Server::connect(settings).await.expect("a server");
        let (digest, _) = action(server.function(), "silent", COPY);
        fake.set(Fault::Slow);
        let error = server.execute(&digest, &[]).await.expect_err("late");
        assert_eq!((error.kind, error.text), (Kind::Deadline, "no answer in 1.0 s".to_owned()));
    });
}

#[test]
fn a_file_that_was_written_in_the_meantime_is_not_sent() {
    let fake = Fake::start(Fault::None);
    let world = World::new(&[("a", "one")]);
    wait(async {
        let server = Server::connect(settings(fake.url())).await.expect("a server");
        for size in [3, 400_000] {
            world.write("a", vec![b'a'; size]);
            let blob =
                Blob::of_file(server.digest_file(&world.path("a")).expect("a file"), world.path("a"));
            world.write("a", vec![b'b'; size]);
            let error = server.upload(&[blob]).await.expect_err("changed");
            assert_eq!(error.kind, Kind::Local, "{error}");
        }
        assert_eq!((fake.calls().get("BatchUpdateBlobs"), fake.calls().get("Write")), (None, None));
        assert!(fake.store().contents.is_empty());
    });
}

#[test]
fn a_file_that_is_there_is_not_written_over() {
    let fake = Fake::start(Fault::None);
    let world = World::new(&[("a", "mine")]);
    wait(async {
        let server = Server::connect(settings(fake.url())).await.expect("a server");
        let error =
            server.download_to(&Function::Sha256.of(b""), &world.path("a")).await.expect_err("there");
        assert_eq!((error.kind, world.read("a")), (Kind::Local, "mine".to_owned()));
    });
}
