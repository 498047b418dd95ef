//! The memory budget of a reader: 48 MiB, and three times the size of what it reads, for all that it holds of it. No honest
//! file comes near it.

/// Bytes that may still be taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    /// For an input of so many bytes.
    pub fn of(input: usize) -> Budget {
        Budget(input.saturating_mul(3).saturating_add(48 << 20))
    }

    /// Takes so many bytes; `None` where that is too much.
    pub fn take(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.checked_sub(bytes)?;
        Some(())
    }

    /// Whether the budget has `count` things of `size` bytes each.
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
    fn a_budget_grows_with_the_input_and_ends() {
        let mut budget = Budget::of(10);
        assert!(
            budget.has(1, (48 << 20) + 30) && !budget.has(2, 30 << 20) && !budget.has(usize::MAX, 2)
        );
        assert!(budget.take((48 << 20) + 20).is_some());
        assert!(budget.take(11).is_none() && budget.take(10).is_some() && budget.take(1).is_none());
    }
}
