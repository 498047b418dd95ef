//! What the texts of toys say that no depfile tells: values of files, and files that are read beyond the commands' own words.

use crate::graph::Arg;
use crate::graph::step::{Discovered, How};
use crate::graph::untold::{Told, Untold};
use crate::world::disk::Disk;
use crate::world::values::{value_of, value_path};

/// A file of values: each command that has read it depends on those that the texts mention which it has read.
pub const VALUES: &str = "values";

/// The flag of a command that depends on all of them.
pub const WHOLE: &str = "-whole";

/// One value of a file with this content.
pub fn value_in(content: &[u8], name: &str) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(content);
    let mut values = text.lines().filter_map(|line| line.split_once('='));
    let value = values.find(|(known, _)| *known == name);
    value.map(|(_, value)| value.as_bytes().to_vec())
}

/// What a command reads: a file, or a value of one, and the file in which it is.
pub fn read_on<'a>(disk: &dyn Disk, path: &'a str) -> (&'a str, Option<Vec<u8>>) {
    match value_of(path) {
        Some((file, name)) => (file, disk.read(file).ok().and_then(|content| value_in(&content, name))),
        None => (path, disk.read(path).ok()),
    }
}

const INCBIN: &str = ".incbin ";
/// What a file reads if it is there.
pub const MAYBE: &str = ".maybe ";

/// A file that a line reads and no depfile tells of; whether it may be missing.
pub fn untold(line: &str) -> Option<(bool, &str)> {
    let must = line.strip_prefix(INCBIN).map(|path| (false, path));
    must.or_else(|| Some((true, line.strip_prefix(MAYBE)?)))
}

/// Finds these in the texts that a toy command has read.
#[derive(Debug)]
pub struct ToyUntold;

impl Untold for ToyUntold {
    fn beyond(&self, told: &Told<'_>, disk: &dyn Disk) -> Vec<Discovered> {
        if told.command.args.first() == Some(&Arg::from("cut")) {
            return Vec::new();
        }
        let texts = told.read.iter().filter_map(|path| disk.read(path).ok());
        let texts: Vec<String> =
            texts.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect();
        let asked = texts.iter().flat_map(|text| text.lines()).filter_map(untold);
        let found = asked.map(|(_, path)| {
            let there = disk.stat(path).is_ok_and(|stat| stat.is_some());
            Discovered { path: path.to_owned(), how: if there { How::Read } else { How::LookedFor } }
        });
        let mut found: Vec<Discovered> = found.collect();
        if told.read.contains(&VALUES) && told.command.args.get(1) != Some(&Arg::from(WHOLE)) {
            let names =
                texts.iter().flat_map(|text| text.lines()).filter_map(|line| line.strip_prefix('%'));
            let values = names.map(|name| Discovered { path: value_path(VALUES, name), how: How::Read });
            found.push(Discovered { path: VALUES.to_owned(), how: How::InPart });
            found.extend(values);
        }
        found
    }

    fn fleeting(&self, told: &Told<'_>, disk: &dyn Disk) -> Option<String> {
        let clock = |path: &&&str| disk.read(path).is_ok_and(|text| text.starts_with(b"#clock"));
        told.read.iter().find(clock).map(|path| format!("{path} tells the clock"))
    }
}
