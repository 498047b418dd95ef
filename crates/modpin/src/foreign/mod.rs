//! Hosts, modules and archives of any build system: the same questions as for a project's own, asked of files alone.
//! Nothing is built and no project is read. A file that is not there, or that is not what it must be, is an error that
//! names it; a module that is there and cannot be loaded is an answer.

mod torn;
mod bytes;
mod not_loadable;
mod files;
mod machines;
mod module;
mod host_process;
mod ways;
mod resolve;
mod check;
mod pins;
mod host_link;
mod exports;
mod order;
mod explain;

pub use modpin_symbols::{PinPlan, dynamic_list, response_file};

pub use check::{CheckFiles, check_load_files};
pub use explain::{DefinedIn, Explained, Mention, Role, explain_symbol};
pub use exports::exports_of_files;
pub use files::OfMachine;
pub use files::is_stripped;
pub use host_link::{LinkFiles, link_of_files};
pub use module::OpenedFiles;
pub use order::{OrderedFiles, order_files};
pub use pins::pins_of_files;
pub use resolve::{files_of_process, resolve_files, resolve_files_opened};
