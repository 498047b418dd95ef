//! Whether an order works, over random links: a group is made where no order works, and an order for anyone works for each
//! member.

use crate::notation::Files;
use crate::order::order;
use crate::order::ordered_link::OrderedLink;
use crate::order::proof::lacks;
use crate::order::request::{ArchiveId, OrderRequest, Users};
use crate::order::tests::random::{numbers, permutations, random_link, request};

#[test]
fn a_group_is_made_if_and_only_if_no_order_works() {
    let mut random = numbers();
    let (mut ordered, mut grouped) = (0, 0);
    for _ in 0..3000 {
        let archives = 2 + random(3);
        let text = random_link(&mut random, archives, 0);
        let files = Files::new(&text);
        let request = request(&files, Users::ThisLink);
        let link = OrderedLink::new(&request, &request.ids().collect::<Vec<_>>());
        let works = |groups: &[Vec<ArchiveId>]| lacks(&link, groups, &request.undefined).is_none();
        let found = order(&request);
        assert!(works(&found.groups), "{text}\n{found:?}");
        assert_eq!(found.undecided, None, "{text}");
        let alone = |order: &Vec<usize>| order.iter().map(|&at| vec![ArchiveId(at)]).collect::<Vec<_>>();
        let possible = permutations(archives).iter().any(|order| works(&alone(order)));
        assert_eq!(found.cycles.is_empty(), possible, "{text}\n{found:?}");
        assert!(found.cycles.iter().all(|cycle| cycle.chain.len() > 1), "{text}\n{found:?}");
        *(if possible { &mut ordered } else { &mut grouped }) += 1;
    }
    assert!(ordered > 300 && grouped > 300, "{ordered} orders, {grouped} groups");
}

#[test]
fn an_archive_that_is_linked_whole_asks_where_it_stands() {
    let files = Files::new("main.o: main !f | a.a: 1.o{f} 2.o{g} | b.a: 3.o{x !g}");
    let mut request = OrderRequest { undefined: vec![], ..request(&files, Users::ThisLink) };
    request.archives[1].whole = true;
    let link = OrderedLink::new(&request, &request.ids().collect::<Vec<_>>());
    let lacking = |order: &[usize]| {
        let alone = order.iter().map(|&at| vec![ArchiveId(at)]);
        lacks(&link, &alone.collect::<Vec<_>>(), &request.undefined)
    };
    assert_eq!((lacking(&[0, 1]), lacking(&[1, 0])), (Some("g"), None));
}

#[test]
fn an_order_works_whoever_wins_and_is_the_same_each_time() {
    let mut random = numbers();
    let mut settled = 0;
    for _ in 0..3000 {
        let archives = 2 + random(5);
        let text = random_link(&mut random, archives, 30);
        let files = Files::new(&text);
        let request = request(&files, Users::ThisLink);
        let found = order(&request);
        let sequence = found.groups.concat();
        let link = OrderedLink::new(&request, &sequence);
        assert_eq!(lacks(&link, &found.groups, &request.undefined), None, "{text}\n{found:?}");
        assert_eq!(order(&request), found, "{text}");
        settled += usize::from(found.undecided.is_none());
    }
    assert!(settled > 2980, "only {settled} settled");
}

#[test]
fn an_order_for_anyone_works_from_each_member() {
    let mut random = numbers();
    for _ in 0..1000 {
        let archives = 2 + random(4);
        let text = random_link(&mut random, archives, 0);
        let files = Files::new(&text);
        let mut request = request(&files, Users::Anyone);
        request.objects.clear();
        let found = order(&request);
        let link = OrderedLink::new(&request, &request.ids().collect::<Vec<_>>());
        for file in files.ending(".a") {
            for object in file.index.units.iter().filter_map(|unit| unit.object()) {
                let root = &object.table.defined[0].name;
                assert_eq!(lacks(&link, &found.groups, &[root]), None, "{root}: {text}\n{found:?}");
            }
        }
    }
}
