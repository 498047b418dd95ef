//! The progress bar, in cargo's look. Draws what it is told; counts are kept by `display`.

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

const STYLE: Style = AnsiColor::Cyan.on_default().bold();
const TEMPLATE: &str = "{prefix} [{bar:25}] {pos}/{len}: {wide_msg}";

/// A bar on standard error, or none.
pub struct Bar {
    allowed: bool,
    colored: bool,
    drawn: Option<ProgressBar>,
}

impl Bar {
    /// A bar that appears when there is something to show, if it is `allowed`.
    pub fn new(allowed: bool, colored: bool) -> Bar {
        Bar { allowed, colored, drawn: None }
    }

    /// Shows `done` of `total`, and what runs.
    pub fn show(&mut self, done: usize, total: usize, running: impl FnOnce() -> String) {
        if !self.allowed {
            return;
        }
        let colored = self.colored;
        let bar = self.drawn.get_or_insert_with(|| draw(colored));
        bar.set_length(total as u64);
        bar.set_message(running());
        bar.set_position(done as u64);
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
    labels.map(short).collect::<Vec<_>>().join(", ")
}

fn draw(colored: bool) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    // The template is ours: if indicatif did not like it, its own look would do.
    if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
        bar.set_style(style.progress_chars("=> "));
    }
    let title = format!("{:>12}", "Building");
    bar.set_prefix(if colored { format!("{STYLE}{title}{STYLE:#}") } else { title });
    bar
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
        let mut bar = Bar::new(false, false);
        bar.show(1, 2, || panic!("asked"));
        assert_eq!(bar.suspend(|| 7), 7);
        bar.end();
    }

    #[test]
    fn the_template_is_one_that_indicatif_reads() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}
