//! A random project: toy actions over sources, and what may happen to them. An action reads only what
//! comes before it, so that there is no cycle.

use std::collections::{BTreeMap, HashMap};

use crate::fake::FakeDisk;
use crate::tests::toy::{Staging, Toy};
use crate::tests::toy_texts::{VALUES, WHOLE};
use crate::tests::toy_then::REFUSES;
use crate::world::disk::Disk;
use modpin_test::Random;

/// Somebody else's file, to which planted names lead.
pub const VICTIM: &str = "elsewhere/victim";

/// How many headers there are to include.
const HEADERS: usize = 6;

/// How many libraries there are to link. Each is always found in the last directory.
const LIBRARIES: usize = 2;

/// The names of values.
const NAMES: [&str; 3] = ["A", "B", "C"];

const FLAGS: [&str; 7] = ["", "-1", "-2", "-beside", "-Ll0:l1:l2", "-Ll1:l0:l2", WHOLE];

/// Actions by rank.
pub struct Project {
    /// What there is to do.
    pub actions: BTreeMap<usize, Toy>,
    /// The sources that were ever there.
    pub sources: Vec<String>,
    pub(super) disk: FakeDisk,
    pub(super) history: Vec<(String, Vec<u8>)>,
    /// What there was to do once.
    earlier: Option<BTreeMap<usize, Toy>>,
    /// Who writes what.
    producers: HashMap<String, usize>,
}

impl Project {
    /// One action for each seed.
    pub fn new(disk: &FakeDisk, actions: &[(usize, u64)]) -> Project {
        let sources = (0..HEADERS).map(|at| format!("h{at}")).collect();
        let (disk, history, producers) = (disk.clone(), Vec::new(), HashMap::new());
        let mut project =
            Project { actions: BTreeMap::new(), sources, disk, history, earlier: None, producers };
        project.disk.edit(VICTIM, b"precious");
        for at in 0..HEADERS {
            project.write(&format!("h{at}"), &format!("{}\nheader", at / 2));
        }
        for at in 0..LIBRARIES {
            project.write(&format!("l2/x{at}.a"), "library");
        }
        project.write(VALUES, "A=0\nB=0\n");
        for &(rank, seed) in actions {
            project.add(rank, &mut Random::new(seed));
        }
        project.index();
        project
    }

    /// Adds an action with a source of its own.
    pub fn add(&mut self, rank: usize, random: &mut Random) {
        let source = format!("s{rank}");
        if !self.sources.contains(&source) {
            self.sources.push(source.clone());
        }
        if self.read(&source).is_none() {
            let header = random.below(HEADERS);
            self.write(&source, &format!("{}\n#include h{header}\nbody", random.below(3)));
        }
        let mut inputs = if random.once_in(5) { Vec::new() } else { vec![source] };
        for _ in 0..random.below(4) {
            inputs.extend(self.input_for(rank, random));
        }
        if inputs.is_empty() {
            inputs.push("h0".to_owned());
        }
        // After one whose result is not kept there is always something to do.
        let kept = ["cc", "cc", "cc", "ld", "cut", "cut", "await"][random.below(7)];
        let tool = if random.once_in(30) { "now" } else { kept }.to_owned();
        let step = matches!(tool.as_str(), "now" | "await") || random.once_in(3);
        let mut outputs = vec![format!("out/{}/{rank}", rank % 4)];
        if random.once_in(5) {
            outputs.push(format!("out/map/{rank}"));
        }
        let mut toy = Toy { tool, step, outputs, inputs, ..Toy::default() };
        if !step {
            self.surround(rank, &mut toy, random);
        }
        self.actions.insert(rank, toy);
    }

    /// What rules have: a tool that is made, what must be there before, and what surrounds a command.
    fn surround(&self, rank: usize, toy: &mut Toy, random: &mut Random) {
        let before: Vec<&String> =
            self.actions.range(..rank).flat_map(|(_, toy)| &toy.outputs).collect();
        if random.once_in(6) {
            toy.host = random.pick(&before).map(|path| (*path).clone());
            toy.inputs.retain(|input| Some(input) != toy.host.as_ref());
        }
        if toy.inputs.is_empty() {
            toy.inputs.push("h0".to_owned());
        }
        if random.once_in(3) {
            let some = (0..1 + random.below(2)).filter_map(|_| random.pick(&before));
            toy.before = some.map(|path| (*path).clone()).collect();
        }
        toy.then = random.once_in(4).then(|| "+".to_owned());
        if random.once_in(5) {
            let own = random.once_in(2).then(|| format!("out/own/{rank}"));
            if let Some(dir) = &own {
                toy.outputs[0] = format!("{dir}/made");
            }
            toy.staging = Staging { own, stdin: random.once_in(2), stdout: random.once_in(2) };
        }
    }

    /// A file that an action of this rank may read.
    fn input_for(&self, rank: usize, random: &mut Random) -> Option<String> {
        let before: Vec<&String> =
            self.actions.range(..rank).flat_map(|(_, toy)| &toy.outputs).collect();
        let made = random.pick(&before).map(|path| (*path).clone());
        if random.once_in(4) { random.pick(&self.sources).cloned() } else { made }
    }

    /// The action that writes a file.
    pub fn producer(&self, path: &str) -> Option<usize> {
        self.producers.get(path).copied()
    }

    fn index(&mut self) {
        let outputs = |(&rank, toy): (&usize, &Toy)| {
            toy.outputs.iter().map(|output| (output.clone(), rank)).collect::<Vec<_>>()
        };
        self.producers = self.actions.iter().flat_map(outputs).collect();
    }

    /// A source as it is on the disk.
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.disk.read(path).ok()
    }

    fn write(&mut self, path: &str, content: &str) {
        self.history.push((path.to_owned(), content.as_bytes().to_vec()));
        self.disk.edit(path, content.as_bytes());
    }

    pub(super) fn lines(&self, path: &str) -> Vec<String> {
        let bytes = self.read(path).unwrap_or_default();
        String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
    }

    /// Something happens. Answers what, in words.
    pub fn change(&mut self, calm: bool, random: &mut Random) -> String {
        let what = match random.below(18) {
            8..=14 if calm => self.change_source(random),
            0..=7 => self.change_source(random),
            8..=14 if random.once_in(5) => self.go_back(),
            8..=14 => self.change_action(random),
            _ => self.tamper(random),
        };
        self.index();
        self.declare_what_is_included();
        if random.once_in(2) {
            self.disk.tick();
        }
        what
    }

    /// Where a library is, or may come to lie.
    pub fn some_library(&self, random: &mut Random) -> String {
        let (dir, ending) = (random.below(3), [".so", ".a"][random.below(2)]);
        format!("l{dir}/x{}{ending}", random.below(LIBRARIES))
    }

    /// A library comes to lie in front of others, changes, or goes.
    fn change_library(&mut self, random: &mut Random) -> String {
        let path = self.some_library(random);
        if path.starts_with("l2") && path.ends_with(".a") || random.once_in(2) {
            self.write(&path, &random.below(4).to_string());
            format!("{path} is written")
        } else {
            self.disk.delete(&path);
            format!("{path} is gone")
        }
    }

    /// A value is another one, comes or goes.
    fn change_value(&mut self, random: &mut Random) -> String {
        let name = NAMES[random.below(NAMES.len())];
        let mut lines = self.lines(VALUES);
        lines.retain(|line| !line.starts_with(name));
        if !random.once_in(4) {
            lines.push(format!("{name}={}", random.below(3)));
        }
        self.write(VALUES, &(lines.join("\n") + "\n"));
        format!("the values are {lines:?}")
    }

    /// Takes the actions of the last time that this happened.
    fn go_back(&mut self) -> String {
        let now = self.actions.clone();
        if let Some(earlier) = self.earlier.replace(now) {
            self.actions = earlier;
        }
        "the actions are others".to_owned()
    }

    fn change_source(&mut self, random: &mut Random) -> String {
        let Some(path) = random.pick(&self.sources).cloned() else { return String::new() };
        let mut lines = self.lines(&path);
        let number = random.below(4).to_string();
        let what = random.below(22);
        match what {
            // Files of which no depfile tells, and such as are not there.
            12 => lines.push(format!(".incbin h{}", random.below(HEADERS))),
            13 => lines.push(format!(".maybe h{}", random.below(2 * HEADERS))),
            14 => lines.push(format!("-l x{}", random.below(LIBRARIES))),
            15 | 16 => return self.change_library(random),
            17..=19 => lines.push(format!("%{}", NAMES[random.below(NAMES.len())])),
            20 | 21 => return self.change_value(random),
            0 | 1 => lines.insert(lines.len().min(1), number),
            2 if !lines.is_empty() => lines[0] = number,
            3 => lines.truncate(1),
            4 => lines.push(format!("#include h{}", random.below(HEADERS))),
            5 => lines.push(format!("?h{}", random.below(HEADERS))),
            6 => lines.extend(self.input_for(usize::MAX, random).map(|path| format!("#include {path}"))),
            7 if random.once_in(2) => lines.push("#error".to_owned()),
            7 | 8 => lines.retain(|line| line != "#error"),
            9 => {
                let old = self.history.iter().filter(|(old, _)| *old == path).collect::<Vec<_>>();
                let old = random.pick(&old).map(|(_, content)| content.clone()).unwrap_or_default();
                self.disk.edit(&path, &old);
                return format!("{path} is as it was once");
            }
            10 if random.once_in(2) => {
                self.disk.delete(&path);
                return format!("{path} is deleted");
            }
            10 => return self.rename(&path),
            _ => {
                self.disk.shift_mtime(&path, [-5_000_000_000, 5_000_000_000][random.below(2)]);
                return format!("{path} is touched");
            }
        }
        self.write(&path, &(lines.join("\n") + "\n"));
        format!("{path} now has {lines:?}")
    }

    fn rename(&mut self, path: &str) -> String {
        let new = format!("{path}r");
        if self.sources.contains(&new) || self.disk.rename(path, &new).is_err() {
            return String::new();
        }
        self.sources.push(new.clone());
        let inputs = self.actions.values_mut().flat_map(|toy| &mut toy.inputs);
        inputs.filter(|input| *input == path).for_each(|input| input.clone_from(&new));
        format!("{path} is renamed")
    }

    fn change_action(&mut self, random: &mut Random) -> String {
        let ranks: Vec<usize> = self.actions.keys().copied().collect();
        let Some(&rank) = random.pick(&ranks) else {
            self.add(0, random);
            return "0 is added".to_owned();
        };
        let what = random.below(10);
        let input = self.input_for(rank, random);
        let Some(toy) = self.actions.get_mut(&rank) else { return String::new() };
        match what {
            0 | 1 => toy.flags = FLAGS[random.below(FLAGS.len())].to_owned(),
            2 if random.once_in(2) => {
                toy.then =
                    [None, Some("+"), Some("!"), Some(REFUSES)][random.below(4)].map(str::to_owned);
                toy.settle();
            }
            2 => toy.env = [None, Some("a".to_owned()), Some("b".to_owned())][random.below(3)].clone(),
            3 => toy.inputs.extend(input),
            4 if toy.inputs.len() > 1 => _ = toy.inputs.remove(random.below(toy.inputs.len())),
            4 => toy.inputs.reverse(),
            5 => {
                toy.step = !toy.step || matches!(toy.tool.as_str(), "now" | "await");
                toy.settle();
            }
            6 => return self.rename_output(rank, random),
            7 if random.once_in(2) => return self.remove(rank),
            _ => {
                let rank = random.below(ranks.len() + 10);
                if self.actions.contains_key(&rank) {
                    return String::new();
                }
                self.add(rank, random);
                return format!("{rank} is added: {:?}", self.actions[&rank]);
            }
        }
        format!("{rank} is now {:?}", self.actions[&rank])
    }

    /// The first output, or the second one; those who read it read the new one.
    fn rename_output(&mut self, rank: usize, random: &mut Random) -> String {
        let Some(toy) = self.actions.get_mut(&rank) else { return String::new() };
        let (old, new) = match toy.outputs.len() {
            1 if random.once_in(2) => {
                toy.outputs.push(format!("out/map/{rank}"));
                return format!("{rank} also makes a map");
            }
            2 if random.once_in(2) => {
                let gone = toy.outputs.remove(1);
                self.forget_path(&gone);
                return format!("{rank} makes no map");
            }
            // What lies in a directory of its own stays there.
            _ if toy.staging.own.is_some() => return String::new(),
            _ => {
                let old = toy.outputs[0].clone();
                let new = match old.strip_suffix("/x") {
                    Some(shorter) => shorter.to_owned(),
                    None => format!("{old}/x"),
                };
                toy.outputs[0].clone_from(&new);
                (old, new)
            }
        };
        let named = |toy: &mut Toy| {
            let named = toy.inputs.iter_mut().chain(&mut toy.before).chain(&mut toy.host);
            named.filter(|path| **path == old).for_each(|path| path.clone_from(&new));
        };
        self.actions.values_mut().for_each(named);
        format!("{old} is now made as {new}")
    }

    fn remove(&mut self, rank: usize) -> String {
        for gone in self.actions.remove(&rank).map(|toy| toy.outputs).unwrap_or_default() {
            self.forget_path(&gone);
        }
        format!("{rank} is removed")
    }

    fn forget_path(&mut self, gone: &str) {
        for toy in self.actions.values_mut() {
            toy.inputs.retain(|input| input != gone);
            toy.before.retain(|path| path != gone);
            toy.host.take_if(|host| host == gone);
            if toy.inputs.is_empty() {
                toy.inputs.push("h0".to_owned());
            }
        }
    }

    /// Somebody else writes where only we should.
    fn tamper(&mut self, random: &mut Random) -> String {
        let written = |toy: &Toy| toy.outputs.iter().cloned().chain(toy.beside()).collect::<Vec<_>>();
        let outputs: Vec<String> = self.actions.values().flat_map(written).collect();
        let Some(path) = random.pick(&outputs).cloned() else { return String::new() };
        let Some(content) = self.disk.peek(&path) else { return String::new() };
        let what = random.below(10);
        match what {
            0 => self.disk.delete(&path),
            1 => self.disk.edit(&path, &content[..content.len() / 2]),
            2 => self.disk.edit(&path, &content.iter().rev().copied().collect::<Vec<u8>>()),
            3 => self.disk.edit(&path, &content),
            4 => {
                self.disk.delete(&path);
                self.disk.dir(&path);
            }
            5 => self.disk.link(&path, "/w/h0"),
            6 => self.disk.link(&path, "nowhere"),
            7 => self.disk.shift_mtime(&path, -1),
            8 => {
                self.disk.delete(&path);
                self.disk.hard_link(&path, VICTIM);
            }
            _ => {
                let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir);
                self.disk.delete(dir);
                self.disk.edit(dir, b"in the way");
            }
        }
        format!("{path} is tampered with ({what})")
    }
}
