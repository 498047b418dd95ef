//! A command as a line that can be pasted into a POSIX shell. Knows quoting; no shell is ever run.

use std::borrow::Cow;

use modpin::shown::is_obeyed;
use modpin_engine::{Action, Arg, Command, Graph, Then};

/// The command line of an action, with final paths where it writes to temporary ones. `dir` is where
/// its relative paths start, when that is not where the user stands.
pub fn line(graph: &Graph, action: &Action, command: &Command, dir: Option<&str>) -> String {
    let mut words = Vec::new();
    let stage = command.stage.as_deref();
    for dir in [dir, stage.and_then(|stage| stage.dir.as_deref())].into_iter().flatten() {
        words.extend(["cd".to_owned(), quote(dir).into_owned(), "&&".to_owned()]);
    }
    let (program, started) = match &command.launcher {
        Some(launcher) => (launcher, Some(Arg::from(&command.program))),
        None => (&command.program, None),
    };
    let args: Vec<Arg> = started.into_iter().chain(command.args.iter().cloned()).collect();
    words.extend(typed(graph, action, (program, &args, &command.env)));
    let stdout = stage.and_then(|stage| action.outputs.get(stage.stdout?)).map(|&file| graph.path(file));
    let stdin = stage.and_then(|stage| stage.stdin.as_deref());
    for (sign, path) in [("<", stdin), (">", stdout)] {
        words.extend(path.map(|path| format!("{sign} {}", quote(path))));
    }
    for Then { program, args, env, .. } in &command.then {
        words.push("&&".to_owned());
        words.extend(typed(graph, action, (program, args, env)));
    }
    words.join(" ")
}

/// Variables, program and arguments.
type Typed<'a> = (&'a str, &'a [Arg], &'a [(String, Option<String>)]);

fn typed(graph: &Graph, action: &Action, (program, args, env): Typed<'_>) -> Vec<String> {
    let args = args.iter().map(|arg| quote(&text(graph, action, arg)).into_owned());
    environment(env).into_iter().chain([quote(program).into_owned()]).chain(args).collect()
}

/// One word as a shell reads it back.
pub fn quote(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    if word.chars().any(is_obeyed) {
        return Cow::Owned(format!("$'{}'", word.chars().map(spelled).collect::<String>()));
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

/// A character between `$'` and `'` (POSIX.1-2024): what a terminal would obey by its bytes.
fn spelled(char: char) -> String {
    match char {
        '\\' | '\'' => format!("\\{char}"),
        _ if is_obeyed(char) => char.to_string().bytes().map(|byte| format!("\\{byte:03o}")).collect(),
        _ => char.into(),
    }
}

/// Variables to set, and those of our own environment to remove: the user's shell has the same.
fn environment(env: &[(String, Option<String>)]) -> Vec<String> {
    let removed = env.iter().filter(|(name, value)| value.is_none() && std::env::var_os(name).is_some());
    let mut words: Vec<String> =
        removed.flat_map(|(name, _)| ["-u".to_owned(), quote(name).into_owned()]).collect();
    if !words.is_empty() {
        words.insert(0, "env".to_owned());
    }
    let set = env.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    words.extend(set.map(|(name, value)| format!("{name}={}", quote(value))));
    words
}

fn text<'a>(graph: &'a Graph, action: &'a Action, arg: &'a Arg) -> Cow<'a, str> {
    match arg {
        Arg::Text(text) | Arg::Aside(text) => Cow::Borrowed(text),
        Arg::Output { prefix, index } => {
            let path = action.outputs.get(*index).map_or("", |&output| graph.path(output));
            Cow::Owned(format!("{prefix}{path}"))
        }
        Arg::Further => Cow::Owned(action.further_depfile().unwrap_or_default()),
        Arg::OwnDir(dir) => Cow::Borrowed(dir),
        Arg::Joined(parts) => Cow::Owned(parts.iter().map(|part| text(graph, action, part)).collect()),
        Arg::Depfile { prefix } => {
            Cow::Owned(format!("{prefix}{}", action.depfile.as_deref().unwrap_or("")))
        }
    }
}

#[cfg(test)]
mod tests {
    use modpin_engine::Work;

    use super::*;

    #[test]
    fn words_are_quoted_when_a_shell_would_touch_them() {
        let quoted = |word| quote(word).into_owned();
        assert_eq!(quoted("-Wl,-u,img_crc32"), "-Wl,-u,img_crc32");
        assert_eq!(quoted("@target/x.rsp"), "@target/x.rsp");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("-DNAME=\"x\""), "'-DNAME=\"x\"'");
        assert_eq!(quoted("it's $x"), r"'it'\''s $x'");
        assert_eq!(quoted("~/a"), "'~/a'");
        assert_eq!(quoted("*.c"), "'*.c'");
        assert_eq!(quoted("a\\b'\n\u{202e}é"), r"$'a\\b\'\012\342\200\256é'");
    }

    #[test]
    fn a_line_has_final_paths_and_the_environment() {
        let command = Command {
            before: Vec::new(),
            program: "/usr/bin/cc".into(),
            args: vec![
                "-c".into(),
                "-o".into(),
                Arg::Output { prefix: String::new(), index: 0 },
                Arg::Depfile { prefix: "-MF".into() },
                "my file.c".into(),
            ],
            env: vec![
                ("LC_ALL".into(), Some("C C".into())),
                ("PATH".into(), None),
                ("NOT_SET_HERE".into(), None),
            ],
            ..Command::default()
        };
        let mut graph = Graph::new();
        let output = graph.file("out/a.o");
        let action = Action {
            verb: "Compiling",
            label: "my file.c".into(),
            work: Work::Command(command.clone()),
            inputs: Vec::new(),
            outputs: vec![output],
            depfile: Some("out/a.d".into()),
        };
        assert_eq!(
            line(&graph, &action, &command, None),
            "env -u PATH LC_ALL='C C' /usr/bin/cc -c -o out/a.o -MFout/a.d 'my file.c'"
        );
        assert!(line(&graph, &action, &command, Some("/a b")).starts_with("cd '/a b' && env "));
    }
}
