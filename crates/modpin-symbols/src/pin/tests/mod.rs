//! Pins of small programs.

mod decide;
