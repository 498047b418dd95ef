//! What standard output carries with `--message-format json`: one object a line, told apart by its
//! `reason`. docs/json-messages.md describes each for users; a field here is a promise there.

use std::borrow::Cow;

use modpin::explain::Answer;
use modpin::foreign::{Explained, PinPlan};
use modpin::load_check::Report;
use modpin::plan::TargetKind;
use modpin::steps::{Need, SourceFinding};
use modpin::{OptKind, ProbeKind, Project};
use modpin_engine::Cause;
use serde::Serialize;

use crate::say::terminal::Terminal;

/// One object.
#[derive(Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Message<'a> {
    /// An action runs now, or would in a dry run.
    Started {
        /// What it does: `Compiling`.
        verb: &'a str,
        /// To what: `c-src/crc.c`.
        label: &'a str,
        /// Why it runs.
        why: String,
        /// The command line, when it is a command.
        #[serde(skip_serializing_if = "Option::is_none")]
        command: Option<String>,
    },
    /// An action ran.
    ActionFinished {
        /// As in `started`.
        verb: &'a str,
        /// As in `started`.
        label: &'a str,
        /// Its outputs are there.
        success: bool,
        /// They were in the cache.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        cached: bool,
        /// They were brought into the cache from a server.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        from_server: bool,
        /// Another machine ran the command.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        elsewhere: bool,
        /// How long it took.
        elapsed_ms: u64,
        /// What it printed.
        output: Cow<'a, str>,
        /// Why there is no result.
        #[serde(skip_serializing_if = "Option::is_none")]
        failure: Option<&'a str>,
        /// The same for programs.
        #[serde(flatten)]
        cause: Option<CauseMessage>,
    },
    /// A module, and what it needs of a host.
    Module(ModuleMessage<'a>),
    /// A module was loaded, or was not.
    LoadCheck(&'a Report),
    /// Whether a module would load was read from the files.
    Resolve(&'a Report),
    /// What a link must keep for modules.
    Pins {
        /// As it was worked out.
        plan: &'a PinPlan,
    },
    /// What a program must export for modules.
    Exports {
        /// As it was worked out.
        plan: &'a PinPlan,
    },
    /// Archives in order.
    Order {
        /// For a command line: the archives, groups with their brackets.
        arguments: Vec<String>,
        /// The archives; those of one group need each other.
        groups: Vec<Vec<&'a str>>,
        /// Symbols that two of them define, and which definition wins.
        #[serde(rename = "twice")]
        duplicates: &'a [modpin::Duplicate],
    },
    /// A target of the project.
    Target {
        /// Its name.
        name: &'a str,
        /// `library`, `module` or `executable`.
        kind: TargetKind,
        /// The files it becomes, relative to the project's root, or absolute.
        files: Vec<&'a str>,
        /// `there`, `missing`, `built-in` or `off`.
        state: &'a str,
        /// It is a test.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        test: bool,
        /// What keeps it off.
        #[serde(skip_serializing_if = "Option::is_none")]
        why: Option<&'a str>,
    },
    /// A source that a condition leaves out of a target.
    LeftOut {
        /// The source.
        path: &'a str,
        /// The target that would have it.
        target: &'a str,
        /// `library`, `module` or `executable`.
        target_kind: &'a str,
        /// What keeps it off: `XATTR=n`.
        why: &'a str,
    },
    /// An option of the project.
    Option {
        /// Its name, without `CONFIG_`.
        name: &'a str,
        /// `bool`, `tristate`, `string`, `int`, `hex` or `choice`.
        kind: OptKind,
        /// What it is in this build.
        value: &'a str,
        /// What it is when nobody sets it and no condition says otherwise.
        default: &'a str,
        /// Why it is what it is: `NET=n (depends on INET; INET=n (set with -D))`.
        why: &'a str,
        /// What it switches.
        help: &'a str,
    },
    /// A question of the project to the machine.
    Probe {
        /// What conditions call it.
        name: &'a str,
        /// What it asks about: `header`.
        kind: ProbeKind,
        /// Which one: `sys/epoll.h`.
        of: &'a str,
        /// The answer: `y`, `n`, a number, nothing.
        value: &'a str,
        /// Where the answer comes from.
        why: &'a str,
        /// What was tried and said.
        log: &'a str,
    },
    /// The whole project.
    Project {
        /// As docs/project-format.md describes it.
        project: &'a Project,
    },
    /// The compilation database was written.
    CompileCommands {
        /// Where it lies.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<&'a str>,
        /// By which file of the project's root clangd finds it.
        #[serde(skip_serializing_if = "Option::is_none")]
        found_by: Option<&'a str>,
        /// The database itself, when it is no file.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    },
    /// A checker found something in a source.
    Finding {
        /// Which checker.
        checker: &'a str,
        /// What it is, and where.
        #[serde(flatten)]
        finding: &'a SourceFinding,
    },
    /// Something was made of a source.
    Emitted {
        /// Where it lies.
        file: &'a str,
    },
    /// A test has ended.
    Test {
        /// Its name.
        name: &'a str,
        /// `passed`, `failed`, `timed-out` or `skipped`.
        outcome: &'a str,
        /// Why it did not pass; empty if it did.
        why: &'a str,
        /// How long it took.
        elapsed_ms: u64,
        /// What it printed.
        output: &'a str,
    },
    /// Something that is installed was put in its place, or taken away.
    Installed {
        /// `installed`, `replaced`, `removed` or `kept`.
        change: &'a str,
        /// Where, without DESTDIR.
        path: &'a str,
        /// It would be; nothing was done.
        dry_run: bool,
    },
    /// A build directory was cleaned.
    Cleaned {
        /// Which, relative to the project's root, or absolute.
        dir: &'a str,
        /// How many files went.
        removed: usize,
        /// What stays in it.
        kept: &'a [String],
    },
    /// What is kept of builds for all checkouts.
    Cache {
        /// Where.
        dir: &'a str,
        /// How many bytes.
        bytes: u64,
        /// How many there may be after a build.
        limit: u64,
        /// For how many keys there are results.
        keys: u64,
        /// How many contents of outputs.
        contents: u64,
        /// How many bytes went just now; none if nothing was to go.
        #[serde(skip_serializing_if = "Option::is_none")]
        removed: Option<u64>,
        /// The server with more of them, if one is named.
        #[serde(skip_serializing_if = "Option::is_none")]
        server: Option<String>,
    },
    /// What there is to say of a name.
    Explain {
        /// As it was typed.
        name: &'a str,
        /// One for each thing that the name stands for.
        answers: &'a [Answer],
    },
    /// What there is to say of a symbol in files of any build system.
    #[serde(rename = "explain")]
    ExplainFiles {
        /// As it was typed.
        name: &'a str,
        /// One.
        answers: [FilesAnswer<'a>; 1],
    },
    /// A picture was drawn.
    Graph {
        /// Where it lies, when it is a file.
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<&'a str>,
        /// The picture itself, when it is none.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<&'a str>,
    },
    /// How long a build took was written down.
    Timings {
        /// For people.
        page: &'a str,
        /// For programs.
        trace: &'a str,
    },
    /// What a verb prints that is no data: a recipe, a page of the manual, a script for a shell.
    Text {
        /// As it is printed.
        text: &'a str,
    },
    /// Something is odd, and the verb goes on.
    Warning {
        /// In words.
        message: &'a str,
    },
    /// Something stops the verb.
    Error {
        /// In words.
        message: &'a str,
    },
    /// The last object of every verb.
    Finished {
        /// The exit code is 0.
        success: bool,
        /// How many commands ran and succeeded.
        commands: usize,
    },
}

/// Why an action has no result.
#[derive(Serialize)]
#[serde(tag = "cause", rename_all = "kebab-case")]
pub enum CauseMessage {
    /// The command ended with this code.
    ExitCode {
        /// It is not 0.
        code: i32,
    },
    /// The command was killed.
    Signal {
        /// By this one.
        signal: i32,
    },
    /// The command took too long.
    TimeLimit,
    /// The command could not be started.
    NotStarted,
    /// The answer is no.
    Refused,
    /// A file could not be read or written, or is missing.
    Unfinished,
}

impl From<Cause> for CauseMessage {
    fn from(cause: Cause) -> CauseMessage {
        match cause {
            Cause::ExitCode(code) => CauseMessage::ExitCode { code },
            Cause::Signal(signal) => CauseMessage::Signal { signal },
            Cause::TimeLimit => CauseMessage::TimeLimit,
            Cause::NotStarted => CauseMessage::NotStarted,
            Cause::Refused => CauseMessage::Refused,
            Cause::Unfinished => CauseMessage::Unfinished,
        }
    }
}

/// The answer to `explain --host`.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FilesAnswer<'a> {
    /// A symbol, as files tell it.
    SymbolOfFiles(&'a Explained),
}

/// A module in the listing of `modules`.
#[derive(Serialize)]
pub struct ModuleMessage<'a> {
    /// Its name.
    pub module: &'a str,
    /// The program that loads it or has it built in; none if it is not built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<&'a str>,
    /// `module`, `built-in` or `disabled`.
    pub state: &'static str,
    /// Its file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<&'a str>,
    /// The symbols that it needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<&'a [Need]>,
    /// A symbol for which it is never unloaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unique: Option<&'a str>,
    /// The setting that switches it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<&'a str>,
}

impl Terminal {
    /// What a verb prints that is no data, to people and to programs.
    pub fn text(&mut self, text: &str) {
        if !self.json() {
            self.print(text);
        }
        self.message(&Message::Text { text });
    }

    /// A warning, to people and to programs.
    pub fn warn(&mut self, text: &str) {
        self.warning(text);
        self.message(&Message::Warning { message: text });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_has_its_word() {
        let word = |cause: Cause| serde_json::to_string(&CauseMessage::from(cause)).expect("JSON");
        assert_eq!(word(Cause::ExitCode(2)), r#"{"cause":"exit-code","code":2}"#);
        assert_eq!(word(Cause::Signal(9)), r#"{"cause":"signal","signal":9}"#);
        assert_eq!(word(Cause::TimeLimit), r#"{"cause":"time-limit"}"#);
        assert_eq!(word(Cause::NotStarted), r#"{"cause":"not-started"}"#);
        assert_eq!(word(Cause::Refused), r#"{"cause":"refused"}"#);
        assert_eq!(word(Cause::Unfinished), r#"{"cause":"unfinished"}"#);
    }
}
