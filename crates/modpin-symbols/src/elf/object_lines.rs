//! Where the sources of an object define and use a symbol: relocations say at which bytes a name is used, the line table
//! of the debug information says from which line of which file these bytes come.
//!
//! Reads relocatable objects, as they come from a compiler. An answer is a help for people, so
//! whatever cannot be read gives no line and no error: no debug information, compressed sections, processors whose line
//! tables a linker still has to relax (RISC-V). Uses in data (a table of functions) have no line: only code has.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use gimli::{
    AttributeValue, DebugLine, DebugLineOffset, EndianSlice, LineInstruction, LineProgramHeader, Reader,
    Relocate, RelocateReader, RunTimeEndian,
};
use memchr::memchr;
use object::read::elf::ElfFile;
use object::read::{Object, ObjectSection, ObjectSymbol};
use object::{
    CompressionFormat, Endianness, RelocationKind, RelocationTarget, SectionFlags, SectionIndex,
    SymbolSection, elf,
};
use serde::{Deserialize, Serialize};

use crate::name;
use modpin_budget::{Budget, grown};

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
            .and_then(|file| find(&file, symbol, object.len())),
        _ => ElfFile::<elf::FileHeader64<Endianness>>::parse(object)
            .ok()
            .and_then(|file| find(&file, symbol, object.len())),
    };
    found.unwrap_or_default()
}

fn find<'a>(file: &impl Object<'a>, symbol: &str, size: usize) -> Option<Mentions> {
    let mut limits = Limits { relocations: size, budget: Budget::of(size) };
    limits.names(file)?;
    let spread = Spread::of(file);
    let defined = definition(file, &spread, symbol);
    let used = uses(file, &spread, symbol, &mut limits)?;
    if defined.is_none() && used.is_empty() {
        return None;
    }
    let wanted = used.iter().copied().chain(defined).collect();
    let lines = lines(file, &spread, wanted, &mut limits)?;
    let used: BTreeSet<SourceLine> = used.iter().filter_map(|at| lines.get(at)).cloned().collect();
    let defined = defined.and_then(|at| lines.get(&at)).cloned();
    Some(Mentions { defined, used: used.into_iter().collect() })
}

/// What may be taken of a file. Names, relocations and units of a hostile one lie over one another.
struct Limits {
    /// Each takes a byte at least.
    relocations: usize,
    budget: Budget,
}

impl Limits {
    /// Whether the names can be looked through.
    fn names<'a>(&self, file: &impl Object<'a>) -> Option<()> {
        let mut budget = self.budget;
        let sections = file.sections().map(|section| section.name_bytes().map_or(0, <[u8]>::len));
        let symbols = file.symbols().map(|symbol| symbol.name_bytes().map_or(0, <[u8]>::len));
        sections.chain(symbols).try_for_each(|length| budget.take(length))
    }

    /// One more is looked at, and so many bytes are kept of it.
    fn relocation(&mut self, kept: usize) -> Option<()> {
        self.relocations = self.relocations.checked_sub(1)?;
        self.budget.take(kept)
    }
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
fn uses<'a>(
    file: &impl Object<'a>,
    spread: &Spread,
    name: &str,
    limits: &mut Limits,
) -> Option<BTreeSet<u64>> {
    let undefined = |symbol: &_| is_undefined(symbol) && is_named(symbol, name);
    let meant: HashSet<_> = file.symbols().filter(undefined).map(|symbol| symbol.index()).collect();
    let mut uses = BTreeSet::new();
    if meant.is_empty() {
        return Some(uses);
    }
    for section in file.sections().filter(|section| spread.0.contains_key(&section.index())) {
        let base = spread.0.get(&section.index()).copied().unwrap_or(0);
        for (offset, relocation) in section.relocations() {
            limits.relocation(0)?;
            if let RelocationTarget::Symbol(index) = relocation.target()
                && meant.contains(&index)
                && uses.insert(base.wrapping_add(offset))
            {
                limits.budget.take(USE)?;
            }
        }
    }
    Some(uses)
}

fn is_undefined<'a>(symbol: &impl ObjectSymbol<'a>) -> bool {
    symbol.is_undefined()
}

fn plain_data<'a>(section: &impl ObjectSection<'a>) -> Option<&'a [u8]> {
    let data = section.compressed_data().ok()?;
    (data.format == CompressionFormat::None).then_some(data.data)
}

type Text<'a> = EndianSlice<'a, RunTimeEndian>;
type Relocated<'a> = RelocateReader<Text<'a>, &'a Moves>;

/// An address in a set and its line in a map, in bytes.
const USE: usize = 128;

/// The lines from which the bytes at some addresses come. Rows are many (each takes a byte) and none is kept.
fn lines<'a>(
    file: &impl Object<'a>,
    spread: &Spread,
    wanted: BTreeSet<u64>,
    limits: &mut Limits,
) -> Option<BTreeMap<u64, SourceLine>> {
    let endian = if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
    let section = file.section_by_name(".debug_line")?;
    let strings = |name| file.section_by_name(name).and_then(|section| plain_data(&section));
    let names = FileNames {
        line: strings(".debug_line_str").unwrap_or_default(),
        other: strings(".debug_str").unwrap_or_default(),
    };
    let (bytes, moves) = (plain_data(&section)?, Moves::of(file, &section, spread, limits)?);
    let text = EndianSlice::new(bytes, endian);
    let table = DebugLine::from(RelocateReader::new(text, &moves));
    let address_size = if file.is_64() { 8 } else { 4 };
    let mut search = Search { names, wanted, found: BTreeMap::new() };
    let mut offset = 0;
    while offset < bytes.len() && !search.wanted.is_empty() {
        if !can_be_held(EndianSlice::new(&bytes[offset..], endian), &limits.budget) {
            break;
        }
        let program = table.program(DebugLineOffset(offset), address_size, None, None);
        let Ok(program) = program else { break };
        let header = program.header();
        let size = usize::from(header.format().initial_length_size());
        offset = offset.saturating_add(header.unit_length()).saturating_add(size);
        if !names_files(program.header()) {
            search.unit(program, &mut limits.budget)?;
        }
    }
    Some(search.found)
}

/// Whether the budget holds the directories and files of a unit, each of which may take a byte there.
fn can_be_held(mut unit: Text<'_>, budget: &Budget) -> bool {
    const FILE: usize = grown::<gimli::FileEntry<Relocated<'_>, usize>>();
    let mut length = || {
        let (_, format) = unit.read_initial_length()?;
        if unit.read_u16()? >= 5 {
            unit.skip(2)?;
        }
        unit.read_length(format)
    };
    length().is_ok_and(|files| budget.has(files, FILE))
}

/// Whether the program names more files than its header does: before version 5 it could, and no compiler does.
fn names_files(header: &LineProgramHeader<Relocated<'_>>) -> bool {
    let mut instructions = header.instructions();
    header.version() < 5
        && std::iter::from_fn(|| instructions.next_instruction(header).ok().flatten())
            .any(|instruction| matches!(instruction, LineInstruction::DefineFile(_)))
}

/// Lines that are looked for, and those that were found.
struct Search<'a> {
    names: FileNames<'a>,
    wanted: BTreeSet<u64>,
    found: BTreeMap<u64, SourceLine>,
}

/// The beginning of a stretch of code, its file and its line.
struct Row {
    start: u64,
    file: u64,
    line: u64,
}

impl Search<'_> {
    /// `None` when the names of files are too long for any file.
    fn unit<'a>(
        &mut self,
        program: gimli::IncompleteLineProgram<Relocated<'a>>,
        budget: &mut Budget,
    ) -> Option<()> {
        let mut rows = program.rows();
        let mut last: Option<Row> = None;
        while let Ok(Some((header, row))) = rows.next_row() {
            if let Some(last) = last.take() {
                self.row(header, &last, row.address(), budget)?;
            }
            if !row.end_sequence() {
                let line = row.line().map_or(0, std::num::NonZero::get);
                last = Some(Row { start: row.address(), file: row.file_index(), line });
            }
        }
        Some(())
    }

    fn row(
        &mut self,
        header: &LineProgramHeader<Relocated<'_>>,
        row: &Row,
        end: u64,
        budget: &mut Budget,
    ) -> Option<()> {
        while row.line > 0
            && row.start < end
            && let Some(&at) = self.wanted.range(row.start..end).next()
        {
            self.wanted.remove(&at);
            let path = self.names.path(header, row.file, budget)?;
            if !path.is_empty() {
                self.found.insert(at, SourceLine { file: path, line: row.line });
            }
        }
        Some(())
    }
}

/// The sections that hold the names of files.
struct FileNames<'a> {
    line: &'a [u8],
    other: &'a [u8],
}

impl FileNames<'_> {
    /// Empty for a file that is not known; `None` when the budget does not hold its name.
    fn path(
        &self,
        header: &LineProgramHeader<Relocated<'_>>,
        index: u64,
        budget: &mut Budget,
    ) -> Option<String> {
        let Some(file) = header.file(index) else { return Some(String::new()) };
        let name = self.text(&file.path_name(), budget)?;
        // Directory 0 is where the compiler ran: what is relative to it is relative for whoever called it, too.
        let dir = match file.directory_index() {
            0 => None,
            _ => file.directory(header),
        };
        let dir = dir.map_or(Some(String::new()), |dir| self.text(&dir, budget))?;
        let path = match name.is_empty() || name.starts_with('/') || dir.is_empty() || dir == "." {
            true => name,
            false => format!("{dir}/{name}"),
        };
        Some(path.strip_prefix("./").map_or(path.clone(), str::to_owned))
    }

    fn text(&self, value: &AttributeValue<Relocated<'_>>, budget: &mut Budget) -> Option<String> {
        let bytes = match value {
            AttributeValue::String(text) => Some(text.inner().slice()),
            AttributeValue::DebugLineStrRef(offset) => self.line.get(offset.0..),
            AttributeValue::DebugStrRef(offset) => self.other.get(offset.0..),
            _ => None,
        };
        let bytes = bytes.unwrap_or_default();
        let text = &bytes[..memchr(0, bytes).unwrap_or(bytes.len())];
        // Twice for the path, once for each line that is found in it.
        budget.take(4 * name::decoded_length(text))?;
        Some(name::decode(text).into_owned())
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
        limits: &mut Limits,
    ) -> Option<Moves> {
        let mut moves = HashMap::new();
        for (offset, relocation) in section.relocations() {
            limits.relocation(2 * grown::<(usize, Move)>())?;
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
