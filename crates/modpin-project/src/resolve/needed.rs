//! Which libraries a link has: those that it names, with what these need in their turn.

use crate::resolve::resolved::Resolved;

impl Resolved {
    /// These libraries with all that they need, users before what they use as far as declarations tell.
    pub fn with_needed(&self, link: &[usize]) -> Vec<usize> {
        let mut order = Vec::new();
        let mut seen = vec![false; self.libraries.len()];
        for &library in link.iter().rev() {
            self.visit(library, &mut seen, &mut order);
        }
        order.reverse();
        order
    }

    fn visit(&self, library: usize, seen: &mut [bool], order: &mut Vec<usize>) {
        if std::mem::replace(&mut seen[library], true) {
            return;
        }
        for &needed in self.libraries[library].link.iter().rev() {
            self.visit(needed, seen, order);
        }
        order.push(library);
    }

    /// The shared libraries of a link that has these libraries, and these shared ones itself; each once.
    pub fn shared_of(&self, link: &[usize], own: &[usize]) -> Vec<usize> {
        if self.shared_libraries.is_empty() {
            return Vec::new();
        }
        let needed = self.with_needed(link);
        let of_libraries = needed.iter().flat_map(|&library| &self.libraries[library].link_shared);
        let mut all = Vec::new();
        for &shared in own.iter().chain(of_libraries) {
            if !all.contains(&shared) {
                all.push(shared);
            }
        }
        all
    }

    /// The same with the shared libraries that these need in their turn: what a loader finds.
    pub fn shared_at_run_time(&self, mut shared: Vec<usize>) -> Vec<usize> {
        let mut at = 0;
        while let Some(library) = shared.get(at).map(|&library| &self.shared_libraries[library]) {
            let needed = self.shared_of(&library.link, &library.link_shared);
            let new: Vec<usize> = needed.into_iter().filter(|other| !shared.contains(other)).collect();
            shared.extend(new);
            at += 1;
        }
        shared
    }
}
