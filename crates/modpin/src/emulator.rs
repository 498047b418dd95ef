//! Whether this machine can start a program at all: its own, or one for which the kernel knows an emulator
//! (`binfmt_misc`). To try is no way to find out: execvp(3) hands what the kernel refuses to a shell.

use std::path::Path;

/// Where the kernel tells what it hands to whom.
const KNOWN: &str = "/proc/sys/fs/binfmt_misc";

/// Whether a program for `machine` that begins with these bytes can be started here. Yes, when nobody can tell.
pub(crate) fn can_start(machine: &str, program: &[u8]) -> bool {
    let ours = std::env::consts::ARCH;
    let native = matches!(
        (ours, machine),
        ("x86_64", "x86-64" | "i386")
            | ("x86", "i386")
            | ("aarch64", "arm")
            | ("powerpc64", "ppc64" | "ppc64le")
    );
    native || ours == machine || !Path::new(KNOWN).join("status").exists() || {
        let entries = std::fs::read_dir(KNOWN).into_iter().flatten().flatten();
        entries
            .filter_map(|entry| std::fs::read_to_string(entry.path()).ok())
            .any(|text| fits(&text, program))
    }
}

/// Whether an entry of `binfmt_misc` (Documentation/admin-guide/binfmt-misc.rst of Linux) speaks of such a program.
fn fits(entry: &str, program: &[u8]) -> bool {
    let field = |name: &str| {
        entry.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).unwrap_or_default()
    };
    let (magic, mask) = (bytes(field("magic ")), bytes(field("mask ")));
    let offset = field("offset ").parse().unwrap_or(0);
    let Some(found) = program.get(offset..offset + magic.len()) else { return false };
    let mask = mask.into_iter().chain(std::iter::repeat(0xff));
    entry.starts_with("enabled")
        && !magic.is_empty()
        && found.iter().zip(&magic).zip(mask).all(|((found, magic), mask)| found & mask == magic & mask)
}

fn bytes(text: &str) -> Vec<u8> {
    let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (0..text.len()).step_by(2).map_while(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const QEMU: &str = "enabled\ninterpreter /usr/bin/qemu-aarch64\nflags: OC\noffset 0\n\
        magic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff00fffffffffffffffffeffffff\n";

    fn program(kind: u8, machine: u8) -> Vec<u8> {
        let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
        bytes.resize(16, 0);
        bytes.extend([kind, 0, machine, 0, 0, 0]);
        bytes
    }

    #[test]
    fn an_emulator_is_known_by_the_first_bytes() {
        assert!(fits(QEMU, &program(2, 0xb7)) && fits(QEMU, &program(3, 0xb7)));
        assert!(!fits(QEMU, &program(2, 0x28)) && !fits(QEMU, b"\x7fELF") && !fits(QEMU, b""));
        assert!(!fits(&QEMU.replace("enabled", "disabled"), &program(2, 0xb7)));
        assert!(!fits("enabled\nextension .py\n", &program(2, 0xb7)));
    }

    #[test]
    fn programs_of_this_machine_start() {
        let ours = if std::env::consts::ARCH == "x86_64" { "x86-64" } else { std::env::consts::ARCH };
        assert!(can_start(ours, &[]));
    }
}
