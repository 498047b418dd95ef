//! Archives that need each other: when that is a cycle, and how it is told.

use expect_test::expect;

use super::examples::{check, request, show};
use crate::notation::Files;
use crate::order::order;
use crate::order::request::{ArchiveId, OrderRequest, Users};

#[test]
fn a_cycle_between_archives_is_none_while_an_order_works() {
    // Between all members there is a cycle; this link takes one way only.
    check("main.o: !f | a.a: 1.o{g} 2.o{never !f} | b.a: 3.o{f !g}", &[], expect!["b a"]);
    // Both ways are taken, but the host itself asks for all of them first.
    let link = "main.o: !a1 !a2 !b1 !b2 | a.a: 1.o{a1 !b1} 2.o{a2} | b.a: 3.o{b1} 4.o{b2 !a2}";
    check(link, &[], expect!["a b"]);
}

#[test]
fn a_cycle_is_told_by_its_members() {
    let link = "main.o: !a1 | x.a: x.o{x} | a.a: 1.o{a1 !b1 !x} 2.o{a2} | b.a: 3.o{b1 !b2} 4.o{b2 !a2}";
    check(
        link,
        &[],
        expect![[r#"
            [a b] x
            cycle: a.a(1.o) needs b1 of b.a(3.o); b.a(3.o) needs b2 of b.a(4.o); b.a(4.o) needs a2 of a.a(2.o)
              opened without b.a(4.o) needing a2 of a.a(2.o)"#]],
    );
}

#[test]
fn of_two_references_that_close_a_cycle_the_one_that_costs_less_is_named() {
    let cycle = |opening: &str| {
        format!(
            "[a b]\ncycle: a.a(1.o) needs b1 of b.a(3.o); b.a(3.o) needs a2 of a.a(2.o)\n  opened without {opening}"
        )
    };
    let (first, back) = ("a.a(1.o) needing b1 of b.a(3.o)", "b.a(3.o) needing a2 of a.a(2.o)");
    let link = "main.o: !a1 | a.a: 1.o{a1 !b1} 2.o{a2} | b.a: 3.o{b1 !a2}";
    let said = |link: &str, declared: &[(usize, usize)]| {
        let files = Files::new(link);
        let pair = |&(from, to): &(usize, usize)| (ArchiveId(from), ArchiveId(to));
        let declared = declared.iter().map(pair).collect();
        let mut found = order(&OrderRequest { declared, ..request(&files, &[], Users::ThisLink) });
        found.declared = Default::default();
        show(&files, &found)
    };
    // Of equals, the one that leads back to the archive that was given first.
    assert_eq!(said(link, &[]), cycle(back));
    // Who wants it gone would have to change two members of b.
    assert_eq!(said(&link.replace("!a2}", "!a2} 4.o{never !a2}"), &[]), cycle(first));
    // What is declared is meant.
    assert_eq!(said(link, &[(1, 0)]), cycle(first));
    assert_eq!(said(link, &[(0, 1)]), cycle(back));
}

#[test]
fn a_chain_may_go_on_at_another_member() {
    check(
        "main.o: !a1 !b2 | a.a: 1.o{a1 !b1} 2.o{a2} | b.a: 3.o{b1} 4.o{b2 !a2}",
        &[],
        expect![[r#"
            [a b]
            cycle: a.a(1.o) needs b1 of b.a(3.o); b.a(4.o) needs a2 of a.a(2.o)
              opened without b.a(4.o) needing a2 of a.a(2.o)"#]],
    );
}

#[test]
fn one_member_may_keep_a_cycle_closed() {
    let link = "main.o: !ls !lt !level | ls.a: 1.o{ls !aux1} 2.o{lt !aux2} 3.o{x1} 4.o{x2} \
        | level.a: 5.o{level !app1 !app2} 6.o{aux1} 7.o{aux2} | app.a: 8.o{app1 !x1} 9.o{app2 !x2}";
    check(
        link,
        &[],
        expect![[r#"
            [ls level app]
            cycle: ls.a(1.o) needs aux1 of level.a(6.o); level.a(5.o) needs app1 of app.a(8.o); app.a(8.o) needs x1 of ls.a(3.o)
              opened without what level.a(5.o) needs of other archives"#]],
    );
}

#[test]
fn two_cycles_are_two_groups() {
    let link = "main.o: !a1 !c1 | c.a: 1.o{c1 !d1} 2.o{c2} | d.a: 3.o{d1 !c2} | b.a: 4.o{b1 !a2 !c1} | a.a: 5.o{a1 !b1} 6.o{a2}";
    check(
        link,
        &[],
        expect![[r#"
            [c d] [b a]
            cycle: c.a(1.o) needs d1 of d.a(3.o); d.a(3.o) needs c2 of c.a(2.o)
              opened without d.a(3.o) needing c2 of c.a(2.o)
            cycle: a.a(5.o) needs b1 of b.a(4.o); b.a(4.o) needs a2 of a.a(6.o)
              opened without b.a(4.o) needing a2 of a.a(6.o)"#]],
    );
}
