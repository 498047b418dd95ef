//! Reads the text of an [`Index`](crate::Index): the hot path of a build that changes nothing.
//!
//! Borrows from the text. Believes nothing: a damaged text is an error with its line. The format is written down in
//! `write`.

use std::borrow::Cow;

use crate::archive::unit::{Content, Unit};
use crate::error::{Error, Result};
use crate::facts::table::{Binding, Definition, Kind, Need, Table, Visibility};
use crate::facts::{Dynamic, Form, Lto, Object};
use crate::index::write::FIRST_LINE;
use modpin_budget::{Budget, grown};

/// The units of a text that [`text`](crate::index::write::text) wrote.
pub(crate) fn units(text: &str) -> Result<Vec<Unit<'_>>> {
    let mut reader = Reader { units: Vec::new(), budget: Budget::of(text.len()) };
    let mut lines = text.split('\n').enumerate();
    let at = |line: usize| move |why: &str| Error::BadIndex { line: line + 1, why: why.to_owned() };
    if lines.next().map(|(_, first)| first) != Some(FIRST_LINE) {
        return Err(at(0)(&format!("expected `{FIRST_LINE}`")));
    }
    if !text.ends_with('\n') {
        return Err(at(text.split('\n').count() - 1)("the last line is cut off"));
    }
    while let Some((number, line)) = lines.next() {
        if !line.is_empty() {
            reader.line(line).map_err(at(number))?;
            if line.starts_with('=') && text.len() > LARGE {
                reader.reserve(lines.clone().map(|(_, line)| line)).map_err(at(number))?;
            }
        }
    }
    Ok(reader.units)
}

/// A text of which the lists are not left to grow: they would take twice and three times what they hold.
const LARGE: usize = 1 << 20;

/// The units read so far; a line belongs to the last one. Each method answers with what is wrong.
struct Reader<'a> {
    units: Vec<Unit<'a>>,
    budget: Budget,
}

const TOO_MUCH: &str = "it states more than a text of its length can";

type Read<T> = std::result::Result<T, &'static str>;

impl<'a> Reader<'a> {
    /// The lists of the unit that has just begun, as long as the lines that follow need them.
    fn reserve(&mut self, lines: impl Iterator<Item = &'a str>) -> Read<()> {
        let (mut defined, mut needed) = (0, 0);
        for line in lines.take_while(|line| !line.starts_with(['=', '?', '!'])) {
            defined += usize::from(line.starts_with('d'));
            needed += usize::from(line.starts_with('n'));
        }
        let object = self.object()?;
        object.table.defined.reserve_exact(defined);
        object.table.needed.reserve_exact(needed);
        Ok(())
    }

    fn line(&mut self, line: &'a str) -> Read<()> {
        let size = match line.as_bytes().first() {
            // The object had sixteen bytes for each, and was refused where these were too few.
            Some(b'd' | b'n') => 0,
            Some(b'=' | b'?' | b'!') => grown::<Unit<'_>>() + line.len(),
            _ => grown::<Cow<'_, str>>() + line.len(),
        };
        self.budget.take(size).ok_or(TOO_MUCH)?;
        match line.as_bytes() {
            [b'd', binding, visibility, kind, b'\t', ..] => {
                let mut definition = read_definition([*binding, *visibility, *kind], &line[5..])?;
                definition.comdat = binding.is_ascii_uppercase();
                self.object()?.table.defined.push(definition);
            }
            [b'n', strength, visibility, b'\t', ..] => {
                let need = read_need(*strength, *visibility, &line[4..])?;
                self.object()?.table.needed.push(need);
            }
            [b'=', form, lto, b'\t', ..] => self.units.push(read_unit(*form, *lto, &line[4..])?),
            [b'l', ..] => {
                let name = unescape(&line[1..])?;
                self.units.last_mut().ok_or("a name before the first unit")?.listed.push(name);
            }
            [b'?' | b'!', ..] => {
                let (why, name) = two_fields(&line[1..])?;
                let content =
                    if line.starts_with('?') { Content::Foreign(why) } else { Content::Damaged(why) };
                self.units.push(Unit { name, content, listed: Vec::new() });
            }
            [b'y', tag, ..] => self.dynamic(*tag, line.get(2..).unwrap_or_default())?,
            _ => return Err("a line of an unknown kind"),
        }
        Ok(())
    }

    fn object(&mut self) -> Read<&mut Object<'a>> {
        match self.units.last_mut().map(|unit| &mut unit.content) {
            Some(Content::Object(object)) => Ok(object),
            _ => Err("a fact that belongs to no object"),
        }
    }

    fn dynamic(&mut self, tag: u8, field: &'a str) -> Read<()> {
        let object = self.object()?;
        if let (b'n' | b'l', "") = (tag, field) {
            object.dynamic = Some(Box::new(Dynamic { bind_now: tag == b'n', ..Dynamic::default() }));
            return Ok(());
        }
        let dynamic = object.dynamic.as_mut().ok_or("a fact for the loader before `yn` or `yl`")?;
        let value = unescape(field.strip_prefix('\t').ok_or("expected a tab")?)?;
        match tag {
            b'N' => dynamic.needed.push(value),
            b'S' => dynamic.soname = Some(value),
            b'R' => dynamic.rpath = Some(value),
            b'U' => dynamic.runpath = Some(value),
            b'I' => dynamic.interp = Some(value),
            _ => return Err("a fact of an unknown kind for the loader"),
        }
        Ok(())
    }
}

fn read_unit(form: u8, lto: u8, fields: &str) -> Read<Unit<'_>> {
    let (form, pie) = match form {
        b'r' => (Form::Relocatable, false),
        b's' => (Form::Shared, false),
        b'e' => (Form::Executable, false),
        b'p' => (Form::Executable, true),
        _ => return Err("an unknown form of object"),
    };
    let lto = match lto {
        b'.' => None,
        b's' => Some(Lto::GccSlim),
        b'f' => Some(Lto::GccFat),
        b'b' => Some(Lto::ClangBitcode),
        _ => return Err("an unknown kind of LTO"),
    };
    let (machine, name) = two_fields(fields)?;
    let object = Object { form, pie, machine, lto, table: Table::default(), dynamic: None };
    Ok(Unit { name, content: Content::Object(object), listed: Vec::new() })
}

fn read_definition([binding, visibility, kind]: [u8; 3], name: &str) -> Read<Definition<'_>> {
    let binding = match binding.to_ascii_lowercase() {
        b'g' => Binding::Global,
        b'w' => Binding::Weak,
        b'u' => Binding::Unique,
        _ => return Err("an unknown binding"),
    };
    let kind = match kind {
        b'f' => Kind::Function,
        b'd' => Kind::Data,
        b't' => Kind::Tls,
        b'i' => Kind::Ifunc,
        b'c' => Kind::Common,
        b'o' => Kind::Other,
        _ => return Err("an unknown kind of symbol"),
    };
    let visibility = read_visibility(visibility)?;
    let (name, version, default_version) = read_name(name)?;
    Ok(Definition { name, version, default_version, binding, visibility, kind, comdat: false })
}

fn read_need(strength: u8, visibility: u8, name: &str) -> Read<Need<'_>> {
    let weak = match strength {
        b's' => false,
        b'w' => true,
        _ => return Err("a need that is neither strong nor weak"),
    };
    let (name, version, _) = read_name(name)?;
    Ok(Need { name, version, weak, visibility: read_visibility(visibility)? })
}

fn read_visibility(letter: u8) -> Read<Visibility> {
    match letter {
        b'd' => Ok(Visibility::Default),
        b'p' => Ok(Visibility::Protected),
        b'h' => Ok(Visibility::Hidden),
        b'i' => Ok(Visibility::Internal),
        _ => Err("an unknown visibility"),
    }
}

type Named<'a> = (Cow<'a, str>, Option<Cow<'a, str>>, bool);

fn read_name(field: &str) -> Read<Named<'_>> {
    let Some((name, version)) = field.split_once('\t') else {
        return Ok((unescape(field)?, None, false));
    };
    let version = version.strip_prefix('@').ok_or("a version without `@`")?;
    let (version, default) = match version.strip_prefix('@') {
        Some(version) => (version, true),
        None => (version, false),
    };
    Ok((unescape(name)?, Some(unescape(version)?), default))
}

fn two_fields(fields: &str) -> Read<(Cow<'_, str>, Cow<'_, str>)> {
    let (first, second) = fields.split_once('\t').ok_or("expected two fields with a tab between")?;
    Ok((unescape(first)?, unescape(second)?))
}

fn unescape(field: &str) -> Read<Cow<'_, str>> {
    if !field.bytes().any(|byte| matches!(byte, b'\\' | b'\t')) {
        return Ok(Cow::Borrowed(field));
    }
    let mut text = String::with_capacity(field.len());
    let mut chars = field.chars();
    while let Some(char) = chars.next() {
        match (char, if char == '\\' { chars.next() } else { None }) {
            ('\t', _) => return Err("a tab too many"),
            ('\\', Some('\\')) => text.push('\\'),
            ('\\', Some('t')) => text.push('\t'),
            ('\\', Some('n')) => text.push('\n'),
            ('\\', Some('@')) => text.push('@'),
            ('\\', _) => return Err("an unknown escape"),
            (other, _) => text.push(other),
        }
    }
    Ok(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::index::Index;
    use crate::notation::Files;

    fn check_written(file: &str, expect: Expect) {
        let files = Files::new(file);
        let link = files.link();
        let index = link.objects.iter().chain(&link.archives).next().expect("a file").index;
        let text = index.to_text();
        expect.assert_eq(&text);
        assert_eq!(Index::parse(&text).as_ref(), Ok(index));
    }

    fn check_refused(text: &str, expect: Expect) {
        let error = Index::parse(text).expect_err("must be refused").to_string();
        expect.assert_eq(error.lines().next().unwrap_or_default());
    }

    #[test]
    fn archives_are_written_member_by_member() {
        check_written(
            "x.a: one.o{f ~w =c %g:hidden !n ?m:internal v@V1 v@@V2} one.o{} README{#text} bad.o{#damaged +f +g} lto.o{#slim +h}",
            expect![[r#"
                modpin-syms 1
                =r.	x86-64	one.o
                dgdc	c
                dgdf	f
                dGhf	g
                dgdf	v	@V1
                dgdf	v	@@V2
                dwdf	w
                nwi	m
                nsd	n
                =r.	x86-64	one.o
                ?a text file	README
                !symbol name outside of the string table	bad.o
                lf
                lg
                =rs	x86-64	lto.o
                lh
            "#]],
        );
    }

    #[test]
    fn a_lone_object_has_no_name() {
        check_written(
            "x.o: f",
            expect![[r#"
            modpin-syms 1
            =r.	x86-64	
            dgdf	f
        "#]],
        );
    }

    #[test]
    fn odd_names_survive() {
        for odd in
            ["a b", "tab\there", "line\nfeed", "back\\slash", "\\n", "@", "a@b", "größe", "", "\r", "@@"]
        {
            let need = Need {
                name: odd.into(),
                version: Some(odd.into()),
                weak: false,
                visibility: Visibility::Default,
            };
            let files = Files::new("x.o: f");
            let mut index = files.link().objects[0].index.clone();
            index.units[0].name = odd.into();
            index.units[0].listed.push(odd.into());
            if let Content::Object(object) = &mut index.units[0].content {
                object.table.needed.push(need);
            }
            let text = index.to_text();
            assert_eq!(text.lines().count(), 5, "{odd:?}");
            assert_eq!(Index::parse(&text), Ok(index), "{odd:?}");
        }
    }

    #[test]
    fn what_the_loader_is_told_survives() {
        let files = Files::new("x.o: f");
        let mut index = files.link().objects[0].index.clone();
        let dynamic = Dynamic {
            needed: vec!["libc.so.6".into(), "libm.so.6".into()],
            soname: Some("libx.so".into()),
            rpath: Some("$ORIGIN".into()),
            runpath: Some("/a b".into()),
            interp: Some("/lib64/ld.so".into()),
            bind_now: true,
        };
        let forms = [(Form::Shared, false), (Form::Executable, true), (Form::Executable, false)];
        for (dynamic, (form, pie)) in
            [Dynamic::default(), dynamic.clone(), dynamic].into_iter().zip(forms)
        {
            if let Content::Object(object) = &mut index.units[0].content {
                (object.form, object.pie, object.dynamic) = (form, pie, Some(Box::new(dynamic)));
            }
            assert_eq!(Index::parse(&index.to_text()).as_ref(), Ok(&index));
        }
    }

    #[test]
    fn reading_borrows_from_the_text() {
        let index = Index::parse("modpin-syms 1\n=r.\tx86-64\tx.o\ndgdf\tf\n").expect("a good text");
        let object = index.units[0].object().expect("an object");
        assert!(matches!(object.table.defined[0].name, Cow::Borrowed("f")));
    }

    #[test]
    fn damaged_texts_are_refused_with_their_line() {
        check_refused("", expect!["symbol index, line 1: expected `modpin-syms 1`"]);
        check_refused("modpin-syms 2\n", expect!["symbol index, line 1: expected `modpin-syms 1`"]);
        check_refused("modpin-syms 1", expect!["symbol index, line 1: the last line is cut off"]);
        check_refused(
            "modpin-syms 1\n=r.\tx86-64\tx.o\ndgdf\tf",
            expect!["symbol index, line 3: the last line is cut off"],
        );
        check_refused(
            "modpin-syms 1\ndgdf\tf\n",
            expect!["symbol index, line 2: a fact that belongs to no object"],
        );
        check_refused(
            "modpin-syms 1\n?a text file\tREADME\nnsd\tf\n",
            expect!["symbol index, line 3: a fact that belongs to no object"],
        );
        check_refused(
            "modpin-syms 1\nlf\n",
            expect!["symbol index, line 2: a name before the first unit"],
        );
        check_refused(
            "modpin-syms 1\n=x.\tx86-64\tx.o\n",
            expect!["symbol index, line 2: an unknown form of object"],
        );
        check_refused(
            "modpin-syms 1\n=r.\tx86-64\n",
            expect!["symbol index, line 2: expected two fields with a tab between"],
        );
        let unit = "modpin-syms 1\n=r.\tx86-64\tx.o\n";
        check_refused(&format!("{unit}dxdf\tf\n"), expect!["symbol index, line 3: an unknown binding"]);
        check_refused(
            &format!("{unit}dgxf\tf\n"),
            expect!["symbol index, line 3: an unknown visibility"],
        );
        check_refused(
            &format!("{unit}dgdx\tf\n"),
            expect!["symbol index, line 3: an unknown kind of symbol"],
        );
        check_refused(
            &format!("{unit}dgdf\tf\tV1\n"),
            expect!["symbol index, line 3: a version without `@`"],
        );
        check_refused(
            &format!("{unit}dgdf\tf\t@V\t\n"),
            expect!["symbol index, line 3: a tab too many"],
        );
        check_refused(&format!("{unit}dgdf\t\\q\n"), expect!["symbol index, line 3: an unknown escape"]);
        check_refused(
            &format!("{unit}nxd\tf\n"),
            expect!["symbol index, line 3: a need that is neither strong nor weak"],
        );
        check_refused(
            &format!("{unit}yN\tlibc.so.6\n"),
            expect!["symbol index, line 3: a fact for the loader before `yn` or `yl`"],
        );
        check_refused(
            &format!("{unit}what\n"),
            expect!["symbol index, line 3: a line of an unknown kind"],
        );
    }
}
