//! A command as a process: its words, with outputs where they lie until they are whole, where it runs, and its variables.

use crate::graph::{Action, Arg, Command, Graph};
use crate::run::execute::Executor;
use crate::run::partial::Partial;
use crate::world::process::Spawn;

impl Executor<'_> {
    pub(super) fn spawn(&self, action: &Action, command: &Command, partial: &Partial<'_>) -> Spawn {
        let absolute = |path: &str| self.edges.disk.absolute(path).to_string_lossy().into_owned();
        // Compilers write it down as it is said, and every shell says it so.
        let root = absolute("").trim_end_matches('/').to_owned()
            + if self.roots[0].is_empty() { "/" } else { "" };
        let (mut dir, mut stdin, mut stdout) = (root, None, None);
        if let Some(stage) = &command.stage {
            dir = stage.dir.as_deref().map_or(dir, |dir| absolute(&partial.own_dir(dir)));
            stdin = stage.stdin.as_deref().map(absolute);
            let output = stage.stdout.and_then(|index| action.outputs.get(index));
            stdout = output.map(|&output| absolute(&partial.path(self.graph.path(output))));
        }
        let mut args: Vec<String> =
            command.args.iter().map(|arg| partial_arg(self.graph, action, partial, arg)).collect();
        if command.launcher.is_some() {
            args.insert(0, command.program.clone());
        }
        Spawn {
            program: command.launcher.as_ref().unwrap_or(&command.program).clone(),
            args,
            // Where it runs, as we spell it: compilers write it down, and the user may have come by a link.
            env: command.env.iter().cloned().chain([("PWD".to_owned(), Some(dir.clone()))]).collect(),
            dir,
            stdin,
            stdout,
            limit: None,
            race: None,
        }
    }
}

pub(super) fn partial_arg(graph: &Graph, action: &Action, partial: &Partial<'_>, arg: &Arg) -> String {
    match arg {
        Arg::Text(text) | Arg::Aside(text) => text.clone(),
        Arg::Output { prefix, index } => {
            format!("{prefix}{}", partial.path(graph.path(action.outputs[*index])))
        }
        Arg::Depfile { prefix } => {
            format!("{prefix}{}", partial.path(action.depfile.as_deref().unwrap_or("")))
        }
        Arg::Further => partial.path(&action.further_depfile().unwrap_or_default()),
        Arg::OwnDir(dir) => partial.own_dir(dir),
        Arg::Joined(parts) => {
            parts.iter().map(|part| partial_arg(graph, action, partial, part)).collect()
        }
    }
}
