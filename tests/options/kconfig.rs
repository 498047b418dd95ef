//! Random options beside kconfiglib, the reading of Kconfig's rules in Python that the boards of Zephyr are configured with.

use std::collections::BTreeMap;
use std::process::Command;

use modpin::{Autoconf, Config, Known, Opt, Project, Resolved, configure, resolve};
use modpin_test::{World, reliability, skip};
use serde_json::Value;

use crate::options::graph::{OptionGraph, graph, kconfig};

/// Prints for each directory below the one that is named: the values, the file of options, the warnings; or the error.
const ORACLE: &str = r#"
import json, os, sys
import kconfiglib
for at in range(int(sys.argv[2])):
    base = os.path.join(sys.argv[1], str(at))
    os.environ.pop("KCONFIG_CONFIG", None)
    try:
        k = kconfiglib.Kconfig(os.path.join(base, "Kconfig"), warn_to_stderr=False)
    except kconfiglib.KconfigError as error:
        print(json.dumps({"error": str(error)}))
        continue
    k.load_config(os.path.join(base, "config"))
    values = {s.name: s.str_value for s in k.unique_defined_syms}
    for choice in k.unique_choices:
        values[choice.name] = choice.selection.name if choice.selection else ""
    k.write_config(os.path.join(base, "written"), save_old=False)
    k.write_min_config(os.path.join(base, "least"))
    k.write_autoconf(os.path.join(base, "autoconf.h"))
    print(json.dumps({
        "values": values,
        "written": open(os.path.join(base, "written")).read(),
        "least": open(os.path.join(base, "least")).read(),
        "autoconf": open(os.path.join(base, "autoconf.h")).read(),
        "unmet": any("but is currently being" in w for w in k.warnings),
    }))
"#;

/// What kconfiglib says of each graph; `None` where it is not there.
fn oracle(graphs: &[OptionGraph], what: &str) -> Option<Vec<Value>> {
    let world = World::new(&[("oracle.py", ORACLE)]);
    let has = |python: &&str| {
        let asked = Command::new(python).args(["-c", "import kconfiglib"]).output();
        asked.is_ok_and(|output| output.status.success())
    };
    // Debian's package is for its own Python, which need not be the first one.
    let Some(python) = ["python3", "/usr/bin/python3"].into_iter().find(has) else {
        skip::skip(what, "kconfiglib is not installed");
        return None;
    };
    for (at, graph) in graphs.iter().enumerate() {
        world.write(&format!("{at}/Kconfig"), kconfig(graph));
        world.write(&format!("{at}/config"), graph.settings.join("\n") + "\n");
    }
    let program = world.root().join("oracle.py");
    let output = Command::new(python)
        .arg(program)
        .arg(world.root())
        .arg(graphs.len().to_string())
        .output()
        .expect("python runs");
    let said = String::from_utf8_lossy(&output.stdout);
    let answers: Vec<Value> =
        said.lines().map(|line| serde_json::from_str(line).expect("an answer")).collect();
    assert_eq!(answers.len(), graphs.len(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(answers)
}

/// What modpin says, by way of its own file.
fn ours(graph: &OptionGraph) -> modpin::Result<Known> {
    Ok(resolved(graph)?.options)
}

fn resolved(graph: &OptionGraph) -> modpin::Result<Resolved> {
    let mut project = Project::new("p", "/nowhere");
    project.autoconf(Autoconf::new()).options = graph.options.clone();
    let json = project.to_json()?;
    let project = Project::from_json(&json, "p.json", "/nowhere")?;
    let mut config = Config { modules: graph.modules, ..Config::default() };
    config.words.insert("TARGET_ARCH".to_owned(), "x86_64".to_owned());
    let notes = config.read(&project.options, &graph.settings.join("\n"), "config");
    assert_eq!(notes, [""; 0]);
    let known = configure(&project.options, &config)?;
    let resolved = resolve(&project, &config, project.root())?;
    assert_eq!(resolved.options, known);
    Ok(resolved)
}

/// Lines that say something, without what modpin always knows.
fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().filter(|line| line.contains("CONFIG_O")).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn random_options_are_what_kconfig_says() {
    let graphs: Vec<OptionGraph> =
        (0..reliability::count(150, 2000)).map(|seed| graph(seed, false)).collect();
    let Some(answers) = oracle(&graphs, "random options beside kconfiglib") else { return };
    let (mut same, mut unmet, mut below_zero, mut values, mut defines) = (0, 0, 0, 0, 0);
    for (seed, (graph, answer)) in graphs.iter().zip(&answers).enumerate() {
        let context = || format!("seed {seed}\n{}\n{}", kconfig(graph), graph.settings.join("\n"));
        let Resolved { options: known, autoconf, .. } = match resolved(graph) {
            Ok(resolved) => resolved,
            // The one deliberate difference: Kconfig warns, and builds what cannot be.
            Err(error) => {
                let text = error.to_string();
                assert!(answer["unmet"] == true && text.contains("selects"), "{text}\n{}", context());
                unmet += 1;
                continue;
            }
        };
        assert_eq!(answer["unmet"], false, "{answer} {}", context());
        let theirs: BTreeMap<String, String> =
            serde_json::from_value(answer["values"].clone()).expect("values");
        // An int below zero at the end of a hex's range: Kconfig writes a number that it would not read.
        if theirs.values().any(|value| value.starts_with("-0x")) {
            assert!(known.options.iter().all(|option| !option.text.starts_with("-0x")), "{}", context());
            below_zero += 1;
            continue;
        }
        for option in &known.options {
            assert_eq!(option.text, theirs[&option.name], "{} in {}", option.name, context());
        }
        let written = known.to_dot_config();
        let wanted = answer["written"].as_str().expect("text");
        assert_eq!(lines(&written), lines(wanted), "{}", context());
        let header: Vec<String> =
            autoconf.expect("a header").options.into_iter().flat_map(|option| option.lines).collect();
        let wanted = answer["autoconf"].as_str().expect("text");
        // Of a number without a value, Kconfig defines a macro without one.
        let has_value = |line: &&str| !line.ends_with(' ') && !line.ends_with(" 0x");
        let wanted: Vec<&str> = lines(wanted).into_iter().filter(has_value).collect();
        assert_eq!(lines(&header.join("\n")), wanted, "{}", context());
        defines += wanted.len();
        let least = known.to_least_config(&graph.options);
        let wanted = answer["least"].as_str().expect("text");
        // Kconfig does not see that a number comes to the end of its range by itself.
        let has_range = |line: &str| {
            let ranged = graph.options.iter().filter(|option| option.range.is_some());
            ranged.map(|option| format!("CONFIG_{}=", option.name)).any(|start| line.starts_with(&start))
        };
        let (mut ours_only, mut wanted) = (lines(&least), lines(wanted));
        ours_only.retain(|line| !wanted.contains(line));
        wanted.retain(|line| !lines(&least).contains(line) && !has_range(line));
        assert_eq!((ours_only, wanted), (vec![], vec![]), "{}", context());
        let again =
            OptionGraph { settings: least.lines().map(str::to_owned).collect(), ..graph.clone() };
        assert_eq!(ours(&again).expect("values").to_dot_config(), written, "{least}\n{}", context());
        same += 1;
        values += known.options.len();
    }
    println!(
        "{same} graphs with {values} options and {defines} macros are the same, {unmet} have a select that is not met, \
         {below_zero} a hex that comes below zero"
    );
    assert!(same > unmet && below_zero * 100 < graphs.len(), "most graphs can be configured");
}

#[test]
fn circles_are_found_where_kconfig_finds_them() {
    let graphs: Vec<OptionGraph> =
        (0..reliability::count(100, 1000)).map(|seed| graph(seed, true)).collect();
    let Some(answers) = oracle(&graphs, "circles beside kconfiglib") else { return };
    let (mut circles, mut siblings) = (0, 0);
    for (seed, (graph, answer)) in graphs.iter().zip(&answers).enumerate() {
        let theirs = answer["error"].as_str().is_some_and(|text| text.contains("Dependency loop"));
        let said = ours(graph).map_or_else(|error| error.to_string(), |_| String::new());
        let context = || format!("seed {seed}\n{}\n{answer}\n{said}", kconfig(graph));
        if !theirs && graph.options.iter().any(asks_its_siblings) {
            assert!(said.contains("in a circle"), "{}", context());
            siblings += 1;
            continue;
        }
        assert_eq!(said.contains("in a circle"), theirs, "{}", context());
        circles += usize::from(theirs);
    }
    println!("{circles} of {} graphs have a circle, {siblings} ask among siblings", graphs.len());
    assert!(circles > 0 && circles < graphs.len());
}

/// Whether a member of a choice depends on another one of it. Kconfig then takes it out of the choice, as an entry of a menu below the other.
fn asks_its_siblings(choice: &Opt) -> bool {
    let start = format!("{}M", choice.name);
    let conditions = choice.members.iter().filter_map(|member| member.depends_on.as_ref());
    conditions.map(ToString::to_string).any(|condition| condition.contains(&start))
}
