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
    Concat(Vec<RuleArg>),
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
            NamedArg::Value(name) => RuleArg::Value(Ref::Name(name)),
            NamedArg::Concat(parts) => RuleArg::Concat(parts),
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
