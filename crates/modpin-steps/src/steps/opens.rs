//! How a host opens a module, and what it opens before and after it: the same for who foretells the loader and for who asks.

use modpin_project::{Binding, OpenScope, Opening};
use serde::{Deserialize, Serialize};

use crate::load::{ToLoad, Turn};

/// A module's way into its host.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Opens {
    /// How the module itself is opened.
    pub opening: Opening,
    /// The files of modules that are opened before it, with RTLD_GLOBAL.
    pub before: Vec<String>,
    /// The files of modules that are opened after it, with RTLD_GLOBAL.
    pub after: Vec<String>,
    /// Those of both that are opened lazily.
    pub lazy: Vec<String>,
}

impl Opens {
    /// Whether its calls are bound when they are made.
    pub fn is_lazy(&self) -> bool {
        self.opening.binding == Binding::Lazy
    }

    /// Whether modules that are opened later see it.
    pub fn is_global(&self) -> bool {
        self.opening.scope == OpenScope::Global
    }

    /// Everything that is opened, in that order. `module` is the file of the module itself.
    pub fn all<'a>(&'a self, module: &'a str) -> Vec<ToLoad<'a>> {
        let other =
            |path: &'a String, turn| ToLoad { path, turn, lazy: self.lazy.contains(path), global: true };
        let asked =
            ToLoad { path: module, turn: Turn::Asked, lazy: self.is_lazy(), global: self.is_global() };
        let before = self.before.iter().map(|path| other(path, Turn::Before));
        let after = self.after.iter().map(|path| other(path, Turn::After));
        before.chain([asked]).chain(after).collect()
    }

    /// As a step's key tells it.
    pub fn facts(&self) -> impl Iterator<Item = (&'static str, String)> {
        let lazy = |path: &String| if self.lazy.contains(path) { ", opened lazily" } else { "" };
        let list = |what, paths: &[String]| {
            paths.iter().map(|path| (what, format!("{path}{}", lazy(path)))).collect::<Vec<_>>()
        };
        let before = list("loaded before it:", &self.before);
        let after = list("loaded after it:", &self.after);
        let how = [(self.is_lazy(), "opened lazily"), (self.is_global(), "opened for all to see")];
        let how = how.into_iter().filter(|(is_so, _)| *is_so).map(|(_, word)| (word, String::new()));
        how.collect::<Vec<_>>().into_iter().chain(before).chain(after)
    }
}
