//! Where arguments stand in a link, other than behind everything: in front of the objects, and between these and the libraries.
//! Modules and programs share it, and with it the methods.

use serde::{Deserialize, Serialize};

use crate::declare::options::item::Item;

/// Arguments in the middle of a link. Those behind its libraries are `ldflags`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkPlaces {
    /// In front of all objects, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ldflags_before_objects: Vec<Item<String>>,
    /// Behind the objects, in front of all libraries, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ldflags_before_libraries: Vec<Item<String>>,
}

impl LinkPlaces {
    /// Both lists.
    pub(crate) fn lists(&self) -> [&Vec<Item<String>>; 2] {
        [&self.ldflags_before_objects, &self.ldflags_before_libraries]
    }

    /// Both lists, to be changed.
    pub(crate) fn lists_mut(&mut self) -> [&mut Vec<Item<String>>; 2] {
        [&mut self.ldflags_before_objects, &mut self.ldflags_before_libraries]
    }
}

/// The methods that all targets have in common which a linker makes.
macro_rules! link_methods {
    ($kind:ident) => {
        impl $kind {
            /// Adds arguments to the link, in front of all objects: `"-Wl,--no-as-needed"` says something of all libraries
            /// there, and nothing of any behind them.
            pub fn ldflags_before_objects<M>(mut self, flags: impl Items<String, M>) -> $kind {
                self.places.ldflags_before_objects.extend(flags.items());
                self
            }

            /// Adds arguments to the link, behind the objects and in front of all libraries.
            pub fn ldflags_before_libraries<M>(mut self, flags: impl Items<String, M>) -> $kind {
                self.places.ldflags_before_libraries.extend(flags.items());
                self
            }

            /// Adds arguments to the link, behind its libraries.
            pub fn ldflags<M>(mut self, flags: impl Items<String, M>) -> $kind {
                self.flags.ldflags.extend(flags.items());
                self
            }

            /// Says what to do about libraries that it links and that need each other.
            pub fn cycles(mut self, cycles: $crate::declare::link_order::Cycles) -> $kind {
                self.cycles = Some(cycles);
                self
            }
        }
    };
}
pub(crate) use link_methods;
