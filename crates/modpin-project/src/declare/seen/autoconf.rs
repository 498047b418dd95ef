//! The header in which C sees the options: which macros it defines for each of them.

use serde::{Deserialize, Serialize};

use crate::declare::many::Many;

/// The header in which C sees the options. Each pattern holds `{}` once, where the name of an option goes.
///
/// ```
/// use modpin_project::{Autoconf, Opt, Project};
///
/// let mut p = Project::new("demo", "/nowhere");
/// p.option(Opt::tristate("CRYPT"));
/// // C asks `#ifdef CONFIG_CRYPT`, or as busybox does: `if (ENABLE_CRYPT)`, `IF_CRYPT(int key;)`.
/// p.autoconf(Autoconf::new().zero_or_one("ENABLE_{}").if_on("IF_{}").if_off("IF_NOT_{}").force_include());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Autoconf {
    /// What `#include` calls it.
    #[serde(default = "default_header")]
    pub header: String,
    /// Macros with the value: `CONFIG_X 1`, for `m` `CONFIG_X_MODULE 1`; none for what is off.
    #[serde(default = "default_names")]
    pub names: Vec<String>,
    /// Macros that are `1` for what is on, in whichever form, else `0`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zero_or_one: Vec<String>,
    /// Macros that stand for their arguments where the option is on, else for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub if_on: Vec<String>,
    /// The reverse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub if_off: Vec<String>,
    /// Texts and numbers that have no value, such as those whose dependencies are not met, are seen as `""` and `0`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub empty_values: bool,
    /// Every source includes it first, without saying so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force_include: bool,
    /// Which options are meant in files that put names together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub config_deps: Vec<ConfigDeps>,
}

/// Which options are meant in files that put names together: `CONFIG_##x`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigDeps {
    /// A glob over files.
    pub files: String,
    /// Names of options, or globs over them.
    pub options: Vec<String>,
}

fn default_header() -> String {
    "autoconf.h".to_owned()
}

fn default_names() -> Vec<String> {
    vec!["CONFIG_{}".to_owned()]
}

impl Default for Autoconf {
    fn default() -> Autoconf {
        Autoconf::new()
    }
}

impl Autoconf {
    /// `autoconf.h`, as Kconfig writes it.
    pub fn new() -> Autoconf {
        Autoconf {
            header: default_header(),
            names: default_names(),
            zero_or_one: Vec::new(),
            if_on: Vec::new(),
            if_off: Vec::new(),
            empty_values: false,
            force_include: false,
            config_deps: Vec::new(),
        }
    }

    /// What `#include` calls it: `generated/autoconf.h`.
    pub fn header(self, path: impl Into<String>) -> Autoconf {
        Autoconf { header: path.into(), ..self }
    }

    /// Patterns of macros with the value of an option, in the place of `CONFIG_{}`.
    pub fn names<M>(self, patterns: impl Many<String, M>) -> Autoconf {
        Autoconf { names: patterns.many(), ..self }
    }

    /// Adds patterns of macros that are always there: `1` for an option that is on, be it as a module, else `0`.
    pub fn zero_or_one<M>(mut self, patterns: impl Many<String, M>) -> Autoconf {
        self.zero_or_one.extend(patterns.many());
        self
    }

    /// Adds patterns of macros that stand for their arguments where the option is on: `IF_X(int x;)`.
    pub fn if_on<M>(mut self, patterns: impl Many<String, M>) -> Autoconf {
        self.if_on.extend(patterns.many());
        self
    }

    /// Adds patterns of macros that stand for their arguments where the option is off: `IF_NOT_X(int y;)`.
    pub fn if_off<M>(mut self, patterns: impl Many<String, M>) -> Autoconf {
        self.if_off.extend(patterns.many());
        self
    }

    /// Has C see texts and numbers that have no value, too, as `""` and `0`: busybox writes `if (CONFIG_X)` of these.
    pub fn empty_values(self) -> Autoconf {
        Autoconf { empty_values: true, ..self }
    }

    /// Every source includes it first, without saying so.
    pub fn force_include(self) -> Autoconf {
        Autoconf { force_include: true, ..self }
    }

    /// Says which options are meant where files put names together (`CONFIG_##x`): names, or globs over them. Without it, all that
    /// reads such a file depends on every option.
    pub fn config_deps<M>(
        mut self,
        files: impl Into<String>,
        options: impl Many<String, M>,
    ) -> Autoconf {
        self.config_deps.push(ConfigDeps { files: files.into(), options: options.many() });
        self
    }

    /// Every pattern with the list that it stands in.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let lists = [
            ("names", &self.names),
            ("zero_or_one", &self.zero_or_one),
            ("if_on", &self.if_on),
            ("if_off", &self.if_off),
        ];
        lists.into_iter().flat_map(|(list, patterns)| patterns.iter().map(move |it| (list, it)))
    }
}
