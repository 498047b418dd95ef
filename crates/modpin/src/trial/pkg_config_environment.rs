//! What the environment says of pkg-config: which program it is, and where that looks. All of it is said of the machine that is built
//! for. Where the build machine is another one, only what names it counts there: `HOSTPKG_CONFIG`, as in Kbuild, and `HOST_` in
//! front of each variable, as for cargo's packages.

use std::collections::BTreeMap;

/// How variables of pkg-config begin.
const PKG_CONFIG: &str = "PKG_CONFIG";
/// What stands in front of those that are for the build machine.
const HOST: &str = "HOST_";

/// What the environment says.
#[derive(Debug, PartialEq, Eq)]
pub struct PkgConfigEnvironment {
    /// The program, if one is named.
    pub program: Option<String>,
    /// Variables by name, and what pkg-config gets in their place; nothing: it does not see them.
    pub variables: BTreeMap<String, Option<String>>,
}

impl PkgConfigEnvironment {
    /// As it is now; `beside_target` for the build machine in a build for another one.
    pub fn read(beside_target: bool) -> PkgConfigEnvironment {
        PkgConfigEnvironment::of(std::env::vars_os().filter_map(utf8), beside_target)
    }

    fn of(
        variables: impl Iterator<Item = (String, String)>,
        beside_target: bool,
    ) -> PkgConfigEnvironment {
        let all: BTreeMap<String, String> =
            variables.filter(|(name, value)| name.contains(PKG_CONFIG) && !value.is_empty()).collect();
        let named = |name: &str| all.get(name).cloned();
        if !beside_target {
            let of_target = all.iter().filter(|(name, _)| name.starts_with(PKG_CONFIG));
            let variables = of_target.map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
            return PkgConfigEnvironment { program: named(PKG_CONFIG), variables };
        }
        let mut variables: BTreeMap<String, Option<String>> = all
            .keys()
            .filter(|name| name.starts_with(PKG_CONFIG))
            .map(|name| (name.clone(), None))
            .collect();
        let of_host = all.iter().filter_map(|(name, value)| Some((name.strip_prefix(HOST)?, value)));
        variables.extend(of_host.map(|(name, value)| (name.to_owned(), Some(value.clone()))));
        let program = named("HOSTPKG_CONFIG").or_else(|| named("HOST_PKG_CONFIG"));
        PkgConfigEnvironment { program, variables }
    }

    /// A variable as pkg-config sees it.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name)?.as_deref()
    }
}

fn utf8((name, value): (std::ffi::OsString, std::ffi::OsString)) -> Option<(String, String)> {
    Some((name.into_string().ok()?, value.into_string().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        beside_target: bool,
        program: Option<&str>,
        path: Option<&str>,
        variables: &[(&str, &str)],
    ) {
        let all = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let read = PkgConfigEnvironment::of(all, beside_target);
        assert_eq!((read.program.as_deref(), read.get("PKG_CONFIG_PATH")), (program, path));
        let is_seen = read.variables.contains_key("PKG_CONFIG_SYSROOT_DIR");
        assert!(!beside_target || !is_seen || read.get("PKG_CONFIG_SYSROOT_DIR").is_none());
    }

    #[test]
    fn what_is_said_of_the_target_is_not_said_of_the_build_machine() {
        let said = [
            ("PKG_CONFIG", "arm-pkg-config"),
            ("PKG_CONFIG_PATH", "/arm"),
            ("PKG_CONFIG_SYSROOT_DIR", "/arm/root"),
            ("HOST_PKG_CONFIG_PATH", "/here"),
            ("HOSTPKG_CONFIG", "pkgconf"),
            ("HOST_PKG_CONFIG", "other"),
        ];
        check(false, Some("arm-pkg-config"), Some("/arm"), &said);
        check(true, Some("pkgconf"), Some("/here"), &said);
        check(true, None, None, &said[..3]);
        check(true, Some("other"), None, &[("HOST_PKG_CONFIG", "other"), ("HOSTPKG_CONFIG", "")]);
    }
}
