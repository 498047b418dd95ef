//! What is said of a cycle, held against answers that are found by trying everything, over random links: that the chain is
//! the shortest, and that what would open the cycle does, and is found if there is such a thing.
//!
//! Shares no code with what it judges but the reading of the links' notation: a link here is names, needs and numbers.

use std::collections::BTreeSet;

use crate::link::site::Reference;
use crate::link::site::Site;
use crate::notation::Files;
use crate::order::cycle::Cycle;
use crate::order::opening::Opening;
use crate::order::request::{ArchiveId, Users};
use crate::order::tests::random::{numbers, permutations, random_link, request};
use crate::order::{Order, order};

/// A member of an archive, or an object.
#[derive(Clone)]
struct Piece {
    /// `None`: an object.
    archive: Option<usize>,
    name: String,
    defines: Vec<String>,
    needs: Vec<String>,
}

/// A link: the pieces, objects first, and one pin.
struct Toy {
    pieces: Vec<Piece>,
    archives: usize,
    /// Each piece counts, because somebody may take it.
    anyone: bool,
}

const PIN: &str = "s0_0";

impl Toy {
    fn new(text: &str) -> Toy {
        let mut toy = Toy { pieces: Vec::new(), archives: 0, anyone: false };
        for file in text.split(" | ") {
            let (_, rest) = file.split_once(": ").expect("a file");
            if !rest.contains('{') {
                toy.pieces.push(piece(None, "main.o", rest));
                continue;
            }
            for member in rest.split_terminator('}') {
                let (name, tokens) = member.split_once('{').expect("a member");
                toy.pieces.push(piece(Some(toy.archives), name.trim(), tokens));
            }
            toy.archives += 1;
        }
        toy
    }

    fn site(&self, piece: usize) -> String {
        let Piece { archive, name, .. } = &self.pieces[piece];
        archive.map_or_else(|| name.clone(), |archive| format!("a{archive}.a({name})"))
    }

    fn named(&self, site: &Site) -> usize {
        let name = site.to_string();
        (0..self.pieces.len()).find(|&piece| self.site(piece) == name).expect("a piece")
    }

    /// What a linker has taken after it looked at these groups of archives, each until nothing more is found.
    fn taken(&self, groups: &[Vec<usize>]) -> BTreeSet<usize> {
        let mut taken: BTreeSet<usize> =
            (0..self.pieces.len()).filter(|&piece| self.pieces[piece].archive.is_none()).collect();
        for group in groups {
            let mut look = true;
            while std::mem::take(&mut look) {
                for piece in 0..self.pieces.len() {
                    let here =
                        self.pieces[piece].archive.is_some_and(|archive| group.contains(&archive));
                    let asked =
                        || self.pieces[piece].defines.iter().any(|name| self.lacks(&taken, name));
                    if here && !taken.contains(&piece) && asked() {
                        taken.insert(piece);
                        look = true;
                    }
                }
            }
        }
        taken
    }

    fn lacks(&self, taken: &BTreeSet<usize>, name: &str) -> bool {
        let wanted = name == PIN
            || taken.iter().any(|&piece| self.pieces[piece].needs.iter().any(|need| need == name));
        wanted && !taken.iter().any(|&piece| self.pieces[piece].defines.iter().any(|has| has == name))
    }

    /// All that the link takes.
    fn linked(&self) -> BTreeSet<usize> {
        if self.anyone {
            return (0..self.pieces.len()).collect();
        }
        self.taken(&[(0..self.archives).collect()])
    }

    /// Whether some order of the archives, each alone, finds all that the link takes.
    fn has_an_order(&self) -> bool {
        if self.anyone {
            return self.users_can_come_first();
        }
        let all = self.linked();
        let alone =
            |order: Vec<usize>| order.into_iter().map(|archive| vec![archive]).collect::<Vec<_>>();
        permutations(self.archives).into_iter().any(|order| self.taken(&alone(order)) == all)
    }

    /// Whether in some order of the archives all users stand before what they use.
    fn users_can_come_first(&self) -> bool {
        let archive = |piece: usize| self.pieces[piece].archive.unwrap_or_default();
        let references = self.references();
        let edges: Vec<(usize, usize)> =
            references.into_iter().map(|(from, to)| (archive(from), archive(to))).collect();
        permutations(self.archives).into_iter().any(|order| {
            let place = |archive: usize| order.iter().position(|&at| at == archive);
            edges.iter().all(|&(from, to)| from == to || place(from) < place(to))
        })
    }

    /// The same without what one piece needs of another; of all others in other archives if none is named.
    fn without(&self, from: usize, to: Option<usize>) -> Toy {
        let gone = |piece: usize, need: &String| {
            let of = (0..self.pieces.len()).find(|&piece| self.pieces[piece].defines.contains(need));
            let elsewhere = of.is_some_and(|of| self.pieces[of].archive != self.pieces[from].archive);
            piece == from && to.map_or(elsewhere, |to| of == Some(to))
        };
        let kept = |(number, piece): (usize, &Piece)| Piece {
            archive: piece.archive,
            name: piece.name.clone(),
            defines: piece.defines.clone(),
            needs: piece.needs.iter().filter(|need| !gone(number, need)).cloned().collect(),
        };
        Toy {
            pieces: self.pieces.iter().enumerate().map(kept).collect(),
            archives: self.archives,
            anyone: self.anyone,
        }
    }

    fn without_all(&self, pairs: &[(usize, usize)]) -> Toy {
        let all = Toy {
            pieces: self.pieces.iter().map(Piece::clone).collect(),
            archives: self.archives,
            anyone: self.anyone,
        };
        pairs.iter().fold(all, |toy, &(from, to)| toy.without(from, Some(to)))
    }

    /// References from one archive to another, by their names.
    fn between(&self, from: &str, to: &str) -> Vec<(usize, usize)> {
        let is = |piece: usize, file: &str| self.site(piece).starts_with(&format!("{file}("));
        self.references().into_iter().filter(|&(one, other)| is(one, from) && is(other, to)).collect()
    }

    /// References between linked pieces.
    fn references(&self) -> Vec<(usize, usize)> {
        let linked = self.linked();
        let mut found = Vec::new();
        for &from in &linked {
            for need in &self.pieces[from].needs {
                let to = linked.iter().find(|&&to| self.pieces[to].defines.contains(need));
                found.extend(to.filter(|&&to| to != from).map(|&to| (from, to)));
            }
        }
        found
    }
}

fn piece(archive: Option<usize>, name: &str, tokens: &str) -> Piece {
    let marked = |mark: bool| {
        let tokens = tokens.split_whitespace().filter(|token| token.starts_with('!') == mark);
        let names: BTreeSet<&str> = tokens.map(|token| token.trim_start_matches('!')).collect();
        names.into_iter().map(str::to_owned).collect()
    };
    Piece { archive, name: name.to_owned(), defines: marked(false), needs: marked(true) }
}

/// Archives entered, changes to another member, references.
type Cost = (usize, usize, usize);

fn sum(one: Cost, other: Cost) -> Cost {
    (one.0 + other.0, one.1 + other.1, one.2 + other.2)
}

/// Pieces that the link takes and that nobody asks for before their archive has passed, if it comes next.
fn late(toy: &Toy, group: &[usize], before: &[Vec<usize>]) -> BTreeSet<usize> {
    let linked = toy.linked();
    let of_archive = |&archive: &usize| {
        let found = toy.taken(&[before, &[vec![archive]]].concat());
        let mine =
            linked.iter().copied().filter(move |&piece| toy.pieces[piece].archive == Some(archive));
        mine.filter(move |piece| !found.contains(piece)).collect::<Vec<_>>()
    };
    group.iter().flat_map(of_archive).collect()
}

type Ways = Vec<Vec<Option<Cost>>>;

fn offer(ways: &mut Ways, from: usize, to: usize, cost: Cost) {
    let known = &mut ways[from][to];
    *known = Some(known.map_or(cost, |known| known.min(cost)));
}

/// The cheapest way from each piece to each other, by Floyd's algorithm.
fn ways(toy: &Toy, late: &BTreeSet<usize>) -> Ways {
    let count = toy.pieces.len();
    let mut ways = vec![vec![None; count]; count];
    let archive = |piece: usize| toy.pieces[piece].archive;
    let linked = toy.linked();
    for &one in &linked {
        linked
            .iter()
            .filter(|&&to| archive(to) == archive(one))
            .for_each(|&to| offer(&mut ways, one, to, (0, 1, 0)));
        offer(&mut ways, one, one, (0, 0, 0));
    }
    for (from, to) in toy.references() {
        match archive(from) == archive(to) {
            true => offer(&mut ways, from, to, (0, 0, 1)),
            false if late.contains(&to) => offer(&mut ways, from, to, (1, 0, 1)),
            false => {}
        }
    }
    for middle in 0..count {
        for from in 0..count {
            for to in 0..count {
                let (Some(one), Some(other)) = (ways[from][middle], ways[middle][to]) else { continue };
                offer(&mut ways, from, to, sum(one, other));
            }
        }
    }
    ways
}

/// The cost of the cheapest way from an archive of the group back into it.
fn cheapest(toy: &Toy, group: &[usize], before: &[Vec<usize>]) -> Option<Cost> {
    let late = late(toy, group, before);
    let ways = ways(toy, &late);
    let archive = |piece: usize| toy.pieces[piece].archive;
    let last = toy
        .references()
        .into_iter()
        .filter(|&(from, to)| archive(from) != archive(to) && late.contains(&to));
    let round = last.filter_map(|(from, home)| {
        let starts = (0..ways.len()).filter(|&piece| archive(piece) == archive(home));
        let back = starts.filter_map(|start| ways[start][from]).min()?;
        Some(sum(back, (1, 0, 1)))
    });
    round.min()
}

/// The cost of a chain, each of whose references is there.
fn cost(toy: &Toy, chain: &[Reference]) -> Cost {
    let mut cost = (0, 0, chain.len());
    let ends: Vec<(usize, usize)> =
        chain.iter().map(|reference| (toy.named(&reference.from), toy.named(&reference.to))).collect();
    for (at, (&(from, to), reference)) in ends.iter().zip(chain).enumerate() {
        assert!(toy.pieces[from].needs.contains(&reference.symbol), "{reference}");
        assert!(toy.pieces[to].defines.contains(&reference.symbol), "{reference}");
        cost.0 += usize::from(toy.pieces[from].archive != toy.pieces[to].archive);
        let next = ends.get(at + 1).map(|next| next.0);
        let archive = |piece: usize| toy.pieces[piece].archive;
        match next {
            Some(next) => {
                assert_eq!(archive(to), archive(next), "it goes on where it was");
                cost.1 += usize::from(next != to);
            }
            None => assert_eq!(archive(to), archive(ends[0].0), "it comes home"),
        }
    }
    cost
}

fn numbers_of(archives: &[ArchiveId]) -> Vec<usize> {
    archives.iter().map(|archive| archive.0).collect()
}

/// What stands before the group of a cycle.
fn before(found: &Order, cycle: &Cycle) -> Vec<Vec<usize>> {
    let is_it =
        |group: &Vec<ArchiveId>| group.len() > 1 && group.iter().all(|at| cycle.archives.contains(at));
    let at = found.groups.iter().position(is_it).expect("the group of the cycle");
    found.groups[..at].iter().map(|group| numbers_of(group)).collect()
}

#[test]
fn the_chain_is_the_shortest() {
    let mut random = numbers();
    let mut seen = 0;
    for _ in 0..3000 {
        let archives = 2 + random(4);
        let text = random_link(&mut random, archives, 0);
        let files = Files::new(&text);
        let found = order(&request(&files, Users::ThisLink));
        let toy = Toy::new(&text);
        for cycle in &found.cycles {
            let best = cheapest(&toy, &numbers_of(&cycle.archives), &before(&found, cycle));
            assert_eq!(Some(cost(&toy, &cycle.chain)), best, "{text}\n{cycle:?}");
            seen += 1;
        }
    }
    assert!(seen > 500, "{seen} cycles");
}

/// Which of two pieces have to do with a cycle that is the only one: each pair whose references alone keep it closed.
fn openers(toy: &Toy) -> Vec<(usize, usize)> {
    let crosses = |&(from, to): &(usize, usize)| {
        toy.pieces[from].archive.is_some() && toy.pieces[from].archive != toy.pieces[to].archive
    };
    let pairs: BTreeSet<(usize, usize)> = toy.references().into_iter().filter(crosses).collect();
    pairs.into_iter().filter(|&(from, to)| toy.without(from, Some(to)).has_an_order()).collect()
}

/// Whether all that some member needs of other archives, taken out, opens the cycle; and the same of two archives.
fn something_larger_opens(toy: &Toy) -> (bool, bool) {
    let mut members = (0..toy.pieces.len()).filter(|&piece| toy.pieces[piece].archive.is_some());
    let member = members.any(|piece| toy.without(piece, None).has_an_order());
    let archives = 0..toy.archives;
    let mut edges = archives.clone().flat_map(|one| archives.clone().map(move |other| (one, other)));
    let edge = edges.any(|(one, other)| {
        let edge = toy.between(&format!("a{one}.a"), &format!("a{other}.a"));
        one != other && toy.without_all(&edge).has_an_order()
    });
    (member, edge)
}

/// Judges what is said of random links; how often each kind of answer was seen.
fn judge(users: Users) -> [usize; 4] {
    let mut random = numbers();
    let mut seen = [0; 4];
    for _ in 0..3000 {
        let archives = 2 + random(3);
        let text = random_link(&mut random, archives, 0);
        let files = Files::new(&text);
        let mut toy = Toy::new(&text);
        let mut request = request(&files, users);
        if users == Users::Anyone {
            request.objects.clear();
            toy.pieces.retain(|piece| piece.archive.is_some());
            toy.anyone = true;
        }
        let found = order(&request);
        assert_eq!(toy.has_an_order(), found.cycles.is_empty(), "{text}");
        let [cycle] = &found.cycles[..] else { continue };
        seen[judge_opening(&toy, cycle)] += 1;
    }
    seen
}

/// Which kind of answer it was.
fn judge_opening(toy: &Toy, cycle: &Cycle) -> usize {
    let openers = openers(toy);
    if let Some(Opening::References { from, to, symbols }) = &cycle.opening {
        let (from, to) = (toy.named(from), toy.named(to));
        assert!(openers.contains(&(from, to)), "{cycle:?}");
        assert!(symbols.iter().all(|name| toy.pieces[to].defines.contains(name)), "{cycle:?}");
        return 0;
    }
    assert!(openers.is_empty(), "{openers:?}: {cycle:?}");
    match &cycle.opening {
        Some(Opening::Member { site }) => {
            assert!(toy.without(toy.named(site), None).has_an_order(), "{cycle:?}");
            1
        }
        Some(Opening::Archives { from, to, references }) => {
            let edge = toy.between(from, to);
            assert_eq!(edge.len(), *references, "{cycle:?}");
            assert!(toy.without_all(&edge).has_an_order(), "{cycle:?}");
            assert!(!something_larger_opens(toy).0, "{cycle:?}");
            2
        }
        _ => {
            assert_eq!(something_larger_opens(toy), (false, false), "{cycle:?}");
            3
        }
    }
}

#[test]
fn what_would_open_a_cycle_does_and_is_found_if_there_is_such_a_thing() {
    let seen = judge(Users::ThisLink);
    assert!(seen[0] > 200 && seen[1..].iter().all(|&count| count > 5), "{seen:?}");
    let seen = judge(Users::Anyone);
    assert!(seen[0] > 200 && seen[1..].iter().all(|&count| count > 5), "{seen:?}");
}
