//! What the parts of a target triple say of a machine, in the words of `rustc --print cfg`. Linux and Android only, as all of
//! modpin; what is not known is the triple's own word, so that a condition can still ask for it.

/// A machine: architecture, system, C library, width of a pointer, order of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// `x86_64`, `aarch64`.
    pub arch: String,
    /// `linux`, `android`.
    pub os: &'static str,
    /// `gnu`, `musl`; empty where there is no word for it.
    pub env: &'static str,
    /// `32` or `64`.
    pub pointer_width: &'static str,
    /// `little` or `big`.
    pub endian: &'static str,
}

/// Architectures with their numbers (`e_machine`).
pub const NUMBERS: [(&str, u16); 18] = [
    ("x86_64", 62),
    ("aarch64", 183),
    ("arm", 40),
    ("x86", 3),
    ("riscv64", 243),
    ("riscv32", 243),
    ("powerpc64", 21),
    ("powerpc", 20),
    ("s390x", 22),
    ("loongarch64", 258),
    ("mips", 8),
    ("mips64", 8),
    ("mips32r6", 8),
    ("mips64r6", 8),
    ("sparc64", 43),
    ("sparc", 2),
    ("m68k", 4),
    ("hexagon", 164),
];

impl Machine {
    /// The machine of a triple.
    pub fn of(triple: &str) -> Machine {
        let (cpu, rest) = triple.split_once('-').unwrap_or((triple, ""));
        let abi = rest.rsplit('-').next().unwrap_or_default();
        let (arch, is_wide, is_big) = cpu_words(cpu);
        let is_narrow_abi = abi.ends_with("x32") || abi.ends_with("ilp32");
        let envs = ["gnu", "musl", "uclibc", "ohos"];
        Machine {
            arch,
            os: if abi.starts_with("android") { "android" } else { "linux" },
            env: envs.into_iter().find(|env| abi.starts_with(env)).unwrap_or_default(),
            pointer_width: if is_wide && !is_narrow_abi { "64" } else { "32" },
            endian: if is_big { "big" } else { "little" },
        }
    }

    /// Its number in the header of an ELF file (`e_machine` in the gABI); `None` for one that is not known.
    pub fn number(&self) -> Option<u16> {
        let known = NUMBERS.iter().find(|(arch, _)| *arch == self.arch);
        known.map(|(_, number)| *number)
    }

    /// This machine's own.
    pub fn here() -> Machine {
        Machine {
            arch: std::env::consts::ARCH.to_owned(),
            os: std::env::consts::OS,
            env: if cfg!(target_env = "musl") { "musl" } else { "gnu" },
            pointer_width: if cfg!(target_pointer_width = "64") { "64" } else { "32" },
            endian: if cfg!(target_endian = "big") { "big" } else { "little" },
        }
    }

    /// As words of conditions, with a prefix: `TARGET_ARCH`.
    pub fn words(&self, prefix: &str) -> [(String, String); 5] {
        let Machine { arch, os, env, pointer_width, endian } = self;
        let word = |name: &str, value: &str| (format!("{prefix}_{name}"), value.to_owned());
        [
            word("ARCH", arch),
            word("OS", os),
            word("ENV", env),
            word("POINTER_WIDTH", pointer_width),
            word("ENDIAN", endian),
        ]
    }
}

/// The architecture that the first part of a triple means, whether its pointers are wide, whether its bytes are big-endian.
fn cpu_words(cpu: &str) -> (String, bool, bool) {
    let known = |arch: &str, is_wide, is_big| (arch.to_owned(), is_wide, is_big);
    let is_little = cpu.ends_with("el") || cpu.ends_with("le");
    match cpu {
        "i386" | "i486" | "i586" | "i686" => known("x86", false, false),
        "aarch64_be" => known("aarch64", true, true),
        "arm64" => known("aarch64", true, false),
        "armeb" => known("arm", false, true),
        _ if cpu.starts_with("arm") || cpu.starts_with("thumb") => known("arm", false, false),
        _ if cpu.starts_with("riscv32") => known("riscv32", false, false),
        _ if cpu.starts_with("riscv64") => known("riscv64", true, false),
        _ if cpu.starts_with("mipsisa32r6") => known("mips32r6", false, !is_little),
        _ if cpu.starts_with("mipsisa64r6") => known("mips64r6", true, !is_little),
        _ if cpu.starts_with("mips64") => known("mips64", true, !is_little),
        _ if cpu.starts_with("mips") => known("mips", false, !is_little),
        _ if cpu.starts_with("powerpc64") || cpu.starts_with("ppc64") => {
            known("powerpc64", true, !is_little)
        }
        "powerpc" | "ppc" => known("powerpc", false, true),
        "sparc" | "m68k" => known(cpu, false, true),
        "s390x" | "sparc64" => known(cpu, true, true),
        _ => known(cpu, cpu.ends_with("64"), false),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn rustc(args: &[&str]) -> String {
        let output = Command::new(env!("CARGO").replace("cargo", "rustc")).args(args).output();
        String::from_utf8(output.map(|output| output.stdout).unwrap_or_default()).unwrap()
    }

    fn check(triple: &str, told: &str) {
        let value = |name: &str| {
            let line = told.lines().find_map(|line| line.strip_prefix(&format!("target_{name}=\"")));
            line.unwrap_or_default().trim_end_matches('"').to_owned()
        };
        let machine = Machine::of(triple);
        let ours = machine.words("T").map(|(name, value)| (name["T_".len()..].to_lowercase(), value));
        for (name, ours) in ours {
            assert_eq!(ours, value(&name), "{name} of {triple}");
        }
    }

    /// rustc knows better, whatever it knows.
    #[test]
    fn the_words_are_rustcs() {
        let list = rustc(&["--print", "target-list"]);
        let linux =
            |triple: &&str| triple.contains("-unknown-linux-") || triple.contains("-linux-android");
        let targets: Vec<&str> = list.lines().filter(linux).collect();
        assert!(targets.is_empty() || targets.len() > 50, "{targets:?}");
        for triple in targets {
            check(triple, &rustc(&["--print", "cfg", "--target", triple]));
        }
        assert_eq!(Machine::of("aarch64-linux-gnu"), Machine::of("aarch64-unknown-linux-gnu"));
        let here = format!("{}-unknown-linux-{}", std::env::consts::ARCH, Machine::here().env);
        assert_eq!(Machine::of(&here), Machine::here());
    }
}
