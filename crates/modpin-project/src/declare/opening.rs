//! How a host opens a module: what dlopen(3) is asked for. A module is linked so that it can be opened in this way, and the
//! checks open it so. Plain data.

use serde::{Deserialize, Serialize};

/// When the functions that a module calls are looked up. What it refers to otherwise is always looked up at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Binding {
    /// All of them when it is opened (`RTLD_NOW`): what is missing is missed then.
    #[default]
    Now,
    /// Each when it is first called (`RTLD_LAZY`): modules that have it may be opened later.
    Lazy,
}

/// Who finds what a module defines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OpenScope {
    /// The module itself, and whoever asks for its symbols by dlsym(3) (`RTLD_LOCAL`).
    #[default]
    Local,
    /// Every module that is opened later, too (`RTLD_GLOBAL`).
    Global,
}

/// How one host opens one module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Opening {
    /// When its calls are bound.
    pub binding: Binding,
    /// Who sees it.
    pub scope: OpenScope,
}

/// The declaration for a builder with the fields `binding` and `scope`.
macro_rules! opening_methods {
    ($target:ident, $of_what:literal) => {
        impl $target {
            #[doc = concat!("Says when ", $of_what, " looks up the functions that it calls.")]
            pub fn binding(mut self, binding: $crate::declare::opening::Binding) -> $target {
                self.binding = Some(binding);
                self
            }

            #[doc = concat!("Says who finds what ", $of_what, " defines.")]
            pub fn scope(mut self, scope: $crate::declare::opening::OpenScope) -> $target {
                self.scope = Some(scope);
                self
            }
        }
    };
}

pub(crate) use opening_methods;
