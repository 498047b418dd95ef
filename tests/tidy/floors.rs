//! The floors inside each crate: what stands higher may import what stands lower, files never import each
//! other in a circle, and one look at `src` shows them all. The floors are those of docs/architecture.md.

use crate::tidy::imports::{Arrow, Crate, circles};
use crate::tidy::source::{read, root, sources};

/// One line of the document: a crate, and the entries of its `src` from the highest floor to the lowest.
struct Floors {
    krate: String,
    floors: Vec<Vec<String>>,
}

/// How many files and folders one sees on opening a crate's `src`.
const MOST_ENTRIES: usize = 16;

#[test]
fn files_do_not_import_each_other_in_a_circle() {
    let sources = sources();
    for Floors { krate, .. } in floors() {
        let arrows = Crate::read(&format!("crates/{krate}"), &sources).arrows();
        let circles = circles(&arrows);
        let told: Vec<String> = circles.iter().map(|circle| tell(circle, &arrows)).collect();
        assert!(
            told.is_empty(),
            "crates/{krate}: files import each other in a circle\n{}\n  help: move what both need into the lower \
             file, or into one of its own that knows neither; or hand it in as an argument",
            told.join("\n")
        );
    }
}

#[test]
fn imports_point_to_lower_floors() {
    let sources = sources();
    for Floors { krate, floors } in floors() {
        let floor_of = |file: &str| {
            let entry = file.split('/').next().unwrap_or_default().trim_end_matches(".rs");
            floors.iter().position(|floor| floor.iter().any(|name| name == entry))
        };
        for Arrow { from, to, path } in Crate::read(&format!("crates/{krate}"), &sources).arrows() {
            let entry = |file: &str| file.split('/').next().unwrap_or_default().to_owned();
            let (Some(higher), Some(lower)) = (floor_of(&from), floor_of(&to)) else {
                // The crate's root hands on, and may know all.
                let roots = ["lib.rs", "main.rs"];
                assert!(
                    roots.contains(&from.as_str()) || roots.contains(&to.as_str()),
                    "crates/{krate}/src: {from} or {to} stands on no floor\n  help: name it in the block \"Floors inside \
                     a crate\" of docs/architecture.md"
                );
                assert!(
                    !roots.contains(&to.as_str()),
                    "crates/{krate}/src/{from} takes {path} from the crate's root\n  help: define it in a file below"
                );
                continue;
            };
            assert!(
                higher < lower || entry(&from) == entry(&to),
                "crates/{krate}/src/{from} takes {path} from {to}, which stands no lower\n  help: move the code to the \
                 floor where both are known, or hand it in as an argument (docs/architecture.md, \"Floors inside a crate\")"
            );
        }
    }
}

#[test]
fn one_look_at_a_crate_shows_its_architecture() {
    for Floors { krate, floors } in floors() {
        let mut entries: Vec<String> = Vec::new();
        for source in sources() {
            let below = source.path.strip_prefix(&format!("crates/{krate}/src/")).map(str::to_owned);
            let entry = below.and_then(|path| path.split('/').next().map(str::to_owned));
            entries.extend(entry.filter(|entry| !entries.contains(entry)));
        }
        assert!(
            entries.len() <= MOST_ENTRIES,
            "crates/{krate}/src shows {} entries, more than {MOST_ENTRIES}\n  help: a folder for files of one noun",
            entries.len()
        );
        let gone = floors.iter().flatten().find(|name| {
            !entries.iter().any(|entry| entry == *name || entry.strip_suffix(".rs") == Some(*name))
        });
        assert_eq!(
            gone, None,
            "docs/architecture.md, \"Floors inside a crate\", names what crates/{krate}/src does not have"
        );
        for folder in entries.iter().filter(|entry| !entry.ends_with(".rs") && *entry != "bin") {
            let path = format!("crates/{krate}/src/{folder}");
            let has_head = sources().iter().any(|source| {
                source.path == format!("{path}/mod.rs") || source.path == format!("{path}.rs")
            });
            assert!(has_head, "{path} has no mod.rs\n  help: say there what the folder is about");
        }
    }
}

#[test]
fn every_crate_has_its_floors() {
    let told: Vec<String> = floors().into_iter().map(|floors| floors.krate).collect();
    let crates = std::fs::read_dir(root().join("crates")).expect("crates");
    for krate in crates.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()) {
        assert!(
            told.contains(&krate),
            "{krate} is missing in the block \"Floors inside a crate\" of docs/architecture.md"
        );
    }
}

/// The block after the heading: `crate-name   a → b, c → d`, continued on lines that begin with a space.
fn floors() -> Vec<Floors> {
    let document = read("docs/architecture.md");
    let after = document.split("## Floors inside a crate").nth(1).expect("the heading");
    let block = after.split("```").nth(1).expect("a block of floors");
    let mut lines: Vec<String> = Vec::new();
    for line in block.lines().skip(1).filter(|line| !line.trim().is_empty()) {
        match line.starts_with(' ') {
            true => lines.last_mut().expect("a crate's line first").push_str(line),
            false => lines.push(line.to_owned()),
        }
    }
    let read = |line: &String| {
        let (krate, floors) = line.split_once(' ').expect("a crate and its floors");
        let names = |floor: &str| floor.split(',').map(|name| name.trim().to_owned()).collect();
        Floors { krate: krate.to_owned(), floors: floors.split('→').map(names).collect() }
    };
    lines.iter().map(read).collect()
}

fn tell(circle: &[&str], arrows: &[Arrow]) -> String {
    let inside =
        |arrow: &&Arrow| circle.contains(&arrow.from.as_str()) && circle.contains(&arrow.to.as_str());
    let lines = arrows.iter().filter(inside);
    lines
        .map(|arrow| format!("  {} takes {} from {}", arrow.from, arrow.path, arrow.to))
        .collect::<Vec<_>>()
        .join("\n")
}
