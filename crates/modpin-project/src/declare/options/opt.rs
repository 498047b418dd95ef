//! One option that a project declares. What it is worth in a build is answered elsewhere; which module it switches is said by
//! the module.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::declare::condition::cond::Cond;
use crate::declare::condition::expr::{Expr, Operand};
use crate::declare::condition::parse::parse;
use crate::declare::condition::words::wrong_word;
use crate::declare::handle::{Named, OptionId, Ref};
use crate::declare::options::default_value::{DefaultWhen, OptDefault};
use crate::declare::options::item::Item;
use crate::declare::options::kind::OptKind;
use crate::declare::options::number::written;
use crate::problem::Problem;

/// An option of a project: its name, its values, what it is when nobody sets it, what it has to do with other options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Opt {
    /// The name without `CONFIG_`: `CRYPT`.
    pub name: String,
    /// Which values it can have.
    pub kind: OptKind,
    /// The value when the configuration does not set it and no conditional default counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<OptDefault>,
    /// Values under conditions, before `default`; the first whose condition holds counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default_when: Vec<DefaultWhen>,
    /// What it can be at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depends_on: Option<Cond>,
    /// Where it can be set by hand; everywhere if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_when: Option<Cond>,
    /// Options that are at least what this one is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub select: Vec<Item<Ref<OptionId>>>,
    /// The same as a default only: who sets them by hand decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imply: Vec<Item<Ref<OptionId>>>,
    /// The least and the greatest number, each a number or the name of an option that is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[OptDefault; 2]>,
    /// True if it cannot be set by hand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub internal: bool,
    /// The members of a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Opt>,
    /// What tells a user what it switches; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
}

impl Opt {
    /// An option that is `n` or `y`; `n` until [`Opt::default`] says otherwise.
    pub fn bool(name: impl Into<String>) -> Opt {
        Opt::new(name, OptKind::Bool)
    }

    /// An option that is `n`, `m` or `y`; `n` until [`Opt::default`] says otherwise.
    pub fn tristate(name: impl Into<String>) -> Opt {
        Opt::new(name, OptKind::Tristate)
    }

    /// A text; empty until [`Opt::default`] says otherwise.
    pub fn string(name: impl Into<String>) -> Opt {
        Opt::new(name, OptKind::String)
    }

    /// A whole number. Without [`Opt::default`] it has no value until somebody sets it.
    pub fn int(name: impl Into<String>) -> Opt {
        Opt::new(name, OptKind::Int)
    }

    /// A whole number in base 16, not negative. Without [`Opt::default`] it has no value until somebody sets it.
    pub fn hex(name: impl Into<String>) -> Opt {
        Opt::new(name, OptKind::Hex)
    }

    /// One of several bools. Without [`Opt::default`], which names a member, it is the first that can be chosen. A choice
    /// whose dependencies are not met has no member that is `y`.
    pub fn choice(name: impl Into<String>, members: impl IntoIterator<Item = Opt>) -> Opt {
        Opt { members: members.into_iter().collect(), ..Opt::new(name, OptKind::Choice) }
    }

    fn new(name: impl Into<String>, kind: OptKind) -> Opt {
        Opt {
            name: name.into(),
            kind,
            default: None,
            default_when: Vec::new(),
            depends_on: None,
            visible_when: None,
            select: Vec::new(),
            imply: Vec::new(),
            range: None,
            internal: false,
            members: Vec::new(),
            help: String::new(),
        }
    }

    /// The value when nobody sets it and no conditional default counts. For bools and tristates it may be a condition.
    pub fn default(mut self, value: impl Into<OptDefault>) -> Opt {
        self.default = Some(value.into());
        self
    }

    /// The value when nobody sets it and the condition holds. The first of several that hold counts.
    pub fn default_when(mut self, condition: impl Into<Cond>, value: impl Into<OptDefault>) -> Opt {
        self.default_when.push(DefaultWhen { when: condition.into(), then: value.into() });
        self
    }

    /// What the option needs: a bool or tristate is at most what the condition is, others have a value only where it holds.
    /// Of several, all count.
    pub fn depends_on(mut self, condition: impl Into<Cond>) -> Opt {
        self.depends_on = Some(also(self.depends_on, condition.into()));
        self
    }

    /// Where the option can be set by hand. Elsewhere it has its default.
    pub fn visible_when(mut self, condition: impl Into<Cond>) -> Opt {
        self.visible_when = Some(also(self.visible_when, condition.into()));
        self
    }

    /// Another bool or tristate is at least what this one is, whatever somebody sets.
    pub fn select(mut self, option: impl Into<Ref<OptionId>>) -> Opt {
        self.select.push(Item::Always(option.into()));
        self
    }

    /// The same where a condition holds.
    pub fn select_when(mut self, option: impl Into<Ref<OptionId>>, condition: impl Into<Cond>) -> Opt {
        self.select.push(Item::under(condition.into(), vec![option.into()]));
        self
    }

    /// Another bool or tristate is at least what this one is, unless somebody sets it by hand.
    pub fn imply(mut self, option: impl Into<Ref<OptionId>>) -> Opt {
        self.imply.push(Item::Always(option.into()));
        self
    }

    /// The least and the greatest number that an int or hex can be.
    pub fn range(mut self, range: RangeInclusive<i64>) -> Opt {
        self.range = Some([(*range.start()).into(), (*range.end()).into()]);
        self
    }

    /// The same with ends that may be other numbers of the project: `.range_between(0, &last)`.
    pub fn range_between(mut self, low: impl Into<OptDefault>, high: impl Into<OptDefault>) -> Opt {
        self.range = Some([low.into(), high.into()]);
        self
    }

    /// The option cannot be set by hand: its defaults and who selects it decide.
    pub fn internal(mut self) -> Opt {
        self.internal = true;
        self
    }

    /// What tells a user what the option switches.
    pub fn help(mut self, text: impl Into<String>) -> Opt {
        self.help = text.into();
        self
    }

    /// What it is when nobody sets it and no conditional default counts, as text.
    pub fn default_text(&self) -> String {
        let nothing = if self.kind.is_logical() { "n" } else { "" };
        let text = |default: &OptDefault| match default.number(self.kind) {
            Some(number) if self.kind.is_number() => written(self.kind, number),
            _ => default.text(),
        };
        self.default.as_ref().map_or_else(|| nothing.to_owned(), text)
    }

    /// The ends of its range, as its kind writes them.
    pub fn range_texts(&self) -> Option<[String; 2]> {
        let text = |end: &OptDefault| match end.number(self.kind) {
            Some(number) => written(self.kind, number),
            None => end.text(),
        };
        self.range.as_ref().map(|ends| ends.each_ref().map(text))
    }

    /// Every option that a handle names gets its name.
    pub(crate) fn look_up<'a, N: Into<Named<'a>>>(&mut self, name_at: &impl Fn(usize) -> Option<N>) {
        let defaults = self.default_when.iter_mut().map(|default| &mut default.then);
        defaults.chain(&mut self.default).chain(self.range.iter_mut().flatten()).for_each(|value| {
            value.look_up(name_at);
        });
        let others = self.select.iter_mut().chain(&mut self.imply);
        let mut conditions: Vec<&mut Cond> = Vec::new();
        for item in others {
            item.all_mut().iter_mut().for_each(|name| name.look_up(name_at));
            conditions.extend(item.when_mut());
        }
        conditions.extend(self.default_when.iter_mut().map(|default| &mut default.when));
        conditions.extend(&mut self.depends_on);
        conditions.extend(&mut self.visible_when);
        conditions.into_iter().for_each(|condition| condition.0.look_up(name_at));
        self.members.iter_mut().for_each(|member| member.look_up(name_at));
    }

    /// Notes the options that this one names: in conditions, defaults, `select` and `imply`.
    pub(crate) fn mentions(&self, seen: &mut HashSet<String>) {
        let others = self.select.iter().chain(&self.imply);
        seen.extend(others.clone().flat_map(Item::all).filter_map(Ref::name).map(str::to_owned));
        let conditions = others.filter_map(Item::when).chain(&self.depends_on).chain(&self.visible_when);
        let conditions = conditions.chain(self.default_when.iter().map(|default| &default.when));
        let mut note = |expr: &Expr| {
            expr.operands(&mut |operand| {
                if let Operand::Word(word) = operand {
                    seen.extend(word.name().map(str::to_owned));
                }
            });
        };
        conditions.for_each(|Cond(expr)| note(expr));
        let defaults = self.default_when.iter().map(|default| &default.then).chain(&self.default);
        defaults.filter(|_| self.kind.is_logical()).for_each(|value| note(&parse(&value.text())));
        seen.extend(self.range.iter().flatten().map(OptDefault::text));
    }

    /// What is wrong with the option's name.
    pub(crate) fn wrong_name(&self) -> Option<Problem> {
        wrong_word("option", &self.name)
    }
}

fn also(before: Option<Cond>, condition: Cond) -> Cond {
    match before {
        Some(before) => before & condition,
        None => condition,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_says_in_json_what_it_says_in_rust() {
        let option = Opt::int("HZ")
            .range(100..=1000)
            .default_when("PROFILE = 'release'", 1000)
            .default(250)
            .depends_on("CLOCK")
            .depends_on("!FIXED || X")
            .help("ticks");
        let text = serde_json::to_string(&option).unwrap();
        let expected = r#"{"name":"HZ","kind":"int","default":250,"default_when":[{"when":"PROFILE = 'release'","then":1000}],"depends_on":"CLOCK && (!FIXED || X)","range":[100,1000],"help":"ticks"}"#;
        assert_eq!(text, expected);
        let read: Opt = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
        let in_quotes = text.replace("[100,1000]", r#"["100","1000"]"#);
        assert_eq!(serde_json::from_str::<Opt>(&in_quotes).unwrap().default_text(), "250");
        assert_eq!(Opt::hex("BASE").default(0x1000).default_text(), "0x1000");
    }
}
