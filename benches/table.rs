//! The results as a Markdown table: ratios to the first contender of each row, with its own figures in
//! brackets. Knows no row.

use std::fmt;

use crate::measure::Cost;

/// Rows as they are measured.
#[derive(Default)]
pub struct Table {
    rows: Vec<String>,
}

impl Table {
    /// Adds a row of CPU times, and says it at once: a whole run takes minutes.
    pub fn cpu(&mut self, title: &str, names: &[String], costs: &[Cost], units: usize) {
        let base = costs.first().map_or(1.0, |cost| cost.cpu);
        let cells = names.iter().zip(costs).enumerate().map(|(at, (name, cost))| {
            let each = cost.cpu / units as f64;
            match at {
                0 => format!("{name} 1.00 ({each:.3} ms)"),
                _ => format!("{name} {:.3} ({each:.3} ms)", cost.cpu / base),
            }
        });
        self.add(title, "CPU", cells);
    }

    /// Adds a row of wall times.
    pub fn wall(&mut self, title: &str, names: &[String], costs: &[Cost]) {
        let cells = names.iter().zip(costs).map(|(name, cost)| format!("{name} {:.1} ms", cost.wall));
        self.add(title, "wall", cells);
    }

    /// Adds a row of peak memory.
    pub fn memory(&mut self, title: &str, names: &[String], costs: &[Cost]) {
        let cells = names.iter().zip(costs).map(|(name, cost)| format!("{name} {:.1} MiB", cost.memory));
        self.add(title, "peak memory", cells);
    }

    /// Adds a row of whatever was found.
    pub fn found(&mut self, title: &str, what: &str, cells: &[String]) {
        self.add(title, what, cells.iter().cloned());
    }

    fn add(&mut self, title: &str, what: &str, cells: impl Iterator<Item = String>) {
        let row = format!("| {title} | {what} | {} |", cells.collect::<Vec<_>>().join(" | "));
        println!("{row}");
        self.rows.push(row);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}
