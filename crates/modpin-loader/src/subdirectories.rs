//! Directories below each directory of glibc's search that hold libraries for better processors: `glibc-hwcaps/LEVEL` since
//! 2.33, and up to 2.36 names of capabilities and of the processor, one below the other (ld.so(8), `ld.so --help`).

/// What a loader looks into before a directory itself, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subdirectories {
    /// Names below `glibc-hwcaps`.
    pub levels: Vec<String>,
    /// Names that may stand one below the other, in this order, any of them left out.
    legacy: Vec<String>,
}

impl Subdirectories {
    /// What the loader in this file looks for, on a processor with these levels.
    pub fn of(loader: &[u8], machine: &str, processor: &Processor) -> Subdirectories {
        let says = |text: &str| memchr::memmem::find(loader, text.as_bytes()).is_some();
        let knows_levels = says("glibc-hwcaps");
        let knows_legacy = says("/ld.so.cache") && (!knows_levels || says("Legacy HWCAP"));
        let legacy = match (knows_legacy, machine) {
            (false, _) => Vec::new(),
            (true, "x86-64") => {
                let platform = processor.platform.iter().cloned();
                let capabilities = processor.capabilities.iter().cloned();
                ["tls".to_owned()].into_iter().chain(platform).chain(capabilities).collect()
            }
            (true, _) => vec!["tls".to_owned()],
        };
        let levels = if knows_levels { processor.levels.clone() } else { Vec::new() };
        Subdirectories { levels, legacy }
    }

    /// The first names of them all: where none of these is, there is no subdirectory.
    pub fn heads(&self) -> impl Iterator<Item = &str> {
        let levels = (!self.levels.is_empty()).then_some(LEVELS);
        levels.into_iter().chain(self.legacy.iter().map(String::as_str))
    }

    /// All that begin with one of these names.
    pub fn below(&self, heads: &[&str]) -> Vec<String> {
        let mut paths = Vec::new();
        if heads.contains(&LEVELS) {
            paths.extend(self.levels.iter().map(|level| format!("{LEVELS}/{level}")));
        }
        // Counted down in binary: the first name is worth most.
        for chosen in (1..1_u32 << self.legacy.len()).rev() {
            let bit = |at: usize| chosen & 1 << (self.legacy.len() - 1 - at) != 0;
            let names = self.legacy.iter().enumerate().filter(|&(at, _)| bit(at));
            let names: Vec<&str> = names.map(|(_, name)| name.as_str()).collect();
            if names.first().is_some_and(|head| heads.contains(head)) {
                paths.push(names.join("/"));
            }
        }
        paths
    }
}

const LEVELS: &str = "glibc-hwcaps";

/// What a processor can, in the names of glibc's directories.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Processor {
    /// Levels, the best first: `x86-64-v3`, `x86-64-v2`.
    pub levels: Vec<String>,
    /// The name of its kind, if it has one: `haswell`.
    pub platform: Option<String>,
    /// Names of capabilities, in the loader's order.
    pub capabilities: Vec<String>,
}

impl Processor {
    /// Some processor of which only its levels are known. One of x86-64's brings the lower ones with it.
    pub fn with_levels(levels: &[String]) -> Processor {
        const X86_64: [&str; 3] = ["x86-64-v4", "x86-64-v3", "x86-64-v2"];
        let mut all: Vec<String> = Vec::new();
        for level in levels {
            let at = X86_64.iter().position(|known| known == level);
            let lower = at.map_or(&[][..], |at| &X86_64[at + 1..]);
            for name in [level.as_str()].iter().chain(lower) {
                if !all.iter().any(|known| known == name) {
                    all.push((*name).to_owned());
                }
            }
        }
        Processor { levels: all, ..Processor::default() }
    }

    /// The one that we run on, for programs of its own kind; `None` for programs of other machines, and where nobody knows
    /// the names.
    pub fn here(machine: &str) -> Option<Processor> {
        x86_64().filter(|_| machine == "x86-64")
    }
}

/// As glibc's `dl-hwcaps_subdirs.c` and `cpu_features.c` see it.
#[cfg(target_arch = "x86_64")]
fn x86_64() -> Option<Processor> {
    macro_rules! has {
        ($($feature:tt),*) => { $(std::arch::is_x86_feature_detected!($feature))&&* };
    }
    let v2 = has!("cmpxchg16b", "popcnt", "sse3", "sse4.1", "sse4.2", "ssse3");
    let v3 = v2 && has!("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "lzcnt", "movbe");
    let v4 = v3 && has!("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl");
    let levels = [(v4, "x86-64-v4"), (v3, "x86-64-v3"), (v2, "x86-64-v2")];
    let levels = levels.into_iter().filter(|(has, _)| *has).map(|(_, name)| name.to_owned());
    // glibc asks what follows of Intel's processors alone.
    let is_intel =
        std::fs::read_to_string("/proc/cpuinfo").is_ok_and(|text| text.contains("GenuineIntel"));
    let haswell = is_intel && has!("avx2", "bmi1", "bmi2", "fma", "lzcnt", "movbe", "popcnt");
    let avx512 = is_intel && has!("avx512cd", "avx512bw", "avx512dq", "avx512vl");
    let capabilities = [(avx512, "avx512_1"), (true, "x86_64")];
    let capabilities = capabilities.into_iter().filter(|(has, _)| *has).map(|(_, name)| name.to_owned());
    Some(Processor {
        levels: levels.collect(),
        platform: haswell.then(|| "haswell".to_owned()),
        capabilities: capabilities.collect(),
    })
}

#[cfg(not(target_arch = "x86_64"))]
fn x86_64() -> Option<Processor> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn processor() -> Processor {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Processor {
            platform: Some("haswell".into()),
            capabilities: names(&["x86_64"]),
            ..Processor::with_levels(&names(&["x86-64-v3"]))
        }
    }

    fn all(loader: &str) -> String {
        let subdirectories = Subdirectories::of(loader.as_bytes(), "x86-64", &processor());
        let heads: Vec<&str> = subdirectories.heads().collect();
        subdirectories.below(&heads).join(" ")
    }

    #[test]
    fn each_age_of_the_loader_has_its_own() {
        let legacy = "tls/haswell/x86_64 tls/haswell tls/x86_64 tls haswell/x86_64 haswell x86_64";
        let levels = "glibc-hwcaps/x86-64-v3 glibc-hwcaps/x86-64-v2";
        assert_eq!(all("/etc/ld.so.cache"), legacy);
        assert_eq!(all("/etc/ld.so.cache glibc-hwcaps Legacy HWCAP"), format!("{levels} {legacy}"));
        assert_eq!(all("/etc/ld.so.cache glibc-hwcaps"), levels);
        assert_eq!(all(""), "");
    }

    #[test]
    fn only_those_whose_first_name_is_there() {
        let subdirectories = Subdirectories::of(b"/etc/ld.so.cache", "x86-64", &processor());
        assert_eq!(subdirectories.below(&["haswell"]).join(" "), "haswell/x86_64 haswell");
    }
}
