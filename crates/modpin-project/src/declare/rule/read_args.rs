//! Arguments of rules as a project file has them. A list of arguments holds texts, and objects of two kinds: several arguments
//! under a condition, and one argument that is more than a text.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, StringDeserializer};
use serde::de::{DeserializeSeed, Error, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::declare::handle::Ref;
use crate::declare::options::item::{Item, Under};
use crate::declare::rule::rule_arg::RuleArg;

/// Reads a list of arguments, some of which may stand under conditions.
pub(crate) fn items<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Item<RuleArg>>, D::Error> {
    let read: Vec<ArgEntry> = Vec::deserialize(from)?;
    Ok(read.into_iter().map(|ArgEntry(item)| item).collect())
}

struct ArgEntry(Item<RuleArg>);

impl<'de> Deserialize<'de> for ArgEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ArgEntry, D::Error> {
        deserializer.deserialize_any(ArgEntryVisitor)
    }
}

struct ArgEntryVisitor;

impl<'de> Visitor<'de> for ArgEntryVisitor {
    type Value = ArgEntry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a text, {\"input\": path} or the like, or {\"when\": condition, \"then\": [arguments]}",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ArgEntry, E> {
        Ok(ArgEntry(Item::Always(RuleArg::Text(text.to_owned()))))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ArgEntry, A::Error> {
        let first = map.next_key::<String>()?;
        let is_condition = matches!(first.as_deref(), Some("when" | "then"));
        let all = MapAccessDeserializer::new(Seen { first, map });
        Ok(ArgEntry(match is_condition {
            true => Item::When(Box::new(Under::deserialize(all)?)),
            false => Item::Always(NamedArg::deserialize(all)?.into()),
        }))
    }
}

/// A map of which the first name was read already.
struct Seen<A> {
    first: Option<String>,
    map: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Seen<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.first.take() {
            Some(first) => {
                let name: StringDeserializer<A::Error> = first.into_deserializer();
                seed.deserialize(name).map(Some)
            }
            None => self.map.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

/// An argument that is more than a text.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum NamedArg {
    Input(String),
    Output(String),
    OutDir(String),
    Depfile(String),
    Target(String),
    Header(String),
    Value(String),
    Program(String),
    Objects(String),
    ModuleList(String),
    Tool(String),
    Concat(Vec<RuleArg>),
    ResponseFile(Vec<RuleArg>),
}

impl From<NamedArg> for RuleArg {
    fn from(named: NamedArg) -> RuleArg {
        match named {
            NamedArg::Input(path) => RuleArg::Input(path),
            NamedArg::Output(path) => RuleArg::Output(path),
            NamedArg::OutDir(path) => RuleArg::OutDir(path),
            NamedArg::Depfile(path) => RuleArg::Depfile(path),
            NamedArg::Target(name) => RuleArg::Target(Ref::Name(name)),
            NamedArg::Header(name) => RuleArg::Header(name),
            NamedArg::Program(name) => RuleArg::Program(Ref::Name(name)),
            NamedArg::Value(name) => RuleArg::Value(Ref::Name(name)),
            NamedArg::Objects(name) => RuleArg::Objects(Ref::Name(name)),
            NamedArg::ModuleList(name) => RuleArg::ModuleList(Ref::Name(name)),
            NamedArg::Tool(name) => RuleArg::Tool(name),
            NamedArg::Concat(parts) => RuleArg::Concat(parts),
            NamedArg::ResponseFile(args) => RuleArg::ResponseFile(args),
        }
    }
}

impl<'de> Deserialize<'de> for RuleArg {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RuleArg, D::Error> {
        deserializer.deserialize_any(ArgVisitor(PhantomData))
    }
}

struct ArgVisitor(PhantomData<RuleArg>);

impl<'de> Visitor<'de> for ArgVisitor {
    type Value = RuleArg;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or {\"input\": path} or the like")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<RuleArg, E> {
        Ok(RuleArg::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RuleArg, A::Error> {
        NamedArg::deserialize(MapAccessDeserializer::new(map)).map(RuleArg::from)
    }
}

#[cfg(test)]
mod tests {
    use crate::declare::rule::rule_arg::{concat, depfile, each, header, input, objects, out_dir};
    use crate::declare::rule::rule_arg::{module_list, object};
    use crate::declare::rule::rule_arg::{output, response_file, target_file, tool, value};
    use crate::{Executable, Opt, Project, Rule, when};

    #[test]
    fn a_rule_is_read_as_it_was_written() {
        let mut p = Project::new("demo", "/nowhere");
        let base = p.option(Opt::hex("BASE"));
        let program = p.add(Executable::new("gen").sources("gen.c"));
        let args = [program.arg(), "-v".into(), each(), concat(["-T".into(), value(base)])];
        let rule = Rule::new("r").when(base).each("*.in").run(args).run(when("BASE = 1", [input("x")]));
        let rule = rule.run([out_dir("d"), depfile("d/x.d"), header("autoconf.h"), target_file("gen")]);
        let rule = rule.run([tool("nm"), response_file([objects(program), "y".into()]), output("d/o")]);
        let rule = rule.stdin("{each}").stdout(output("{stem}")).outputs("d/p").reads(when(base, "y"));
        let rule = rule.run([module_list("gen"), object()]).on_objects_of(program).except("g*.c");
        let r = p.add(rule.env("A", 1).envs("B=2").cwd(out_dir("d")));
        p.add(Executable::new("host").sources(r.output("x.c")).sources(&r).generated_headers(r));
        let text = p.to_json().unwrap();
        let read = Project::from_json(&text, "p.json", "/nowhere").unwrap();
        assert_eq!(read.to_json().unwrap(), text);
        assert_eq!(read.targets[1], p.targets[1]);
        for part in [
            r#"{"target":"gen"},"-v",{"input":"{each}"},{"concat":["-T",{"value":"BASE"}]}"#,
            r#"{"when":"BASE = '1'","then":[{"input":"x"}]},{"out_dir":"d"},{"depfile":"d/x.d"}"#,
            r#"{"tool":"nm"},{"response_file":[{"objects":"gen"},"y"]},{"output":"d/o"}"#,
            r#"{"module_list":"gen"},"{object}"]"#,
            r#""on_objects_of":["gen"],"except":["g*.c"]"#,
            r#""sources":["{rule:r:x.c}","{rule:r}"],"generated_headers":["{rule:r}"]"#,
        ] {
            let one_line: String = text.lines().map(str::trim).collect();
            let plain = |text: &str| text.replace([' ', '\n'], "");
            assert!(plain(&one_line).contains(&plain(part)), "{part} is not in {one_line}");
        }
    }

    #[test]
    fn what_is_no_argument_is_told() {
        let runs = [
            (r#"[{"inptu":"a"}]"#, "inptu"),
            (r#"[{"input":"a","output":"b"}]"#, ""),
            (r#"[{"when":"X","than":["b"]}]"#, "than"),
            (r#"[7]"#, "7"),
            (r#"[{}]"#, ""),
        ];
        for (run, named) in runs {
            let rule = format!(r#"{{"kind":"rule","name":"r","run":{run}}}"#);
            let text = format!(r#"{{"format":2,"name":"x","targets":[{rule}]}}"#);
            let said = Project::from_json(&text, "p.json", "/nowhere").unwrap_err().to_string();
            assert!(said.starts_with("p.json: not a project file: ") && said.contains(named), "{said}");
        }
    }
}
