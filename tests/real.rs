//! Programs and libraries that the world uses, each declared once from the sources that a cargo package ships, built in several
//! configurations, run, and compared with what their own builds make of the same sources.

mod busybox;
mod libgit2;
mod lua;
mod ours_and_theirs;
mod own_builds;
mod qemu;
mod recorded;
mod sqlite;
mod zlib;
mod znc;
mod zstd;
