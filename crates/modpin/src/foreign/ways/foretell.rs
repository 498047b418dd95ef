//! Which modules are to be loaded first, so that one loads. Foretold step by step, as a loader would take them: who is named
//! here loads in this host, after those before it, and has what is missing in the version that is wanted.

use std::collections::{BTreeMap, BTreeSet};

use modpin_loader::{Advice, Missing, NeededOf, Verdict};

use super::super::module::NamedModule;
use super::host_at_work::HostAtWork;
use super::missing_names::names;
use super::others::{NearModules, Others};

/// How many loads are foretold for one module at most.
const TRIES: usize = 200;

/// How many modules that do not help are told.
const TOLD: usize = 3;

/// What was foretold.
#[derive(Default)]
pub struct Foretold {
    /// To be loaded first, in that order: then the module loads. Empty when there is no such way.
    pub first: Vec<String>,
    /// Why those that have what is missing do not help.
    pub obstacles: Vec<Advice>,
}

/// Looks for the modules that help one. The host is left as it was.
pub fn foretell(
    module: &NamedModule,
    missing: &[Missing],
    pool: &NearModules,
    others: &mut Others,
    scene: &mut HostAtWork<'_>,
) -> Foretold {
    let mark = scene.host.mark();
    let mut search = Search {
        module,
        pool,
        others,
        scene,
        above: Vec::new(),
        order: Vec::new(),
        hopeless: BTreeMap::new(),
        cycle: None,
        tries: TRIES,
    };
    let found = search.run(names(missing));
    search.scene.host.rewind(mark, search.scene.files);
    if !found {
        return Foretold { first: Vec::new(), obstacles: search.obstacles(missing) };
    }
    let order = search.without_needless();
    let first = order.into_iter().map(|at| search.others.name(at).to_owned()).collect();
    Foretold { first, obstacles: Vec::new() }
}

/// One way through the modules that one needs.
struct Search<'a, 'b> {
    module: &'a NamedModule,
    pool: &'a NearModules,
    others: &'a mut Others,
    scene: &'a mut HostAtWork<'b>,
    /// Those that wait for the one that is looked at, each with the symbol for which it was taken.
    above: Vec<(usize, String)>,
    /// Those that are loaded.
    order: Vec<usize>,
    /// Those that do not load, and why.
    hopeless: BTreeMap<usize, String>,
    /// The first modules that need each other.
    cycle: Option<Vec<NeededOf>>,
    tries: usize,
}

impl Search<'_, '_> {
    /// Loads others until the module itself loads.
    fn run(&mut self, mut missing: Vec<String>) -> bool {
        while self.load_one_with(&missing) {
            let HostAtWork { host, files, opened, .. } = &mut *self.scene;
            let predicted = host.load(files, self.module, opened);
            if predicted.verdict == Verdict::Loads {
                return true;
            }
            missing = names(&predicted.missing);
        }
        false
    }

    /// Loads one that has some of these, behind those that it needs itself.
    fn load_one_with(&mut self, names: &[String]) -> bool {
        let mut tried = BTreeSet::new();
        loop {
            let is_out = |at: usize| {
                tried.contains(&at)
                    || self.order.contains(&at)
                    || self.hopeless.contains_key(&at)
                    || (self.above.is_empty() && self.others.path(at) == self.module.path)
                    || self.above.last().is_some_and(|(last, _)| *last == at)
            };
            let Some((at, symbol)) = self.others.best(self.pool, names, &is_out) else { return false };
            if self.load(at, symbol) {
                return true;
            }
            tried.insert(at);
        }
    }

    /// Loads a module for all to see.
    fn load(&mut self, at: usize, symbol: String) -> bool {
        if self.is_above(at) {
            self.note_cycle(at, symbol);
            return false;
        }
        let path = self.others.path(at).to_owned();
        self.above.push((at, symbol));
        let why = loop {
            if self.tries == 0 {
                break Some("what it needs itself leads too far".to_owned());
            }
            self.tries -= 1;
            let predicted = self.scene.host.stay(self.scene.files, &path, self.scene.opened.lazy);
            if predicted.verdict == Verdict::Loads {
                break None;
            }
            if predicted.missing.is_empty() || !self.load_one_with(&names(&predicted.missing)) {
                break Some(predicted.detail);
            }
        };
        self.above.pop();
        match why {
            None => self.order.push(at),
            Some(ref why) => drop(self.hopeless.insert(at, why.clone())),
        }
        why.is_none()
    }

    /// Whether it waits already; the module in question waits always.
    fn is_above(&self, at: usize) -> bool {
        self.others.path(at) == self.module.path || self.above.iter().any(|(above, _)| *above == at)
    }

    fn note_cycle(&mut self, at: usize, symbol: String) {
        if self.cycle.is_some() {
            return;
        }
        let start = self.above.iter().position(|(above, _)| *above == at);
        let name = |at: usize| self.others.name(at).to_owned();
        // The module in question stands before all that wait.
        let mut from = start.map_or_else(|| self.module.name.clone(), |_| name(at));
        let mut needs = Vec::new();
        for (above, symbol) in &self.above[start.map_or(0, |start| start + 1)..] {
            needs.push(NeededOf { module: from, symbol: symbol.clone(), of: name(*above) });
            from = name(*above);
        }
        needs.push(NeededOf { module: from, symbol, of: name(at) });
        self.cycle = Some(needs);
    }

    /// The order without what was loaded and is not needed in the end.
    fn without_needless(&mut self) -> Vec<usize> {
        let mut order = std::mem::take(&mut self.order);
        for at in order.clone() {
            let less: Vec<usize> = order.iter().copied().filter(|&other| other != at).collect();
            if order.len() > 1 && self.works(&less) {
                order = less;
            }
        }
        order
    }

    /// Whether the module loads after these.
    fn works(&mut self, order: &[usize]) -> bool {
        let HostAtWork { host, files, opened, .. } = &mut *self.scene;
        let mark = host.mark();
        let others = &self.others;
        let mut loads = order
            .iter()
            .all(|&at| host.stay(files, others.path(at), opened.lazy).verdict == Verdict::Loads);
        loads = loads && host.load(files, self.module, opened).verdict == Verdict::Loads;
        host.rewind(mark, files);
        loads
    }

    /// What is told when there is no way: modules that need each other, and those that have what is missing in vain.
    fn obstacles(&self, missing: &[Missing]) -> Vec<Advice> {
        let mut obstacles: Vec<Advice> =
            self.cycle.iter().map(|needs| Advice::Cycle { needs: needs.clone() }).collect();
        let in_cycle = |name: &str| {
            self.cycle.iter().flatten().any(|needed| needed.module == name || needed.of == name)
        };
        let names = names(missing);
        let direct = self.hopeless.iter().filter(|&(&at, _)| {
            let alone = |other: usize| other != at;
            self.others.best(self.pool, &names, &alone).is_some()
        });
        let direct = direct.map(|(&at, why)| (self.others.name(at), why));
        let direct = direct.filter(|(name, _)| !in_cycle(name)).take(TOLD);
        obstacles.extend(
            direct.map(|(name, why)| Advice::DoesNotHelp { module: name.to_owned(), why: why.clone() }),
        );
        obstacles
    }
}
