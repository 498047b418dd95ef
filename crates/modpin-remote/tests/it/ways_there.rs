//! How a server is reached: over TCP, by TLS, on a socket of this machine; what every call carries, and what contents are called.

use std::process::Command;

use modpin_remote::{Address, Blob, Function, Header, Kind, Server, Settings};
use modpin_test::World;
use modpin_test::server::{Fake, Fault};

use crate::asked::{Kept, LARGE, large, settings, wait};

#[test]
fn a_socket_of_this_machine() {
    let world = World::new(&[]);
    let fake = Fake::on(&world.path("socket"), Fault::None);
    wait(async {
        let server = Server::connect(settings(fake.url())).await.expect("a server");
        let lines = Kept::give(&server, LARGE).await.expect("taken").ask(&server).await;
        assert!(lines.lines().all(|line| line.ends_with(": right")), "{lines}");
    });
}

/// The certificate of somebody who vouches for a server of this name, and what that server has.
fn certificates(world: &World, dir: &str, name: &str) -> (Vec<u8>, Vec<u8>) {
    let openssl = |line: &str| {
        let output = Command::new("openssl").args(line.split(' ')).current_dir(world.path(dir)).output();
        let output = output.expect("openssl");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=ca"));
    openssl(&format!(
        "req -x509 {key} -keyout key.pem -out cert.pem -CA ca.pem -CAkey ca.key -subj /CN=server \
         -addext subjectAltName={name} -addext basicConstraints=critical,CA:FALSE"
    ));
    let read = |file: &str| std::fs::read(world.path(dir).join(file)).expect("a file");
    (read("cert.pem"), read("key.pem"))
}

#[test]
fn tls() {
    if modpin_test::skip::is_missing("openssl", "a server by TLS") {
        return;
    }
    let world = World::new(&[("ours/a", ""), ("theirs/a", ""), ("elsewhere/a", "")]);
    let (certificate, key) = certificates(&world, "ours", "IP:127.0.0.1");
    certificates(&world, "theirs", "IP:127.0.0.1");
    let (of_others, their_key) = certificates(&world, "elsewhere", "IP:127.0.0.2");
    let fake = Fake::start_tls(&certificate, &key);
    let other = Fake::start_tls(&of_others, &their_key);
    let with = |url: &str, file: Option<&str>| Settings {
        authority: file.map(|file| world.path(file)),
        retries: 0,
        ..settings(url)
    };
    wait(async {
        let server = Server::connect(with(fake.url(), Some("ours/ca.pem"))).await.expect("a server");
        let blob = large(server.function(), 1, LARGE);
        server.upload(std::slice::from_ref(&blob)).await.expect("taken");
        assert_eq!(
            server.download(&blob.digest, 1 << 20).await.map(|bytes| bytes.len()),
            Ok(4 * LARGE as usize)
        );

        let plain = Address::Plain(fake.url().trim_start_matches("grpcs://").to_owned()).to_string();
        for (url, file, kind, words) in [
            (fake.url(), Some("theirs/ca.pem"), Kind::Unavailable, "invalid peer certificate"),
            (fake.url(), None, Kind::Unavailable, "invalid peer certificate: UnknownIssuer"),
            (other.url(), Some("elsewhere/ca.pem"), Kind::Unavailable, "certificate not valid for name"),
            (&plain, None, Kind::Unavailable, ""),
            (fake.url(), Some("none.pem"), Kind::Settings, "none.pem: No such file"),
            (fake.url(), Some("ours/a"), Kind::Settings, "holds no certificate in PEM"),
        ] {
            let error = Server::connect(with(url, file)).await.err().expect("no server");
            assert_eq!(error.kind, kind, "{error}");
            assert!(error.to_string().starts_with(url) && error.text.contains(words), "{error}");
        }
    });
}

#[test]
fn every_call_carries_the_headers() {
    let fake = Fake::start(Fault::None);
    wait(async {
        let headers = ["Authorization=Bearer s3cret", "x-team=a=b", "x-team=c"]
            .map(|text| Header::parse(text).expect("a header"));
        let settings = Settings { headers: headers.to_vec(), ..settings(fake.url()) };
        let server = Server::connect(settings).await.expect("a server");
        let carried = || {
            let headers = std::mem::take(&mut fake.store().headers);
            let of = |name: &str| {
                headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
            };
            let all: Vec<Vec<String>> = vec![of("authorization"), of("x-team")];
            assert!(headers["user-agent"].to_str().is_ok_and(|agent| agent.starts_with("modpin/")));
            all
        };
        let expected = vec![vec!["Bearer s3cret".to_owned()], vec!["a=b".to_owned(), "c".to_owned()]];
        assert_eq!(carried(), expected);
        let kept = Kept::give(&server, LARGE).await.expect("taken");
        assert_eq!(carried(), expected);
        for digest in [kept.small.digest, kept.large.digest] {
            server.download(&digest, 1 << 20).await.expect("given");
            assert_eq!(carried(), expected);
        }
        let (action, needs) = crate::asked::action(server.function(), "", "");
        server.execute(&action, &needs).await.expect("run");
        assert_eq!(carried(), expected);
    });
}

#[test]
fn contents_are_named_by_instance_and_function() {
    let fake = Fake::start(Fault::None);
    fake.store().function = Some(Function::Blake3);
    wait(async {
        let settings = Settings { instance: "team/main".to_owned(), ..settings(fake.url()) };
        let server = Server::connect(settings).await.expect("a server");
        assert_eq!(server.function(), Function::Blake3);
        let blob: Blob = large(server.function(), 1, LARGE);
        server.upload(std::slice::from_ref(&blob)).await.expect("taken");
        server.download(&blob.digest, 1 << 20).await.expect("given");
        let name = format!("team/main/blobs/blake3/{}/{}", blob.digest.hex(), 4 * LARGE);
        assert_eq!(fake.store().names, [name]);
        let lines = Kept::give(&server, LARGE).await.expect("taken").ask(&server).await;
        assert!(lines.lines().all(|line| line.ends_with(": right")), "{lines}");
    });
}
