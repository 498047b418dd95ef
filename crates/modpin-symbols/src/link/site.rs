//! Units, references and askers as messages and files name them: owned, printable, storable.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::link::scope::{Scope, UnitId};
use crate::shown;

/// A unit of a link, by the names that its user knows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Site {
    /// The object or archive, as the caller named it.
    pub file: String,
    /// The archive member, with `#2` behind it for the second of that name; empty for a lone object.
    pub member: String,
    /// The number of the member in the archive, from 0.
    pub position: usize,
}

impl Site {
    /// Where a unit of a link is.
    pub fn of(scope: &Scope<'_>, id: UnitId) -> Site {
        let file = scope.file(id).map(|file| file.name.to_owned()).unwrap_or_default();
        let member = scope.unit_name(id).into_owned();
        // A lone object may go by its own name twice.
        let member = if member == file { String::new() } else { member };
        Site { file, member, position: id.position as usize }
    }
}

/// `main.o`, or as linkers write it, `libutil.a(crc.o)`.
impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = shown::line(&self.file);
        match self.member.is_empty() {
            true => write!(f, "{file}"),
            false => write!(f, "{file}({})", shown::line(&self.member)),
        }
    }
}

/// One unit needs a symbol of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reference {
    /// The unit that needs it.
    pub from: Site,
    /// The symbol.
    pub symbol: String,
    /// The unit that defines it.
    pub to: Site,
}

/// `liba.a(1.o) needs f of libb.a(2.o)`
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} needs {} of {}", self.from, self.symbol, self.to)
    }
}

/// Who wants a name from the host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asker {
    /// A module.
    Module {
        /// The module's name. One text for all that it needs: a module may need very much.
        module: Arc<str>,
        /// Which of its objects refers to the name; the module's relocatable object where that is not known, and
        /// `lib.a(member.o)` for a member of the module's own archive.
        object: Arc<str>,
    },
    /// The project lists the name as an export of the host.
    Project,
}

impl fmt::Display for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Asker::Module { module, object } => {
                write!(f, "module {}: {}", shown::line(module), shown::line(object))
            }
            Asker::Project => write!(f, "the project's list of exports"),
        }
    }
}
