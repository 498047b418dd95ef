//! What an action is, as lines: one walk with two writers, so that the digest which decides and the
//! text which explains cannot drift apart.

use std::borrow::Cow;

use crate::graph::stage::Stage;
use crate::graph::{Action, Arg, Command, Graph, Then, Work};
use crate::world::hash::Hash;

/// Takes the lines of a fingerprint, one at a time.
pub trait Lines {
    /// One line: what it is (`arg`, `env`, `out`), and its text.
    fn line(&mut self, tag: &str, text: &str);
}

/// Walks everything that decides an action's result besides the content of its inputs.
///
/// `root` is the directory of the checkout. Its path stands in no line, so that a moved or copied tree
/// is as good as it was; except for a command whose result names where it lies.
pub fn walk(graph: &Graph, action: &Action, root: &str, to: &mut impl Lines) {
    match &action.work {
        Work::Command(command) => walk_command(graph, action, command, root, to),
        // Each line of it is a fact in words.
        Work::Step(step) => {
            step.key().split('\n').for_each(|line| to.line("step", &without(root, line)));
        }
    }
    for path in action.later() {
        to.line("later", &format!("{root}/{path}"));
    }
    for &output in &action.outputs {
        to.line("out", &without(root, graph.path(output)));
    }
}

/// The digest of a fingerprint.
pub fn digest(graph: &Graph, action: &Action, root: &str) -> Hash {
    let mut writer = Digest(Vec::new());
    walk(graph, action, root, &mut writer);
    Hash::of(&writer.0)
}

/// The text of a fingerprint, a line each.
pub fn text(graph: &Graph, action: &Action, root: &str) -> String {
    let mut writer = Text(String::new());
    walk(graph, action, root, &mut writer);
    writer.0
}

/// An argument as it would be typed, with the file at its final path.
pub fn final_arg<'a>(graph: &Graph, action: &Action, arg: &'a Arg) -> Cow<'a, str> {
    match arg {
        Arg::Text(text) | Arg::Aside(text) => Cow::Borrowed(text),
        Arg::Output { prefix, index } => {
            format!("{prefix}{}", graph.path(action.outputs[*index])).into()
        }
        Arg::Depfile { prefix } => format!("{prefix}{}", action.depfile.as_deref().unwrap_or("")).into(),
        Arg::Further => action.further_depfile().unwrap_or_default().into(),
        Arg::OwnDir(dir) => Cow::Borrowed(dir),
        Arg::Joined(parts) => {
            parts.iter().map(|part| final_arg(graph, action, part)).collect::<String>().into()
        }
    }
}

fn walk_command(graph: &Graph, action: &Action, command: &Command, root: &str, to: &mut impl Lines) {
    let Command { program, args, env, .. } = command;
    walk_line(graph, action, (program, args, env), root, to);
    for Then { name, program, args, env } in &command.then {
        to.line("then", name);
        walk_line(graph, action, (program, args, env), root, to);
    }
    if let Some(response) = &command.response {
        for line in response.text.split('\n') {
            to.line("rsp", &without(root, line));
        }
    }
    if let Some(Stage { dir, stdin, stdout, own_dirs }) = command.stage.as_deref() {
        let stdout = stdout.and_then(|index| action.outputs.get(index)).map(|&file| graph.path(file));
        let lines = [("dir", dir.as_deref()), ("stdin", stdin.as_deref()), ("stdout", stdout)];
        for (tag, path) in lines.into_iter().filter_map(|(tag, path)| Some((tag, path?))) {
            to.line(tag, &without(root, path));
        }
        own_dirs.iter().for_each(|dir| to.line("own", &without(root, dir)));
    }
}

/// What is typed.
type Typed<'a> = (&'a str, &'a [Arg], &'a [(String, Option<String>)]);

fn walk_line(
    graph: &Graph,
    action: &Action,
    (program, args, env): Typed<'_>,
    root: &str,
    to: &mut impl Lines,
) {
    to.line("program", &without(root, program));
    // What is only told differently is not made differently.
    for arg in args.iter().filter(|arg| !matches!(arg, Arg::Aside(_) | Arg::Further)) {
        to.line("arg", &without(root, &final_arg(graph, action, arg)));
    }
    for (name, value) in env {
        match value {
            Some(value) => to.line("env", &without(root, &format!("{name}={value}"))),
            None => to.line("unset", name),
        }
    }
}

/// The text with the checkout's own path taken out, where it stands as a whole path.
fn without<'a>(root: &str, text: &'a str) -> Cow<'a, str> {
    if root.len() < 2 || !text.contains(root) {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(root) {
        let after = &rest[at + root.len()..];
        let whole = !after.starts_with(|c: char| c.is_alphanumeric() || "-_.+".contains(c));
        result.push_str(&rest[..at]);
        result.push_str(if whole { "<root>" } else { root });
        rest = after;
    }
    Cow::Owned(result + rest)
}

/// What is digested, in one piece: most recipes are short.
struct Digest(Vec<u8>);

impl Lines for Digest {
    fn line(&mut self, tag: &str, text: &str) {
        // Lengths first: no two different walks give the same bytes.
        self.0.extend((tag.len() as u32).to_le_bytes());
        self.0.extend((text.len() as u32).to_le_bytes());
        self.0.extend_from_slice(tag.as_bytes());
        self.0.extend_from_slice(text.as_bytes());
    }
}

struct Text(String);

impl Lines for Text {
    fn line(&mut self, tag: &str, text: &str) {
        self.0.push_str(tag);
        self.0.push(' ');
        let mut rest = text;
        while let Some(at) = rest.find(['\n', '\\']) {
            let (plain, odd) = rest.split_at(at);
            self.0.push_str(plain);
            self.0.push_str(if odd.starts_with('\n') { "\\n" } else { "\\\\" });
            rest = &odd[1..];
        }
        self.0.push_str(rest);
        self.0.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Response;
    use expect_test::{Expect, expect};

    fn check(root: &str, args: &[&str], expect: Expect) {
        let mut graph = Graph::new();
        let output = graph.file("out/a.o");
        let mut args: Vec<Arg> = args.iter().map(|&arg| arg.into()).collect();
        args.push(Arg::Output { prefix: "-o=".into(), index: 0 });
        let command = Command { program: "/usr/bin/cc".into(), args, ..Command::default() };
        let work = Work::Command(command);
        let (inputs, outputs) = (vec![], vec![output]);
        let action =
            Action { verb: "Compiling", label: "a".into(), work, inputs, outputs, depfile: None };
        expect.assert_eq(&text(&graph, &action, root));
    }

    #[test]
    fn arguments_stand_in_order_and_outputs_at_their_final_path() {
        check(
            "/r",
            &["-c", "a b\nc"],
            expect![[r#"
            program /usr/bin/cc
            arg -c
            arg a b\nc
            arg -o=out/a.o
            out out/a.o
        "#]],
        );
    }

    #[test]
    fn the_checkout_is_taken_out_but_not_its_namesakes() {
        check(
            "/home/me/p",
            &["-I/home/me/p/inc", "/home/me/p2/x", "-fmap=/home/me/p=."],
            expect![[r#"
            program /usr/bin/cc
            arg -I<root>/inc
            arg /home/me/p2/x
            arg -fmap=<root>=.
            arg -o=out/a.o
            out out/a.o
        "#]],
        );
    }

    #[test]
    fn each_byte_of_a_response_file_counts() {
        let digest_of = |text: &str| {
            let mut graph = Graph::new();
            let outputs = vec![graph.file("out/a")];
            let response = Response { path: "out/list".into(), text: text.into() };
            let response = Some(Box::new(response));
            let work = Work::Command(Command { response, ..Command::default() });
            let (label, inputs) = ("a".to_owned(), vec![]);
            digest(
                &graph,
                &Action { verb: "Linking", label, work, inputs, outputs, depfile: None },
                "/r",
            )
        };
        let texts = ["a\nb", "a\nb\n", "a\r\nb", "a b", "a\n\nb", ""];
        let digests: std::collections::HashSet<Hash> =
            texts.iter().map(|text| digest_of(text)).collect();
        assert_eq!(digests.len(), texts.len());
    }
}
