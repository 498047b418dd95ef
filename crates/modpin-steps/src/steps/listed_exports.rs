//! What a project's list of exports means in one link: each name as it stands, and for each glob the names of the link that fit.
//! What `all` means is for the linker to say.

use modpin_project::{ALL_SYMBOLS, SymbolPattern};
use modpin_symbols::{Link, Scope};

/// A list of exports, with names in the place of globs.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ListedExports<'a> {
    /// The names.
    pub names: Vec<&'a str>,
    /// What is to be said of globs that fit nothing.
    pub notes: Vec<String>,
}

impl<'a> ListedExports<'a> {
    /// The list in this link.
    pub fn new(list: &'a [String], link: &Link<'a>) -> ListedExports<'a> {
        let mut listed = ListedExports::default();
        let mut offered: Option<Vec<&'a str>> = None;
        for entry in list.iter().filter(|entry| *entry != ALL_SYMBOLS) {
            // One that is wrong was refused with the declaration.
            let Ok(Some(pattern)) = SymbolPattern::read(entry) else {
                listed.names.push(entry);
                continue;
            };
            let offered = offered.get_or_insert_with(|| Scope::new(link).offered());
            let before = listed.names.len();
            listed.names.extend(offered.iter().copied().filter(|name| pattern.matches(name)));
            if listed.names.len() == before {
                listed.notes.push(note(&pattern, offered));
            }
        }
        listed
    }
}

fn note(pattern: &SymbolPattern, offered: &[&str]) -> String {
    let help = match pattern.nearest(offered.iter().copied()) {
        Some(nearest) => format!("did you mean {nearest:?}?"),
        None => "it is matched with what its objects and its archives define for everybody".to_owned(),
    };
    format!("exports {:?}, and has no such symbol\n  help: {help}", pattern.text())
}
