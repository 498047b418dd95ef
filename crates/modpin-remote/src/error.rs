//! Why a server is of no use for something: which one, what was asked, what came of it. Words of a server are told with what a
//! terminal would take for a command made harmless, and cut where nobody reads on.

use crate::digest::Digest;

/// So much of what a server says is told.
const MOST_TOLD: usize = 300;

/// What went wrong with a server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{server}: {call}: {text}")]
pub struct Error {
    /// The server, as it was named.
    pub server: String,
    /// What was asked for.
    pub call: &'static str,
    /// What that means for who asked.
    pub kind: Kind,
    /// What happened.
    pub text: String,
}

/// What an error means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What was typed names no server, or not how it can be reached.
    Settings,
    /// It cannot be reached, or says that it cannot serve now.
    Unavailable,
    /// It has not answered in time.
    Deadline,
    /// It does not let us.
    Denied,
    /// It does not have these contents; of an action that it was asked to run, inputs.
    Missing(Vec<Digest>),
    /// What it answered is not what the interface allows, or not what a digest says.
    Damaged,
    /// More bytes than are allowed, here or there.
    TooLarge,
    /// It cannot do that.
    Unsupported,
    /// It says no for another reason.
    Refused,
    /// A file of ours cannot be read or written.
    Local,
    /// Calls of this kind have failed so often that none is made any more.
    GivenUp,
}

impl Kind {
    /// Whether a server that answers so again and again is to be left alone.
    pub(crate) fn counts(&self) -> bool {
        !matches!(self, Kind::Missing(_) | Kind::Local | Kind::GivenUp | Kind::Settings)
    }
}

/// Words of others, fit to be shown.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(MOST_TOLD).map(harmless).collect();
    if text.chars().nth(MOST_TOLD).is_some() {
        shown.push('…');
    }
    shown
}

fn harmless(letter: char) -> char {
    // The marks that turn the direction of text around do not count as control characters.
    let turns =
        matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if letter.is_control() || turns { ' ' } else { letter }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_server_do_no_harm() {
        assert_eq!(shown("no\x1b[31m\r\nway\u{202e}"), "no [31m  way ");
        assert_eq!(shown(&"x".repeat(5000)).chars().count(), MOST_TOLD + 1);
    }
}
