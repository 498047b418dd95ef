//! A header that says what was configured, in autoconf's manner: from nothing, or from a template.

use serde::{Deserialize, Serialize};

use crate::declare::condition::cond::Cond;

/// A header that says what was configured. Without a template, it has what `values` say; if they say nothing, every option and probe
/// by its own name. With a template, each word of it is one of `values`, or else an option or a probe.
///
/// ```
/// use modpin_project::{ConfigHeader, Opt, Project};
///
/// let mut p = Project::new("demo", "/nowhere");
/// let net = p.option(Opt::bool("NET"));
/// let hz = p.option(Opt::int("HZ").default(250));
/// p.config_header("config.h");
/// p.config_header(ConfigHeader::new("zconf.h").template("zconf.h.in").define("USE_NET", net));
/// p.config_header(ConfigHeader::new("build.h").define("HZ", hz).text("PACKAGE", "demo").code("LIMIT", "(1 << 4)"));
/// p.config_header(ConfigHeader::version("version.h", "DEMO", "1.4.2"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigHeader {
    /// What `#include` calls it.
    pub header: String,
    /// The template, with lines `#undef X` (autoconf), `#mesondefine X` (Meson) or `#cmakedefine X` (CMake).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Macros with what they stand for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<HeaderMacro>,
    /// What becomes of words of the template that nothing is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<Others>,
}

/// A macro of a header, with one of the three that it can stand for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderMacro {
    /// Its name.
    pub name: String,
    /// A condition: `1` where it holds, else the macro is not defined. An option or a probe by itself: its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Cond>,
    /// A text, which C sees between quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What C sees as it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// What becomes of words of a template that nothing is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Others {
    /// They are off.
    Off,
}

impl From<&str> for ConfigHeader {
    fn from(header: &str) -> ConfigHeader {
        ConfigHeader::new(header)
    }
}

impl ConfigHeader {
    /// A header, by what `#include` calls it.
    pub fn new(header: impl Into<String>) -> ConfigHeader {
        ConfigHeader { header: header.into(), template: None, values: Vec::new(), others: None }
    }

    /// `PREFIX_VERSION` with a version's text, and `PREFIX_VERSION_MAJOR`, `_MINOR` and `_PATCH` with its numbers.
    pub fn version(header: impl Into<String>, prefix: &str, version: &str) -> ConfigHeader {
        let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>();
        let mut numbers = version.split('.').map(digits).filter(|digits| !digits.is_empty());
        let header = ConfigHeader::new(header).text(format!("{prefix}_VERSION"), version);
        ["MAJOR", "MINOR", "PATCH"].into_iter().fold(header, |header, part| {
            let number = numbers.next().unwrap_or_else(|| "0".to_owned());
            // In C, what begins with a nought is octal.
            let number = match number.trim_start_matches('0') {
                "" => "0",
                number => number,
            };
            header.code(format!("{prefix}_VERSION_{part}"), number)
        })
    }

    /// Makes it from a template: a path from the project's root.
    pub fn template(self, path: impl Into<String>) -> ConfigHeader {
        ConfigHeader { template: Some(path.into()), ..self }
    }

    /// A macro that has the value of an option or a probe, or is `1` where a condition holds.
    pub fn define(self, name: impl Into<String>, is: impl Into<Cond>) -> ConfigHeader {
        self.with(HeaderMacro { name: name.into(), is: Some(is.into()), text: None, code: None })
    }

    /// A macro that is a text between quotes.
    pub fn text(self, name: impl Into<String>, text: impl Into<String>) -> ConfigHeader {
        self.with(HeaderMacro { name: name.into(), is: None, text: Some(text.into()), code: None })
    }

    /// A macro that is this, as it stands: a number, an expression, or nothing.
    pub fn code(self, name: impl Into<String>, code: impl Into<String>) -> ConfigHeader {
        self.with(HeaderMacro { name: name.into(), is: None, text: None, code: Some(code.into()) })
    }

    /// Words of the template that nothing is called are off. Without it, they are an error.
    pub fn others_off(self) -> ConfigHeader {
        ConfigHeader { others: Some(Others::Off), ..self }
    }

    /// With its conditions looked up: names stand in the place of handles.
    pub(crate) fn asking(mut self, look_up: impl Fn(&mut Cond)) -> ConfigHeader {
        self.values.iter_mut().filter_map(|entry| entry.is.as_mut()).for_each(look_up);
        self
    }

    fn with(mut self, entry: HeaderMacro) -> ConfigHeader {
        self.values.push(entry);
        self
    }
}
