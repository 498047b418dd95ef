//! What a run of the program does, one thing after the other, and since when: nothing lies between two of them, so they add up
//! to the whole.

use std::fs::read_to_string;
use std::time::Duration;

use modpin::timings::Part;

use crate::say::recorder::micros;

/// The parts so far.
#[derive(Debug)]
pub struct Parts {
    begun: Vec<(&'static str, Duration)>,
}

impl Default for Parts {
    /// Before anything else there are arguments and a declaration.
    fn default() -> Parts {
        Parts { begun: vec![("reading the project", Duration::ZERO)] }
    }
}

impl Parts {
    /// Another part begins, at this time since the start; never before the last one.
    pub fn begin(&mut self, name: &'static str, at: Duration) {
        let last = self.begun.last().map_or(Duration::ZERO, |(_, at)| *at);
        self.begun.push((name, at.max(last)));
    }

    /// All of them, up to now.
    pub fn until(&self, end: Duration) -> Vec<Part> {
        let ends = self.begun.iter().skip(1).map(|(_, at)| *at).chain([end]);
        let all = self.begun.iter().zip(ends);
        all.map(|((name, start), end)| Part {
            name: (*name).to_owned(),
            start: micros(*start),
            end: micros(end),
        })
        .collect()
    }
}

/// How long ago this process began, to a hundredth of a second: `cargo` becomes the program that it runs, so that is when cargo began.
/// Nothing where the system does not tell (proc(5)).
pub fn age() -> Option<Duration> {
    let stat = read_to_string("/proc/self/stat").ok()?;
    // The program's name, which stands in brackets, may hold anything.
    let start: u64 = stat.rsplit_once(") ")?.1.split(' ').nth(19)?.parse().ok()?;
    let uptime: f64 = read_to_string("/proc/uptime").ok()?.split(' ').next()?.parse().ok()?;
    Some(Duration::from_secs_f64((uptime - start as f64 / 100.0).max(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_each_other_and_add_up() {
        let mut parts = Parts::default();
        parts.begin("planning", Duration::from_micros(10));
        parts.begin("odd", Duration::from_micros(7));
        parts.begin("running", Duration::from_micros(25));
        let all = parts.until(Duration::from_micros(100));
        let told: Vec<_> = all.iter().map(|part| (part.name.as_str(), part.start, part.end)).collect();
        assert_eq!(
            told,
            [
                ("reading the project", 0, 10),
                ("planning", 10, 10),
                ("odd", 10, 25),
                ("running", 25, 100)
            ]
        );
    }

    #[test]
    fn a_process_has_an_age() {
        assert!(age().unwrap() < Duration::from_secs(86_400));
    }
}
