//! One link, as far as symbols go: who defines what, and which members of archives are taken.

pub(crate) mod scope;
pub(crate) mod closure;
pub(crate) mod site;
