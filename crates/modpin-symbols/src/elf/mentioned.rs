//! Which symbols the relocations of a finished file mention, and how: a loader looks up no others.

use crate::elf::dynamic::DynamicSection;
use crate::elf::image::Image;
use crate::elf::relocation::{Special, special};
use crate::error::{Result, damage};
use crate::facts::loadable::Loadable;
use modpin_budget::{Budget, grown};

const DT_PLTRELSZ: u64 = 2;
const DT_RELA: u64 = 7;
const DT_RELASZ: u64 = 8;
const DT_REL: u64 = 17;
const DT_RELSZ: u64 = 18;
const DT_PLTREL: u64 = 20;
const DT_JMPREL: u64 = 23;

/// How a symbol is mentioned: bits, 0 for not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mention(u8);

/// Those of all symbols.
pub(crate) struct Mentioned {
    /// By number of the symbol, up to the last that is mentioned.
    mentions: Vec<Mention>,
    /// How many symbols there can be.
    room: u32,
}

/// A table of relocations.
struct Relocations {
    address: u64,
    size: u64,
    with_addend: bool,
    /// They are for calls, and can wait.
    lazy: bool,
}

impl Mention {
    /// By what is no call.
    pub const ALONE: Mention = Mention(Mention::THERE | Mention::AT_ONCE);
    const THERE: u8 = 1;
    const AT_ONCE: u8 = 2;
    const AT_FIXED_DISTANCE: u8 = 4;

    /// Only calls mention it.
    pub fn is_lazy(self) -> bool {
        self.0 & Mention::AT_ONCE == 0
    }

    /// One asks for its distance from the thread's pointer.
    pub fn at_fixed_distance(self) -> bool {
        self.0 & Mention::AT_FIXED_DISTANCE != 0
    }
}

impl Mentioned {
    /// Of a table for so many symbols.
    pub fn none(room: u32) -> Mentioned {
        Mentioned { mentions: Vec::new(), room }
    }

    /// The symbols that are mentioned, by their numbers.
    pub fn all(&self) -> impl Iterator<Item = (u32, Mention)> {
        (0..)
            .zip(&self.mentions)
            .filter(|(_, mention)| mention.0 != 0)
            .map(|(symbol, mention)| (symbol, *mention))
    }

    /// Notes that a symbol is mentioned so.
    #[inline]
    pub fn add(&mut self, symbol: u32, mention: Mention, budget: &mut Budget) -> Result<()> {
        let at = symbol as usize;
        if at >= self.mentions.len() {
            if symbol >= self.room {
                return Err(damage("a symbol lies outside of its table"));
            }
            let more = at + 1 - self.mentions.len();
            let taken = budget.take(more.saturating_mul(grown::<Mention>()));
            taken.ok_or_else(|| damage("it has more symbols than its size allows"))?;
            self.mentions.resize(at + 1, Mention::default());
        }
        self.mentions[at].0 |= mention.0;
        Ok(())
    }

    /// Reads all relocations, and what those without a symbol say of the file.
    pub fn read(
        &mut self,
        image: &Image<'_>,
        section: &DynamicSection,
        budget: &mut Budget,
        loadable: &mut Loadable,
    ) -> Result<()> {
        let get = |tag| section.get(tag);
        let calls = get(DT_JMPREL).zip(get(DT_PLTRELSZ));
        let with_addend = get(DT_PLTREL) == Some(DT_RELA);
        if let Some((address, size)) = calls {
            let calls = Relocations { address, size, with_addend, lazy: true };
            self.read_table(image, &calls, budget, loadable)?;
        }
        for (table, size, with_addend) in
            [(get(DT_RELA), get(DT_RELASZ), true), (get(DT_REL), get(DT_RELSZ), false)]
        {
            let Some((address, mut size)) = table.zip(size) else { continue };
            // Some linkers count the calls in.
            if let Some((call, count)) = calls {
                let end = address.checked_add(size);
                if end.is_some() && end == call.checked_add(count) && call >= address {
                    size = call - address;
                }
            }
            let others = Relocations { address, size, with_addend, lazy: false };
            self.read_table(image, &others, budget, loadable)?;
        }
        Ok(())
    }

    fn read_table(
        &mut self,
        image: &Image<'_>,
        &Relocations { address, size, with_addend, lazy }: &Relocations,
        budget: &mut Budget,
        loadable: &mut Loadable,
    ) -> Result<()> {
        if size == 0 {
            return Ok(());
        }
        let range = image.mapped(address)?;
        if size > range.end - range.start {
            return Err(damage("its relocations are cut off"));
        }
        let word = if image.wide { 8 } else { 4 };
        let entry = if with_addend { 3 * word } else { 2 * word };
        let table = image.slice(range.start..range.start + size)?;
        let kind_of_calls = Mention(Mention::THERE | if lazy { 0 } else { Mention::AT_ONCE });
        for entry in table.chunks_exact(entry) {
            let (symbol, kind) = image.relocation(entry);
            let special = special(image.machine, kind.into());
            let fixed = special == Some(Special::FixedDistance);
            loadable.chooses |= special == Some(Special::Chosen);
            loadable.own_at_fixed_distance |= fixed && symbol == 0;
            // 0 is "nothing to do" on every processor.
            if symbol != 0 && kind != 0 {
                let fixed = if fixed { Mention::AT_FIXED_DISTANCE } else { 0 };
                self.add(symbol, Mention(kind_of_calls.0 | fixed), budget)?;
            }
        }
        Ok(())
    }
}
