//! Which two libraries were compared already: how their declarations and their symbols agree.

/// Of which two libraries some link tells how declarations and symbols compare. What is found between two is the same
/// wherever they meet, so the first link in which they do tells.
#[derive(Default)]
pub struct ComparedLibraries {
    /// For each library a bit for each other.
    pairs: Vec<Vec<u64>>,
}

impl ComparedLibraries {
    /// Which of these have not met a library before, by their positions; `None` if no other has.
    pub fn new_pairs(&mut self, library: usize, others: &[usize]) -> Option<Vec<usize>> {
        let is_new = |&at: &usize| others[at] != library && self.meet(library, others[at]);
        let new: Vec<usize> = (0..others.len()).filter(is_new).collect();
        (new.len() + 1 < others.len()).then_some(new)
    }

    fn meet(&mut self, one: usize, other: usize) -> bool {
        if self.pairs.len() <= one {
            self.pairs.resize(one + 1, Vec::new());
        }
        let (row, word, bit) = (&mut self.pairs[one], other / 64, 1 << (other % 64));
        if row.len() <= word {
            row.resize(word + 1, 0);
        }
        let met = row[word] & bit != 0;
        row[word] |= bit;
        !met
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_link_in_which_two_libraries_meet_tells_of_them() {
        let mut compared = ComparedLibraries::default();
        assert_eq!(compared.new_pairs(70, &[3, 70]), None);
        assert_eq!(compared.new_pairs(70, &[3, 70, 5]), Some(vec![2]));
        assert_eq!(compared.new_pairs(70, &[3, 70, 5]), Some(vec![]));
        assert_eq!(compared.new_pairs(3, &[3, 70, 5]), None);
    }
}
