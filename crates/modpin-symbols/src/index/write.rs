//! How an [`Index`](crate::Index) is written as text.
//!
//! One fact a line, the first characters say which; fields are parted by tabs:
//!
//! ```text
//! modpin-syms 1                 the format and its version
//! =r.  x86-64  crc.o            a unit: form (r s e p: relocatable shared executable PIE), LTO (. slim fat bitcode)
//! dgdf crc32                    defines: binding (g w u; capital: COMDAT), visibility (d p h i), kind (f d t i c o)
//! dgdf crc32_old   @V1          ... in version V1; @@V1 when that is the default one
//! nsd memcpy                    needs: strong or weak (s w), visibility
//! yn                            speaks to a loader, which binds all at once (n) or lazily (l)
//! yN libc.so.6                  its DT_NEEDED; yS soname, yR rpath, yU runpath, yI interpreter
//! ?a text file   README         a unit that is no object, and what it is
//! !why   sha.o                  a damaged one
//! lsha256                       what the archive's index says the unit above defines, where we cannot see it
//! ```
//!
//! Backslash, tab and newline in a name are written `\\`, `\t`, `\n`, an `@` that begins a version `\@`. The order of
//! lines is the order of the tables, so equal indexes have equal texts. `parse` reads it.

use crate::archive::unit::{Content, Unit};
use crate::facts::table::{Binding, Definition, Kind, Visibility};
use crate::facts::{Dynamic, Form, Lto, Object};

/// The format and its version; a text of another version is made again.
pub(crate) const FIRST_LINE: &str = "modpin-syms 1";

/// These units as text.
pub(crate) fn text(units: &[Unit<'_>]) -> String {
    let mut out = String::with_capacity(64 + units.iter().map(length).sum::<usize>());
    out.push_str(FIRST_LINE);
    out.push('\n');
    for unit in units {
        write_unit(&mut out, unit);
    }
    out
}

/// About how long a unit's text is: exactly, where nothing in it is escaped.
fn length(unit: &Unit<'_>) -> usize {
    let symbol =
        |name: &str, version: Option<&str>| 6 + name.len() + version.map_or(0, |it| 3 + it.len());
    let tables = unit.object().map_or(0, |object| {
        let (defined, needed) = (object.table.defined.iter(), object.table.needed.iter());
        let defined = defined.map(|of| symbol(&of.name, of.version.as_deref()));
        defined.chain(needed.map(|of| symbol(&of.name, of.version.as_deref()))).sum()
    });
    64 + unit.name.len() + tables + unit.listed.iter().map(|name| name.len() + 2).sum::<usize>()
}

fn write_unit(out: &mut String, unit: &Unit<'_>) {
    match &unit.content {
        Content::Object(object) => write_object(out, &unit.name, object),
        Content::Foreign(what) => write_line(out, &["?"], &[what, &unit.name]),
        Content::Damaged(why) => write_line(out, &["!"], &[why, &unit.name]),
    }
    for name in &unit.listed {
        write_line(out, &["l"], &[name]);
    }
}

fn write_object(out: &mut String, name: &str, object: &Object<'_>) {
    let lto = match object.lto {
        None => ".",
        Some(Lto::GccSlim) => "s",
        Some(Lto::GccFat) => "f",
        Some(Lto::ClangBitcode) => "b",
    };
    let form = match (object.form, object.pie) {
        (Form::Relocatable, _) => "=r",
        (Form::Shared, _) => "=s",
        (Form::Executable, false) => "=e",
        (Form::Executable, true) => "=p",
    };
    write_line(out, &[form, lto, "\t"], &[&object.machine, name]);
    if let Some(dynamic) = &object.dynamic {
        write_dynamic(out, dynamic);
    }
    for definition in &object.table.defined {
        write_definition(out, definition);
    }
    for need in &object.table.needed {
        out.push_str(if need.weak { "nw" } else { "ns" });
        out.push(visibility_letter(need.visibility));
        write_name(out, &need.name, need.version.as_deref(), "\t@");
    }
}

fn write_definition(out: &mut String, definition: &Definition<'_>) {
    out.push('d');
    out.push(match (definition.binding, definition.comdat) {
        (Binding::Global, false) => 'g',
        (Binding::Weak, false) => 'w',
        (Binding::Unique, false) => 'u',
        (Binding::Global, true) => 'G',
        (Binding::Weak, true) => 'W',
        (Binding::Unique, true) => 'U',
    });
    out.push(visibility_letter(definition.visibility));
    out.push(match definition.kind {
        Kind::Function => 'f',
        Kind::Data => 'd',
        Kind::Tls => 't',
        Kind::Ifunc => 'i',
        Kind::Common => 'c',
        Kind::Other => 'o',
    });
    let mark = if definition.default_version { "\t@@" } else { "\t@" };
    write_name(out, &definition.name, definition.version.as_deref(), mark);
}

fn write_name(out: &mut String, name: &str, version: Option<&str>, mark: &str) {
    out.push('\t');
    write_escaped(out, name);
    if let Some(version) = version {
        out.push_str(mark);
        if version.starts_with('@') {
            out.push('\\');
        }
        write_escaped(out, version);
    }
    out.push('\n');
}

fn write_dynamic(out: &mut String, dynamic: &Dynamic<'_>) {
    out.push_str(if dynamic.bind_now { "yn\n" } else { "yl\n" });
    for needed in &dynamic.needed {
        write_line(out, &["yN\t"], &[needed]);
    }
    let rest = [
        ("yS\t", &dynamic.soname),
        ("yR\t", &dynamic.rpath),
        ("yU\t", &dynamic.runpath),
        ("yI\t", &dynamic.interp),
    ];
    for (tag, value) in rest {
        if let Some(value) = value {
            write_line(out, &[tag], &[value]);
        }
    }
}

fn write_line(out: &mut String, tags: &[&str], fields: &[&str]) {
    out.extend(tags.iter().copied());
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.push('\t');
        }
        write_escaped(out, field);
    }
    out.push('\n');
}

fn write_escaped(out: &mut String, text: &str) {
    if !text.bytes().any(|byte| matches!(byte, b'\\' | b'\t' | b'\n')) {
        return out.push_str(text);
    }
    for char in text.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
}

fn visibility_letter(visibility: Visibility) -> char {
    match visibility {
        Visibility::Default => 'd',
        Visibility::Protected => 'p',
        Visibility::Hidden => 'h',
        Visibility::Internal => 'i',
    }
}
