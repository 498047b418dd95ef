//! Small links made of numbers that look random, for tests of orders: the same at every run.

use std::fmt::Write as _;

use crate::notation::Files;
use crate::order::request::{ArchiveFile, ArchiveId, OrderRequest, Users};

/// The same numbers at every run.
pub(crate) fn numbers() -> impl FnMut(usize) -> usize {
    let mut random = modpin_test::Random::new(1);
    move |below| random.below(below)
}

/// A link of an object and archives of one to four members each. `repeated` of a hundred members define a symbol that
/// another one has, too.
pub(crate) fn random_link(
    random: &mut impl FnMut(usize) -> usize,
    archives: usize,
    repeated: usize,
) -> String {
    let members = 1 + random(4);
    let symbol = |archive: usize, member: usize| format!("s{archive}_{member}");
    let mut text = String::from("main.o: main");
    for _ in 0..1 + random(3) {
        let _ = write!(text, " !{}", symbol(random(archives), random(members)));
    }
    for archive in 0..archives {
        let _ = write!(text, " | a{archive}.a:");
        for member in 0..members {
            let _ = write!(text, " {member}.o{{{}", symbol(archive, member));
            if random(100) < repeated {
                let _ = write!(text, " ~{}", symbol(random(archives), random(members)));
            }
            for _ in 0..random(3) {
                let _ = write!(text, " !{}", symbol(random(archives), random(members)));
            }
            text.push('}');
        }
    }
    text
}

/// Every order of the numbers below `count`.
pub(crate) fn permutations(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for next in 0..count {
        let put = |order: &Vec<usize>, at: usize| {
            let mut order = order.clone();
            order.insert(at, next);
            order
        };
        all = all
            .iter()
            .flat_map(|order| (0..=next).map(|at| put(order, at)).collect::<Vec<_>>())
            .collect();
    }
    all
}

/// The archives of a text with its objects, one pin and one declaration.
pub(crate) fn request(files: &Files, users: Users) -> OrderRequest<'_> {
    let archive = |file| ArchiveFile { file, layer: 0, whole: false };
    OrderRequest {
        objects: files.ending(".o"),
        archives: files.ending(".a").into_iter().map(archive).collect(),
        undefined: vec!["s0_0"],
        declared: vec![(ArchiveId(0), ArchiveId(1))],
        users,
    }
}
