//! How much memory a reader takes for what it holds of a file, the file itself not counted: 48 MiB, and three times its size.
//!
//! No honest file comes near it. A hostile one says much in few bytes, and ends in an error and not in gigabytes.

/// What may still be taken.
#[derive(Debug, Clone, Copy)]
pub struct Budget(usize);

impl Budget {
    /// For a file of so many bytes.
    #[must_use]
    pub fn of(file: usize) -> Budget {
        Budget(file.saturating_mul(3).saturating_add(48 << 20))
    }

    /// Takes so many bytes; `None` where there is not so much left.
    ///
    /// ```
    /// let mut budget = modpin_budget::Budget::of(100);
    /// assert!(budget.take(1000).is_some() && budget.take(usize::MAX).is_none());
    /// ```
    #[inline]
    pub fn take(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.checked_sub(bytes)?;
        Some(())
    }

    /// Whether it holds `count` things of `size` bytes each.
    #[must_use]
    pub fn has(&self, count: usize, size: usize) -> bool {
        count.saturating_mul(size) <= self.0
    }

    /// Another file is part of the input.
    pub fn grow(&mut self, file: usize) {
        self.0 = self.0.saturating_add(file.saturating_mul(3));
    }
}

/// What one thing takes at most in a list that grows to twice its length by copying.
#[must_use]
pub const fn grown<T>() -> usize {
    3 * size_of::<T>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_grows_with_the_input_and_ends() {
        let mut budget = Budget::of(10);
        assert!(
            budget.has(1, (48 << 20) + 30) && !budget.has(2, 30 << 20) && !budget.has(usize::MAX, 2)
        );
        assert!(budget.take((48 << 20) + 20).is_some());
        assert!(budget.take(11).is_none() && budget.take(10).is_some() && budget.take(1).is_none());
        budget.grow(5);
        assert!(budget.take(15).is_some() && budget.take(1).is_none());
    }
}
