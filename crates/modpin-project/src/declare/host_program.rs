//! A program for the build machine: it runs while the project is built, whatever the project is built for. Its name is Kbuild's; it
//! loads no modules, and is no host in that sense.

use serde::{Deserialize, Serialize};

use crate::declare::code::{Code, shared_methods};
use crate::declare::flags::Flags;
use crate::declare::handle::{LibraryId, Ref};
use crate::declare::link_order::Cycles;
use crate::declare::link_places::{LinkPlaces, place_methods};
use crate::declare::options::item::{Item, Items};

/// A program that runs while the project is built: a generator, a checker. It is built when something asks for it, by the
/// compiler of the build machine, and what it links is compiled for that machine, too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct HostProgram {
    /// Its name, which no other program of the project has: `mktable`.
    pub name: String,
    /// What is compiled into it.
    #[serde(flatten)]
    pub code: Code,
    /// How it is compiled and linked, behind what the project says.
    #[serde(flatten)]
    pub flags: Flags,
    /// Libraries and shared libraries of the project that it links: they are compiled once more, for the build machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub link: Vec<Item<Ref<LibraryId>>>,
    /// System libraries of the build machine, as after `-l`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system_libraries: Vec<Item<String>>,
    /// System libraries that stay even if nothing linked here needs them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep_system_libraries: Vec<Item<String>>,
    /// Arguments elsewhere in the link.
    #[serde(flatten)]
    pub places: LinkPlaces,
    /// What to do about libraries that need each other; left out: as the project says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<Cycles>,
}

impl HostProgram {
    /// Says what to do about libraries of this program that need each other.
    pub fn cycles(mut self, cycles: Cycles) -> HostProgram {
        self.cycles = Some(cycles);
        self
    }

    /// Adds arguments to the program's link, behind its libraries.
    pub fn ldflags<M>(mut self, flags: impl Items<String, M>) -> HostProgram {
        self.flags.ldflags.extend(flags.items());
        self
    }
}

shared_methods!(HostProgram, "a program for the build machine");
place_methods!(HostProgram);
