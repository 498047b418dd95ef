//! Symbols of objects and archives: bytes in, facts out.
//!
//! A *host* is an executable that loads *modules*. A module calls functions of its host, and a linker does not know that:
//! it leaves out what the host itself does not call, and shows the loader nothing that no library asks for. This crate
//! reads the symbols of both sides and says which ones the host must keep and export (the *pins*), which it cannot, and
//! whether a finished module would load. It opens no file, runs no command and knows no build.
//!
//! # What an object has
//!
//! [`Index::read`] takes the bytes of an object, a shared library or an archive. A build keeps the result as text
//! ([`Index::to_text`], [`Index::parse`]), which is also the shortest way to write one down:
//!
//! ```
//! use modpin_symbols::Index;
//!
//! let crc = "modpin-syms 1\n=r.\tx86-64\tcrc.o\ndgdf\tcrc32\nnsd\tmemcpy\n";
//! let index = Index::parse(crc)?;
//! let object = index.units[0].object().expect("a member that is an object");
//! assert_eq!(object.table.defined[0].name, "crc32");
//! assert_eq!(object.table.needed[0].name, "memcpy");
//! # Ok::<(), modpin_symbols::Error>(())
//! ```
//!
//! # What a host must keep
//!
//! ```
//! use modpin_symbols::{File, Host, Index, Link, Module, plan_pins, response_file};
//!
//! let main = Index::parse("modpin-syms 1\n=r.\tx86-64\t\ndgdf\tmain\n")?;
//! let util = Index::parse("modpin-syms 1\n=r.\tx86-64\tcrc.o\ndgdf\tcrc32\n=r.\tx86-64\tsha.o\ndgdf\tsha256\n")?;
//! let crypt = Index::parse("modpin-syms 1\n=r.\tx86-64\t\nnsd\tmemcpy\nnsd\tsha256\n")?;
//!
//! let host = Host {
//!     link: Link {
//!         objects: vec![File { name: "main.o", index: &main }],
//!         archives: vec![File { name: "libutil.a", index: &util }],
//!     },
//!     exports: vec![],
//! };
//! let module = Module {
//!     name: "block/crypt",
//!     linked: File { name: "crypt.mo", index: &crypt },
//!     objects: vec![],
//!     archives: vec![],
//! };
//! let plan = plan_pins(&host, &[module]);
//! assert_eq!(plan.pins[0].site.to_string(), "libutil.a(sha.o)");
//! assert_eq!(plan.elsewhere[0].symbol, "memcpy");
//! assert_eq!(response_file(&plan), "-Wl,-u,sha256\n");
//! # Ok::<(), modpin_symbols::Error>(())
//! ```
//!
//! # Whether it would load
//!
//! The dynamic loader looks at finished files, and only at what their relocations mention: [`read_loadable`] reads them as
//! it does, [`missing`] applies its rules.
//!
//! ```
//! use modpin_symbols::{Ask, Binding, Binds, InScope, Kind, Loadable, Offer, Rules, Version, missing};
//!
//! let ask = |name: &'static str| Ask {
//!     name: name.into(), version: None, version_of: None, weak: false, lazy: true, own: false, at_fixed_distance: false,
//! };
//! let offer = |name: &'static str| Offer {
//!     name: name.into(), version: &Version::Unknown, binding: Binding::Global, kind: Kind::Function,
//! };
//! let host = Loadable { offers: [offer("crc32")].into_iter().collect(), ..Loadable::default() };
//! let crypt = Loadable { asks: ["crc32", "sha256"].map(ask).into_iter().collect(), ..Loadable::default() };
//!
//! let scope = [
//!     InScope { name: "host", file: &host, binds: Binds::Nothing },
//!     InScope { name: "crypt.so", file: &crypt, binds: Binds::Now },
//! ];
//! let lost = missing(&scope, Rules::Glibc);
//! assert_eq!(lost.len(), 1);
//! assert_eq!(lost[0].symbol, "sha256");
//! ```
//!
//! # What is left out
//!
//! ELF only: other formats are named and refused. No demangling, no addresses, no sizes. Symbols inside LTO objects belong
//! to their compilers; here they are found by name in an archive's index and refused with a reason.

mod error;
pub mod shown;
mod name;

// Floors: each imports from those above it in this list, never from those below.
mod facts;
mod elf;
mod archive;
mod index;
mod link;
mod pin;
mod order;
mod load;

pub use archive::members::{Member, members};
pub use archive::read_archive;
pub use archive::unit::{Content, Unit};
pub use archive::write::write_archive;
pub use elf::debug_link::DebugLink;
pub use elf::interface::read_interface;
pub use elf::loadable::read_loadable;
pub use elf::may_offer::may_offer;
pub use elf::object::read_object;
#[cfg(feature = "lines")]
pub use elf::object_lines::{Mentions, SourceLine, mentions};
pub use elf::object_names::Names;
pub use elf::run_path::RunPath;
pub use elf::symtab::{FullTable, Unseen, is_stripped, unseen};
pub use elf::variables::has_variables;
pub use error::{Error, Result};
pub use facts::asks::{Ask, Asks};
pub use facts::interface::{Interface, Offered};
pub use facts::loadable::{ElfHeader, HeaderFault, LinkedAs, Loadable, NeededVersion, Tls};
pub use facts::offers::{Offer, Offers, Version};
pub use facts::string_table::SymbolName;
pub use facts::table::{Binding, Definition, Kind, Need, Table, Visibility};
pub use facts::{Dynamic, Form, Lto, Object};
pub use index::Index;
pub use index::script::named as named_in_script;
pub use link::closure::{Closure, Linked, Narrowed, Open, Why, closure};
pub use link::scope::{Definer, File, Link, Scope, UnitId};
pub use link::site::{Asker, Reference, Site};
pub use load::interposed::{InterposedSymbol, interposed};
pub use load::missing::{Bound, MissingSymbol, bind, missing, unbound};
pub use load::scope::{Binds, InScope, Rules, definer};
pub use load::versions::{
    MissingVersion, Unversioned, missing_versions, other_versions, unannounced_relr, unversioned,
};
pub use name::{bounds_section, can_be_pinned, linker_provides};
pub use order::cycle::Cycle;
pub use order::declared::Declared;
pub use order::duplicates::Duplicate;
pub use order::edges::Edge;
pub use order::opening::Opening;
pub use order::request::{ArchiveFile, ArchiveId, OrderRequest, Users};
pub use order::{Order, order};
pub use pin::blind::BlindPins;
pub use pin::clash::Clash;
pub use pin::decide::{Host, depends_on_links, plan_pins, plan_pins_beside};
pub use pin::linker_input::{dynamic_list, response_file};
pub use pin::plan::{Elsewhere, Export, Pin, PinPlan, Unread};
pub use pin::refusal::{HiddenBy, Refusal};
pub use pin::unresolved::{Module, askers};

#[cfg(test)]
mod notation;
