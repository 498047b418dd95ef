//! Orders of small links: what each rule means, and answers held against those that trying everything finds.

mod examples;
mod cycles;
mod anyone;
mod random;
mod proof;
mod oracle;
