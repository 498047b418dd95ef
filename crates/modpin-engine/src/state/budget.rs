//! How much memory a reader takes for what it holds of a text or file, itself not counted: 48 MiB, and three times its size.
//!
//! No honest one comes near it. Knows no format; whoever takes says what to call it.

/// What may still be taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room(usize);

impl Room {
    /// For an input of so many bytes.
    pub fn of(input: usize) -> Room {
        Room(input.saturating_mul(3).saturating_add(48 << 20))
    }

    /// Takes so many bytes; `None` where there is no room for them.
    pub fn take(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.checked_sub(bytes)?;
        Some(())
    }

    /// Whether there is room for `count` things of `size` bytes each.
    pub fn has(&self, count: usize, size: usize) -> bool {
        count.saturating_mul(size) <= self.0
    }
}

/// What one thing takes at most in a list that grows to twice its length by copying.
pub(crate) const fn grown<T>() -> usize {
    3 * size_of::<T>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_grows_with_the_input_and_ends() {
        let mut room = Room::of(10);
        assert!(room.has(1, (48 << 20) + 30) && !room.has(2, 30 << 20) && !room.has(usize::MAX, 2));
        assert!(room.take((48 << 20) + 20).is_some());
        assert!(room.take(11).is_none() && room.take(10).is_some() && room.take(1).is_none());
    }
}
