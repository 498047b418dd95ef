//! Builds on a disk in memory, with toy tools. No sleeping, no processes.

mod toy;
mod world;
mod reasons;
mod flow;
mod outputs;
mod edits;
mod shadowing;
mod state;
mod faults;
mod jobs;
mod graphs;
mod model;
mod recall;
