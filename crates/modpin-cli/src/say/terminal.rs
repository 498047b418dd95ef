//! The two streams: words for people on standard error in cargo's manner, results on standard output.
//! Decides colour, quiet and progress from the arguments and cargo's variables. Knows no build.
//!
//! Nothing leaves here that a terminal would obey, but our own colours and those of compilers.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use modpin::shown;
use modpin::toolchain::readable;
use serde::Serialize;

use crate::command::args::Speech;
use crate::say::annotations::{Annotations, disarmed};
use crate::say::progress::{Bar, Look, Way};
use crate::say::voice::{Verbosity, Voice};

const GOOD: Style = AnsiColor::Green.on_default().bold();
const WAIT: Style = AnsiColor::Cyan.on_default().bold();
const WARN: Style = AnsiColor::Yellow.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const PLAIN: Style = Style::new().bold();

/// The streams, and the bar that must step aside whenever one is written.
pub struct Terminal {
    voice: Voice,
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    bar: Bar,
    annotations: Annotations,
    unwritten: Option<io::Error>,
}

impl Terminal {
    /// This process's streams.
    pub fn of_process(speech: &Speech) -> Terminal {
        let voice = Voice::new(speech, io::stderr().is_terminal(), |name| std::env::var(name).ok());
        let err = AutoStream::new(io::stderr(), voice.color);
        let colored = err.current_choice() != ColorChoice::Never;
        let bar = Bar::new(Look { allowed: voice.progress, colored, width: voice.width });
        let out = AutoStream::new(io::stdout(), voice.color);
        Terminal {
            voice,
            out: Box::new(out),
            err: Box::new(err),
            bar,
            annotations: Annotations::default(),
            unwritten: None,
        }
    }

    /// Streams of somebody else, without a bar.
    #[cfg(test)]
    pub fn of_streams(voice: Voice, out: Box<dyn Write>, err: Box<dyn Write>) -> Terminal {
        Terminal {
            voice,
            out,
            err,
            bar: Bar::new(Look::default()),
            annotations: Annotations::default(),
            unwritten: None,
        }
    }

    /// How much people hear.
    pub fn verbosity(&self) -> Verbosity {
        self.voice.verbosity
    }

    /// Standard output carries JSON.
    pub fn json(&self) -> bool {
        self.voice.json
    }

    /// `   Compiling c-src/crc.c`. Not said when quiet.
    pub fn status(&mut self, verb: &str, text: impl Display) {
        self.say_status(GOOD, verb, &text);
    }

    /// Another process works in the build directory, and we wait for it.
    pub fn blocked(&mut self, holder: Option<u32>) {
        let text = match holder {
            Some(pid) => format!("waiting for PID {pid}, which works in the same build directory"),
            None => "waiting for another build in the same directory".to_owned(),
        };
        self.say_status(WAIT, "Blocking", &text);
    }

    /// `warning: ...`. Not said when quiet.
    pub fn warning(&mut self, text: impl Display) {
        if self.voice.verbosity > Verbosity::Quiet {
            self.say(&labelled(WARN, "warning", &shown::lines(&readable(&text.to_string()))));
        }
    }

    /// `error: ...`, always said.
    pub fn error(&mut self, text: impl Display) {
        self.say(&labelled(BAD, "error", &shown::lines(&readable(&text.to_string()))));
    }

    /// A line of its own on standard error, always said.
    pub fn note(&mut self, text: impl Display) {
        self.say(&format!("{}\n", shown::lines(&readable(&text.to_string()))));
    }

    /// What another program said, with its colours; a newline is added where the last one is missing.
    pub fn foreign(&mut self, bytes: &[u8]) {
        let end = if bytes.is_empty() || bytes.ends_with(b"\n") { "" } else { "\n" };
        self.say(&format!("{}{end}", shown::colored(&shown::text(bytes))));
    }

    /// What one of our steps said, in which there may be names of symbols; a newline is added where the last one is missing.
    pub fn of_step(&mut self, bytes: &[u8]) {
        self.foreign(readable(&shown::text(bytes)).as_bytes());
    }

    /// Text for people on standard output, in which there are names of symbols.
    pub fn print_names(&mut self, text: &str) {
        self.print(&readable(text));
    }

    /// Text on standard output.
    pub fn print(&mut self, text: &str) {
        let text = self.to_be_read(shown::lines(text));
        self.write_out(text.as_bytes());
    }

    /// JSON on standard output, for people and programs alike.
    pub fn print_json(&mut self, text: &str) {
        self.write_out(shown::json(text).as_bytes());
    }

    /// What the reader of arguments says, in its colours: on standard error, or as help on standard output.
    pub fn print_usage(&mut self, text: &str, is_error: bool) {
        match is_error {
            true => self.say(&shown::colored(text)),
            false => self.write_out(shown::colored(text).as_bytes()),
        }
    }

    /// Where relative paths of messages start.
    pub fn stand_in(&mut self, root: &Path) {
        if self.voice.github {
            let workspace = std::env::var_os("GITHUB_WORKSPACE");
            self.annotations.stand_in(root, workspace.as_deref().map(Path::new));
        }
    }

    /// One object on a line of standard output; where that carries text for people, the annotations that are made of it.
    pub fn message(&mut self, message: &impl Serialize) {
        if self.voice.github {
            let lines = serde_json::to_value(message).map(|message| self.annotations.of(&message));
            self.write_out(shown::lines(&lines.unwrap_or_default()).as_bytes());
        }
        if !self.voice.json {
            return;
        }
        match serde_json::to_string(message) {
            Ok(line) => self.print_json(&(line + "\n")),
            Err(error) => self.unwritten = Some(error.into()),
        }
    }

    /// Shows how far a build is, where bars are shown.
    pub fn progress(&mut self, way: Way, running: impl FnOnce() -> String) {
        self.bar.show(way, running);
    }

    /// Takes the bar away.
    pub fn end_progress(&mut self) {
        self.bar.end();
    }

    /// Why standard output could not be written, if that matters: a reader that went away wants no more.
    pub fn unwritten(&mut self) -> Option<io::Error> {
        if let Err(error) = self.out.flush() {
            self.unwritten.get_or_insert(error);
        }
        self.unwritten.take().filter(|error| error.kind() != io::ErrorKind::BrokenPipe)
    }

    fn say_status(&mut self, style: Style, verb: &str, text: &dyn Display) {
        if self.voice.verbosity > Verbosity::Quiet {
            let text = text.to_string();
            self.say(&format!("{style}{verb:>12}{style:#} {}\n", shown::line(&text)));
        }
    }

    /// The same where nobody obeys a text.
    fn to_be_read<'a>(&self, text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
        let text = text.into();
        if self.voice.github { disarmed(&text).into() } else { text }
    }

    fn say(&mut self, text: &str) {
        let text = self.to_be_read(text);
        let err = &mut self.err;
        // Nobody is left to tell that standard error cannot be written.
        let _ = self.bar.suspend(|| err.write_all(text.as_bytes()).and_then(|()| err.flush()));
    }

    fn write_out(&mut self, bytes: &[u8]) {
        let out = &mut self.out;
        if let Err(error) = self.bar.suspend(|| out.write_all(bytes)) {
            self.unwritten.get_or_insert(error);
        }
    }
}

/// `error: text`, the way out in colour where the text has one.
fn labelled(style: Style, label: &str, text: &str) -> String {
    let help = format!("\n  {WAIT}help{WAIT:#}{PLAIN}:{PLAIN:#} ");
    let text = text.trim_end().replace("\n  help: ", &help);
    format!("{style}{label}{style:#}{PLAIN}:{PLAIN:#} {text}\n")
}

#[cfg(test)]
pub mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use anstream::StripStream;
    use expect_test::{Expect, expect};

    use super::*;

    /// A stream that keeps what is written.
    #[derive(Clone, Default)]
    pub struct Kept(Rc<RefCell<Vec<u8>>>);

    impl Kept {
        /// What was written.
        pub fn text(&self) -> String {
            String::from_utf8_lossy(&self.0.borrow()).into_owned()
        }
    }

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// A voice without colour or bar.
    pub fn voice(verbosity: Verbosity, json: bool) -> Voice {
        Voice { verbosity, json, github: false, color: ColorChoice::Never, progress: false, width: None }
    }

    /// A terminal with plain streams that are kept: standard output and standard error.
    pub fn plain(voice: Voice) -> (Terminal, Kept, Kept) {
        let (out, err) = (Kept::default(), Kept::default());
        let stream = |kept: &Kept| -> Box<dyn Write> {
            Box::new(StripStream::new(Box::new(kept.clone()) as Box<dyn Write>))
        };
        (Terminal::of_streams(voice, stream(&out), stream(&err)), out, err)
    }

    /// With a margin: where every line begins with blanks, `expect!` would take them for its own.
    pub fn with_margin(text: &str) -> String {
        text.lines().map(|line| format!("|{line}\n")).collect()
    }

    fn check(verbosity: Verbosity, expected: Expect) {
        let (mut terminal, out, err) = plain(voice(verbosity, false));
        terminal.status("Compiling", "c-src/crc.c");
        terminal.blocked(Some(7));
        terminal.warning("odd");
        terminal.error("bad\n  help: do good");
        terminal.foreign(b"crc.c:1: what\n  now");
        terminal.message(&"nothing for people");
        terminal.print("result\n");
        expected.assert_eq(&format!("{}-- out\n{}", err.text(), out.text()));
    }

    #[test]
    fn people_hear() {
        check(
            Verbosity::Normal,
            expect![[r#"
                   Compiling c-src/crc.c
                    Blocking waiting for PID 7, which works in the same build directory
                warning: odd
                error: bad
                  help: do good
                crc.c:1: what
                  now
                -- out
                result
            "#]],
        );
    }

    #[test]
    fn people_who_want_quiet_hear_errors_and_compilers() {
        check(
            Verbosity::Quiet,
            expect![[r#"
            error: bad
              help: do good
            crc.c:1: what
              now
            -- out
            result
        "#]],
        );
    }

    #[test]
    fn colours_are_cargos() {
        let err = Kept::default();
        let voice = voice(Verbosity::Normal, false);
        let mut terminal = Terminal::of_streams(voice, Box::new(Kept::default()), Box::new(err.clone()));
        terminal.status("Compiling", "a.c");
        terminal.error("bad\n  help: do good");
        expect![[r#"
            ESC[1mESC[32m   CompilingESC[0m a.c
            ESC[1mESC[31merrorESC[0mESC[1m:ESC[0m bad
              ESC[1mESC[36mhelpESC[0mESC[1m:ESC[0m do good
        "#]]
        .assert_eq(&err.text().replace('\x1b', "ESC"));
    }

    #[test]
    fn what_looks_like_a_command_of_githubs_runner_is_shown() {
        let (mut terminal, out, err) = plain(Voice { github: true, ..voice(Verbosity::Normal, false) });
        terminal.foreign(b"a::b\n  ::add-mask::x\n\x1b[1m::error::y\nsay ##[command]z\n");
        terminal.print("::stop-commands::x\n");
        terminal.message(&serde_json::json!({"reason": "error", "message": "::bad\u{7}"}));
        expect![[r#"
            |a::b
            |  :\:add-mask::x
            |:\:error::y
            |say #\#[command]z
            |-- out
            |:\:stop-commands::x
            |::error::::bad\x07
        "#]]
        .assert_eq(&with_margin(&format!("{}-- out\n{}", err.text(), out.text())));
    }

    #[test]
    fn json_is_one_object_a_line() {
        let (mut terminal, out, err) = plain(voice(Verbosity::Normal, true));
        terminal.message(&serde_json::json!({"reason": "x", "text": "a\nb"}));
        terminal.message(&serde_json::json!({"reason": "y"}));
        assert_eq!(out.text(), "{\"reason\":\"x\",\"text\":\"a\\nb\"}\n{\"reason\":\"y\"}\n");
        assert_eq!(err.text(), "");
    }
}
