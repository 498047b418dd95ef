//! Panics: kept instead of printed, so that whoever catches one can say whose fault it is. Knows neither
//! terminal nor verbs.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{AssertUnwindSafe, PanicHookInfo};
use std::sync::Mutex;

/// The first panic: those that follow are mostly its echo in other threads.
static FIRST: Mutex<Option<String>> = Mutex::new(None);

/// From now on panics are kept, and nothing is printed but a trace for those who want one
/// (RUST_BACKTRACE).
pub fn keep_panics() {
    std::panic::set_hook(Box::new(|info| {
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            eprintln!("{trace}");
        }
        let mut first = FIRST.lock().unwrap_or_else(|broken| broken.into_inner());
        first.get_or_insert_with(|| describe(info));
    }));
}

/// The panic that was kept and not yet taken.
pub fn take() -> Option<String> {
    FIRST.lock().unwrap_or_else(|broken| broken.into_inner()).take()
}

/// Calls `work`; the text is what it said when it panicked, and where.
pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // Whatever `work` left half done is not looked at again: the program ends.
    std::panic::catch_unwind(AssertUnwindSafe(work))
        .map_err(|payload| take().unwrap_or_else(|| words(&*payload).to_owned()))
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let location = info.location().map(|location| format!("{location}: ")).unwrap_or_default();
    format!("{location}{}", words(info.payload()))
}

fn words(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_with_its_words() {
        assert_eq!(catch(|| 7), Ok(7));
        let caught = catch(|| panic!("{} is wrong", 7)).map(|(): ()| 0);
        assert!(caught.unwrap_err().ends_with("7 is wrong"));
    }
}
