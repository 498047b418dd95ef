//! What the client makes of servers: one that does everything wrong in turn, and real ones.

mod faults;
mod patience;
mod ways_there;
mod real;
mod asked;
