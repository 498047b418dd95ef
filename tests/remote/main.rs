//! Builds that share results by a server: real compilers, checkouts with caches of their own, the helper program, and servers that
//! are as they should be, lie, do not answer, or are killed.

mod machines;
mod shared;
mod elsewhere;
mod real_projects;
mod page;
mod left_behind;
mod troubles;
