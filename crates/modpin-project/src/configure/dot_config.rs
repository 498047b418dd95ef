//! A file of options in Kconfig's format: `CONFIG_X=y`, `# CONFIG_X is not set`, texts in quotes. Read with a note for every
//! line that says nothing to this project; written for every option that has a value.

use crate::configure::config::{Config, unknown};
use crate::configure::known::{Known, KnownOption};
use crate::configure::set_by::SetBy;
use crate::configure::symbols::Symbols;
use crate::declare::options::kind::OptKind;
use crate::declare::options::opt::Opt;

/// What stands before a name.
const PREFIX: &str = "CONFIG_";

impl Config {
    /// Takes what a file of options sets; `file` is what messages call it. The last of two lines about one option counts.
    /// Returns a sentence for every line that sets nothing: options that are not there any more, values that do not fit.
    pub fn read(&mut self, options: &[Opt], text: &str, file: &str) -> Vec<String> {
        let probes = self.probes.clone();
        let (symbols, _) = Symbols::of(options, &probes);
        let mut notes = Vec::new();
        let mut untold = 0;
        for (at, line) in text.lines().enumerate() {
            match self.read_line(&symbols, line.trim_end()) {
                Err(idle) if notes.len() < MOST_NOTES => {
                    notes.push(format!("{file}:{}: {}", at + 1, idle.text()));
                }
                Err(_) => untold += 1,
                Ok(()) => {}
            }
        }
        if untold > 0 {
            notes.push(format!("{file}: {untold} more lines set nothing"));
        }
        notes
    }

    fn read_line<'a>(&mut self, symbols: &'a Symbols<'a>, line: &'a str) -> Result<(), Idle<'a>> {
        let Some((name, value)) = setting(line)? else { return Ok(()) };
        let option = symbols.at(name).map(|at| symbols.list[at].option);
        let is_settable = option.is_none_or(|option| !option.internal && option.kind != OptKind::Choice);
        let value = match (option.map(|option| option.kind), value) {
            // Written for completeness; what it is follows from others.
            _ if !is_settable => return Ok(()),
            (Some(OptKind::String), Value::Text(text)) => {
                unquoted(text).ok_or(Idle::Unquoted { name, text })?
            }
            (Some(OptKind::Int | OptKind::Hex), Value::Text("")) => return Ok(()),
            (_, Value::Text(text)) => text.to_owned(),
            (_, Value::NotSet) => "n".to_owned(),
        };
        if symbols.at(name).is_none() && symbols.probes.get(name).is_none() {
            return Err(Idle::Unknown { symbols, name });
        }
        let set = self.set_option(symbols, &format!("{PREFIX}{name}"), &value, SetBy::File);
        set.map_err(|problem| Idle::Wrong(problem.to_string()))
    }
}

/// So many lines that set nothing are told.
const MOST_NOTES: usize = 50;

/// Why a line sets nothing.
enum Idle<'a> {
    NoSetting(&'a str),
    Unquoted { name: &'a str, text: &'a str },
    Unknown { symbols: &'a Symbols<'a>, name: &'a str },
    Wrong(String),
}

impl Idle<'_> {
    fn text(&self) -> String {
        match self {
            Idle::NoSetting(line) => {
                format!(
                    "this sets no option: {line:?}\n  help: write CONFIG_NAME=VALUE, or # CONFIG_NAME is not set"
                )
            }
            Idle::Unquoted { name, text } => format!("the text of {name} is not in quotes: {text}"),
            Idle::Unknown { symbols, name } => unknown(symbols, name).to_string(),
            Idle::Wrong(text) => text.clone(),
        }
    }
}

/// What a line sets an option to.
enum Value<'a> {
    Text(&'a str),
    NotSet,
}

/// What a line sets; `None` for a comment.
fn setting(line: &str) -> Result<Option<(&str, Value<'_>)>, Idle<'_>> {
    if let Some(comment) = line.strip_prefix('#') {
        let name = comment.trim_start().strip_prefix(PREFIX);
        let name = name.and_then(|rest| rest.strip_suffix(" is not set"));
        return Ok(name.map(|name| (name, Value::NotSet)));
    }
    if line.trim().is_empty() {
        return Ok(None);
    }
    let pair = line.strip_prefix(PREFIX).and_then(|rest| rest.split_once('='));
    let (name, text) = pair.ok_or(Idle::NoSetting(line))?;
    Ok(Some((name, Value::Text(text))))
}

/// The option that a line is about; `None` for a comment and for what sets nothing.
pub(crate) fn named(line: &str) -> Option<&str> {
    setting(line.trim_end()).ok().flatten().map(|(name, _)| name)
}

/// The text between quotes, where a backslash takes the next character as it is.
fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut plain = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.push(chars.next()?),
            '"' => return None,
            c => plain.push(c),
        }
    }
    Some(plain)
}

impl KnownOption {
    /// The line of a file of options that says what this one is; `None` where it says nothing.
    pub fn line(&self) -> Option<String> {
        let KnownOption { name, kind, text, .. } = self;
        self.is_written.then(|| line(name, *kind, text))
    }
}

/// A line that sets an option.
pub(crate) fn line(name: &str, kind: OptKind, text: &str) -> String {
    match kind {
        OptKind::Bool | OptKind::Tristate if text == "n" => format!("# {PREFIX}{name} is not set"),
        OptKind::String => {
            let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
            format!("{PREFIX}{name}=\"{escaped}\"")
        }
        _ => format!("{PREFIX}{name}={text}"),
    }
}

impl Known {
    /// What every option is, as a file of options.
    pub fn to_dot_config(&self) -> String {
        let lines = self.options.iter().filter_map(KnownOption::line);
        lines.map(|line| line + "\n").collect()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::configure;

    fn options() -> Vec<Opt> {
        vec![
            Opt::tristate("CRYPT"),
            Opt::bool("NET").default(true),
            Opt::bool("HAVE_X").internal(),
            Opt::bool("DEEP").depends_on("!NET"),
            Opt::string("TITLE").default("a \"b\" \\ c"),
            Opt::int("HZ"),
            Opt::hex("BASE").default(16),
            Opt::choice("ALGO", [Opt::bool("AES"), Opt::bool("DES")]),
        ]
    }

    fn check(text: &str, expected: Expect) {
        let mut config = Config::default();
        let notes = config.read(&options(), text, ".config");
        let known = configure(&options(), &config).unwrap();
        let said: String = notes.iter().chain(&known.notes).map(|note| format!("{note}\n")).collect();
        let written = known.to_dot_config();
        expected.assert_eq(&format!("{written}-- \n{said}"));
        let mut again = Config::default();
        assert_eq!(again.read(&options(), &written, "again"), [""; 0], "what we write we read");
        assert_eq!(configure(&options(), &again).unwrap().to_dot_config(), written);
    }

    #[test]
    fn a_file_is_read_and_written() {
        check(
            "",
            expect![[r##"
            # CONFIG_CRYPT is not set
            CONFIG_NET=y
            CONFIG_TITLE="a \"b\" \\ c"
            CONFIG_HZ=
            CONFIG_BASE=0x10
            CONFIG_AES=y
            # CONFIG_DES is not set
            -- 
        "##]],
        );
        let text = "#\n# A comment\n\nCONFIG_CRYPT=m\n# CONFIG_NET is not set\nCONFIG_DEEP=y\nCONFIG_TITLE=\"\\\\ \\\"\"\n\
                    CONFIG_HZ=100\nCONFIG_BASE=0X00ff\nCONFIG_DES=y\n# CONFIG_AES is not set\nCONFIG_HAVE_X=y\n";
        check(
            text,
            expect![[r#"
            CONFIG_CRYPT=m
            # CONFIG_NET is not set
            CONFIG_DEEP=y
            CONFIG_TITLE="\\ \""
            CONFIG_HZ=100
            CONFIG_BASE=0xff
            # CONFIG_AES is not set
            CONFIG_DES=y
            -- 
        "#]],
        );
    }

    #[test]
    fn lines_that_set_nothing_are_told() {
        let text = "CONFIG_CRIPT=m\nNET=y\nCONFIG_NET=m\nCONFIG_TITLE=x\nCONFIG_HZ=0x10\nCONFIG_OLD=\"x\"\n\
                    CONFIG_HZ=\nCONFIG_DEEP=y\nCONFIG_TARGET_OS=\"x\"\n";
        let notes = Config::default().read(&options(), text, ".config");
        expect![[r#"
            .config:1: option "CRIPT" is set, but the project does not declare it
              help: did you mean "CRYPT"?
            .config:2: this sets no option: "NET=y"
              help: write CONFIG_NAME=VALUE, or # CONFIG_NAME is not set
            .config:3: option "NET" is set to "m", but it is a bool
              help: write CONFIG_NET=y or CONFIG_NET=n
            .config:4: the text of TITLE is not in quotes: x
            .config:5: option "HZ" is set to "0x10", but it is an int
              help: write CONFIG_HZ=16
            .config:6: option "OLD" is set, but the project does not declare it
              help: the project's options are CRYPT, NET, HAVE_X, DEEP, TITLE, HZ, BASE, ALGO, AES, DES
            .config:9: option "TARGET_OS" is set, but it is a word that is always there
              help: it follows from the machine and from the other arguments
        "#]]
        .assert_eq(&notes.iter().map(|note| format!("{note}\n")).collect::<String>());
    }
}
