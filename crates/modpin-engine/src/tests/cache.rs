//! Results that were made once: taken where they hold, and nowhere else.
