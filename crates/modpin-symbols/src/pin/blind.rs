//! Pins that rest on an archive's index alone: the member hides its symbols (LTO), so nobody knows whether they are hidden,
//! and what the member needs itself. The linker takes the member; the finished host shows the rest.

use std::fmt;

use crate::link::site::Site;
use crate::pin::plan::PinPlan;

/// What is pinned in one such member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlindPins {
    /// The member.
    pub site: Site,
    /// What it is, with its article.
    pub what: String,
    /// The symbols.
    pub symbols: Vec<String>,
}

impl PinPlan {
    /// The pins in members whose symbols could not be read, a line of words for each member: to be told as a warning.
    pub fn blind_pins(&self) -> Vec<BlindPins> {
        let pinned = |site: &Site| -> Vec<String> {
            let there = self.pins.iter().filter(|pin| pin.site == *site);
            there.map(|pin| pin.symbol.clone()).collect()
        };
        let members = self.unread.iter().map(|unread| BlindPins {
            site: unread.site.clone(),
            what: unread.why.clone(),
            symbols: pinned(&unread.site),
        });
        members.filter(|member| !member.symbols.is_empty()).collect()
    }
}

impl fmt::Display for BlindPins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BlindPins { site, what, symbols } = self;
        let (they, are) = if symbols.len() == 1 { ("it", "is") } else { ("they", "are") };
        write!(
            f,
            "{} {are} pinned in {site}, {what}: only its archive's index names {}, so whether {they} {are} hidden is not known\n  \
             help: compile that member with -ffat-lto-objects or without -flto",
            symbols.join(", "),
            if symbols.len() == 1 { "it" } else { "them" },
        )
    }
}
