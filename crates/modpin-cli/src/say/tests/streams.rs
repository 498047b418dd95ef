//! What a terminal may be told by others, and what is noticed of its streams.

use std::io::{self, Write};

use crate::say::terminal::Terminal;
use crate::say::terminal::tests::{Kept, voice};
use crate::say::voice::Verbosity;

#[test]
fn what_others_say_is_shown_and_not_obeyed() {
    let (out, err) = (Kept::default(), Kept::default());
    let voice = voice(Verbosity::Normal, false);
    let mut terminal = Terminal::of_streams(voice, Box::new(out.clone()), Box::new(err.clone()));
    let hostile = "\x1b[31m\x1b]0;x\x07\u{202e}\u{9b}2J\r";
    terminal.foreign(&[hostile.as_bytes(), b"\x9b"].concat());
    terminal.note(hostile);
    terminal.print(hostile);
    terminal.print_json(&format!("\n{:?}", "\u{202e}").replace("\\u{202e}", "\u{202e}"));
    assert_eq!(
        err.text(),
        "\x1b[31m\\x1B]0;x\\x07\\u{202e}\\u{9b}2J\\r\\x9B\x1b[m\n\\x1B[31m\\x1B]0;x\\x07\\u{202e}\\u{9b}2J\\r\n"
    );
    assert_eq!(out.text(), "\\x1B[31m\\x1B]0;x\\x07\\u{202e}\\u{9b}2J\\r\n\"\\u202e\"");
    for said in ["status", "warning", "error"] {
        let before = err.text().len();
        match said {
            "status" => terminal.status("Checking", hostile),
            "warning" => terminal.warning(hostile),
            _ => terminal.error(hostile),
        }
        let said = err.text()[before..].to_owned();
        assert!(said.contains("\\x1B[31m\\x1B]0;x\\x07\\u{202e}\\u{9b}2J\\r"), "{said:?}");
    }
    // It has a line of its own, and no more.
    terminal.status("Checking", "a\nb");
    assert!(err.text().ends_with(" a\\nb\n"));
}

#[test]
fn a_full_disk_is_noticed_and_a_closed_pipe_is_not() {
    struct Full(io::ErrorKind);
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let unwritten = |kind| {
        let voice = voice(Verbosity::Normal, false);
        let mut terminal = Terminal::of_streams(voice, Box::new(Full(kind)), Box::new(io::sink()));
        terminal.print("x");
        terminal.unwritten().map(|error| error.kind())
    };
    assert_eq!(unwritten(io::ErrorKind::StorageFull), Some(io::ErrorKind::StorageFull));
    assert_eq!(unwritten(io::ErrorKind::BrokenPipe), None);
}
