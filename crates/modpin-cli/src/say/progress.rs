//! The progress bar, in cargo's look. Draws what it is told; counts are kept by `display`, and how much time is left is
//! known to the engine. Between two tellings the time goes by.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use modpin::shown;

const STYLE: Style = AnsiColor::Cyan.on_default().bold();
/// What stands before the numbers: the title, the bar, two blanks.
const BEFORE: usize = 12 + 1 + 27 + 1;
const WIDE: &str = "{prefix} [{bar:25}] {pos}/{len}{left}: {wide_msg}";
const NARROW: &str = "{prefix} [{bar:25}] {rest}";
/// How often the time that is left is looked at.
const TICK: Duration = Duration::from_millis(500);

/// How far a build is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Way {
    /// Actions that are done.
    pub done: usize,
    /// All actions.
    pub total: usize,
    /// Those of them whose result was in the cache.
    pub cached: usize,
    /// Those that came from a server: brought from there into the cache, or made there.
    pub there: usize,
    /// The time that is left, if that is known.
    pub left: Option<Duration>,
}

/// Which bar is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// There may be a bar at all.
    pub allowed: bool,
    /// In colour.
    pub colored: bool,
    /// No wider than this; as wide as the terminal otherwise.
    pub width: Option<usize>,
}

/// A bar on standard error, or none.
pub struct Bar {
    look: Look,
    drawn: Option<ProgressBar>,
    told: Arc<Mutex<Told>>,
}

/// What the bar was told last.
#[derive(Debug, Default)]
struct Told {
    /// When all is done, by what is known now.
    end: Option<Instant>,
    cached: usize,
    there: usize,
    /// What runs; only for a bar of a given width.
    names: String,
}

impl Told {
    /// What stands behind the numbers.
    fn behind(&self) -> String {
        let left = self.end.map(|end| end.saturating_duration_since(Instant::now()));
        counted(self.cached, "cached") + &counted(self.there, "from the server") + &time_left(left)
    }
}

impl Bar {
    /// A bar that appears when there is something to show, if it is allowed.
    pub fn new(look: Look) -> Bar {
        Bar { look, drawn: None, told: Arc::default() }
    }

    /// Shows how far a build is, and what runs.
    pub fn show(&mut self, way: Way, running: impl FnOnce() -> String) {
        if !self.look.allowed {
            return;
        }
        let (look, told) = (self.look, &self.told);
        let bar = self.drawn.get_or_insert_with(|| draw(look, way.total, Arc::clone(told)));
        {
            let mut told = locked(told);
            told.end = way.left.map(|left| Instant::now() + left);
            (told.cached, told.there) = (way.cached, way.there);
        }
        bar.set_length(way.total as u64);
        match look.width {
            None => bar.set_message(running()),
            Some(_) => locked(told).names = running(),
        }
        bar.set_position(way.done as u64);
    }

    /// Takes it away.
    pub fn end(&mut self) {
        if let Some(bar) = self.drawn.take() {
            bar.finish_and_clear();
        }
    }

    /// Writes something where the bar stands; the bar moves on.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        match &self.drawn {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

/// What the bar says about actions that run: short names, for there is little room.
pub fn names<'a>(labels: impl Iterator<Item = &'a str>) -> String {
    let short = |label: &'a str| label.rsplit('/').next().unwrap_or(label);
    labels.map(|label| shown::line(short(label))).collect::<Vec<_>>().join(", ")
}

fn draw(look: Look, total: usize, told: Arc<Mutex<Told>>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
    let again = Arc::clone(&told);
    // A bar that cannot be written is no reason to stop.
    let left = move |_: &ProgressState, to: &mut dyn fmt::Write| {
        let _ = to.write_str(&locked(&told).behind());
    };
    let rest = move |state: &ProgressState, to: &mut dyn fmt::Write| {
        let (told, room) = (locked(&again), look.width.unwrap_or(usize::MAX).saturating_sub(BEFORE));
        let (done, total) = (state.pos(), state.len().unwrap_or(0));
        let numbers = format!("{done}/{total}{}: ", told.behind());
        let names = cut(&told.names, room.saturating_sub(numbers.len()));
        let _ = to.write_str(&numbers).and_then(|()| to.write_str(&names));
    };
    // The template is ours: if indicatif did not like it, its own look would do.
    if let Ok(style) = ProgressStyle::with_template(if look.width.is_some() { NARROW } else { WIDE }) {
        let style = style.progress_chars("=> ").with_key("left", left).with_key("rest", rest);
        bar.set_style(style);
    }
    let title = format!("{:>12}", "Building");
    bar.set_prefix(if look.colored { format!("{STYLE}{title}{STYLE:#}") } else { title });
    bar.enable_steady_tick(TICK);
    bar
}

/// `, 3 cached`; nothing where there are none.
fn counted(count: usize, what: &str) -> String {
    if count == 0 { String::new() } else { format!(", {count} {what}") }
}

/// `, 8s left`; nothing when it is not known, or over.
fn time_left(left: Option<Duration>) -> String {
    let seconds = left.map_or(0, |left| left.as_millis().div_ceil(1000));
    match (seconds / 60, seconds % 60) {
        (0, 0) => String::new(),
        (0, seconds) => format!(", {seconds}s left"),
        (minutes, seconds) => format!(", {minutes}m {seconds:02}s left"),
    }
}

fn cut(text: &str, room: usize) -> String {
    match text.char_indices().nth(room) {
        None => text.to_owned(),
        Some(_) if room < 4 => String::new(),
        Some(_) => text.chars().take(room - 3).chain("...".chars()).collect(),
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|broken| broken.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short() {
        assert_eq!(names(["c-src/util/crc.c", "imgtool"].into_iter()), "crc.c, imgtool");
    }

    #[test]
    fn a_bar_that_is_not_allowed_asks_for_nothing() {
        let mut bar = Bar::new(Look::default());
        bar.show(Way { done: 1, total: 2, ..Way::default() }, || panic!("asked"));
        assert_eq!(bar.suspend(|| 7), 7);
        bar.end();
    }

    #[test]
    fn the_templates_are_such_that_indicatif_reads() {
        assert!(ProgressStyle::with_template(WIDE).is_ok());
        assert!(ProgressStyle::with_template(NARROW).is_ok());
    }

    #[test]
    fn time_that_is_left() {
        let told = |millis| time_left(Some(Duration::from_millis(millis)));
        assert_eq!([told(0), told(1), told(7001)], ["", ", 1s left", ", 8s left"]);
        assert_eq!([told(60_000), told(3_725_000)], [", 1m 00s left", ", 62m 05s left"]);
        assert_eq!(time_left(None), "");
        assert_eq!([counted(0, "cached"), counted(3, "cached")], ["", ", 3 cached"]);
        let told = Told { cached: 3, there: 2, ..Told::default() };
        assert_eq!(told.behind(), ", 3 cached, 2 from the server");
    }

    #[test]
    fn names_are_cut_where_the_room_ends() {
        assert_eq!(cut("crc.c, tool", 11), "crc.c, tool");
        assert_eq!(cut("crc.c, tool", 10), "crc.c, ...");
        assert_eq!(cut("crc.c, tool", 3), "");
    }
}
