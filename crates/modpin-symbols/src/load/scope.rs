//! The files that a loader looks through, in its order, and whose rules hold: who offers a symbol, who asks for one.

use crate::facts::asks::Ask;
use crate::facts::loadable::Loadable;
use crate::facts::offers::{Version, Wanted};
use crate::facts::table::Kind;

/// Whose rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rules {
    /// glibc's.
    #[default]
    Glibc,
    /// musl's.
    Musl,
}

/// A file in the loader's scope.
#[derive(Debug, Clone, Copy)]
pub struct InScope<'a> {
    /// How messages call it.
    pub name: &'a str,
    /// What it is.
    pub file: &'a Loadable,
    /// What is looked up for it.
    pub binds: Binds,
}

/// What is looked up for a file while it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binds {
    /// Nothing: that was done before.
    Nothing,
    /// What cannot wait: all but the calls, unless the file was linked with `-z now`.
    AtStart,
    /// Everything, as `dlopen` does it with RTLD_NOW.
    Now,
}

impl<'a> InScope<'a> {
    /// Whether the loader would take this file's definition.
    #[inline]
    pub(super) fn offers(&self, wanted: Wanted<'_>, ask: &Ask<'_>, rules: Rules) -> bool {
        self.file.offers.any(wanted, |offer| match rules {
            Rules::Glibc => accepts(offer.version, ask.version),
            // musl knows no function that chooses an address.
            Rules::Musl => !offer.version.is_hidden() && offer.kind != Kind::Ifunc,
        })
    }

    pub(super) fn asks(&self) -> impl Iterator<Item = Ask<'a>> + use<'a> {
        let at_once = self.binds == Binds::Now || self.file.bind_now;
        let none = self.binds == Binds::Nothing;
        self.file.asks.iter().filter(move |ask| !none && (at_once || !ask.lazy))
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// Its soname, and that of its file.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.file.soname.as_deref().into_iter().chain(self.name.rsplit('/').next())
    }
}

/// The first file of the scope whose definition the loader takes.
pub fn definer(scope: &[InScope<'_>], ask: &Ask<'_>, rules: Rules) -> Option<usize> {
    let wanted = Wanted::new(ask.name);
    scope.iter().position(|of| of.offers(wanted, ask, rules))
}

/// `check_match` of glibc.
#[inline]
fn accepts(offered: &Version, asked: Option<&str>) -> bool {
    match (offered, asked) {
        (Version::Unknown, _) | (Version::None { .. }, None) => true,
        (Version::None { hidden }, Some(_)) => !hidden,
        (Version::Named { name, .. }, Some(asked)) => name == asked,
        (Version::Named { hidden, oldest, .. }, None) => *oldest || !hidden,
    }
}
