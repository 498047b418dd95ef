//! Where the sources of an object define and use a symbol: relocations say at which bytes a name is used, the line table
//! of the debug information says from which line of which file these bytes come.
//!
//! Reads relocatable objects, as they come from a compiler; knows no other object. An answer is a help for people, so
//! whatever cannot be read gives no line and no error: no debug information, compressed sections, processors whose line
//! tables a linker still has to relax (RISC-V). Uses in data (a table of functions) have no line: only code has.

use std::collections::{BTreeSet, HashMap};

use gimli::{
    AttributeValue, DebugLine, DebugLineOffset, EndianSlice, LineProgramHeader, Relocate,
    RelocateReader, RunTimeEndian,
};
use object::read::elf::ElfFile;
use object::read::{Object, ObjectSection, ObjectSymbol};
use object::{
    CompressionFormat, Endianness, RelocationKind, RelocationTarget, SectionFlags, SectionIndex,
    SymbolSection, elf,
};
use serde::{Deserialize, Serialize};

use crate::name;

/// A line of a source file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SourceLine {
    /// As the compiler was told to call it: relative where it was given so.
    pub file: String,
    /// Counted from 1.
    pub line: u64,
}

/// Where an object's sources speak of a symbol.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mentions {
    /// The line at which its definition begins, if it is a function of this object.
    pub defined: Option<SourceLine>,
    /// The lines that use it, sorted.
    pub used: Vec<SourceLine>,
}

/// Finds a symbol, by its name without version, in the debug information of one relocatable object.
pub fn mentions(object: &[u8], symbol: &str) -> Mentions {
    let found = match object.get(4) {
        Some(&elf::ELFCLASS32) => ElfFile::<elf::FileHeader32<Endianness>>::parse(object)
            .ok()
            .and_then(|file| find(&file, symbol)),
        _ => ElfFile::<elf::FileHeader64<Endianness>>::parse(object)
            .ok()
            .and_then(|file| find(&file, symbol)),
    };
    found.unwrap_or_default()
}

fn find<'a>(file: &impl Object<'a>, symbol: &str) -> Option<Mentions> {
    let spread = Spread::of(file);
    let defined = definition(file, &spread, symbol);
    let used = uses(file, &spread, symbol);
    if defined.is_none() && used.is_empty() {
        return None;
    }
    let table = LineTable::read(file, &spread)?;
    let used: BTreeSet<SourceLine> = used.into_iter().filter_map(|at| table.line(at)).collect();
    Some(Mentions { defined: defined.and_then(|at| table.line(at)), used: used.into_iter().collect() })
}

/// Every section of code and data begins at 0 in an object. Here each has addresses of its own.
struct Spread(HashMap<SectionIndex, u64>);

impl Spread {
    fn of<'a>(file: &impl Object<'a>) -> Spread {
        let mut bases = HashMap::new();
        let mut next: u64 = 0x1000;
        for section in file.sections() {
            if let SectionFlags::Elf { sh_flags, .. } = section.flags()
                && sh_flags & u64::from(elf::SHF_ALLOC) != 0
            {
                bases.insert(section.index(), next);
                next = next.saturating_add(section.size()).saturating_add(0x1f) & !0xf;
            }
        }
        Spread(bases)
    }

    /// An address that is told apart from those of all other sections; an offset in a section of debug information.
    fn address(&self, section: SymbolSection, offset: u64) -> u64 {
        let base = section.index().and_then(|index| self.0.get(&index));
        base.copied().unwrap_or(0).wrapping_add(offset)
    }
}

fn is_named<'a>(symbol: &impl ObjectSymbol<'a>, name: &str) -> bool {
    symbol.name_bytes().is_ok_and(|bytes| name::split_version(bytes).name == name)
}

fn definition<'a>(file: &impl Object<'a>, spread: &Spread, name: &str) -> Option<u64> {
    let defines = |symbol: &_| is_global_definition(symbol) && is_named(symbol, name);
    let symbol = file.symbols().find(defines)?;
    Some(spread.address(symbol.section(), symbol.address()))
}

fn is_global_definition<'a>(symbol: &impl ObjectSymbol<'a>) -> bool {
    symbol.is_global() && symbol.section_index().is_some()
}

/// The addresses at which code refers to the symbol.
fn uses<'a>(file: &impl Object<'a>, spread: &Spread, name: &str) -> Vec<u64> {
    let undefined = |symbol: &_| is_undefined(symbol) && is_named(symbol, name);
    let meant: Vec<_> = file.symbols().filter(undefined).map(|symbol| symbol.index()).collect();
    if meant.is_empty() {
        return Vec::new();
    }
    let code = file.sections().filter(|section| spread.0.contains_key(&section.index()));
    code.flat_map(|section| {
        let base = spread.0.get(&section.index()).copied().unwrap_or(0);
        let refers = section.relocations().filter(|(_, relocation)| match relocation.target() {
            RelocationTarget::Symbol(index) => meant.contains(&index),
            _ => false,
        });
        refers.map(|(offset, _)| base.wrapping_add(offset)).collect::<Vec<_>>()
    })
    .collect()
}

fn is_undefined<'a>(symbol: &impl ObjectSymbol<'a>) -> bool {
    symbol.is_undefined()
}

fn plain_data<'a>(section: &impl ObjectSection<'a>) -> Option<&'a [u8]> {
    let data = section.compressed_data().ok()?;
    (data.format == CompressionFormat::None).then_some(data.data)
}

/// The rows of a line table: which bytes come from which line.
struct LineTable {
    rows: Vec<Row>,
    files: Vec<String>,
}

struct Row {
    start: u64,
    end: u64,
    file: usize,
    line: u64,
}

type Text<'a> = EndianSlice<'a, RunTimeEndian>;
type Relocated<'a> = RelocateReader<Text<'a>, &'a Moves>;

impl LineTable {
    fn read<'a>(file: &impl Object<'a>, spread: &Spread) -> Option<LineTable> {
        let endian = if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
        let section = file.section_by_name(".debug_line")?;
        let strings = |name| file.section_by_name(name).and_then(|section| plain_data(&section));
        let names = Names {
            line: strings(".debug_line_str").unwrap_or_default(),
            other: strings(".debug_str").unwrap_or_default(),
        };
        let (bytes, moves) = (plain_data(&section)?, Moves::of(file, &section, spread)?);
        let text = EndianSlice::new(bytes, endian);
        let lines = DebugLine::from(RelocateReader::new(text, &moves));
        let address_size = if file.is_64() { 8 } else { 4 };
        let mut table = LineTable { rows: Vec::new(), files: Vec::new() };
        let mut offset = 0;
        while offset < bytes.len() {
            let Ok(program) = lines.program(DebugLineOffset(offset), address_size, None, None) else {
                break;
            };
            let header = program.header();
            let size = usize::from(header.format().initial_length_size());
            offset = offset.saturating_add(header.unit_length()).saturating_add(size);
            table.add(program, &names);
        }
        Some(table)
    }

    fn add<'a>(&mut self, program: gimli::IncompleteLineProgram<Relocated<'a>>, names: &Names<'_>) {
        let mut known: HashMap<u64, usize> = HashMap::new();
        let mut rows = program.rows();
        let mut last: Option<Row> = None;
        while let Ok(Some((header, row))) = rows.next_row() {
            if let Some(last) = last.take()
                && last.start < row.address()
            {
                self.rows.push(Row { end: row.address(), ..last });
            }
            if row.end_sequence() {
                continue;
            }
            let file = *known.entry(row.file_index()).or_insert_with(|| {
                self.files.push(names.path(header, row.file_index()).unwrap_or_default());
                self.files.len() - 1
            });
            let line = row.line().map_or(0, std::num::NonZero::get);
            last = Some(Row { start: row.address(), end: 0, file, line });
        }
    }

    fn line(&self, address: u64) -> Option<SourceLine> {
        let covers = |row: &&Row| row.start <= address && address < row.end && row.line > 0;
        let row = self.rows.iter().find(covers)?;
        let file = self.files.get(row.file).filter(|file| !file.is_empty())?;
        Some(SourceLine { file: file.clone(), line: row.line })
    }
}

/// The sections that hold the names of files.
struct Names<'a> {
    line: &'a [u8],
    other: &'a [u8],
}

impl Names<'_> {
    fn path(&self, header: &LineProgramHeader<Relocated<'_>>, index: u64) -> Option<String> {
        let file = header.file(index)?;
        let name = self.text(&file.path_name())?;
        // Directory 0 is where the compiler ran: what is relative to it is relative for whoever called it, too.
        let dir = match file.directory_index() {
            0 => None,
            _ => file.directory(header).and_then(|dir| self.text(&dir)),
        };
        let path = match dir {
            Some(dir) if !name.starts_with('/') && dir != "." => format!("{dir}/{name}"),
            _ => name,
        };
        Some(path.strip_prefix("./").map_or(path.clone(), str::to_owned))
    }

    fn text(&self, value: &AttributeValue<Relocated<'_>>) -> Option<String> {
        let bytes = match value {
            AttributeValue::String(text) => text.inner().slice(),
            AttributeValue::DebugLineStrRef(offset) => self.line.get(offset.0..)?,
            AttributeValue::DebugStrRef(offset) => self.other.get(offset.0..)?,
            _ => return None,
        };
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        Some(name::decode(&bytes[..end]).into_owned())
    }
}

/// What a linker would write into the line table: addresses of code, offsets of names.
#[derive(Debug)]
struct Moves(HashMap<usize, Move>);

#[derive(Debug)]
struct Move {
    value: u64,
    /// What stands in the section is to be added.
    adds: bool,
}

impl Moves {
    /// `None` when the table cannot be read without more of a linker than this.
    fn of<'a>(
        file: &impl Object<'a>,
        section: &impl ObjectSection<'a>,
        spread: &Spread,
    ) -> Option<Moves> {
        let mut moves = HashMap::new();
        for (offset, relocation) in section.relocations() {
            let RelocationTarget::Symbol(symbol) = relocation.target() else { return None };
            if relocation.kind() != RelocationKind::Absolute {
                return None;
            }
            let symbol = file.symbol_by_index(symbol).ok()?;
            let value = spread.address(symbol.section(), symbol.address());
            let value = value.wrapping_add_signed(relocation.addend());
            let adds = relocation.has_implicit_addend();
            moves.insert(usize::try_from(offset).ok()?, Move { value, adds });
        }
        Some(Moves(moves))
    }

    fn apply(&self, offset: usize, value: u64) -> u64 {
        match self.0.get(&offset) {
            None => value,
            Some(found) if found.adds => found.value.wrapping_add(value),
            Some(found) => found.value,
        }
    }
}

impl Relocate<usize> for &Moves {
    fn relocate_address(&self, offset: usize, value: u64) -> gimli::Result<u64> {
        Ok(self.apply(offset, value))
    }

    fn relocate_offset(&self, offset: usize, value: usize) -> gimli::Result<usize> {
        usize::try_from(self.apply(offset, value as u64)).map_err(|_| gimli::Error::UnsupportedOffset)
    }
}
