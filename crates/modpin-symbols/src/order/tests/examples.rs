//! Orders of small links, as text: what each rule of [`order`](crate::order()) means.

use expect_test::{Expect, expect};

use crate::link::site::Reference;
use crate::notation::Files;
use crate::order::edges::Edge;
use crate::order::request::{ArchiveFile, ArchiveId, OrderRequest, Users};
use crate::order::{Order, order};

/// Archives in link order, groups in brackets; then what was found on the way.
pub(super) fn check(link: &str, undefined: &[&str], expect: Expect) {
    check_declared(link, undefined, &[], &[], Users::ThisLink, expect);
}

pub(super) fn check_anyone(link: &str, expect: Expect) {
    check_declared(link, &[], &[], &[], Users::Anyone, expect);
}

pub(super) fn check_declared(
    link: &str,
    undefined: &[&str],
    declared: &[(usize, usize)],
    layers: &[u32],
    users: Users,
    expect: Expect,
) {
    let files = Files::new(link);
    let OrderRequest { objects, archives, .. } = request(&files, layers, users);
    let is_declared = !declared.is_empty();
    let pair = |&(from, to): &(usize, usize)| (ArchiveId(from), ArchiveId(to));
    let declared = declared.iter().map(pair).collect();
    let undefined = undefined.to_vec();
    let found = order(&OrderRequest { objects, archives, undefined, declared, users });
    let mut said = show(&files, &found);
    if !is_declared {
        said.truncate(said.find("\nundeclared:").unwrap_or(said.len()));
    }
    expect.assert_eq(&said);
}

pub(super) fn request<'a>(files: &'a Files, layers: &[u32], users: Users) -> OrderRequest<'a> {
    let archives = files.ending(".a").into_iter().enumerate().map(|(at, file)| ArchiveFile {
        file,
        layer: layers.get(at).copied().unwrap_or_default(),
        whole: file.name.starts_with("whole"),
    });
    OrderRequest {
        objects: files.ending(".o"),
        archives: archives.collect(),
        undefined: vec![],
        declared: vec![],
        users,
    }
}

pub(super) fn show(files: &Files, order: &Order) -> String {
    let archives = files.ending(".a");
    let name = |&at: &ArchiveId| archives[at.0].name.trim_end_matches(".a").to_owned();
    let group = |group: &Vec<ArchiveId>| match &group[..] {
        [one] => name(one),
        all => format!("[{}]", all.iter().map(name).collect::<Vec<_>>().join(" ")),
    };
    let mut lines = vec![order.groups.iter().map(group).collect::<Vec<_>>().join(" ")];
    for cycle in &order.cycles {
        let chain: Vec<String> = cycle.chain.iter().map(Reference::to_string).collect();
        lines.push(format!("cycle: {}", chain.join("; ")));
        lines.extend(cycle.opening.iter().map(|opening| format!("  opened without {opening}")));
    }
    lines.extend(order.backward.iter().map(|reference| format!("backward: {reference}")));
    lines.extend(order.undecided.iter().map(|why| format!("undecided: {why}")));
    for duplicate in &order.duplicates {
        let others: Vec<String> = duplicate.others.iter().map(ToString::to_string).collect();
        let asked = if duplicate.asked { "" } else { ", nobody asks" };
        let later = if duplicate.later_wins { ", later wins" } else { "" };
        let line = format!("{}: {} wins over {}", duplicate.symbol, duplicate.wins, others.join(" "));
        let both = if duplicate.clashes { ", both linked" } else { "" };
        lines.push(format!("{line}{asked}{later}{both}"));
    }
    for (from, to, edge) in &order.declared.undeclared {
        let (from, to) = (name(from), name(to));
        lines.push(format!("undeclared: {from} {to} ({}, {}x)", edge.example, edge.references));
    }
    let unused = order.declared.unused.iter();
    lines.extend(unused.map(|(from, to)| format!("unused: {} {}", name(from), name(to))));
    lines.join("\n")
}

#[test]
fn users_stand_before_what_they_use() {
    check("main.o: !f | a.a: 1.o{g} | b.a: 2.o{f !g}", &[], expect!["b a"]);
    check(
        "main.o: !f | c.a: 3.o{h} | a.a: 1.o{g !h} | b.a: 2.o{f !g} | d.a: 4.o{x}",
        &[],
        expect!["b a c d"],
    );
}

#[test]
fn pins_count() {
    let link = "main.o: !f | a.a: 1.o{f} 2.o{p} 5.o{never !q} | b.a: 3.o{q !p} 4.o{r !nosuch}";
    check(link, &["q"], expect!["b a"]);
    check(link, &[], expect!["a b"]);
}

#[test]
fn declarations_decide_what_needs_leave_open() {
    let link = "main.o: !f !g | a.a: 1.o{f} | b.a: 2.o{g}";
    check_declared(
        link,
        &[],
        &[(1, 0)],
        &[],
        Users::ThisLink,
        expect![[r#"
        b a
        unused: b a"#]],
    );
    check_declared(
        link,
        &[],
        &[(1, 0), (0, 1)],
        &[],
        Users::ThisLink,
        expect![[r#"
        a b
        unused: b a
        unused: a b"#]],
    );
}

#[test]
fn an_archive_without_members_is_declared_for_what_it_brings() {
    let link = "main.o: !f | a.a: 1.o{f !h} | empty.a: | c.a: 3.o{h}";
    check_declared(link, &[], &[(0, 1), (1, 2)], &[], Users::ThisLink, expect!["a empty c"]);
}

#[test]
fn what_is_declared_directly_or_through_others_is_declared() {
    let needs = "main.o: !f | a.a: 1.o{f !h} | b.a: 2.o{g !h} | c.a: 3.o{h}";
    check_declared(needs, &[], &[(0, 2), (1, 2)], &[], Users::ThisLink, expect!["a b c"]);
    check_declared(
        needs,
        &[],
        &[(0, 1), (1, 2)],
        &[],
        Users::ThisLink,
        expect![[r#"
            a b c
            unused: a b"#]],
    );
    check_declared(
        needs,
        &[],
        &[(1, 2)],
        &[],
        Users::ThisLink,
        expect![[r#"
            a b c
            undeclared: a c (a.a(1.o) needs h of c.a(3.o), 1x)"#]],
    );
}

#[test]
fn declarations_of_archives_that_are_not_there_or_need_themselves_do_not_count() {
    let link = "main.o: !f !g | a.a: 1.o{f} | b.a: 2.o{g}";
    for pair in [(0, 0), (2, 0), (0, 2), (9, 1), (1, 9)] {
        check_declared(link, &[], &[pair], &[], Users::ThisLink, expect!["a b"]);
    }
}

#[test]
fn needs_win_against_declarations_and_both_are_compared() {
    let link =
        "main.o: !f | a.a: 1.o{f !g ?w} | b.a: 2.o{g !h} 3.o{never !h} | c.a: 4.o{h w} | d.a: 5.o{d}";
    check_declared(
        link,
        &[],
        &[(1, 0), (0, 2)],
        &[],
        Users::ThisLink,
        expect![[r#"
        a b c d
        undeclared: a b (a.a(1.o) needs g of b.a(2.o), 1x)
        unused: b a"#]],
    );
}

#[test]
fn the_first_given_wins_a_symbol_where_needs_allow_it() {
    check(
        "main.o: !f !g | a.a: 1.o{f} | b.a: 2.o{f} 3.o{g}",
        &[],
        expect![[r#"
        a b
        f: a.a(1.o) wins over b.a(2.o)"#]],
    );
    check(
        "main.o: !f !g | a.a: 1.o{f} 4.o{h} | b.a: 2.o{f} 3.o{g !h}",
        &[],
        expect![[r#"
            b a
            f: b.a(2.o) wins over a.a(1.o), later wins"#]],
    );
    check(
        "main.o: main | a.a: 1.o{f} | b.a: 2.o{f}",
        &[],
        expect![[r#"
        a b
        f: a.a(1.o) wins over b.a(2.o), nobody asks"#]],
    );
    check(
        "main.o: !f !g | a.a: 1.o{f} | b.a: 2.o{f g}",
        &[],
        expect![[r#"
            a b
            f: a.a(1.o) wins over b.a(2.o), both linked"#]],
    );
    // One archive may define a symbol twice; which member wins is no matter of order.
    check("main.o: !f | a.a: 1.o{f} 2.o{f} | b.a: 3.o{g}", &[], expect!["a b"]);
    // A declaration weighs less than who wins.
    let link = "main.o: !f !g | a.a: 1.o{f} | b.a: 2.o{f} 3.o{g}";
    check_declared(
        link,
        &[],
        &[(1, 0)],
        &[],
        Users::ThisLink,
        expect![[r#"
        a b
        f: a.a(1.o) wins over b.a(2.o)
        unused: b a"#]],
    );
}

#[test]
fn layers_stand_in_their_order() {
    let link = "main.o: !f !g | a.a: 1.o{f} | b.a: 2.o{g}";
    check_declared(link, &[], &[], &[1, 0], Users::ThisLink, expect!["b a"]);
    let link = "main.o: !f | a.a: 1.o{f !g} | b.a: 2.o{g}";
    check_declared(
        link,
        &[],
        &[],
        &[1, 0],
        Users::ThisLink,
        expect![[r#"
            b a
            backward: a.a(1.o) needs g of b.a(2.o)"#]],
    );
    // What f is needed for is not asked for either when its archive passes; that is no other layer's doing.
    check_declared(
        "main.o: !c | a.a: 1.o{f} 2.o{h !f} | c.a: 3.o{c !h}",
        &[],
        &[],
        &[0, 1],
        Users::ThisLink,
        expect![[r#"
            a c
            backward: c.a(3.o) needs h of a.a(2.o)"#]],
    );
}

#[test]
fn what_opens_a_cycle_leaves_layers_in_their_order() {
    // Without b2's need of a2 there would be an order, if x, which needs a2 as well, stood in front; its layer forbids that.
    let link =
        "main.o: !a1 !x | a.a: 1.o{a1 !b1} 2.o{a2} | b.a: 3.o{b1 !b2} 4.o{b2 !a2} | x.a: 5.o{x !a2}";
    check(link, &[], expect!["x a b"]);
    check_declared(
        link,
        &[],
        &[],
        &[1, 1, 2],
        Users::ThisLink,
        expect![[r#"
        [a b] x
        cycle: a.a(1.o) needs b1 of b.a(3.o); b.a(3.o) needs b2 of b.a(4.o); b.a(4.o) needs a2 of a.a(2.o)"#]],
    );
}

#[test]
fn one_edge_between_archives_may_keep_a_cycle_closed() {
    let link =
        "main.o: !a1 !a2 | a.a: 1.o{a1 !b1} 2.o{a2 !b2} 3.o{a3} 4.o{a4} | b.a: 5.o{b1 !a3} 6.o{b2 !a4}";
    check(
        link,
        &[],
        expect![[r#"
        [a b]
        cycle: a.a(1.o) needs b1 of b.a(5.o); b.a(5.o) needs a3 of a.a(3.o)
          opened without the 2 needs of b.a for symbols of a.a"#]],
    );
    // Here nothing alone does.
    let link = "main.o: !a1 !b3 !b4 !c2 | a.a: 1.o{a1 !b1} 2.o{a2} \
        | b.a: 3.o{b1} 6.o{b3 !a2} 4.o{b2} 8.o{b4 !c1} | c.a: 5.o{c1} 9.o{c2 !b2}";
    check(
        link,
        &[],
        expect![[r#"
        [a b c]
        cycle: a.a(1.o) needs b1 of b.a(3.o); b.a(6.o) needs a2 of a.a(2.o)"#]],
    );
}

#[test]
fn who_alone_needs_the_archives_of_a_cycle_keeps_it_closed() {
    let link = "main.o: !x | x.a: 0.o{x !a0} | a.a: 0.o{a0 !a1 !a2} 1.o{a1 !b1} 2.o{a2 !b2} 3.o{a3} 4.o{a4} \
        | b.a: 5.o{b1 !a3} 6.o{b2 !a4}";
    check(
        link,
        &[],
        expect![[r#"
            x [a b]
            cycle: a.a(1.o) needs b1 of b.a(5.o); b.a(5.o) needs a3 of a.a(3.o)
              opened without x.a(0.o) needing a0 of a.a(0.o)"#]],
    );
}

#[test]
fn an_archive_that_is_linked_whole_waits_for_nobody() {
    let link = "main.o: !w | whole.a: 1.o{w !f} 2.o{x !g} | b.a: 3.o{f} | c.a: 4.o{g !w}";
    check(link, &[], expect!["whole c b"]);
}

#[test]
fn which_archive_needs_which_is_told() {
    let needs = |object: &str| {
        let link = format!("{object} | a.a: 1.o{{f !g}} 2.o{{never !g}} | b.a: 3.o{{g}}");
        let files = Files::new(&link);
        let edges = order(&request(&files, &[], Users::ThisLink)).edges;
        let edge = |(from, to, edge): &(ArchiveId, ArchiveId, Edge)| {
            format!("{} {}: {}, {}x", from.0, to.0, edge.example, edge.references)
        };
        edges.iter().map(edge).collect::<Vec<_>>()
    };
    assert_eq!(needs("main.o: !f"), ["0 1: a.a(1.o) needs g of b.a(3.o), 1x"]);
    // Which members are linked is not known.
    assert_eq!(needs("main.o: #slim"), ["0 1: a.a(1.o) needs g of b.a(3.o), 2x"]);
}

#[test]
fn versions_and_weak_needs() {
    check("main.o: !f | b.a: 2.o{g@@V2} | a.a: 1.o{f !g@V2 ?h} | c.a: 3.o{h !f}", &[], expect!["c a b"]);
}

#[test]
fn nothing_has_an_order() {
    check("main.o: main", &[], expect![[""]]);
}
