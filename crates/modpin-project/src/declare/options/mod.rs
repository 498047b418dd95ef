//! Options that a project declares: what kinds there are, what each says of itself.

pub(crate) mod kind;
pub(crate) mod number;
pub(crate) mod default_value;
pub(crate) mod item;
pub(crate) mod opt;
