//! The answer to "does this module load into this host?": in one word, with what is missing, and in a sentence. Plain data:
//! a loader that was asked and a reading of the files alone answer with the same.

use modpin_symbols::Unseen;
use serde::{Deserialize, Serialize};

pub use crate::advice::{Advice, LibraryWithIt, NeededOf};

/// What became of one module in one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The host's name.
    pub host: String,
    /// The module's name.
    pub module: String,
    /// The module's file.
    pub file: String,
    /// The answer.
    pub verdict: Verdict,
    /// How far the host came.
    #[serde(default, skip_serializing_if = "Stage::is_loading")]
    pub stage: Stage,
    /// Every symbol that is missing, not only the first.
    pub missing: Vec<Missing>,
    /// Other modules that define what is missing: loaded first, in this order and with RTLD_GLOBAL, they would help.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs_modules: Vec<String>,
    /// Other ways out, and what only seems to be one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<Advice>,
    /// Symbols that the module defines and uses, and that it gets from another file all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub interposed: Vec<Interposed>,
    /// Functions that a module calls which is opened lazily, and that nobody defines: the call will fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unbound: Vec<Missing>,
    /// The answer in a sentence, with what the module printed if that helps.
    pub detail: String,
}

/// A symbol that a module defines for itself, and that another file takes from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interposed {
    /// The symbol.
    pub symbol: String,
    /// The file whose definition counts: the host, or a library that came before the module.
    pub by: String,
}

/// The answer of a load check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// `dlopen` succeeded: with RTLD_NOW, or with RTLD_LAZY where the host opens the module so.
    Loads,
    /// Symbols are missing.
    MissingSymbols,
    /// A shared library that it needs is missing.
    MissingLibrary,
    /// A signal ended the process while the module was loaded.
    Crashed,
    /// Loading took longer than allowed.
    TimedOut,
    /// The process ended itself while the module was loaded.
    Exited,
    /// The host is linked statically, and nobody can tell what it would load.
    StaticHost,
    /// The loader refused the file for another reason.
    Failed,
}

/// What a host was at when it became clear what becomes of a module.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It was loading the module, or would have been.
    #[default]
    Loading,
    /// It was starting, and never came as far as its main: nobody could load anything.
    Starting,
}

/// What is said of [`Stage::Starting`].
pub const HOST_DOES_NOT_START: &str = "the host does not start";

impl Stage {
    /// As nearly always.
    pub fn is_loading(&self) -> bool {
        *self == Stage::Loading
    }
}

/// A symbol that a module needs and nobody gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// Its name, with `@version` where one is asked for.
    pub symbol: String,
    /// The objects of the module that refer to it, as far as they are known.
    pub asked_by: Vec<String>,
    /// Where it is defined but cannot be reached from.
    pub found_in: Vec<String>,
    /// Why the host does not offer it, where the host is one of these places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_host: Option<Withheld>,
}

/// Why a host does not offer what it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Withheld {
    /// It could, and was not linked so.
    NotExported,
    /// It cannot: the definition is static, or the link made it so.
    Static,
    /// It cannot: the definition is hidden.
    Hidden,
}

impl Missing {
    /// A symbol that was not looked for anywhere yet.
    pub fn new(symbol: impl Into<String>, asked_by: impl IntoIterator<Item = String>) -> Missing {
        let (symbol, asked_by) = (symbol.into(), asked_by.into_iter().collect());
        Missing { symbol, asked_by, found_in: Vec::new(), in_host: None }
    }
}

impl Withheld {
    /// Why a definition that the loader does not see is not offered.
    pub fn of(unseen: &Unseen) -> Withheld {
        match (unseen.local, unseen.is_static()) {
            (false, _) => Withheld::NotExported,
            (true, true) => Withheld::Static,
            (true, false) => Withheld::Hidden,
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Withheld::NotExported => "not exported",
            Withheld::Static => "static",
            Withheld::Hidden => "hidden",
        }
    }
}

/// What the loader said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The answer; missing symbols are not counted yet.
    pub verdict: Verdict,
    /// How far the host came.
    #[serde(default, skip_serializing_if = "Stage::is_loading")]
    pub stage: Stage,
    /// In a sentence.
    pub detail: String,
}

/// Whether an answer is what the reading of symbols predicts. What a constructor does, nobody can read.
pub fn agrees(predicted: Verdict, answer: Verdict) -> bool {
    match answer {
        Verdict::Crashed | Verdict::TimedOut | Verdict::Exited => {
            matches!(predicted, Verdict::Loads | Verdict::Failed)
        }
        answer => predicted == answer,
    }
}

/// A symbol without the version that may stand behind it.
pub fn plain(symbol: &str) -> &str {
    match symbol.split_once('@') {
        Some((name, _)) if !name.is_empty() => name,
        _ => symbol,
    }
}
