//! A header that says what was configured.

use std::collections::BTreeMap;

use modpin_engine::{StepError, StepIo};
use modpin_project::{HeaderValue, ResolvedConfigHeader, ResolvedTemplate, did_you_mean};
use serde::{Deserialize, Serialize};

use super::own_files::own_text;
use super::task::{Task, each, key};
use super::template::{TemplateError, filled};

/// Input: the template, if there is one. Outputs: the header; an empty file that tells that it is there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WriteConfigHeader {
    /// What stands in it.
    pub header: ResolvedConfigHeader,
}

/// So many words that nothing is called are told.
const MOST_UNKNOWN: usize = 20;

impl Task for WriteConfigHeader {
    fn key(&self) -> String {
        let ResolvedConfigHeader { header, values, template } = &self.header;
        let value = |(name, value): &(String, HeaderValue)| match value {
            HeaderValue::Off => format!("{name} is off"),
            HeaderValue::On => format!("{name} is on"),
            HeaderValue::Text(text) => format!("{name} text {text:?}"),
            HeaderValue::Code(code) => format!("{name} {code}"),
        };
        let words = template.iter().flat_map(|template| template.words.clone());
        let others = template.as_ref().filter(|template| template.others_off).map(|_| "off");
        let facts = each("header", [header]).chain(each("others", others));
        let facts = facts.chain(each("macro", values.iter().map(value)));
        key("config header 1", facts.chain(each("word", words.map(|word| value(&word)))))
    }

    fn run(&self, io: &mut StepIo<'_>) -> Result<(), StepError> {
        let text = match &self.header.template {
            None => self.without_template(),
            Some(template) => {
                let bytes = io.input(0)?;
                self.filled_in(template, own_text(&template.path, &bytes)?)?
            }
        };
        io.write(0, text.as_bytes())?;
        io.write(1, b"")
    }
}

impl WriteConfigHeader {
    fn without_template(&self) -> String {
        let lines = self.header.values.iter().map(|(name, value)| match value.in_c() {
            Some(value) => format!("#define {name} {value}").trim_end().to_owned() + "\n",
            None => format!("/* #undef {name} */\n"),
        });
        "/* What was configured. It is written by each build that changes it. */\n".to_owned()
            + &lines.collect::<String>()
    }

    fn filled_in(&self, template: &ResolvedTemplate, text: &str) -> Result<String, StepError> {
        let own: BTreeMap<&str, &HeaderValue> =
            self.header.values.iter().map(|(name, value)| (name.as_str(), value)).collect();
        let meaning = |word: &str| {
            let known = own.get(word).copied().or_else(|| template.words.get(word)).cloned();
            known.or(template.others_off.then_some(HeaderValue::Off))
        };
        filled(text, &meaning).map_err(|error| StepError::Refused(self.refusal(template, &error)))
    }

    fn refusal(&self, template: &ResolvedTemplate, error: &TemplateError) -> String {
        let path = &template.path;
        let unknown = match error {
            TemplateError::Mixed { first, second } => {
                return format!(
                    "{path}:{second}: a directive of another tool than in line {first}\n  \
                     help: write all of a template as autoconf (#undef), Meson (#mesondefine) or CMake (#cmakedefine) want it"
                );
            }
            TemplateError::Unknown(unknown) => unknown,
        };
        let names = || self.header.values.iter().map(|(name, _)| name).chain(template.words.keys());
        let lines = unknown.iter().take(MOST_UNKNOWN).map(|(line, word)| {
            let help = did_you_mean(word, names().map(String::as_str), "");
            let near = if help.is_empty() { help } else { format!("; {help}") };
            format!("{path}:{line}: no option, probe or macro of this header is called {word}{near}\n")
        });
        let more = unknown.len().saturating_sub(MOST_UNKNOWN);
        let more = if more > 0 { format!("and {more} more\n") } else { String::new() };
        let help = "  help: say what they are with .define(), .text() or .code(), or that all such words are off with .others_off()";
        lines.collect::<String>() + &more + help
    }
}
