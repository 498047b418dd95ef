//! Orders for users who are not known, and for archives whose needs are hidden.

use expect_test::expect;

use crate::order::request::Users;

use super::examples::{check, check_anyone, check_declared};

#[test]
fn for_anyone_each_member_counts() {
    check_anyone("a.a: 1.o{f} | b.a: 2.o{g !f}", expect!["b a"]);
    check_anyone(
        "a.a: 1.o{g} 2.o{never !f} | b.a: 3.o{f !g} | c.a: 5.o{c !never}",
        expect![[r#"
            c [a b]
            cycle: a.a(2.o) needs f of b.a(3.o); b.a(3.o) needs g of a.a(1.o)
              opened without b.a(3.o) needing g of a.a(1.o)"#]],
    );
}

#[test]
fn for_anyone_a_member_is_answered_by_its_own_archive_first() {
    check_anyone(
        "a.a: 1.o{f !g} | b.a: 2.o{f} 3.o{g !f}",
        expect![[r#"
            a b
            f: a.a(1.o) wins over b.a(2.o)"#]],
    );
}

#[test]
fn for_anyone_declarations_decide_what_needs_leave_open() {
    check_declared(
        "a.a: 1.o{f !g} 2.o{g} | b.a: 3.o{h !i} 4.o{i}",
        &[],
        &[(1, 0)],
        &[],
        Users::Anyone,
        expect![[r#"
            b a
            unused: b a"#]],
    );
}

#[test]
fn for_anyone_the_first_given_wins_wherever_it_stands_in_the_order() {
    // Worked out again from itself, b would have f as well, and there would be a cycle.
    check_anyone(
        "a.a: 1.o{f} | b.a: 2.o{f !g} | c.a: 3.o{g !f}",
        expect![[r#"
            b c a
            f: a.a(1.o) wins over b.a(2.o)"#]],
    );
}

#[test]
fn where_needs_are_hidden_all_archives_are_one_group() {
    check(
        "main.o: !f | a.a: 1.o{g} | b.a: 2.o{f !g} 3.o{#slim +x}",
        &[],
        expect![[r#"
            [b a]
            undecided: b.a(3.o) is a slim LTO object of gcc, so what it needs is not known"#]],
    );
    // Layers stay apart, so that what stands between them does.
    check_declared(
        "main.o: !f | a.a: 1.o{g} | b.a: 2.o{f !g} | c.a: 3.o{#slim +x} | d.a: 4.o{h}",
        &[],
        &[],
        &[0, 1, 0, 1],
        Users::ThisLink,
        expect![[r#"
            [a c] [b d]
            undecided: c.a(3.o) is a slim LTO object of gcc, so what it needs is not known"#]],
    );
}

#[test]
fn where_needs_are_hidden_what_is_known_is_told_all_the_same() {
    check(
        "main.o: #slim | a.a: 1.o{f} | b.a: 2.o{f}",
        &[],
        expect![[r#"
            [a b]
            undecided: main.o is a slim LTO object of gcc, so what it needs is not known
            f: a.a(1.o) wins over b.a(2.o), nobody asks"#]],
    );
}
