//! A finished file as the dynamic loader sees it: what it asks for, what it offers, and which other files it needs. Plain
//! data, like [`Object`](crate::Object); [`read_loadable`](crate::read_loadable) makes it from bytes.

use crate::facts::asks::Asks;
use crate::facts::offers::{Offer, Offers};

/// One shared library, module or executable.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loadable {
    /// What it was linked to be.
    pub linked_as: LinkedAs,
    /// What its first bytes say of it.
    pub header: ElfHeader,
    /// No part of it is to be mapped (PT_LOAD).
    pub unmapped: bool,
    /// It says nothing to a loader (PT_DYNAMIC): a static program, or a file with the debug information of another.
    pub mute: bool,
    /// Never loaded by `dlopen` (`-z nodlopen`).
    pub no_dlopen: bool,
    /// Its libraries are not looked for in the default directories (`-z nodefaultlib`).
    pub no_default_dirs: bool,
    /// Functions are bound when it is loaded, too (`-z now`).
    pub bind_now: bool,
    /// It holds the debug information of another file, and nothing that could be loaded (`objcopy --only-keep-debug`).
    pub debug_only: bool,
    /// The processor, as in [`Object::machine`](crate::Object::machine).
    pub machine: String,
    /// The loader that it asks for (PT_INTERP).
    pub interp: Option<String>,
    /// DT_SONAME.
    pub soname: Option<String>,
    /// DT_NEEDED, in order.
    pub needed: Vec<String>,
    /// DT_RPATH.
    pub rpath: Option<String>,
    /// DT_RUNPATH.
    pub runpath: Option<String>,
    /// Libraries that are asked in its place (DT_FILTER, DT_AUXILIARY), and whether it needs them.
    pub filtees: Vec<(String, bool)>,
    /// Its relocations are packed in the new way (DT_RELR).
    pub relr: bool,
    /// Some of its own addresses are chosen by functions that the loader calls (R_*_IRELATIVE).
    pub chooses: bool,
    /// The variables that each thread has of it (PT_TLS).
    pub tls: Option<Tls>,
    /// It reaches variables of its own at a fixed distance from the thread's pointer (the initial-exec model).
    pub own_at_fixed_distance: bool,
    /// What it offers to others.
    pub offers: Offers,
    /// What its relocations ask for.
    pub asks: Asks,
    /// The versions that it defines; `None` for a file that knows no versions.
    pub versions: Option<Vec<String>>,
    /// The versions that it needs others to define.
    pub needed_versions: Vec<NeededVersion>,
}

/// What a file was linked to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LinkedAs {
    /// A shared library or a module.
    #[default]
    Library,
    /// A program that can lie anywhere (DF_1_PIE).
    Pie,
    /// A program that lies at fixed addresses (ET_EXEC).
    Fixed,
}

/// What the first bytes of a file say of it, beyond its processor: what a loader looks at before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ElfHeader {
    /// ELFCLASS64.
    pub wide: bool,
    /// ELFDATA2MSB.
    pub big_endian: bool,
    /// EI_OSABI.
    pub os_abi: u8,
    /// EI_ABIVERSION.
    pub abi_version: u8,
    /// What is in it that the gABI does not know.
    pub fault: Option<HeaderFault>,
}

/// What the gABI does not know in a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderFault {
    /// EI_VERSION is not EV_CURRENT.
    IdentVersion,
    /// The unused bytes of `e_ident` are used.
    Padding,
    /// `e_version` is not EV_CURRENT.
    Version,
    /// Program headers have another size than those of its class.
    SegmentSize,
}

/// The variables that each thread has of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tls {
    /// In bytes.
    pub size: u64,
    /// In bytes, a power of two.
    pub align: u64,
    /// Where the first byte is to lie, modulo `align`.
    pub first: u64,
}

/// A version that another file must define.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededVersion {
    /// The file, as in DT_NEEDED.
    pub file: String,
    /// The version.
    pub version: String,
    /// The file can do without.
    pub weak: bool,
}

impl Loadable {
    /// A program: it can be started, and glibc loads it into no other.
    pub fn is_program(&self) -> bool {
        self.linked_as != LinkedAs::Library
    }

    /// Whether a name of DT_NEEDED means this file, once it is loaded.
    pub fn is_called(&self, name: &str) -> bool {
        self.soname.as_deref() == Some(name)
    }

    /// It has no version table: what it offers is of any version.
    pub fn knows_no_versions(&self) -> bool {
        self.offers.know_no_versions()
    }

    /// Everything that it offers under `name`: more than one only where versions differ.
    pub fn offers_of(&self, name: &str) -> Vec<Offer<'_>> {
        self.offers.of(name)
    }
}
