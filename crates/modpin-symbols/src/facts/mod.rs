//! What is known of one object, shared library or executable: plain data.
//!
//! [`read_object`](crate::read_object) makes it from bytes, an [`Index`](crate::Index) keeps it as text.

pub(crate) mod table;
pub(crate) mod string_table;
pub(crate) mod gnu_table;
pub(crate) mod offers;
pub(crate) mod asks;
pub(crate) mod loadable;
pub(crate) mod interface;

use std::borrow::Cow;

use crate::facts::table::Table;

/// What stage of linking a file has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Output of a compiler or of `ld -r`: input of a link.
    Relocatable,
    /// A shared library or module.
    Shared,
    /// A program.
    Executable,
}

/// Whose link-time optimisation an object waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lto {
    /// gcc's, without machine code: the symbols are not in the symbol table.
    GccSlim,
    /// gcc's, beside ordinary code: the symbol table is complete.
    GccFat,
    /// LLVM bitcode: there is no symbol table.
    ClangBitcode,
}

impl Lto {
    /// What such an object is, with its article.
    pub fn words(self) -> &'static str {
        match self {
            Lto::GccSlim => "a slim LTO object of gcc",
            Lto::GccFat => "a fat LTO object of gcc",
            Lto::ClangBitcode => "LLVM bitcode",
        }
    }
}

/// What the dynamic loader is told by an executable or a shared library.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dynamic<'a> {
    /// DT_NEEDED, in order.
    pub needed: Vec<Cow<'a, str>>,
    /// DT_SONAME.
    pub soname: Option<Cow<'a, str>>,
    /// DT_RPATH.
    pub rpath: Option<Cow<'a, str>>,
    /// DT_RUNPATH.
    pub runpath: Option<Cow<'a, str>>,
    /// The dynamic loader asked for (PT_INTERP).
    pub interp: Option<Cow<'a, str>>,
    /// Whether all symbols are bound when it is loaded (`-z now`).
    pub bind_now: bool,
}

/// One object, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object<'a> {
    /// Relocatable object, shared library or executable.
    pub form: Form,
    /// Whether an executable can be loaded at any address (PIE). False for the other forms.
    pub pie: bool,
    /// The processor: `x86-64`, `aarch64`, `i386`…; for bitcode `llvm-bitcode`.
    pub machine: Cow<'a, str>,
    /// Set where an LTO compiler left its mark.
    pub lto: Option<Lto>,
    /// The symbols. Empty is normal.
    pub table: Table<'a>,
    /// What the loader is told; `None` for relocatable objects and for static executables that need no loader at all.
    pub dynamic: Option<Box<Dynamic<'a>>>,
}

impl Object<'_> {
    /// The dynamic loader that this file asks for. An executable without one is static: it loads no module.
    pub fn interpreter(&self) -> Option<&str> {
        self.dynamic.as_ref()?.interp.as_deref()
    }

    /// Whether the symbols are in the LTO compiler's own form, so that [`Object::table`] is not the truth.
    pub fn hides_symbols(&self) -> bool {
        matches!(self.lto, Some(Lto::GccSlim | Lto::ClangBitcode))
    }

    /// The same object without a borrow of the bytes that it was read from.
    pub fn into_owned(self) -> Object<'static> {
        Object {
            form: self.form,
            pie: self.pie,
            machine: table::owned(self.machine),
            lto: self.lto,
            table: self.table.into_owned(),
            dynamic: self.dynamic.map(|dynamic| Box::new(owned_dynamic(*dynamic))),
        }
    }
}

fn owned_dynamic(dynamic: Dynamic<'_>) -> Dynamic<'static> {
    Dynamic {
        needed: dynamic.needed.into_iter().map(table::owned).collect(),
        soname: dynamic.soname.map(table::owned),
        rpath: dynamic.rpath.map(table::owned),
        runpath: dynamic.runpath.map(table::owned),
        interp: dynamic.interp.map(table::owned),
        bind_now: dynamic.bind_now,
    }
}
