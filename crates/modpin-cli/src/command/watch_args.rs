//! What can be typed after `watch`, as data.

use std::ffi::OsString;

use clap::Args;

/// `watch`.
#[derive(Args, Clone, Debug)]
pub struct Watch {
    /// The verb with its arguments [default: build]
    #[arg(value_name = "VERB", trailing_var_arg = true, allow_hyphen_values = true)]
    pub words: Vec<OsString>,
}
