//! How to speak, all things considered: what was typed, what variables say, and whether somebody sits at a terminal.

use anstream::ColorChoice;

use crate::command::args::{Color, MessageFormat, Speech};

/// How much people hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors, and what compilers say.
    Quiet,
    /// A line for each action that takes time.
    Normal,
    /// Everything, with command lines.
    Verbose,
}

/// How to speak, all things considered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voice {
    /// How much.
    pub verbosity: Verbosity,
    /// Standard output carries one JSON object a line.
    pub json: bool,
    /// It carries annotations besides text.
    pub github: bool,
    /// Colours, where the stream does not decide.
    pub color: ColorChoice,
    /// A progress bar may be drawn.
    pub progress: bool,
    /// No wider than this.
    pub width: Option<usize>,
}

impl Voice {
    /// What was asked for: by arguments first, then by variables, which `variable` looks up.
    pub fn new(speech: &Speech, terminal: bool, variable: impl Fn(&str) -> Option<String>) -> Voice {
        let is = |name: &str, wanted: &str| variable(name).as_deref() == Some(wanted);
        let json = speech.is_json();
        let verbosity = match speech {
            Speech { verbose: 1.., .. } => Verbosity::Verbose,
            Speech { quiet: true, .. } => Verbosity::Quiet,
            _ if is("CARGO_TERM_VERBOSE", "true") => Verbosity::Verbose,
            _ if is("CARGO_TERM_QUIET", "true") => Verbosity::Quiet,
            _ => Verbosity::Normal,
        };
        let color = match speech.color {
            Some(Color::Always) => ColorChoice::Always,
            Some(Color::Never) => ColorChoice::Never,
            None if is("CARGO_TERM_COLOR", "always") => ColorChoice::Always,
            None if is("CARGO_TERM_COLOR", "never") => ColorChoice::Never,
            Some(Color::Auto) | None => ColorChoice::Auto,
        };
        let bars = match variable("CARGO_TERM_PROGRESS_WHEN").as_deref() {
            Some("never") => false,
            Some("always") => true,
            _ => variable("CI").is_none(),
        };
        let able = terminal && !is("TERM", "dumb");
        let progress = bars && able && !json && verbosity > Verbosity::Quiet;
        let width = variable("CARGO_TERM_PROGRESS_WIDTH").and_then(|width| width.parse().ok());
        let github = !json && speech.message_format == MessageFormat::Github;
        Voice { verbosity, json, github, color, progress, width }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice_of(speech: Speech, variables: &[(&str, &str)]) -> Voice {
        Voice::new(&speech, true, |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn arguments_beat_variables() {
        let color = |speech, variables: &[_]| voice_of(speech, variables).color;
        let asked = |color| Speech { color: Some(color), ..Speech::default() };
        let never = [("CARGO_TERM_COLOR", "never")];
        assert_eq!(color(Speech::default(), &[]), ColorChoice::Auto);
        assert_eq!(color(Speech::default(), &never), ColorChoice::Never);
        assert_eq!(color(asked(Color::Always), &never), ColorChoice::Always);
        assert_eq!(color(asked(Color::Auto), &never), ColorChoice::Auto);

        let verbosity = |speech, variables: &[_]| voice_of(speech, variables).verbosity;
        let verbose = [("CARGO_TERM_VERBOSE", "true")];
        let quiet = Speech { quiet: true, ..Speech::default() };
        assert_eq!(verbosity(Speech::default(), &verbose), Verbosity::Verbose);
        assert_eq!(verbosity(quiet, &verbose), Verbosity::Quiet);
        assert_eq!(verbosity(Speech::default(), &[("CARGO_TERM_QUIET", "true")]), Verbosity::Quiet);
    }

    #[test]
    fn a_bar_is_for_people_at_a_terminal() {
        let bar = |speech, variables: &[_]| voice_of(speech, variables).progress;
        assert!(bar(Speech::default(), &[]));
        assert!(!bar(Speech::default(), &[("TERM", "dumb")]));
        assert!(!bar(Speech::default(), &[("CI", "1")]));
        assert!(bar(Speech::default(), &[("CI", "1"), ("CARGO_TERM_PROGRESS_WHEN", "always")]));
        assert!(!bar(Speech::default(), &[("CARGO_TERM_PROGRESS_WHEN", "never")]));
        assert!(!bar(Speech { quiet: true, ..Speech::default() }, &[]));
        assert!(!bar(Speech { json: true, ..Speech::default() }, &[]));
        assert!(!Voice::new(&Speech::default(), false, |_| None).progress);
        let always = |name: &str| (name == "CARGO_TERM_PROGRESS_WHEN").then(|| "always".to_owned());
        assert!(!Voice::new(&Speech::default(), false, always).progress);
        let width = |text| voice_of(Speech::default(), &[("CARGO_TERM_PROGRESS_WIDTH", text)]).width;
        assert_eq!([width("70"), width("wide")], [Some(70), None]);
    }
}
