//! `completions`: what makes a shell ask this program how a command line goes on, and the answer: verbs, options, and the names
//! that the project declares. For `cargo xtask` its own program, which has been built before, tells the project.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::{Command as Process, ExitCode};

use clap::Command;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::Shells;
use modpin::layout::Workspace;
use modpin::{Error, Opt, OptKind, Project, Target};

use crate::command::command_line::{self, value_of};
use crate::command::exit::{Ended, Stop};
use crate::command::installed_args::{Completions, ShellName};
use crate::command::verbs;
use crate::context::Context;

/// In which the shell says that it asks, and which one it is.
pub const VARIABLE: &str = "MODPIN_COMPLETE";

/// bash takes words apart at `=`. Behind `cargo`, those from the second on are ours; other subcommands are whoever's they were.
const BASH: &str = r#"
_modpin() {
    local words=() at word
    for ((at = 0; at <= COMP_CWORD; at++)); do
        if ((at > 1)) && [[ ${COMP_WORDS[at]} == = || ${COMP_WORDS[at - 1]} == = ]]; then
            words[${#words[@]} - 1]+=${COMP_WORDS[at]}
        else
            words+=("${COMP_WORDS[at]}")
        fi
    done
    local COMP_WORDS=("${words[@]}") COMP_CWORD=$((${#words[@]} - 1))
    word=${COMP_WORDS[COMP_CWORD]}
    _clap_complete_modpin "$1" "$word"
    if [[ $word == *=* && $COMP_WORDBREAKS == *=* ]]; then
        COMPREPLY=("${COMPREPLY[@]#"${word%%=*}="}")
    fi
}
complete -o nospace -o bashdefault -F _modpin modpin
_modpin_of_cargo() {
    case "${COMP_CWORD}:${COMP_WORDS[1]-}" in
    1:*) ;;
    *:modpin | *:xtask)
        local COMP_WORDS=("${COMP_WORDS[@]:1}") COMP_CWORD=$((COMP_CWORD - 1))
        _modpin "$@"
        return
        ;;
    esac
    if [[ -n ${_modpin_cargo_before-} ]]; then
        "$_modpin_cargo_before" "$@"
    elif [[ $COMP_CWORD == 1 ]]; then
        COMPREPLY=($(compgen -W "build check clean doc modpin run test xtask" -- "$2"))
    fi
}
if ! complete -p cargo 2>/dev/null && declare -F _completion_loader >/dev/null; then
    _completion_loader cargo
fi >/dev/null
if ! complete -p cargo 2>/dev/null | grep -q _modpin_of_cargo; then
    _modpin_cargo_before=$(complete -p cargo 2>/dev/null | sed -n 's/.* -F \([^ ]*\) .*/\1/p')
fi
complete -o nospace -o bashdefault -F _modpin_of_cargo cargo
"#;

/// The completion that comes with cargo calls functions of such names.
const ZSH: &str = r#"
function _cargo-modpin() { _clap_dynamic_completer_modpin }
function _cargo-xtask() { _clap_dynamic_completer_modpin }
function _modpin_of_cargo() {
    if (( CURRENT > 2 )) && [[ $words[2] == (modpin|xtask) ]]; then
        shift words
        (( CURRENT-- ))
        _clap_dynamic_completer_modpin
    else
        _default
    fi
}
(( $+_comps[cargo] )) || compdef _modpin_of_cargo cargo
"#;

/// fish takes what several completions of one command say together.
const FISH: &str = r#"
complete --command cargo --condition '__fish_seen_subcommand_from modpin xtask' --keep-order --no-files --arguments "(MODPIN_COMPLETE=fish modpin -- (commandline --current-process --tokenize --cut-at-cursor)[2..] (commandline --current-token))"
"#;

/// Prints what the shell reads when it starts.
pub fn run(context: &mut Context<'_>, args: &Completions) -> Result<Ended, Stop> {
    let (name, of_cargo) = match args.shell {
        ShellName::Bash => ("bash", BASH),
        ShellName::Zsh => ("zsh", ZSH),
        ShellName::Fish => ("fish", FISH),
    };
    let mut script = Vec::new();
    if let Some(shell) = Shells::builtins().completer(name) {
        let written = shell.write_registration(VARIABLE, "modpin", "modpin", "modpin", &mut script);
        written.map_err(|error| Error::io("standard output", "write", error))?;
    }
    context.terminal.text(&(String::from_utf8_lossy(&script) + of_cargo));
    Ok(Ended::DONE)
}

/// Answers a shell: `words` begins with the program's name, which is `xtask` for that of a workspace.
pub fn answer(shell: &str, words: Vec<OsString>) -> ExitCode {
    let shells = Shells::builtins();
    let Some(shell) = shells.completer(shell) else { return ExitCode::FAILURE };
    let mut command = command_of(&words);
    let mut said = Vec::new();
    let dir = std::env::current_dir().ok();
    if shell.write_complete(&mut command, words, dir.as_deref(), &mut said).is_err() {
        return ExitCode::FAILURE;
    }
    // Nobody is left to tell that the shell went away.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), &said);
    ExitCode::SUCCESS
}

/// All that can be typed, with what knows the names of the project.
fn command_of(words: &[OsString]) -> Command {
    let is_xtask = words.first().is_some_and(|word| word == "xtask");
    let program = if is_xtask { "xtask" } else { "modpin" };
    let mut command = verbs::with_help(command_line::command(program, is_xtask), program);
    if is_xtask {
        for verb in ["completions", "man"] {
            command = command.mut_subcommand(verb, |verb| verb.hide(true));
        }
    }
    let place = Place::of(words, is_xtask);
    with_names(command, &place)
}

fn with_names(command: Command, place: &Place) -> Command {
    let verb = command.get_name().to_owned();
    let command = command.mut_subcommands(|command| with_names(command, place));
    command.mut_args(|arg| {
        let value = arg.get_value_names().and_then(<[_]>::first).map_or("", |name| name.as_str());
        let Some(names) = Completed::of(&verb, value) else { return arg };
        let place = place.clone();
        arg.add(ArgValueCompleter::new(move |typed: &OsStr| names.candidates(&place, typed)))
    })
}

/// Where the project comes from.
#[derive(Clone, Debug)]
enum Place {
    /// The program of the workspace around us.
    Xtask,
    /// A file, and the root for its paths.
    File(PathBuf, Option<PathBuf>),
    /// None is named.
    Nowhere,
}

impl Place {
    fn of(words: &[OsString], is_xtask: bool) -> Place {
        let path = |option| value_of(words, option).map(PathBuf::from);
        match path("--project") {
            _ if is_xtask => Place::Xtask,
            Some(file) => Place::File(file, path("--root")),
            None => Place::Nowhere,
        }
    }

    /// The project, unless something is wrong with it: who completes a line is not told of errors.
    fn project(&self) -> Option<Project> {
        match self {
            Place::Nowhere => None,
            Place::File(file, None) => Project::from_file(file).ok(),
            Place::File(file, Some(root)) => {
                Project::from_json(&std::fs::read_to_string(file).ok()?, "", root).ok()
            }
            Place::Xtask => {
                let workspace = Workspace::of_workspace(&std::env::current_dir().ok()?).ok()?;
                // cargo would compile it first, which nobody waits for.
                let said = Process::new(workspace.target_dir.join("debug/xtask"))
                    .arg("project")
                    .current_dir(&workspace.root)
                    .env_remove(VARIABLE)
                    .output()
                    .ok()?;
                Project::from_json(&String::from_utf8(said.stdout).ok()?, "", workspace.root).ok()
            }
        }
    }
}

/// What can stand in a place of a command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Completed {
    Targets,
    Programs,
    Tests,
    Options,
    /// Options with values.
    Settings,
    Probes,
}

impl Completed {
    fn of(verb: &str, value: &str) -> Option<Completed> {
        Some(match (verb, value) {
            ("run", "TARGET") => Completed::Programs,
            ("test", "TEST") => Completed::Tests,
            (_, "TARGET") | ("explain", "NAME") => Completed::Targets,
            (_, "CONFIG_NAME=VALUE" | "NAME=VALUE") => Completed::Settings,
            ("get" | "unset", "NAME") => Completed::Options,
            ("probes", "NAME") => Completed::Probes,
            _ => return None,
        })
    }

    fn candidates(self, place: &Place, typed: &OsStr) -> Vec<CompletionCandidate> {
        let (Some(project), Some(typed)) = (place.project(), typed.to_str()) else { return Vec::new() };
        let all = self.all(&project).into_iter();
        let fitting = all.filter(|(name, _)| name.starts_with(typed));
        fitting
            .map(|(name, help)| {
                let help = (!help.is_empty()).then(|| help.into());
                CompletionCandidate::new(name).help(help)
            })
            .collect()
    }

    /// Each with what it is.
    fn all(self, project: &Project) -> Vec<(String, String)> {
        let targets = |is_it: &dyn Fn(&Target) -> bool| {
            let all = project.targets.iter().filter(|target| is_it(target));
            all.map(|target| (target.name().to_owned(), target.kind().to_owned())).collect()
        };
        match self {
            Completed::Targets => targets(&|_| true),
            Completed::Programs => targets(&|target| matches!(target, Target::Executable(_))),
            Completed::Tests => targets(
                &|target| matches!(target, Target::Executable(program) if program.test.is_some()),
            ),
            Completed::Options => {
                project.options.iter().map(|it| (it.name.clone(), it.help.clone())).collect()
            }
            Completed::Settings => project.options.iter().flat_map(settings).collect(),
            Completed::Probes => {
                project.probes.iter().map(|probe| (probe.word(), String::new())).collect()
            }
        }
    }
}

/// `NAME=` with each value that there can be.
fn settings(option: &Opt) -> Vec<(String, String)> {
    let values: &[&str] = match option.kind {
        OptKind::Bool => &["y", "n"],
        OptKind::Tristate => &["y", "m", "n"],
        _ => &[""],
    };
    values.iter().map(|value| (format!("{}={value}", option.name), option.help.clone())).collect()
}
