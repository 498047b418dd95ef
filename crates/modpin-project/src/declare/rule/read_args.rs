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
    let read: Vec<Entry> = Vec::deserialize(from)?;
    Ok(read.into_iter().map(|Entry(item)| item).collect())
}

struct Entry(Item<RuleArg>);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Entry, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a text, {\"input\": path} or the like, or {\"when\": condition, \"then\": [arguments]}",
        )
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Entry, E> {
        Ok(Entry(Item::Always(RuleArg::Text(text.to_owned()))))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        let first = map.next_key::<String>()?;
        let is_condition = matches!(first.as_deref(), Some("when" | "then"));
        let all = MapAccessDeserializer::new(Seen { first, map });
        Ok(Entry(match is_condition {
            true => Item::When(Box::new(Under::deserialize(all)?)),
            false => Item::Always(Named::deserialize(all)?.into()),
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
enum Named {
    Input(String),
    Output(String),
    OutDir(String),
    Depfile(String),
    Target(String),
    Header(String),
    Value(String),
    Concat(Vec<RuleArg>),
}

impl From<Named> for RuleArg {
    fn from(named: Named) -> RuleArg {
        match named {
            Named::Input(path) => RuleArg::Input(path),
            Named::Output(path) => RuleArg::Output(path),
            Named::OutDir(path) => RuleArg::OutDir(path),
            Named::Depfile(path) => RuleArg::Depfile(path),
            Named::Target(name) => RuleArg::Target(Ref::Name(name)),
            Named::Header(name) => RuleArg::Header(name),
            Named::Value(name) => RuleArg::Value(Ref::Name(name)),
            Named::Concat(parts) => RuleArg::Concat(parts),
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
        Named::deserialize(MapAccessDeserializer::new(map)).map(RuleArg::from)
    }
}
