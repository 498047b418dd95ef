//! Contents by their digests: which a server has, giving it some, and fetching some. Small ones go together in one message,
//! large ones in pieces.

mod upload;
mod download;
mod missing;
pub(crate) mod blob;
mod batch;
