//! The tests that need a real compiler, linker and loader, in one program: one link instead of many, and
//! they run in parallel, each in a directory of its own.

mod cases;
mod rebuild;
mod flags;
mod cxx;
mod link_words;
mod shared_libraries;
mod shared_told;
mod module_files;
mod built_in;
mod options;
mod scopes;
mod rules;
mod archives;
mod reproducible;
mod database;
mod refusals;
mod lua;
mod real;
mod debian;
mod in_process;
mod load;
mod large_host;
mod foreign;
mod resolve;
mod plugins;
mod real_ways;
mod probes;
mod order;
mod explain;
mod browser;
mod picture;
mod tidy;
mod examples;
mod guide;
mod timings;
