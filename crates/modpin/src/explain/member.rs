//! Why a link takes an object or an archive member, or why it does not. Pure.

use modpin_project::nearest;
use modpin_symbols::{Content, Unit, UnitId};
use serde::Serialize;

use super::chain::{NeedOnWay, chain};
use super::lines::{Lines, NoLines};
use super::member_name::{MemberName, stem};
use super::needs::needs;
use super::program::Program;
use super::scene::Scene;
use crate::plan::TargetKind;

/// An object or member, in every link that could take it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberAnswer {
    /// As it was asked for.
    pub asked: String,
    /// Each unit of that name in each program and module; a name may fit several.
    pub places: Vec<MemberIn>,
}

/// A unit in one link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberIn {
    /// The program or module; none when nobody links the archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// `executable` or `module`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program_kind: Option<TargetKind>,
    /// The object by its source, or the archive.
    pub file: String,
    /// The archive's member; empty for an object.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub member: String,
    /// The member's number in its archive, from 0: two members may have one name.
    pub position: usize,
    /// What the link makes of it.
    pub state: LinkedAs,
    /// That in a sentence.
    pub summary: String,
    /// How the link comes to take it, need by need.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<NeedOnWay>,
    /// What it defines.
    pub defines: Vec<String>,
    /// Of a member that is not linked: what came closest to taking it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// What a link makes of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkedAs {
    /// It is an object of the program itself.
    Object,
    /// Its archive is linked with all members.
    Whole,
    /// The program needs it.
    Needed,
    /// A module needs it, and the program itself does not.
    Pinned,
    /// It stays in its archive.
    NotLinked,
    /// No link has its archive.
    Unused,
}

/// Why the objects and members of this name (`libutil.a(crc.c.o)`, `crc.c.o`, `crc.o`, `util/crc.c`) are linked; `None`
/// when there are none.
pub fn why_linked(scene: &Scene, asked: &str, lines: &mut dyn Lines) -> Option<MemberAnswer> {
    let name = MemberName::parse(asked);
    let programs = Program::all(scene);
    let mut places = Vec::new();
    for (at, program) in programs.iter().enumerate() {
        for unit in program.scope.unit_ids() {
            let (file, member) = program.name(unit);
            if name.fits(&file, &member) {
                places.push(in_program(&programs, at, unit, lines));
            }
        }
    }
    places.extend(unused(scene, &name));
    // Executables first: they are what most questions are about.
    places.sort_by_key(|place| (place.program_kind.is_none(), place.program_kind));
    (!places.is_empty()).then(|| MemberAnswer { asked: asked.to_owned(), places })
}

/// The unit that was probably meant by a name that fits none.
pub fn similar_unit(scene: &Scene, asked: &str) -> Option<String> {
    let units = scene.units();
    let names = || units.iter().map(String::as_str);
    if let Some(name) = nearest(asked, names()) {
        return Some(name.to_owned());
    }
    // What a compiler or a package put before or behind the name does not count.
    let wanted = stem(asked);
    let stems = || units.iter().map(|unit| (stem(unit), unit));
    let near = nearest(wanted, stems().map(|(stem, _)| stem))
        .and_then(|name| stems().find(|(stem, _)| *stem == name).map(|(_, unit)| unit.clone()));
    let holds = |unit: &&String| wanted.len() > 2 && unit.contains(wanted);
    near.or_else(|| units.iter().filter(holds).min_by_key(|unit| unit.len()).cloned())
}

fn in_program(programs: &[Program<'_>], at: usize, unit: UnitId, lines: &mut dyn Lines) -> MemberIn {
    let program = &programs[at];
    let (file, member) = program.name(unit);
    let chain = chain(programs, at, unit, lines);
    let defines = program.scope.unit(unit).map(defines).unwrap_or_default();
    let (state, summary, notes) = verdict(programs, at, unit, &chain, &defines);
    MemberIn {
        program: Some(program.link.name.clone()),
        program_kind: Some(program.link.kind()),
        file,
        member,
        position: unit.position as usize,
        state,
        summary,
        chain,
        defines,
        notes,
    }
}

fn verdict(
    programs: &[Program<'_>],
    at: usize,
    unit: UnitId,
    chain: &[NeedOnWay],
    defines: &[String],
) -> (LinkedAs, String, Vec<String>) {
    let program = &programs[at];
    let linked = program.linked.why(unit).is_some();
    let is_object = program.library(unit).is_none();
    match (linked, is_object, program.scope.is_given(unit)) {
        (true, true, _) => (LinkedAs::Object, "linked: it is an object of its own".into(), vec![]),
        (true, false, true) => {
            (LinkedAs::Whole, "linked: its archive is linked with all members".into(), vec![])
        }
        (true, false, false) if program.is_pinned(unit) => {
            let module = chain.first().and_then(|step| step.module.as_deref());
            let summary = match module {
                Some(module) => format!("linked for module {module} only: a pin keeps it"),
                None => "linked for the project's list of exports only".to_owned(),
            };
            (LinkedAs::Pinned, summary, vec![])
        }
        (true, false, false) => (LinkedAs::Needed, needed(chain), vec![]),
        (false, _, _) => {
            let (summary, notes) = not_linked(programs, at, unit, defines);
            (LinkedAs::NotLinked, summary, notes)
        }
    }
}

fn needed(chain: &[NeedOnWay]) -> String {
    match chain.first() {
        Some(first) => format!("linked: {} leads to it", first.by),
        None => "linked".to_owned(),
    }
}

/// Why nothing takes a member, and what came close.
fn not_linked(
    programs: &[Program<'_>],
    at: usize,
    unit: UnitId,
    defines: &[String],
) -> (String, Vec<String>) {
    match programs[at].scope.unit(unit).map(|unit| &unit.content) {
        Some(Content::Foreign(what)) => {
            return (format!("not linked: it is {what}, which a linker does not take"), vec![]);
        }
        Some(Content::Damaged(why)) => return (format!("not known: it is damaged ({why})"), vec![]),
        _ => {}
    }
    if defines.is_empty() {
        return ("not linked: it defines nothing that others could need".into(), vec![]);
    }
    let notes = defines.iter().filter_map(|symbol| near_miss(programs, at, unit, symbol)).collect();
    ("not linked: nothing that is linked needs what it defines".into(), notes)
}

/// Why one of its definitions does not take the member.
fn near_miss(programs: &[Program<'_>], at: usize, unit: UnitId, symbol: &str) -> Option<String> {
    let program = &programs[at];
    if let Some(other) = program.taken(symbol).filter(|&other| other != unit) {
        let first = program.title(other);
        return Some(match program.linked.why(other).is_some() {
            true => format!("{symbol} is taken from {first}"),
            false => format!("{symbol} would be taken from {first}, which comes first"),
        });
    }
    let asking = needs(programs, at, symbol, &mut NoLines);
    if let Some(weakly) = asking.iter().find(|asking| asking.linked) {
        let why = if weakly.module.is_some() { "is no reason for a pin" } else { "takes no member" };
        return Some(format!("{} refers to {symbol} weakly, and that {why}", weakly.title()));
    }
    let unlinked = asking.first()?;
    Some(format!("{} needs {symbol}, but is not linked either", unlinked.title()))
}

/// Members of archives that no link has.
fn unused(scene: &Scene, name: &MemberName) -> Vec<MemberIn> {
    let is_linked = |library: usize| {
        scene.links.iter().flat_map(|link| &link.archives).any(|archive| archive.library == library)
    };
    let mut found = Vec::new();
    for (number, library) in scene.libraries.iter().enumerate() {
        if is_linked(number) {
            continue;
        }
        for (position, unit) in library.index.units.iter().enumerate() {
            let member = library.index.unit_name(position).into_owned();
            if !name.fits(&library.file_name, &member) {
                continue;
            }
            found.push(MemberIn {
                program: None,
                program_kind: None,
                file: library.file_name.clone(),
                member,
                position,
                state: LinkedAs::Unused,
                summary: format!("not linked: no program or module links {}", library.file_name),
                chain: vec![],
                defines: defines(unit),
                notes: vec![],
            });
        }
    }
    found
}

fn defines(unit: &Unit<'_>) -> Vec<String> {
    let defined = unit.object().map(|object| object.table.defined.as_slice()).unwrap_or_default();
    let mut names: Vec<String> = defined.iter().map(|definition| definition.name.to_string()).collect();
    names.dedup();
    names
}
