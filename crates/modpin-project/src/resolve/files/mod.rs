//! What globs and paths mean on a disk. Directories are listed, no file is opened. Knows no target: callers give a subject for
//! messages.

pub(crate) mod looked_up;
pub(crate) mod path;
pub(crate) mod nearby;
pub(crate) mod pattern;
pub(crate) mod walk;
pub(crate) mod sources;
pub(crate) mod include;
