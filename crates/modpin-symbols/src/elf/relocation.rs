//! Kinds of relocations that loaders treat unlike others, by processor: the numbers of its psABI.

const EM_386: u16 = 3;
const EM_PPC64: u16 = 21;
const EM_S390: u16 = 22;
const EM_ARM: u16 = 40;
const EM_X86_64: u16 = 62;
const EM_AARCH64: u16 = 183;
const EM_RISCV: u16 = 243;

/// What a relocation is about, where that is no plain address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    /// The distance of a thread's variable from the thread's pointer, once and for all (R_X86_64_TPOFF64 and its kin).
    FixedDistance,
    /// An address that a function chooses, which the loader calls (R_X86_64_IRELATIVE and its kin).
    Chosen,
}

/// What relocations of this kind are on a processor.
pub(crate) fn special(machine: u16, kind: u64) -> Option<Special> {
    match (machine, kind) {
        (EM_X86_64, 18 | 23)
        | (EM_386, 14 | 37)
        | (EM_AARCH64, 1030)
        | (EM_ARM, 19)
        | (EM_RISCV, 10 | 11)
        | (EM_PPC64, 73)
        | (EM_S390, 56) => Some(Special::FixedDistance),
        (EM_X86_64, 37)
        | (EM_386, 42)
        | (EM_AARCH64, 1032)
        | (EM_ARM, 160)
        | (EM_RISCV, 58)
        | (EM_PPC64, 247 | 248)
        | (EM_S390, 61) => Some(Special::Chosen),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_means_something_on_one_processor_only() {
        assert_eq!(special(EM_X86_64, 18), Some(Special::FixedDistance));
        assert_eq!(special(EM_X86_64, 37), Some(Special::Chosen));
        assert_eq!(special(EM_386, 37), Some(Special::FixedDistance));
        assert_eq!(special(EM_AARCH64, 18), None);
    }
}
