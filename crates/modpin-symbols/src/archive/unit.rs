//! One piece of a file that a linker takes whole or leaves: a member of an archive, or a lone object.
//!
//! Where its symbols cannot be read, it holds the names that the archive's own index promises.

use std::borrow::Cow;

use crate::facts::Object;
use crate::facts::table;

/// A member, or a lone object. Its position counts from 0 in the list that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit<'a> {
    /// The member's name; empty for a lone object. Two members of one archive may have the same.
    pub name: Cow<'a, str>,
    /// What was found.
    pub content: Content<'a>,
    /// Names that the archive's own index says are defined here. Only kept where the symbols could not be read: for
    /// LTO members and for damaged ones. Sorted.
    pub listed: Vec<Cow<'a, str>>,
}

/// What a unit turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content<'a> {
    /// An object. It may hide its symbols from us ([`Object::hides_symbols`]).
    Object(Object<'a>),
    /// Something that a linker does not take: a text file, a COFF object. The words say what, with their article.
    Foreign(Cow<'a, str>),
    /// An object that cannot be read, and why.
    Damaged(Cow<'a, str>),
}

impl<'a> Unit<'a> {
    /// The object, where there is one.
    pub fn object(&self) -> Option<&Object<'a>> {
        match &self.content {
            Content::Object(object) => Some(object),
            Content::Foreign(_) | Content::Damaged(_) => None,
        }
    }

    /// Why the symbols of this unit are not known, if they are not: `a slim LTO object of gcc`.
    pub fn blind_spot(&self) -> Option<String> {
        match &self.content {
            Content::Object(object) if object.hides_symbols() => {
                object.lto.map(|lto| lto.words().to_owned())
            }
            Content::Object(_) | Content::Foreign(_) => None,
            Content::Damaged(why) => Some(format!("damaged ({why})")),
        }
    }

    /// The same unit without a borrow of the bytes that it was read from.
    pub fn into_owned(self) -> Unit<'static> {
        Unit {
            name: table::owned(self.name),
            content: match self.content {
                Content::Object(object) => Content::Object(object.into_owned()),
                Content::Foreign(what) => Content::Foreign(table::owned(what)),
                Content::Damaged(why) => Content::Damaged(table::owned(why)),
            },
            listed: self.listed.into_iter().map(table::owned).collect(),
        }
    }
}
