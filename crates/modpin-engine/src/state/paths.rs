//! Paths and their numbers, given in the order in which paths come.

use xxhash_rust::xxh3::xxh3_64;

/// A path that the store knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PathId(pub(crate) u32);

impl PathId {
    pub(crate) fn at(self) -> usize {
        self.0 as usize
    }
}

/// The paths of one store: one text, where each path ends in it, and a table by digest. A store is read in each build, so
/// no path has memory of its own.
#[derive(Default)]
pub struct Paths {
    text: String,
    ends: Vec<usize>,
    /// Numbers, counted from one, each at the first free place from its digest on. At most half of them are taken. Paths
    /// come from the project and its tools: nobody gains from making them collide.
    slots: Vec<u32>,
}

impl Paths {
    /// Room for so many, so that they need not move while they come.
    pub fn with_room(count: usize) -> Paths {
        let slots = if count > 0 { vec![0; slots(count)] } else { Vec::new() };
        Paths { ends: Vec::with_capacity(count), slots, ..Paths::default() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// How much memory they take.
    pub fn weight(&self) -> usize {
        let ends = self.ends.capacity() * size_of::<usize>();
        self.text.capacity() + ends + self.slots.capacity() * size_of::<u32>()
    }

    /// The number of a path, given now if it has none.
    pub fn id(&mut self, path: &str) -> PathId {
        self.find_or_push(path).unwrap_or_else(|known| known)
    }

    /// The number of a path.
    pub fn find(&self, path: &str) -> Option<PathId> {
        if self.slots.is_empty() { None } else { self.place(path).err() }
    }

    /// The path of a number.
    pub fn path(&self, id: PathId) -> &str {
        let start = id.at().checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[id.at()]]
    }

    /// Takes in the next path of a log.
    pub fn add(&mut self, path: &str) -> Result<(), &'static str> {
        self.find_or_push(path).map(drop).map_err(|_| "it names a path twice")
    }

    /// The paths from a number on.
    pub fn from(&self, first: usize) -> impl Iterator<Item = &str> {
        (first..self.len()).map(|at| self.path(PathId(at as u32)))
    }

    /// Gives a path the next number; the error is the number that it has.
    fn find_or_push(&mut self, path: &str) -> Result<PathId, PathId> {
        if self.slots.len() <= 2 * self.len() {
            self.grow();
        }
        let free = self.place(path)?;
        let id = PathId(self.len() as u32);
        self.slots[free] = id.0 + 1;
        self.text.push_str(path);
        self.ends.push(self.text.len());
        Ok(id)
    }

    /// The place that is free for a path, or its number.
    fn place(&self, path: &str) -> Result<usize, PathId> {
        let last = self.slots.len() - 1;
        let mut at = xxh3_64(path.as_bytes()) as usize & last;
        while let Some(known) = self.slots[at].checked_sub(1).map(PathId) {
            if self.path(known) == path {
                return Err(known);
            }
            at = (at + 1) & last;
        }
        Ok(at)
    }

    fn grow(&mut self) {
        self.slots = vec![0; slots(2 * self.len())];
        for at in 0..self.len() {
            if let Ok(free) = self.place(self.path(PathId(at as u32))) {
                self.slots[free] = at as u32 + 1;
            }
        }
    }
}

/// As many places as so many paths need.
fn slots(count: usize) -> usize {
    (2 * count).next_power_of_two().max(64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_has_one_number_and_comes_out_again() {
        let mut paths = Paths::default();
        assert_eq!(paths.find(""), None);
        let name = |at: usize| if at == 0 { String::new() } else { format!("dir/{at}/ä.c") };
        for at in 0..2000 {
            assert_eq!(paths.find(&name(at)), None);
            assert_eq!(paths.id(&name(at)), PathId(at as u32));
        }
        for at in 0..2000 {
            assert_eq!(paths.id(&name(at)), PathId(at as u32));
            assert_eq!(paths.path(PathId(at as u32)), name(at));
        }
        assert_eq!(paths.from(1998).collect::<Vec<_>>(), [name(1998), name(1999)]);
        assert_eq!(paths.add(&name(7)), Err("it names a path twice"));
        assert_eq!((paths.add("new"), paths.len()), (Ok(()), 2001));
    }
}
