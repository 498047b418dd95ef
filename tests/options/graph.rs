//! Options at random: of every kind, with everything that one can say of another, declared for modpin and written for Kconfig.

use modpin::{DefaultWhen, Item, Opt, OptKind, Ref};
use modpin_test::Random;

/// Options, and what a file sets.
#[derive(Clone)]
pub struct OptionGraph {
    pub options: Vec<Opt>,
    /// Lines of a `.config`.
    pub settings: Vec<String>,
    pub modules: bool,
}

/// Options of this seed. Each asks only about earlier ones and pushes only later ones, so that there is no circle; with
/// `wild` they may do as they like.
pub fn graph(seed: u64, wild: bool) -> OptionGraph {
    let mut random = Random::new(seed);
    let count = 3 + random.below(10);
    let mut maker = Maker { random, kinds: Vec::new(), wild };
    let kinds: Vec<OptKind> = (0..count).map(|_| maker.kind()).collect();
    maker.kinds = kinds;
    let options: Vec<Opt> = (0..count).map(|at| maker.option(at)).collect();
    let settings = maker.settings(&options);
    let modules = !maker.random.once_in(4);
    OptionGraph { options, settings, modules }
}

struct Maker {
    random: Random,
    kinds: Vec<OptKind>,
    wild: bool,
}

impl Maker {
    fn kind(&mut self) -> OptKind {
        let kinds = [
            OptKind::Bool,
            OptKind::Bool,
            OptKind::Tristate,
            OptKind::Tristate,
            OptKind::String,
            OptKind::Int,
            OptKind::Hex,
            OptKind::Choice,
        ];
        *self.random.pick(&kinds).expect("a kind")
    }

    fn option(&mut self, at: usize) -> Opt {
        let name = format!("O{at}");
        let mut option = match self.kinds[at] {
            OptKind::Bool => Opt::bool(name),
            OptKind::Tristate => Opt::tristate(name),
            OptKind::String => Opt::string(name),
            OptKind::Int => Opt::int(name),
            OptKind::Hex => Opt::hex(name),
            OptKind::Choice => Opt::choice(name, self.members(at)),
        };
        if self.random.once_in(2) {
            option = option.depends_on(self.condition(at, 2));
        }
        match self.random.below(6) {
            0 => option = option.visible_when(self.condition(at, 1)),
            1 if option.kind != OptKind::Choice => option = option.internal(),
            _ => {}
        }
        for _ in 0..self.random.below(3) {
            let (when, then) = (self.condition(at, 1), self.default(at));
            option.default_when.push(DefaultWhen { when: when.as_str().into(), then: then.into() });
        }
        if self.random.once_in(2) {
            option = option.default(self.default(at));
        }
        if matches!(option.kind, OptKind::Int | OptKind::Hex) && self.random.once_in(2) {
            let low = self.random.below(40) as i64;
            option = option.range(low..=low + self.random.below(60) as i64);
            // An earlier number: then no circle comes of it.
            let is_number = |other: &usize| matches!(self.kinds[*other], OptKind::Int | OptKind::Hex);
            let earlier: Vec<usize> = (0..at).filter(is_number).collect();
            if let (Some(other), true) = (self.random.pick(&earlier), self.random.once_in(2)) {
                option = option.range_between(low, format!("O{other}"));
            }
        }
        if matches!(option.kind, OptKind::Bool | OptKind::Tristate) {
            option.select = self.pushes(at);
            option.imply = self.pushes(at);
        }
        option
    }

    fn members(&mut self, at: usize) -> Vec<Opt> {
        let count = 1 + self.random.below(3);
        let member = |member: usize| {
            let option = Opt::bool(format!("O{at}M{member}"));
            match self.random.once_in(3) {
                true => option.depends_on(self.condition(at, 1)),
                false => option,
            }
        };
        (0..count).map(member).collect()
    }

    /// Later bools and tristates.
    fn pushes(&mut self, at: usize) -> Vec<Item<Ref<modpin::OptionId>>> {
        let mut items = Vec::new();
        for other in 0..self.kinds.len() {
            let is_fit = matches!(self.kinds[other], OptKind::Bool | OptKind::Tristate);
            let is_later = other > at || (self.wild && self.random.once_in(9));
            if !is_fit || !is_later || !self.random.once_in(6) {
                continue;
            }
            let name = Ref::Name(format!("O{other}"));
            items.push(match self.random.once_in(2) {
                true => Item::Always(name),
                false => Item::under(self.condition(at, 1).into(), vec![name]),
            });
        }
        items
    }

    fn default(&mut self, at: usize) -> String {
        match self.kinds[at] {
            OptKind::Bool => match self.random.below(3) {
                // A bool by itself cannot default to m.
                0 => format!("{} || n", self.condition(at, 1)),
                1 => "y".to_owned(),
                _ => "n".to_owned(),
            },
            OptKind::Tristate => match self.random.below(4) {
                0 => self.condition(at, 1),
                letter => ["y", "m", "n"][letter - 1].to_owned(),
            },
            OptKind::String => self.text(),
            OptKind::Int => (self.random.below(120) as i64 - 10).to_string(),
            OptKind::Hex => format!("{:#x}", self.random.below(120)),
            // There is always a first one.
            OptKind::Choice => format!("O{at}M0"),
        }
    }

    fn text(&mut self) -> String {
        let texts = ["", "a", "B c", "10", "0x10", "y", "it's \"so\" \\ so"];
        (*self.random.pick(&texts).expect("a text")).to_owned()
    }

    /// A condition about earlier options.
    fn condition(&mut self, at: usize, depth: usize) -> String {
        if depth > 0 && self.random.once_in(2) {
            let (left, right) = (self.condition(at, depth - 1), self.condition(at, depth - 1));
            return match self.random.below(3) {
                0 => format!("!({left})"),
                1 => format!("({left}) && ({right})"),
                _ => format!("({left}) || ({right})"),
            };
        }
        let end = if self.wild && self.random.once_in(16) { self.kinds.len() } else { at };
        if end == 0 || self.random.once_in(12) {
            let always = ["TARGET_ARCH = 'x86_64'", "MODULES", "y", "m", "n"];
            // What can never hold takes a circle away for Kconfig.
            return always[self.random.below(if self.wild { 2 } else { 5 })].to_owned();
        }
        let other = self.random.below(end);
        let name = format!("O{other}");
        let relation = ["=", "!=", "<", "<=", ">", ">="][self.random.below(6)];
        let relation = if self.random.once_in(2) { "=" } else { relation };
        match self.kinds[other] {
            OptKind::Bool | OptKind::Tristate if !self.random.once_in(4) => name,
            // That a bool is m, or is not, says nothing, and is refused.
            OptKind::Bool => format!("{name} {relation} '{}'", ["n", "y"][self.random.below(2)]),
            OptKind::Tristate => {
                format!("{name} {relation} '{}'", ["n", "m", "y"][self.random.below(3)])
            }
            OptKind::String => {
                let text = self.text().replace('\\', "\\\\").replace('"', "\\\"");
                format!("{name} {relation} \"{text}\"")
            }
            OptKind::Int => format!("{name} {relation} '{}'", self.random.below(110)),
            OptKind::Hex => format!("{name} {relation} '{:#x}'", self.random.below(110)),
            OptKind::Choice => format!("{name}M0"),
        }
    }

    fn settings(&mut self, options: &[Opt]) -> Vec<String> {
        let mut lines = Vec::new();
        for option in options.iter().flat_map(|option| std::iter::once(option).chain(&option.members)) {
            if !self.random.once_in(2) {
                continue;
            }
            let name = &option.name;
            let value = match option.kind {
                OptKind::Bool => ["y", "n"][self.random.below(2)].to_owned(),
                OptKind::Tristate => ["y", "m", "n"][self.random.below(3)].to_owned(),
                OptKind::String => {
                    format!("\"{}\"", self.text().replace('\\', "\\\\").replace('"', "\\\""))
                }
                OptKind::Int => (self.random.below(120) as i64 - 10).to_string(),
                OptKind::Hex => format!("{:#x}", self.random.below(120)),
                OptKind::Choice => continue,
            };
            lines.push(match value.as_str() {
                "n" => format!("# CONFIG_{name} is not set"),
                _ => format!("CONFIG_{name}={value}"),
            });
        }
        lines
    }
}

/// The same options as Kconfig writes them.
pub fn kconfig(graph: &OptionGraph) -> String {
    let modules = if graph.modules { "y" } else { "n" };
    let mut text = format!(
        "config MODULES\n\tbool\n\toption modules\n\tdefault {modules}\nconfig TARGET_ARCH\n\tstring\n\tdefault \"x86_64\"\n"
    );
    for option in &graph.options {
        text += &entry(option);
    }
    text
}

fn entry(option: &Opt) -> String {
    let is_choice = option.kind == OptKind::Choice;
    let (word, kind) = if is_choice { ("choice", "bool") } else { ("config", option.kind.word()) };
    let mut text = format!("{word} {}\n\t{kind}\n", option.name);
    if !option.internal {
        let when = option.visible_when.as_ref().map(|condition| format!(" if {condition}"));
        text += &format!("\tprompt \"p\"{}\n", when.unwrap_or_default());
    }
    text.extend(option.depends_on.iter().map(|condition| format!("\tdepends on {condition}\n")));
    text.extend(option.range.iter().map(|[low, high]| {
        let end = |end: &modpin::OptDefault| match option.kind {
            OptKind::Hex => {
                end.text().parse::<i64>().map_or_else(|_| end.text(), |end| format!("{end:#x}"))
            }
            _ => end.text(),
        };
        format!("\trange {} {}\n", end(low), end(high))
    }));
    let value = |value: &modpin::OptDefault| match option.kind {
        OptKind::String => format!("\"{}\"", value.text().replace('\\', "\\\\").replace('"', "\\\"")),
        _ => value.text(),
    };
    for DefaultWhen { when, then } in &option.default_when {
        text += &format!("\tdefault {} if {when}\n", value(then));
    }
    text.extend(option.default.iter().map(|default| format!("\tdefault {}\n", value(default))));
    for (verb, items) in [("select", &option.select), ("imply", &option.imply)] {
        for item in items {
            let when = item.when().map(|condition| format!(" if {condition}")).unwrap_or_default();
            let names = item.all().iter().filter_map(Ref::name);
            text.extend(names.map(|name| format!("\t{verb} {name}{when}\n")));
        }
    }
    text.extend(option.members.iter().map(entry));
    text + if is_choice { "endchoice\n" } else { "" }
}
