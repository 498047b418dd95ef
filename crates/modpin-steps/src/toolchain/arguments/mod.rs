//! What the arguments of a command say beyond their own text: what stands in response files, which program behind the
//! driver each is for, and which files they name. Files that an argument names are inputs of the command like any other.

mod words;
mod dirs;
mod elsewhere;
mod named;
mod look_up;

pub use dirs::{header_dirs, library_dirs, of_variables};
pub use elsewhere::only_here;
pub use named::named_files;
pub use words::{Answers, Arguments, KnownAnswers};
