//! The symbols of one file, an archive or an object, in the form in which a build directory keeps them.
//!
//! A pure function of what matters to a linker: the text of two files is the same when their symbols are, whatever else
//! changed in them, and that is what lets a build stop early.

mod parse;
pub(crate) mod script;
mod write;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;

use foldhash::fast::RandomState;

use crate::archive::read_members;
use crate::archive::unit::{Content, Unit};
use crate::elf::magic::Magic;
use crate::elf::object::read_only;
use crate::elf::object_names::Names;
use crate::error::{Error, Result};
use crate::facts::{Form, Object};

/// The units of one file: the members of an archive in their order, or one lone object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index<'a> {
    /// In the order of the file.
    pub units: Vec<Unit<'a>>,
}

impl<'a> Index<'a> {
    /// Reads an archive or a lone object, whichever it is, or a linker script that names archives. `external` gives
    /// those, too; see [`read_archive`](crate::read_archive).
    ///
    /// # Errors
    /// As [`read_archive`](crate::read_archive) and [`read_object`](crate::read_object): a lone object that cannot be read is an error, a member is not.
    pub fn read(bytes: &'a [u8], external: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>) -> Result<Self> {
        Index::read_some(bytes, external, None)
    }

    /// As [`read`](Index::read), for who asks only which units define one of these names or hide it: the tables of the
    /// others may be empty, and their damage may go unseen. Much quicker for a few names of a large archive.
    ///
    /// # Errors
    /// As [`read`](Index::read).
    pub fn read_names(
        bytes: &'a [u8],
        external: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
        names: &Names<'_>,
    ) -> Result<Self> {
        Index::read_some(bytes, external, Some(names))
    }

    fn read_some(
        bytes: &'a [u8],
        external: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
        names: Option<&Names<'_>>,
    ) -> Result<Self> {
        let magic = Magic::of(bytes);
        if matches!(magic, Magic::Archive | Magic::ThinArchive) {
            return Ok(Index { units: read_members(bytes, external, names)? });
        }
        if magic.is_script() {
            return Index::read_named(bytes, external, names);
        }
        let content = Content::Object(read_only(bytes, names)?);
        Ok(Index { units: vec![Unit { name: "".into(), content, listed: Vec::new() }] })
    }

    /// The units of all archives that a linker script names. Shared libraries among them have nothing that a link could
    /// take apart.
    fn read_named(
        script: &[u8],
        external: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
        names: Option<&Names<'_>>,
    ) -> Result<Self> {
        let refused =
            |why: String| Error::NotAnObject { found: format!("a linker script: {why}").into() };
        let text = std::str::from_utf8(script).map_err(|_| refused("it is no text".to_owned()))?;
        let mut all = Index::default();
        for file in script::named(text).map_err(refused)? {
            let path = file.strip_prefix("-l").map(|name| format!("lib{name}.a"));
            let content = external(path.as_deref().unwrap_or(&file))
                .map_err(|error| refused(format!("it names {file}, which cannot be read: {error}")))?;
            if Magic::of(&content).is_script() {
                return Err(refused(format!("it names {file}, which is one, too")));
            }
            let index = Index::read_some(&content, external, names)?.into_owned();
            let form = index.object().map(|object| object.form);
            if !matches!(form, Some(Form::Shared | Form::Executable)) {
                all.units.extend(index.units);
            }
        }
        Ok(all)
    }

    /// Reads the text that [`Index::to_text`] wrote.
    ///
    /// # Errors
    /// [`Error::BadIndex`](crate::Error::BadIndex) with the line, for a text of another version or one that is damaged or cut off
    /// inside a line.
    pub fn parse(text: &'a str) -> Result<Self> {
        Ok(Index { units: parse::units(text)? })
    }

    /// The index as text, for a file in the build directory.
    ///
    /// ```
    /// use modpin_symbols::Index;
    /// let text = "modpin-syms 1\n=r.\tx86-64\tcrc.o\ndgdf\tcrc32\nnsd\tmemcpy\n";
    /// assert_eq!(Index::parse(text)?.to_text(), text);
    /// # Ok::<(), modpin_symbols::Error>(())
    /// ```
    pub fn to_text(&self) -> String {
        write::text(&self.units)
    }

    /// The object, if the file is a lone object.
    pub fn object(&self) -> Option<&Object<'a>> {
        match self.units.as_slice() {
            [unit] if unit.name.is_empty() => unit.object(),
            _ => None,
        }
    }

    /// What messages call a unit: a member's name, with `#2` behind it for the second of that name (the N of ar(1)). Empty for
    /// a lone object.
    pub fn unit_name(&self, unit: usize) -> Cow<'_, str> {
        let Some(found) = self.units.get(unit) else { return "".into() };
        let alike = |units: &[Unit<'_>]| units.iter().filter(|other| other.name == found.name).count();
        match alike(&self.units) {
            0 | 1 => Cow::Borrowed(&*found.name),
            _ => format!("{}#{}", found.name, alike(&self.units[..=unit])).into(),
        }
    }

    /// [`Index::unit_name`] of every unit.
    pub fn unit_names(&self) -> Vec<Cow<'_, str>> {
        let numbers = UnitNumbers::of(self);
        (0..self.units.len()).map(|unit| numbers.name(self, unit)).collect()
    }

    /// The same index without a borrow of the bytes or text that it was read from.
    pub fn into_owned(self) -> Index<'static> {
        Index { units: self.units.into_iter().map(Unit::into_owned).collect() }
    }
}

/// For [`Index::unit_name`] of many units: the file is gone through once.
#[derive(Debug)]
pub(crate) struct UnitNumbers(Vec<u32>);

impl UnitNumbers {
    /// For each unit, how many had its name up to it; 0 where it is the only one.
    pub fn of(index: &Index<'_>) -> Self {
        let mut counts: HashMap<&str, u32, RandomState> = HashMap::default();
        let mut numbers = Vec::with_capacity(index.units.len());
        for unit in &index.units {
            let count = counts.entry(&unit.name).or_default();
            *count += 1;
            numbers.push(*count);
        }
        let alone = |unit: &Unit<'_>| counts.get(&*unit.name) == Some(&1);
        let all = numbers.iter_mut().zip(&index.units);
        all.filter(|(_, unit)| alone(unit)).for_each(|(number, _)| *number = 0);
        UnitNumbers(numbers)
    }

    pub fn name<'a>(&self, index: &'a Index<'a>, unit: usize) -> Cow<'a, str> {
        match (index.units.get(unit), self.0.get(unit)) {
            (Some(Unit { name, .. }), Some(&number @ 1..)) => Cow::Owned(format!("{name}#{number}")),
            (Some(Unit { name, .. }), _) => Cow::Borrowed(name),
            (None, _) => Cow::Borrowed(""),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::notation::Files;

    #[test]
    fn all_names_are_those_of_each() {
        let files = Files::new("x.a: one.o{} two.o{} one.o{f} three.o{} one.o{}");
        let link = files.link();
        let index = link.archives[0].index;
        assert_eq!(index.unit_names(), ["one.o#1", "two.o", "one.o#2", "three.o", "one.o#3"]);
        for (number, name) in index.unit_names().into_iter().enumerate() {
            assert_eq!(name, index.unit_name(number));
        }
    }
}
