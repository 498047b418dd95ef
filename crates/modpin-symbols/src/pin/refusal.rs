//! Why a host cannot give its modules what they need, each with its sentence and a way out.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::link::site::{Asker, Site};

/// One reason not to link.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "reason")]
pub enum Refusal {
    /// The host has the symbol and may not show it.
    Hidden {
        /// The symbol.
        symbol: String,
        /// `hidden` or `internal`.
        visibility: String,
        /// Who says so.
        hidden_by: HiddenBy,
        /// The unit that says so.
        site: Site,
        /// Who needs it.
        asked_by: Vec<Asker>,
    },
    /// The symbol is, says the archive's index, in a member that cannot be read.
    Damaged {
        /// The symbol.
        symbol: String,
        /// What is wrong with the member.
        why: String,
        /// The member.
        site: Site,
        /// Who needs it.
        asked_by: Vec<Asker>,
    },
    /// The module's own relocatable object cannot be read, so nobody knows what it needs.
    BlindModule {
        /// The module.
        module: String,
        /// What its relocatable object is.
        what: String,
    },
    /// The project lists an export that nothing in the host defines.
    UnknownExport {
        /// The symbol.
        symbol: String,
    },
    /// A module asks for a version of the symbol that is not the default one. Only bfd could be told to keep it.
    OldVersion {
        /// The symbol.
        symbol: String,
        /// The version asked for.
        version: String,
        /// The unit that defines it.
        site: Site,
        /// Who needs it.
        asked_by: Vec<Asker>,
    },
    /// The symbol's name cannot be written on a linker's command line.
    Name {
        /// The symbol.
        symbol: String,
        /// Who needs it.
        asked_by: Vec<Asker>,
    },
}

/// What keeps a symbol inside the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HiddenBy {
    /// Its definition.
    Definition,
    /// A reference in another object of the host: the linker takes the narrowest statement of all.
    HostReference,
    /// The module's own reference.
    ModuleReference,
}

impl Refusal {
    /// The symbol in question, where there is one.
    pub fn symbol(&self) -> Option<&str> {
        match self {
            Refusal::Hidden { symbol, .. }
            | Refusal::Damaged { symbol, .. }
            | Refusal::UnknownExport { symbol }
            | Refusal::OldVersion { symbol, .. }
            | Refusal::Name { symbol, .. } => Some(symbol),
            Refusal::BlindModule { .. } => None,
        }
    }

    /// Who needs it.
    pub fn asked_by(&self) -> &[Asker] {
        match self {
            Refusal::Hidden { asked_by, .. }
            | Refusal::Damaged { asked_by, .. }
            | Refusal::OldVersion { asked_by, .. }
            | Refusal::Name { asked_by, .. } => asked_by,
            Refusal::UnknownExport { .. } => &[Asker::Project],
            Refusal::BlindModule { .. } => &[],
        }
    }

    fn sentence(&self) -> String {
        match self {
            Refusal::Hidden { symbol, visibility, hidden_by: HiddenBy::Definition, site, .. } => {
                format!(
                    "{symbol}: {site} defines it as {visibility}, so the host cannot offer it to modules"
                )
            }
            Refusal::Hidden { symbol, visibility, hidden_by: HiddenBy::HostReference, site, .. } => {
                format!(
                    "{symbol}: {site} refers to it as {visibility}, which hides the definition, so the host cannot offer it to modules"
                )
            }
            Refusal::Hidden {
                symbol, visibility, hidden_by: HiddenBy::ModuleReference, site, ..
            } => {
                format!(
                    "{symbol}: {site} of the module refers to it as {visibility}, so it cannot come from the host"
                )
            }
            Refusal::Damaged { symbol, why, site, .. } => {
                format!(
                    "{symbol}: the archive's index says that it is in {site}, which cannot be read: {why}"
                )
            }
            Refusal::BlindModule { module, what } => {
                format!(
                    "module {module}: its relocatable object is {what}, so what it needs is not known"
                )
            }
            Refusal::UnknownExport { symbol } => {
                format!("{symbol}: the project exports it, and nothing in the host defines it")
            }
            Refusal::OldVersion { symbol, version, site, .. } => {
                format!(
                    "{symbol}@{version}: {site} defines it beside a newer default, and linkers cannot be told to keep it"
                )
            }
            Refusal::Name { symbol, .. } => {
                format!("{symbol:?}: such a name cannot be written on a linker's command line")
            }
        }
    }

    fn help(&self) -> &'static str {
        match self {
            Refusal::Hidden { hidden_by: HiddenBy::Definition, .. } => {
                "give the definition default visibility, or offer a public function that calls it"
            }
            Refusal::Hidden { .. } => "declare it with default visibility there",
            Refusal::Damaged { .. } => "build that archive again",
            Refusal::BlindModule { .. } => {
                "compile it without -flto, or link it with gcc -flto -r -flinker-output=nolto-rel"
            }
            Refusal::UnknownExport { .. } => {
                "correct the name, or link the library that defines it into the host"
            }
            Refusal::OldVersion { .. } => "use the default version of the symbol",
            Refusal::Name { .. } => "give it a name of letters, digits and underscores",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.sentence())?;
        if !self.asked_by().is_empty() && !matches!(self, Refusal::UnknownExport { .. }) {
            let askers: Vec<String> = self.asked_by().iter().map(Asker::to_string).collect();
            write!(f, " (needed by {})", askers.join(", "))?;
        }
        write!(f, "\n  help: {}", self.help())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_about_a_symbol_or_about_a_whole_module() {
        let site = || Site { file: "a.a".into(), member: "1.o".into(), position: 0 };
        let (symbol, by) = ("f".to_owned(), vec![Asker::Project]);
        let name = Refusal::Name { symbol: symbol.clone(), asked_by: by.clone() };
        let damaged =
            Refusal::Damaged { symbol: symbol.clone(), why: "x".into(), site: site(), asked_by: by };
        let unknown = Refusal::UnknownExport { symbol };
        let blind = Refusal::BlindModule { module: "m".into(), what: "x".into() };
        assert_eq!(
            [&name, &damaged, &unknown, &blind].map(Refusal::symbol),
            [Some("f"), Some("f"), Some("f"), None]
        );
        assert_eq!([&name, &unknown, &blind].map(|refusal| refusal.asked_by().len()), [1, 1, 0]);
    }
}
