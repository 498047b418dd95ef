//! Installing what a build has made: where each file goes, which of them differ from what is there, and putting them in place
//! one by one, so that whoever runs or maps an old one keeps it. Builds nothing.

pub mod dirs;
mod entry;
mod relative;
mod pkg_config;
mod list;
mod modules;
mod treat;
mod record;
mod put;
mod work;
mod uninstall;

pub use dirs::{DirWords, InstallDirs};
pub use entry::{Entry, What};
pub use list::{Sources, list};
pub use record::Record;
pub use treat::Treatment;
pub use uninstall::uninstall;
pub use work::{Change, ChangeKind, Installation, install};
