//! A program for the build machine: it runs while the project is built, whatever the project is built for. Its name is Kbuild's; it
//! loads no modules, and is no host in that sense.

use serde::{Deserialize, Serialize};

use crate::declare::code::{Code, shared_methods};
use crate::declare::flags::Flags;
use crate::declare::handle::{LibraryId, Ref};
use crate::declare::link_order::Cycles;
use crate::declare::link_places::{LinkPlaces, link_methods};
use crate::declare::links::Links;
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
    /// What it links.
    #[serde(flatten)]
    pub links: Links,
    /// Arguments elsewhere in the link.
    #[serde(flatten)]
    pub places: LinkPlaces,
    /// What to do about libraries that need each other; left out: as the project says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycles: Option<Cycles>,
}

shared_methods!(HostProgram, "a program for the build machine");
link_methods!(HostProgram);
