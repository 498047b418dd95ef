//! Builds on a disk in memory, with toy tools and no processes. Nobody sleeps to wait for somebody else.

mod toy;
mod toy_texts;
mod toy_then;
mod toy_world;
mod meeting;
mod reasons;
mod flow;
mod refusals;
mod findings;
mod outputs;
mod beside;
mod links;
mod planted;
mod ledger;
mod edits;
mod shadowing;
mod spellings;
mod values;
mod state;
mod faults;
mod jobs;
mod graphs;
mod model;
mod recall;
mod goals;
