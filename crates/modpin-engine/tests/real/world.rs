//! A directory with sources, a compiler stand-in that writes its output in two steps, and a graph over
//! both.

use std::fs;
use std::path::Path;

use modpin_engine::{
    Action, Arg, Command, Config, Disk, Edges, Error, Event, Graph, Interrupt, Outcome, Processes,
    RealDisk, RealProcesses, Selection, Store, Work, run,
};
use modpin_test::World;

/// How many sources there are.
pub const SOURCES: usize = 8;

/// Writes half of the output, sleeps, writes the rest. `STUBBORN` ones do not listen to signals.
const COMPILER: &str = r#"
[ -e stubborn ] && trap '' TERM INT HUP
output=${1#-o} depfile=${2#-MF} pause=$3
shift 3
text=
for input; do read line < "$input"; text="$text $line"; done
read header < h
printf '%s' "$text" > "$output"
sleep "$pause"
printf ' %s.' "$header" >> "$output"
printf 'x: h' > "$depfile"
"#;

/// Fresh sources, not built.
pub fn world() -> World {
    let world = World::new(&[("cc.sh", COMPILER), ("h", "header\n")]);
    (0..SOURCES).for_each(|at| world.write(&format!("s{at}"), format!("source {at}\n")));
    fs::create_dir_all(world.path("out/.state")).unwrap();
    world
}

/// Builds of those sources.
pub trait Sources {
    /// The outputs of a clean build of what is there now.
    fn expected(&self) -> Vec<(String, String)>;
    /// The outputs that are there.
    fn outputs(&self) -> Vec<(String, String)>;
    /// Builds in this process; answers how many actions ran.
    fn make(&self) -> usize;

    /// The next build gives what a clean one gives, and the one after that has nothing to do.
    #[track_caller]
    fn is_sound(&self, what: &str) {
        self.make();
        assert_eq!(self.outputs(), self.expected(), "{what}");
        assert_eq!(self.make(), 0, "{what}, again");
    }
}

impl Sources for World {
    fn expected(&self) -> Vec<(String, String)> {
        let line = |path: &str| self.read(path).trim_end().to_owned();
        let header = line("h");
        let object = |at| format!(" {} {header}.", line(&format!("s{at}")));
        let mut outputs: Vec<_> = (0..SOURCES).map(|at| (format!("out/{at}.o"), object(at))).collect();
        let all: Vec<&str> = outputs.iter().map(|(_, text)| text.trim_start()).collect();
        outputs.push(("out/app".to_owned(), format!(" {} {header}.", all.join(" "))));
        outputs
    }

    fn outputs(&self) -> Vec<(String, String)> {
        let paths = (0..SOURCES).map(|at| format!("out/{at}.o")).chain(["out/app".to_owned()]);
        let read = |path: String| Some((fs::read_to_string(self.path(&path)).ok()?, path));
        paths.filter_map(read).map(|(text, path)| (path, text)).collect()
    }

    fn make(&self) -> usize {
        let graph = graph("0");
        let outcome =
            build(&graph, self.root(), 4, &RealProcesses::new(), &Interrupt::new(), &mut |_| ());
        let outcome = outcome.unwrap();
        assert!(outcome.success(), "{outcome:?}");
        outcome.ran.len()
    }
}

/// Each source to an object, all objects to a program; each command pauses so many seconds.
pub fn graph(pause: &str) -> Graph {
    let mut graph = Graph::new();
    let mut add = |inputs: Vec<String>, output: &str| {
        let start = ["cc.sh"].map(Arg::from);
        let marked =
            [Arg::Output { prefix: "-o".into(), index: 0 }, Arg::Depfile { prefix: "-MF".into() }];
        let args = start.into_iter().chain(marked).chain([pause.into()]);
        let args = args.chain(inputs.iter().map(|input| input.as_str().into())).collect();
        let work = Work::Command(Command { program: "/bin/sh".into(), args, ..Command::default() });
        let inputs = inputs.into_iter().chain(["cc.sh".to_owned()]);
        let inputs = inputs.map(|path| graph.file(path)).collect();
        let (label, outputs) = (output.to_owned(), vec![graph.file(output)]);
        let depfile = Some(format!("{output}.d"));
        graph.add(Action { verb: "Making", label, work, inputs, outputs, depfile }).unwrap();
    };
    (0..SOURCES).for_each(|at| add(vec![format!("s{at}")], &format!("out/{at}.o")));
    add((0..SOURCES).map(|at| format!("out/{at}.o")).collect(), "out/app");
    graph
}

/// Builds all of a graph in a directory.
pub fn build(
    graph: &Graph,
    dir: &Path,
    jobs: usize,
    processes: &dyn Processes,
    interrupt: &Interrupt,
    hear: &mut dyn FnMut(Event<'_>),
) -> Result<Outcome, Error> {
    let disk = RealDisk::new(dir).holding("out");
    let (mut store, warning) = Store::open(&disk, "out/.state/state")?;
    if let Some(warning) = &warning {
        hear(Event::Warning(warning));
    }
    let wanted: Vec<_> = graph.actions().flat_map(|(_, action)| action.outputs.clone()).collect();
    let config = Config {
        jobs,
        pools: Vec::new(),
        keep_going: false,
        dry_run: false,
        build_dir: "out".into(),
        state_dir: "out/.state".into(),
        untold: None,
        cache: None,
        shared: None,
        since: disk.last_stamp(),
    };
    let edges = Edges { disk: &disk, processes, interrupt, jobserver: None };
    let selection = Selection::from_wanted(graph, &wanted, &store)?;
    run(graph, &selection, &mut store, &config, edges, hear)
}
