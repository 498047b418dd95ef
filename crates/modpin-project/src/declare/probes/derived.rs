//! The name of a probe that nobody gave one: autoconf's where autoconf has one, Kconfig's where Kconfig has.

use crate::declare::probes::kind::{ProbeKind, ProbeLanguage};

/// The name for a question; `None` where there is no name that anybody would guess.
pub(crate) fn derived(kind: ProbeKind, of: &str, language: ProbeLanguage) -> Option<String> {
    let prefix = match kind {
        ProbeKind::Header
        | ProbeKind::Function
        | ProbeKind::Type
        | ProbeKind::Member
        | ProbeKind::Program => "HAVE_",
        ProbeKind::Symbol => "HAVE_DECL_",
        ProbeKind::SizeOf => "SIZEOF_",
        ProbeKind::Value => "VALUE_",
        ProbeKind::Library => "HAVE_LIB",
        ProbeKind::CcOption if language == ProbeLanguage::Cxx => "CXX_HAS_",
        ProbeKind::CcVersion if language == ProbeLanguage::Cxx => "CXX_IS_",
        ProbeKind::CcOption => "CC_HAS_",
        ProbeKind::AsOption | ProbeKind::AsInstr => "AS_HAS_",
        ProbeKind::LdOption => "LD_HAS_",
        ProbeKind::CcVersion => "CC_IS_",
        ProbeKind::PkgConfig => {
            return Some(format!("HAVE_{}", upper(package_name(of))));
        }
        ProbeKind::Compiles | ProbeKind::Links | ProbeKind::Runs => return None,
    };
    Some(format!("{prefix}{}", upper(of)))
}

/// The name of a package without the version that is asked for.
pub(crate) fn package_name(package: &str) -> &str {
    package.split([' ', '<', '>', '=', '!']).next().unwrap_or_default()
}

/// Capitals, digits and `_`, as autoconf makes them: `void *` is `VOID_P`.
fn upper(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        match c {
            '*' => name.push('P'),
            '+' => name.push('X'),
            c if c.is_ascii_alphanumeric() => name.push(c.to_ascii_uppercase()),
            _ if name.is_empty() || name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    name.truncate(name.trim_end_matches('_').len());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_people_know() {
        let of = |kind, of| derived(kind, of, ProbeLanguage::C).unwrap_or_default();
        let cxx = |kind, of| derived(kind, of, ProbeLanguage::Cxx).unwrap_or_default();
        assert_eq!(cxx(ProbeKind::Header, "span"), "HAVE_SPAN");
        assert_eq!(cxx(ProbeKind::CcOption, "-fno-rtti"), "CXX_HAS_FNO_RTTI");
        assert_eq!(cxx(ProbeKind::CcVersion, "gcc >= 9"), "CXX_IS_GCC_9");
        assert_eq!(of(ProbeKind::Header, "sys/epoll.h"), "HAVE_SYS_EPOLL_H");
        assert_eq!(of(ProbeKind::Function, "memfd_create"), "HAVE_MEMFD_CREATE");
        assert_eq!(of(ProbeKind::Symbol, "O_CLOEXEC"), "HAVE_DECL_O_CLOEXEC");
        assert_eq!(of(ProbeKind::Member, "struct stat.st_mtim"), "HAVE_STRUCT_STAT_ST_MTIM");
        assert_eq!(of(ProbeKind::SizeOf, "void *"), "SIZEOF_VOID_P");
        assert_eq!(of(ProbeKind::SizeOf, "unsigned long"), "SIZEOF_UNSIGNED_LONG");
        assert_eq!(of(ProbeKind::Library, "m"), "HAVE_LIBM");
        assert_eq!(
            of(ProbeKind::CcOption, "-fstack-clash-protection"),
            "CC_HAS_FSTACK_CLASH_PROTECTION"
        );
        assert_eq!(of(ProbeKind::PkgConfig, "gtk+-3.0 >= 3.2"), "HAVE_GTKX_3_0");
        assert_eq!(of(ProbeKind::CcVersion, "gcc >= 12.2"), "CC_IS_GCC_12_2");
        assert_eq!(derived(ProbeKind::Runs, "int main(void) { return 0; }", ProbeLanguage::C), None);
    }
}
