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
    let mut wrong = Vec::new();
    for floors in floors() {
        let arrows = Crate::read(&format!("crates/{}", floors.krate), &sources).arrows();
        let told = arrows.iter().filter_map(|arrow| Some((arrow, floors.objection(arrow)?)));
        wrong.extend(told.map(|(Arrow { from, to, path }, objection)| {
            format!("  crates/{}/src/{from} takes {path} from {to}: {objection}", floors.krate)
        }));
    }
    assert!(
        wrong.is_empty(),
        "imports that do not point down\n{}\n  help: move the code to the floor where both are known, or hand it in as \
         an argument; the floors stand in docs/architecture.md, \"Floors inside a crate\"",
        wrong.join("\n")
    );
}

impl Floors {
    /// What is wrong with an import. The crate's root hands on, and may know all.
    fn objection(&self, arrow: &Arrow) -> Option<&'static str> {
        let (from, to) = (entry(&arrow.from), entry(&arrow.to));
        let floor =
            |name: &str| self.floors.iter().position(|floor| floor.iter().any(|other| other == name));
        match (from, to) {
            ("lib" | "main", _) => None,
            (_, "lib" | "main") => Some("nothing below takes from the crate's root"),
            _ if from == to => None,
            _ => match (floor(from), floor(to)) {
                (Some(higher), Some(lower)) if higher < lower => None,
                (Some(_), Some(_)) => Some("it stands no lower"),
                _ => Some("one of them stands on no floor"),
            },
        }
    }
}

/// The file or folder in `src` to which a file belongs.
fn entry(file: &str) -> &str {
    file.split('/').next().unwrap_or_default().trim_end_matches(".rs")
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
        let (krate, floors) = line.split_once(' ').unwrap_or((line.as_str(), ""));
        let names = |floor: &str| -> Vec<String> {
            floor.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
        };
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
