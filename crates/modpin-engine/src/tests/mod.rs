//! Builds on a disk in memory, with toy tools and no processes. Nobody sleeps to wait for somebody else.

mod toy;
mod toy_world;
mod meeting;
mod reasons;
mod flow;
mod findings;
mod outputs;
mod edits;
mod shadowing;
mod state;
mod faults;
mod jobs;
mod graphs;
mod model;
mod recall;
mod goals;
