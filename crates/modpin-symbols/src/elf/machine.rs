//! Names for the processors that an ELF header can state.

use std::borrow::Cow;

/// The name that binutils' users know; `machine-N` for one that is not in the list.
pub(crate) fn machine_name(number: u16, is_64: bool, is_little: bool) -> Cow<'static, str> {
    let name = match (number, is_64, is_little) {
        (3, ..) => "i386",
        (62, true, _) => "x86-64",
        (62, false, _) => "x32",
        (183, _, true) => "aarch64",
        (183, _, false) => "aarch64-be",
        (40, _, true) => "arm",
        (40, _, false) => "arm-be",
        (243, true, _) => "riscv64",
        (243, false, _) => "riscv32",
        (258, true, _) => "loongarch64",
        (258, false, _) => "loongarch32",
        (20, ..) => "ppc",
        (21, _, true) => "ppc64le",
        (21, _, false) => "ppc64",
        (22, true, _) => "s390x",
        (22, false, _) => "s390",
        (8, true, true) => "mips64el",
        (8, true, false) => "mips64",
        (8, false, true) => "mipsel",
        (8, false, false) => "mips",
        (2 | 18, ..) => "sparc",
        (43, ..) => "sparc64",
        (4, ..) => "m68k",
        (15, ..) => "hppa",
        (42, ..) => "sh",
        (50, ..) => "ia64",
        (0x9026, ..) => "alpha",
        _ => return Cow::Owned(format!("machine-{number}")),
    };
    Cow::Borrowed(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_and_byte_order_are_part_of_the_name() {
        assert_eq!(machine_name(62, true, true), "x86-64");
        assert_eq!(machine_name(62, false, true), "x32");
        assert_eq!(machine_name(21, true, true), "ppc64le");
        assert_eq!(machine_name(9999, true, true), "machine-9999");
    }
}
