//! What lies on the disk after a whole build, compared with a clean one.

use std::collections::BTreeMap;

use super::expectation::{Content, Expectation, clean};
use super::sequence::Sequence;

impl Sequence {
    /// The files are those of a clean build, and there are no others.
    pub(super) fn is_clean(&self, expected: &Expectation) -> Result<(), String> {
        let mut done = BTreeMap::new();
        for toy in expected.needed.iter().map(|rank| &self.project.actions[rank]) {
            let beside = toy.beside().map(|path| {
                let made = clean(&self.project, &toy.outputs[0], &mut done).unwrap_or_default();
                (path, Some([b"beside ", &made[..]].concat()))
            });
            if let Some((path, right)) = beside
                && self.world.disk.peek(&path) != right
            {
                return Err(format!("{path} is not what it should be"));
            }
            for path in &toy.outputs {
                let (there, right) = (self.world.disk.peek(path), clean(&self.project, path, &mut done));
                if there != right {
                    let text = |content: Content| String::from_utf8(content.unwrap_or_default());
                    return Err(format!("{path} is {:?}, not {:?}", text(there), text(right)));
                }
            }
        }
        let all = self.world.disk.list("out").into_iter();
        let mut others = all.filter(|path| {
            let made = |path: &str| self.project.producer(path).is_some();
            let beside = path.strip_suffix(".side").is_some_and(made);
            let ours = path.starts_with("out/.state/") || made(path) || beside;
            !ours
                && !path.ends_with("/precious")
                && self.world.disk.peek(path).as_deref() != Some(b"in the way")
        });
        others.next().map_or(Ok(()), |path| Err(format!("nobody makes {path} any more")))
    }
}
