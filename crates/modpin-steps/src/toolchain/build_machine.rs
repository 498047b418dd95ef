//! The compiler of the build machine, for host programs: which variables of the environment name it. Kbuild's words (`HOSTCC`) mean
//! host programs alone, so they win; the cc crate's (`CC_<triple>`, `HOST_CC`) mean all that is compiled for this machine. What is
//! said of the target's compiler (`CC`, `CFLAGS`, `LDFLAGS`) says nothing here, but that `CC` names the one compiler where nothing
//! else is built for.

use std::collections::BTreeMap;
use std::env::var;

use super::Toolchain;

impl Toolchain {
    /// What compiles host programs and what they link.
    pub fn for_build_machine(&self) -> &Toolchain {
        self.build_machine.as_deref().unwrap_or(self)
    }

    /// Words of conditions that mean something else where code is compiled for the build machine.
    pub fn words_of_build_machine(&self) -> BTreeMap<String, String> {
        let Toolchain { kind, version, .. } = self.for_build_machine();
        let words = [("CC_KIND", kind), ("CC_VERSION", version)];
        words.map(|(name, value)| (name.to_owned(), value.clone())).into()
    }
}

/// What the environment says of host programs.
pub struct NamedByEnvironment {
    /// The compiler; `None` where the cc crate finds it by its own rules.
    pub compiler: Option<NamedCompiler>,
    /// Compiler arguments.
    pub flags: Vec<String>,
    /// Arguments of links.
    pub ldflags: Vec<String>,
}

/// A compiler as a variable names it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct NamedCompiler {
    /// What stands in front of it.
    pub launcher: Option<String>,
    /// Its name or path.
    pub compiler: String,
    /// Arguments that it always gets.
    pub args: Vec<String>,
}

impl NamedByEnvironment {
    /// As it is now. `host` is the build machine's triple; in a cross build everything else is for another machine.
    pub fn read(is_cxx: bool, host: &str, is_cross: bool) -> NamedByEnvironment {
        let (short, default) = if is_cxx { ("CXX", "c++") } else { ("CC", "cc") };
        let is_set = |name: &String| var(name).is_ok_and(|text| !text.trim().is_empty());
        let compiler = match var(format!("HOST{short}")) {
            Ok(text) if !text.trim().is_empty() => Some(NamedCompiler::of(&text)),
            _ if !is_cross || by_cc(short, host).iter().any(is_set) => None,
            _ => Some(NamedCompiler::of(default)),
        };
        let all = |name: &str| -> Vec<String> {
            let names = by_cc(name, host).into_iter().rev().chain([format!("HOST{name}")]);
            let texts: Vec<String> = names.filter_map(|name| var(name).ok()).collect();
            texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect()
        };
        let flags = all(if is_cxx { "CXXFLAGS" } else { "CFLAGS" });
        NamedByEnvironment { compiler, flags, ldflags: all("LDFLAGS") }
    }
}

impl NamedCompiler {
    /// From a variable's text: `clang`, `ccache gcc`, `gcc -m32`.
    fn of(text: &str) -> NamedCompiler {
        let mut words = text.split_whitespace().map(str::to_owned);
        let first = words.next().unwrap_or_default();
        let mut rest: Vec<String> = words.collect();
        match rest.first().is_some_and(|word| !word.starts_with('-')) {
            true => NamedCompiler { launcher: Some(first), compiler: rest.remove(0), args: rest },
            false => NamedCompiler { launcher: None, compiler: first, args: rest },
        }
    }
}

/// Where the cc crate looks for what is said of this machine alone; the first wins.
fn by_cc(name: &str, host: &str) -> [String; 3] {
    let underscored = host.replace(['-', '.'], "_");
    [format!("{name}_{host}"), format!("{name}_{underscored}"), format!("HOST_{name}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_names_a_launcher_a_compiler_and_arguments() {
        let told = |text: &str| {
            let NamedCompiler { launcher, compiler, args } = NamedCompiler::of(text);
            format!("{} | {compiler} | {}", launcher.unwrap_or_default(), args.join(" "))
        };
        assert_eq!(told("gcc"), " | gcc | ");
        assert_eq!(told(" gcc  -m32 -O1 "), " | gcc | -m32 -O1");
        assert_eq!(told("/opt/ccache /opt/gcc -m32"), "/opt/ccache | /opt/gcc | -m32");
    }
}
