//! The slots of one run: how many of its commands may run now, and the thread that waits for more.

use std::fmt;
use std::sync::atomic::Ordering;

use jobserver::{Client, HelperThread};

use crate::world::jobserver::{Jobserver, Token};

/// The slots of one run: the first, and those that tokens stand for. Gives all of them back in the end.
pub struct Slots<'a> {
    source: Option<(&'a Jobserver, Helper)>,
    asked: bool,
}

/// The thread that waits for tokens. Most builds after an edit are a chain, which needs none.
enum Helper {
    NotStarted(Box<dyn FnMut(Token) + Send>),
    /// A system without room for a thread leaves us the first slot.
    Started(Option<HelperThread>),
}

impl Helper {
    fn request_token(&mut self, client: &Client) -> bool {
        if let Helper::NotStarted(come) = self {
            let come = std::mem::replace(come, Box::new(|_| {}));
            *self = Helper::Started(client.clone().into_helper_thread(come).ok());
        }
        let Helper::Started(Some(helper)) = self else { return false };
        helper.request_token();
        true
    }
}

impl<'a> Slots<'a> {
    /// Without a jobserver there is no limit. `come` is given each token that was asked for, in another thread.
    pub fn new(jobserver: Option<&'a Jobserver>, come: impl FnMut(Token) + Send + 'static) -> Slots<'a> {
        Slots {
            source: jobserver.map(|server| (server, Helper::NotStarted(Box::new(come)))),
            asked: false,
        }
    }

    /// Is there a slot besides those of `running` commands? If not, a token is asked for.
    pub fn free(&mut self, running: usize) -> bool {
        let Some((server, helper)) = &mut self.source else { return true };
        if running <= server.held().len() {
            return true;
        }
        self.asked = self.asked || helper.request_token(&server.client);
        false
    }

    /// A token has come. One that nobody needs any more goes back at the next [`Slots::keep`].
    pub fn came(&mut self, token: Token) {
        let Some((server, _)) = &self.source else { return };
        // A jobserver that is gone gives no more: it is not asked again, and the first slot stays.
        if let Ok(token) = token
            && !server.over.load(Ordering::SeqCst)
        {
            server.take(token);
            self.asked = false;
        }
    }

    /// Gives back what `running` commands do not need.
    pub fn keep(&mut self, running: usize) {
        if let Some((server, _)) = &self.source {
            server.keep(running.saturating_sub(1));
        }
    }
}

impl Drop for Slots<'_> {
    fn drop(&mut self) {
        self.keep(0);
    }
}

impl fmt::Debug for Slots<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slots").field("asked", &self.asked).finish_non_exhaustive()
    }
}
