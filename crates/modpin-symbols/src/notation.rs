//! Files of a link in one line of text, for tests.
//!
//! `main.o: main !f | util.a: crc.o{crc32 !memcpy} sha.o{sha256:hidden}`: files parted by `|`; an archive (`.a`) has
//! members in braces. `f` defines, `~f` weakly, `=f` as COMMON, `%f` in a COMDAT group; `!f` needs, `?f` needs weakly;
//! `:hidden`, `:internal`, `:protected` say the visibility; `f@V`, `f@@V` a version. `#slim`, `#bitcode`, `#damaged` and
//! `#text` say what a unit is instead, and `+f` what the archive's index says of it.

use crate::archive::unit::{Content, Unit};
use crate::facts::table::{Binding, Definition, Kind, Need, Table, Visibility};
use crate::facts::{Form, Lto, Object};
use crate::index::Index;
use crate::link::scope::{File, Link};
use crate::name::split_version;

/// Named files with their symbols.
pub(crate) struct Files(Vec<(String, Index<'static>)>);

impl Files {
    pub(crate) fn new(text: &str) -> Files {
        let files = text.split('|').map(str::trim).filter(|file| !file.is_empty());
        Files(files.map(file).collect())
    }

    /// All files that end so.
    pub(crate) fn ending(&self, suffix: &str) -> Vec<File<'_>> {
        let files = self.0.iter().filter(|(name, _)| name.ends_with(suffix));
        files.map(|(name, index)| File { name, index }).collect()
    }

    pub(crate) fn link(&self) -> Link<'_> {
        Link { objects: self.ending(".o"), archives: self.ending(".a") }
    }
}

fn file(text: &str) -> (String, Index<'static>) {
    let (name, rest) = text.split_once(": ").unwrap_or((text.trim_end_matches(':'), ""));
    let units = match name.ends_with(".a") {
        true => rest
            .split_terminator('}')
            .map(|member| {
                let (name, tokens) = member.split_once('{').expect("a member in braces");
                unit(name.trim(), tokens)
            })
            .collect(),
        false => vec![unit("", rest)],
    };
    (name.to_owned(), Index { units })
}

fn unit(name: &str, tokens: &str) -> Unit<'static> {
    let (mut defined, mut needed, mut listed) = (Vec::new(), Vec::new(), Vec::new());
    let mut object = Object {
        form: Form::Relocatable,
        pie: false,
        machine: "x86-64".into(),
        lto: None,
        table: Table::default(),
        dynamic: None,
    };
    let mut other = None;
    for token in tokens.split_whitespace() {
        let (mark, name) = match token.find(|char: char| char.is_alphabetic() || char == '_') {
            Some(at) => token.split_at(at),
            None => panic!("a token without a name: {token}"),
        };
        match (mark, name) {
            ("!" | "?", name) => needed.push(need(name, mark == "?")),
            ("+", name) => listed.push(name.to_owned().into()),
            ("#", "slim") => object.lto = Some(Lto::GccSlim),
            ("#", "bitcode") => object.lto = Some(Lto::ClangBitcode),
            ("#", "damaged") => {
                other = Some(Content::Damaged("symbol name outside of the string table".into()))
            }
            ("#", "text") => other = Some(Content::Foreign("a text file".into())),
            (mark, name) => defined.push(definition(mark, name)),
        }
    }
    object.table = Table::new(defined, needed);
    Unit { name: name.to_owned().into(), content: other.unwrap_or(Content::Object(object)), listed }
}

fn visible(token: &str) -> (&str, Visibility) {
    match token.split_once(':') {
        None => (token, Visibility::Default),
        Some((name, "hidden")) => (name, Visibility::Hidden),
        Some((name, "internal")) => (name, Visibility::Internal),
        Some((name, "protected")) => (name, Visibility::Protected),
        Some((_, other)) => panic!("no such visibility: {other}"),
    }
}

fn need(token: &str, weak: bool) -> Need<'static> {
    let (name, visibility) = visible(token);
    let split = split_version(name.as_bytes());
    Need {
        name: split.name.into_owned().into(),
        version: split.version.map(|version| version.into_owned().into()),
        weak,
        visibility,
    }
}

fn definition(mark: &str, token: &str) -> Definition<'static> {
    let (name, visibility) = visible(token);
    let split = split_version(name.as_bytes());
    Definition {
        name: split.name.into_owned().into(),
        version: split.version.map(|version| version.into_owned().into()),
        default_version: split.default,
        binding: if mark == "~" { Binding::Weak } else { Binding::Global },
        visibility,
        kind: if mark == "=" { Kind::Common } else { Kind::Function },
        comdat: mark == "%",
    }
}
