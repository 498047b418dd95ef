//! Who needs a symbol in a program and in the modules that it loads.

use modpin_symbols::{SourceLine, UnitId, Visibility};
use serde::Serialize;

use super::lines::Lines;
use super::program::Program;

/// A unit that refers to a symbol which it does not define.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asking {
    /// The module that it is part of, if it is not the program's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// The object by its source, or the archive.
    pub file: String,
    /// The archive's member; empty for an object.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub member: String,
    /// It can do without.
    pub weak: bool,
    /// It is linked. What is not linked needs nothing.
    pub linked: bool,
    /// What the reference says of the symbol, where that is not `default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visibility: Option<&'static str>,
    /// The lines that use it, where debug information tells.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<SourceLine>,
}

impl Asking {
    /// `module block/crypt: cipher.c`, `libimgutil.a(crc.c.o)`.
    pub(super) fn title(&self) -> String {
        let module = self.module.iter().map(|module| format!("module {module}: ")).collect::<String>();
        match self.member.is_empty() {
            true => format!("{module}{}", self.file),
            false => format!("{module}{}({})", self.file, self.member),
        }
    }
}

/// All units of a program that refer to a symbol, in link order, then those of its modules that want it from outside.
pub(super) fn needs(
    programs: &[Program<'_>],
    at: usize,
    symbol: &str,
    lines: &mut dyn Lines,
) -> Vec<Asking> {
    let program = &programs[at];
    let mut asking = of_program(program, None, symbol, lines);
    for &module in &program.modules {
        let module = &programs[module];
        if !defines(module, symbol) {
            let name = Some(module.link.name.as_str());
            asking.extend(of_program(module, name, symbol, lines));
        }
    }
    asking
}

/// Whether a unit that is linked into it defines the symbol.
pub(super) fn defines(program: &Program<'_>, symbol: &str) -> bool {
    program.scope.definers(symbol).any(|definer| program.linked.why(definer.unit).is_some())
}

fn of_program(
    program: &Program<'_>,
    module: Option<&str>,
    symbol: &str,
    lines: &mut dyn Lines,
) -> Vec<Asking> {
    let units: Vec<UnitId> = program.scope.unit_ids().collect();
    units.into_iter().filter_map(|unit| of_unit(program, module, unit, symbol, lines)).collect()
}

fn of_unit(
    program: &Program<'_>,
    module: Option<&str>,
    unit: UnitId,
    symbol: &str,
    lines: &mut dyn Lines,
) -> Option<Asking> {
    let needs = program.scope.unit(unit)?.object()?.table.needs(symbol);
    let narrowest = needs.iter().map(|need| need.visibility).max()?;
    let (file, member) = program.name(unit);
    Some(Asking {
        module: module.map(str::to_owned),
        file,
        member,
        weak: needs.iter().all(|need| need.weak),
        linked: program.linked.why(unit).is_some(),
        visibility: (narrowest != Visibility::Default).then(|| narrowest.word()),
        lines: lines.mentions(&program.object_file(unit), symbol).used,
    })
}
