//! Counts what fails in a row, and says when it is enough. A build that goes on without a server is sooner done than one that
//! waits for it again and again; the next build asks again.

use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Kind};

pub(super) struct Breaker {
    limit: u32,
    state: Mutex<State>,
}

enum State {
    /// So many calls in a row have failed.
    Closed(u32),
    /// No call is made any more: how the last one failed.
    Open(String),
}

impl Breaker {
    pub(super) fn new(limit: u32) -> Breaker {
        Breaker { limit, state: Mutex::new(State::Closed(0)) }
    }

    /// Why no call is to be made.
    pub(super) fn objection(&self) -> Option<String> {
        match &*self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Closed(_) => None,
            State::Open(last) => Some(format!("asked no more in this build; at last: {last}")),
        }
    }

    /// A call has ended.
    pub(super) fn note<T>(&self, result: &Result<T, Error>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State::Closed(failures) = *state else { return };
        *state = match result {
            // It has answered, and it works.
            Ok(_) => State::Closed(0),
            Err(error) if matches!(error.kind, Kind::Missing(_)) => State::Closed(0),
            Err(error) if !error.kind.counts() => State::Closed(failures),
            // Who is not let in now is not let in later.
            Err(error) if error.kind == Kind::Denied || failures + 1 >= self.limit => {
                State::Open(error.text.clone())
            }
            Err(_) => State::Closed(failures + 1),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: Kind) -> Result<(), Error> {
        Err(Error { server: "s".to_owned(), call: "c", kind, text: "why".to_owned() })
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_stays_open() {
        let breaker = Breaker::new(3);
        let bad = failed(Kind::Unavailable);
        let missing = failed(Kind::Missing(Vec::new()));
        for result in [&bad, &bad, &Ok(()), &bad, &bad, &missing, &bad, &bad, &failed(Kind::Local)] {
            breaker.note(result);
            assert_eq!(breaker.objection(), None);
        }
        breaker.note(&bad);
        breaker.note(&Ok(()));
        assert!(breaker.objection().is_some_and(|text| text.ends_with("why")));
    }

    #[test]
    fn who_is_not_let_in_asks_once() {
        let breaker = Breaker::new(3);
        breaker.note(&failed(Kind::Denied));
        assert!(breaker.objection().is_some());
    }
}
