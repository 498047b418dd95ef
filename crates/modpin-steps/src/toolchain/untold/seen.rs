//! How C sees options: in which header, and under which names. Written by the build, read by whoever wants to know on which options
//! an object depends.

use modpin_engine::{Discovered, Disk, How, Told, value_path};
use serde::{Deserialize, Serialize};

use super::options::{MacroName, OptionMentions};

/// The header in which C sees the options, and how texts mention them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenOptions {
    /// The header.
    pub header: String,
    /// The file of the options' values, a line `NAME=VALUE` for each.
    pub values: String,
    /// What macros are called, each by the list of patterns that it comes from.
    pub patterns: Vec<(String, String)>,
    /// Which options are meant in files that put names together.
    pub pasted: Vec<PastedNames>,
}

/// A file that puts names of options together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastedNames {
    /// The file.
    pub file: String,
    /// The options that it may mean.
    pub options: Vec<String>,
}

/// The same, ready to look for mentions.
#[derive(Debug)]
pub struct OptionFinder {
    options: SeenOptions,
    macros: Vec<MacroName>,
}

impl OptionFinder {
    /// As the build has written it.
    pub fn read(disk: &dyn Disk, path: &str) -> Option<OptionFinder> {
        let options: SeenOptions = serde_json::from_slice(&disk.read(path).ok()?).ok()?;
        let patterns = options.patterns.iter();
        let macros = patterns.map(|(list, pattern)| MacroName::new(pattern, list == "names")).collect();
        Some(OptionFinder { options, macros })
    }

    /// What a text mentions.
    pub fn mentions(&self, text: &str) -> OptionMentions {
        OptionMentions::of(text, &self.macros)
    }

    /// Whether a command has read the header.
    pub fn is_read(&self, told: &Told<'_>) -> bool {
        told.read.contains(&self.options.header.as_str())
    }

    /// Whether a file that was read mentions options: not the header itself, nor what tells of it.
    pub fn may_mention(&self, path: &str) -> bool {
        path != self.options.header && path != self.options.values
    }

    /// The options whose names are put together in a file; `None` if any may be.
    pub fn pasted_in(&self, path: &str) -> Option<&[String]> {
        let pasted = self.options.pasted.iter().find(|pasted| pasted.file == path);
        pasted.map(|pasted| pasted.options.as_slice())
    }

    /// Of the header, these options count, and no others.
    pub fn in_part<'a>(&self, names: impl Iterator<Item = &'a str>) -> Vec<Discovered> {
        let SeenOptions { header, values, .. } = &self.options;
        let read = |path: &String, how| Discovered { path: path.clone(), how };
        let values_read = names.map(|name| read(&value_path(values, name), How::Read));
        [read(header, How::InPart), read(values, How::InPart)].into_iter().chain(values_read).collect()
    }
}

/// Whether an argument makes the compiler write down every macro: into debug information, or into a file of its own.
pub fn writes_macros(arg: &str) -> bool {
    let debug = arg.strip_prefix("-g").filter(|rest| !rest.starts_with("dwarf-"));
    debug.is_some_and(|rest| rest.ends_with('3'))
        || arg.starts_with("-d")
        || arg == "-fdebug-macro"
        || arg.starts_with("-save-temps")
        || arg.starts_with("--save-temps")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_that_write_macros_down() {
        for arg in ["-g3", "-ggdb3", "-gdwarf-5", "-dD", "-dM", "-fdebug-macro", "-save-temps=obj"] {
            assert_eq!(writes_macros(arg), arg != "-gdwarf-5", "{arg}");
        }
        for arg in ["-g", "-g2", "-gdwarf-3", "-O3", "-DX=3", "-fno-debug-macro"] {
            assert!(!writes_macros(arg), "{arg}");
        }
    }
}
