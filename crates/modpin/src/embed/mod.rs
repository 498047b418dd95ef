//! Build scripts: a project of C that is built by cargo, for programs that cargo links. [`embed`] is the whole of such a
//! script.

mod cargo;
mod crt_static;
mod diagnostics;
mod watched;
mod lines;
mod times;
mod record;
mod build;

pub use build::embed;
pub use record::{Embedded, verify_host};
