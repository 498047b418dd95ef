//! modpin beside ninja, make and the floors, on the same trees with the same stand-in compiler:
//!
//!     cargo bench -p modpin-bench -- [ROW]... [--size N]... [--runs N]
//!
//! Rows are noop, touch, pins, clean, archive, load, large-host, rust-host, scan, cached, growth; all of them but the last two by default. Sizes are
//! 1000, 10000 and 50000 sources; for growth, how many steps each kind of growth takes. What counts are the ratios: all
//! contenders of a row take turns on one machine.

mod bench;
mod cached;
mod dialects;
mod growth;
mod large_host;
mod measure;
mod rows;
mod rust_host;
mod table;
mod tree;

use bench::Bench;
use table::Table;

/// A row, by its name: what it measures, and for which of the sizes.
type Row = fn(&Bench, &[usize], &mut Table);

const ROWS: [(&str, Row); 11] = [
    ("noop", rows::noop),
    ("touch", rows::touch),
    ("pins", rows::pins),
    ("clean", rows::clean),
    ("archive", rows::archive),
    ("load", rows::load),
    ("large-host", large_host::large_host),
    ("rust-host", rust_host::rust_host),
    ("scan", rows::scan),
    ("cached", cached::cached),
    ("growth", growth::growth),
];

fn main() {
    let (mut names, mut sizes, mut runs) = (Vec::new(), Vec::new(), 11);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|text| text.parse().ok()).expect("a number");
        match word.as_str() {
            "--size" => sizes.push(number()),
            "--runs" => runs = number(),
            "--bench" => {}
            row if ROWS.iter().any(|(name, _)| *name == row) => names.push(word),
            other => panic!("{other:?} is no row; rows are {:?}", ROWS.map(|(name, _)| name)),
        }
    }
    if sizes.is_empty() {
        sizes = vec![1000, 10000];
    }
    let bench = Bench::new(runs);
    let mut table = Table::default();
    for (name, row) in ROWS {
        let by_default = names.is_empty() && !["cached", "growth"].contains(&name);
        if by_default || names.iter().any(|wanted| wanted == name) {
            row(&bench, &sizes, &mut table);
        }
    }
    print!("{table}");
}
