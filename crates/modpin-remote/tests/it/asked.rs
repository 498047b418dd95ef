//! Everything that a server can be asked, once each, and what came of it.

use std::fmt::{Debug, Write as _};

use modpin_remote::messages::{ActionMessage, CommandMessage, VariableMessage};
use modpin_remote::{
    ActionResult, Address, Blob, Digest, Error, Function, OutputFile, Root, Server, Settings,
};
use modpin_test::World;

/// Waits for what is to come.
pub fn wait<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

/// Settings for a server that nothing is said of.
pub fn settings(url: &str) -> Settings {
    Settings::new(Address::parse(url).expect("a URL"))
}

/// A content of so many words, which does not fit into a message, and whose pieces differ.
pub fn large(function: Function, seed: u32, words: u32) -> Blob {
    let word = |at: u32| at.wrapping_mul(2_654_435_761).wrapping_add(seed).to_le_bytes();
    Blob::of_bytes(function, (0..words).flat_map(word).collect())
}

/// Too large for a message of the fake server, and for that of all others.
pub const LARGE: u32 = 80_000;
pub const VERY_LARGE: u32 = 1_100_000;

/// An action that has a file and makes one, and all that it needs.
pub fn action(function: Function, salt: &str, script: &str) -> (Digest, Vec<Blob>) {
    let input = Blob::of_bytes(function, format!("input {salt}").into());
    let mut root = Root::default();
    root.file("in/a.txt", input.digest, false).expect("a place");
    let (digest, mut needs) = action_in(function, &root, &["/bin/sh", "-c", script]);
    needs.push(input);
    (digest, needs)
}

/// An action with these inputs, and what it needs beside them.
pub fn action_in(function: Function, root: &Root, line: &[&str]) -> (Digest, Vec<Blob>) {
    let (input_root, mut needs) = root.finish(function);
    let path = VariableMessage { name: "PATH".to_owned(), value: "/usr/bin".to_owned() };
    let command = CommandMessage {
        arguments: line.iter().map(|&word| word.to_owned()).collect(),
        environment_variables: vec![path],
        output_paths: vec!["out/b.txt".to_owned()],
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
    needs.extend([command, action]);
    (digest, needs)
}

/// What [`action`] does.
pub const COPY: &str = "cat in/a.txt > out/b.txt; echo said; echo warned >&2";

/// What a server is asked for that has it.
pub struct Kept {
    pub small: Blob,
    pub large: Blob,
    pub key: Digest,
    pub result: ActionResult,
}

impl Kept {
    /// Gives a server all of it.
    pub async fn give(server: &Server, words: u32) -> Result<Kept, Error> {
        let function = server.function();
        let small = Blob::of_bytes(function, b"small".to_vec());
        let file = |path: &str, blob: &Blob| OutputFile {
            path: path.to_owned(),
            digest: blob.digest,
            executable: path == "a",
        };
        let kept = Kept {
            large: large(function, 1, words),
            key: function.of(b"a key"),
            result: ActionResult {
                files: vec![file("a", &small), file("b/c", &small)],
                ..ActionResult::default()
            },
            small,
        };
        server.upload(&[kept.small.clone(), kept.large.clone(), kept.small.clone()]).await?;
        server.put_action_result(&kept.key, &kept.result).await?;
        Ok(kept)
    }

    /// Asks for all of it, gives more, has an action run. Each answer is right, or an error that names the server; what each
    /// came to is a line.
    pub async fn ask(&self, server: &Server) -> String {
        let (world, function) = (World::new(&[]), server.function());
        let mut lines = String::new();
        let told = &mut lines;
        let bytes = |blob: &Blob| match &blob.source {
            modpin_remote::Source::Bytes(bytes) => bytes.to_vec(),
            modpin_remote::Source::File(path) => std::fs::read(path).expect("a file"),
        };
        let new = function.of(b"nobody has this");
        note(server, told, "missing", server.missing(&[self.small.digest, new]).await.map(drop), &());
        for (name, blob) in [("small", &self.small), ("large", &self.large)] {
            note(server, told, name, server.download(&blob.digest, u64::MAX).await, &bytes(blob));
            let path = world.path(name);
            let file = server
                .download_to(&blob.digest, &path)
                .await
                .map(|()| std::fs::read(&path).expect("a file"));
            assert_eq!(file.is_ok(), path.exists(), "{name}: a part of a file is left");
            note(server, told, "  file", file, &bytes(blob));
        }
        note(
            server,
            told,
            "result",
            self.result_with_contents(server).await,
            &vec![b"small".to_vec(); 2],
        );
        let more = [Blob::of_bytes(function, b"more".to_vec())];
        note(server, told, "give small", server.upload(&more).await, &());
        note(
            server,
            told,
            "give large",
            server.upload(&[large(function, 2, self.large.digest.size as u32 / 4)]).await,
            &(),
        );
        let put = server.put_action_result(&function.of(b"k"), &self.result).await;
        note(server, told, "give result", put, &());
        let (digest, needs) = action(function, "all", COPY);
        let right = (0, vec![b"input all".to_vec()], b"said\n".to_vec(), b"warned\n".to_vec());
        note(server, told, "run", ran(server, &digest, &needs).await, &right);
        lines
    }
}

/// How an action ended, what it has made, and what it said.
type Ran = (i32, Vec<Vec<u8>>, Vec<u8>, Vec<u8>);

async fn ran(server: &Server, action: &Digest, needs: &[Blob]) -> Result<Ran, Error> {
    let result = server.execute(action, needs).await?.result;
    let digests: Vec<Digest> = result.files.iter().map(|file| file.digest).collect();
    let contents = server.download_all(&digests, 1 << 20).await?;
    Ok((result.exit_code, contents, result.stdout, result.stderr))
}

impl Kept {
    /// What the files of the result hold.
    async fn result_with_contents(&self, server: &Server) -> Result<Vec<Vec<u8>>, Error> {
        let result = server.action_result(&self.key).await?.expect("a result");
        let paths: Vec<&str> = result.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!((paths, result.files[0].executable), (vec!["a", "b/c"], true));
        let digests: Vec<Digest> = result.files.iter().map(|file| file.digest).collect();
        server.download_all(&digests, 1 << 20).await
    }
}

fn note<T: PartialEq + Debug>(
    server: &Server,
    lines: &mut String,
    what: &str,
    came: Result<T, Error>,
    right: &T,
) {
    let kind = match came {
        Ok(came) => {
            assert!(came == *right, "{what}: that is wrong: {:.300}", format!("{came:?}"));
            "right".to_owned()
        }
        Err(error) => {
            assert_eq!(error.server, server.name());
            assert!(error.to_string().starts_with(server.name()), "{error}");
            let kind = format!("{:?}", error.kind);
            kind.split('(').next().unwrap_or_default().to_owned()
        }
    };
    let _ = writeln!(lines, "{what}: {kind}");
}
