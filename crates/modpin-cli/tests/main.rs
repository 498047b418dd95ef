//! The program, called as users call it, with the real compiler: what is built and why is tested on the floors below. In one
//! program, so that it is linked once and the tests run in parallel, each in a directory of its own.

mod program;
mod packages;
mod probes;
mod outputs;
mod tree;
mod demo;
mod foreign;
mod recipes;
mod steps;
mod cargo_modpin;
mod config;
mod scopes;
mod rules;
mod cxx;
mod host_programs;
mod cross;
mod messages;
mod terminal;
mod jobserver;
mod recall;
mod check_again;
mod kills;
mod origins;
mod orders;
mod explain;
mod goals;
mod archives;
mod files;
mod finished;
mod hostile;
mod binding;
mod kept_probe;
mod seen;
mod survive;
