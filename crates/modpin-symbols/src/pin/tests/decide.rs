//! What is pinned, exported and refused, for hosts and modules of a few words.

use expect_test::{Expect, expect};

use crate::link::site::Asker;
use crate::notation::Files;
use crate::pin::clash::Clash;
use crate::pin::decide::{Host, depends_on_links, plan_pins};
use crate::pin::plan::PinPlan;
use crate::pin::unresolved::Module;

/// Each module is `NAME = FILES`: its `.mo`, its objects, its own archives.
fn check(host: &str, modules: &[&str], expect: Expect) {
    check_exporting(host, &[], modules, expect);
}

fn check_exporting(host: &str, exports: &[&str], modules: &[&str], expect: Expect) {
    expect.assert_eq(&show(&plan_of(host, exports, modules)));
}

fn plan_of(host: &str, exports: &[&str], modules: &[&str]) -> PinPlan {
    let host_files = Files::new(host);
    let module_files: Vec<(&str, Files)> = modules
        .iter()
        .map(|module| module.split_once(" = ").expect("a name"))
        .map(|(name, files)| (name, Files::new(files)))
        .collect();
    let modules: Vec<Module<'_>> = module_files
        .iter()
        .map(|(name, files)| Module {
            name,
            linked: files.ending(".mo")[0],
            objects: files.ending(".o"),
            archives: files.ending(".a"),
        })
        .collect();
    plan_pins(&Host { link: host_files.link(), exports: exports.to_vec() }, &modules)
}

fn show(plan: &PinPlan) -> String {
    let by = |askers: &[Asker]| askers.iter().map(Asker::to_string).collect::<Vec<_>>().join(", ");
    let mut lines = Vec::new();
    for export in &plan.exports {
        let pinned = plan.pins.iter().any(|pin| pin.symbol == export.symbol);
        let verb = if pinned { "pin" } else { "export" };
        let weak = if export.weak { " weakly" } else { "" };
        lines.push(format!(
            "{verb} {}{weak} of {} for {}",
            export.symbol,
            export.site,
            by(&export.asked_by)
        ));
    }
    lines.extend(plan.refused.iter().map(|refusal| format!("refuse {refusal}")));
    lines.extend(
        plan.elsewhere
            .iter()
            .map(|other| format!("elsewhere {} for {}", other.symbol, by(&other.asked_by))),
    );
    lines.extend(plan.clashes.iter().map(Clash::to_string));
    for unread in &plan.unread {
        lines.push(format!("unread {}: {}", unread.site, unread.why));
        let blind = plan.blind_pins().into_iter().filter(|blind| blind.site == unread.site);
        lines.extend(blind.map(|blind| format!("blind {blind}")));
    }
    lines.join("\n")
}

#[test]
fn a_symbol_that_only_an_archive_has_is_pinned() {
    check(
        "main.o: main !hexdump | util.a: crc.o{crc32} hex.o{hexdump}",
        &["block/crypt = crypt.mo: crypt_init !crc32 !hexdump !main !memcpy"],
        expect![[r#"
            pin crc32 of util.a(crc.o) for module block/crypt: crypt.mo
            pin hexdump of util.a(hex.o) for module block/crypt: crypt.mo
            export main of main.o for module block/crypt: crypt.mo
            elsewhere memcpy for module block/crypt: crypt.mo"#]],
    );
}

#[test]
fn the_object_that_asks_is_named() {
    check(
        "util.a: crc.o{crc32} sha.o{sha256}",
        &[
            "b = b.mo: !crc32 !sha256 | b1.o: !crc32 !sha256 | b2.o: sha !crc32",
            "a = a.mo: !crc32 | a1.o: ?crc32 | a2.o: !crc32 | a3.o: crc32_user",
        ],
        expect![[r#"
            pin crc32 of util.a(crc.o) for module a: a2.o, module b: b1.o, module b: b2.o
            pin sha256 of util.a(sha.o) for module b: b1.o"#]],
    );
}

#[test]
fn weak_needs_are_exported_and_never_pinned() {
    check(
        "main.o: hook | util.a: log.o{log} secret.o{secret:hidden}",
        &["m = m.mo: ?hook ?log ?secret ?nosuch"],
        expect!["export hook weakly of main.o for module m: m.mo"],
    );
    // Somebody else takes it out of its archive.
    check(
        "main.o: !log | util.a: log.o{log}",
        &["m = m.mo: ?log"],
        expect!["export log weakly of util.a(log.o) for module m: m.mo"],
    );
}

#[test]
fn a_weak_need_links_nothing_that_could_hide_a_symbol() {
    check(
        "a.a: log.o{log !f:hidden} f.o{f}",
        &["m = m.mo: ?log !f"],
        expect!["pin f of a.a(f.o) for module m: m.mo"],
    );
}

#[test]
fn a_need_that_is_weak_in_one_module_and_strong_in_another_is_pinned() {
    check(
        "util.a: log.o{log}",
        &["a = a.mo: ?log", "b = b.mo: !log"],
        expect!["pin log of util.a(log.o) for module a: a.mo, module b: b.mo"],
    );
}

#[test]
fn a_need_that_is_weak_without_its_version_and_strong_with_it_is_pinned() {
    check("a.a: 1.o{f@@V2}", &["m = m.mo: ?f !f@V2"], expect!["pin f of a.a(1.o) for module m: m.mo"]);
}

#[test]
fn of_two_objects_the_one_that_defines_strongly_is_named() {
    check(
        "a.o: ~f | b.o: f | c.a: 1.o{f}",
        &["m = m.mo: !f"],
        expect!["export f of b.o for module m: m.mo"],
    );
}

#[test]
fn the_first_archive_on_the_command_line_wins() {
    check(
        "a.a: 1.o{x} 2.o{f} | b.a: 3.o{f}",
        &["m = m.mo: !f"],
        expect!["pin f of a.a(2.o) for module m: m.mo"],
    );
}

#[test]
fn what_the_linker_or_the_loader_provides_is_nobodys_need() {
    check(
        "main.o: __start_set | crt.o: __dso_handle:hidden",
        &[
            "m = m.mo: !_GLOBAL_OFFSET_TABLE_ !__tls_get_addr !__dso_handle !__start_mine !__stop_mine !__start_set",
        ],
        expect!["export __start_set of main.o for module m: m.mo"],
    );
}

#[test]
fn the_modules_own_archives_answer_first_and_their_members_ask_too() {
    check(
        "util.a: crc.o{crc32} log.o{log} z.o{inflate}",
        &["m = m.mo: !inflate !log | own.a: z.o{inflate !crc32} never.o{never !log2}"],
        expect![[r#"
            pin crc32 of util.a(crc.o) for module m: own.a(z.o)
            pin log of util.a(log.o) for module m: m.mo"#]],
    );
}

#[test]
fn a_member_of_the_modules_archive_and_an_object_that_ask_for_the_same_are_both_named() {
    check(
        "util.a: f.o{f}",
        &["m = m.mo: !f !x | f.o: !f !x | own.a: x.o{x !f}"],
        expect!["pin f of util.a(f.o) for module m: f.o, module m: own.a(x.o)"],
    );
}

#[test]
fn a_member_of_the_modules_archive_that_asks_weakly_changes_nothing() {
    check(
        "util.a: f.o{f}",
        &["m = m.mo: !f !x | own.a: x.o{x ?f}"],
        expect!["pin f of util.a(f.o) for module m: m.mo, module m: own.a(x.o)"],
    );
}

#[test]
fn what_an_lto_member_of_the_modules_archive_has_is_not_asked_of_the_host() {
    check("util.a: f.o{f}", &["m = m.mo: !f | own.a: x.o{#slim +f}"], expect![""]);
}

#[test]
fn a_hidden_definition_is_refused() {
    check(
        "lua.a: ldo.o{luaD_throw:internal} | main.o: main:hidden",
        &["throw = throw.mo: !luaD_throw !main | throw.o: !luaD_throw"],
        expect![[r#"
            refuse luaD_throw: lua.a(ldo.o) defines it as internal, so the host cannot offer it to modules (needed by module throw: throw.o)
              help: give the definition default visibility, or offer a public function that calls it
            refuse main: main.o defines it as hidden, so the host cannot offer it to modules (needed by module throw: throw.mo)
              help: give the definition default visibility, or offer a public function that calls it"#]],
    );
}

#[test]
fn a_protected_definition_is_fine() {
    check("a.a: 1.o{f:protected}", &["m = m.mo: !f"], expect!["pin f of a.a(1.o) for module m: m.mo"]);
}

#[test]
fn a_hidden_reference_in_a_linked_unit_hides_the_definition() {
    // 2.o comes in with g only, so the reference counts in the second link and not in the first.
    check(
        "a.a: 1.o{f} 2.o{g !f:hidden}",
        &["m = m.mo: !f"],
        expect!["pin f of a.a(1.o) for module m: m.mo"],
    );
    check(
        "a.a: 1.o{f} 2.o{g !f:hidden}",
        &["m = m.mo: !f !g"],
        expect![[r#"
            pin g of a.a(2.o) for module m: m.mo
            refuse f: a.a(2.o) refers to it as hidden, which hides the definition, so the host cannot offer it to modules (needed by module m: m.mo)
              help: declare it with default visibility there"#]],
    );
}

#[test]
fn a_modules_own_hidden_reference_cannot_be_answered_by_the_host() {
    check(
        "a.a: 1.o{f}",
        &["m = m.mo: !f:hidden | f.o: !f:hidden"],
        expect![[r#"
            refuse f: m.mo of the module refers to it as hidden, so it cannot come from the host (needed by module m: f.o)
              help: declare it with default visibility there"#]],
    );
}

#[test]
fn lto_members_are_named_through_the_archives_index() {
    check(
        "a.a: 1.o{#slim +f} 2.o{#bitcode +g} 3.o{h}",
        &["m = m.mo: !f !g !h !i"],
        expect![[r#"
            pin f of a.a(1.o) for module m: m.mo
            pin g of a.a(2.o) for module m: m.mo
            pin h of a.a(3.o) for module m: m.mo
            elsewhere i for module m: m.mo
            unread a.a(1.o): a slim LTO object of gcc
            blind f is pinned in a.a(1.o), a slim LTO object of gcc: only its archive's index names it, so whether it is hidden is not known
              help: compile that member with -ffat-lto-objects or without -flto
            unread a.a(2.o): LLVM bitcode
            blind g is pinned in a.a(2.o), LLVM bitcode: only its archive's index names it, so whether it is hidden is not known
              help: compile that member with -ffat-lto-objects or without -flto"#]],
    );
}

#[test]
fn damaged_members_are_named_and_text_members_do_no_harm() {
    check(
        "a.a: README{#text} 1.o{#damaged +f}",
        &["m = m.mo: !f !g"],
        expect![[r#"
            refuse f: the archive's index says that it is in a.a(1.o), which cannot be read: symbol name outside of the string table (needed by module m: m.mo)
              help: build that archive again
            elsewhere g for module m: m.mo
            unread a.a(1.o): damaged (symbol name outside of the string table)"#]],
    );
}

#[test]
fn a_module_that_cannot_be_read_is_refused_as_a_whole() {
    check(
        "a.a: 1.o{f}",
        &["m = m.mo: #slim", "n = n.mo: !f"],
        expect![[r#"
            pin f of a.a(1.o) for module n: n.mo
            refuse module m: its relocatable object is a slim LTO object of gcc, so what it needs is not known
              help: compile it without -flto, or link it with gcc -flto -r -flinker-output=nolto-rel"#]],
    );
}

#[test]
fn the_projects_exports_are_pinned_and_must_exist() {
    check_exporting(
        "main.o: api | a.a: 1.o{f} 2.o{#slim +g}",
        &["f", "api", "nosuch", "g"],
        &["m = m.mo: !f"],
        expect![[r#"
            export api of main.o for the project's list of exports
            pin f of a.a(1.o) for module m: m.mo, the project's list of exports
            pin g of a.a(2.o) for the project's list of exports
            refuse nosuch: the project exports it, and nothing in the host defines it
              help: correct the name, or link the library that defines it into the host
            unread a.a(2.o): a slim LTO object of gcc
            blind g is pinned in a.a(2.o), a slim LTO object of gcc: only its archive's index names it, so whether it is hidden is not known
              help: compile that member with -ffat-lto-objects or without -flto"#]],
    );
}

#[test]
fn versions_are_pinned_as_far_as_linkers_can() {
    check(
        "a.a: 1.o{f@@V2 g@V1}",
        &["m = m.mo: !f !g !g@V1", "n = n.mo: !f@V2"],
        expect![[r#"
            pin f of a.a(1.o) for module m: m.mo, module n: n.mo
            refuse g@V1: a.a(1.o) defines it beside a newer default, and linkers cannot be told to keep it (needed by module m: m.mo)
              help: use the default version of the symbol
            elsewhere g for module m: m.mo"#]],
    );
}

#[test]
fn a_pin_that_makes_two_definitions_meet_is_seen_coming() {
    check(
        "main.o: main !f | a.a: 1.o{f} | b.a: 2.o{f g}",
        &["m = m.mo: !g"],
        expect![[r#"
            pin g of b.a(2.o) for module m: m.mo
            f: defined in a.a(1.o) and b.a(2.o), which meet in the host because g is pinned"#]],
    );
    // This one is the host's own, pins or not.
    check(
        "main.o: !f !h | a.a: 1.o{f} 2.o{i} | b.a: 3.o{f h}",
        &["m = m.mo: !i"],
        expect!["pin i of a.a(2.o) for module m: m.mo"],
    );
}

#[test]
fn the_plan_does_not_depend_on_the_order_of_modules() {
    let host = "main.o: hook | a.a: 1.o{f} 2.o{g}";
    let (one, two) = ("x = x.mo: !f ?hook !z", "y = y.mo: !g !f");
    assert_eq!(plan_of(host, &[], &[one, two]), plan_of(host, &[], &[two, one]));
}

#[test]
fn who_is_linked_matters_only_where_it_can_change_an_answer() {
    let depends = |host: &str, needs: &str| {
        let (host, module) = (Files::new(host), Files::new(&format!("m.mo: {needs}")));
        let linked = module.ending(".mo")[0];
        let module = Module { name: "m", linked, objects: vec![], archives: vec![] };
        depends_on_links(&Host { link: host.link(), exports: vec![] }, &[module])
    };
    assert!(!depends("main.o: f | a.a: 1.o{g}", "!f !g !nobodys"));
    // It may be left in its archive.
    assert!(depends("a.a: 1.o{f}", "?f") && !depends("main.o: f", "?f"));
    // Another unit may hide it.
    assert!(depends("a.a: 1.o{f} 2.o{!f:hidden}", "!f"));
    assert!(depends("a.a: 1.o{f} 2.o{f:hidden}", "!f"));
    assert!(!depends("a.a: 1.o{f} 2.o{g:hidden !g:hidden}", "!f"));
    // It is refused, or nobody's need, whoever is linked.
    assert!(!depends("a.a: 1.o{f:hidden}", "!f ?f"));
    assert!(!depends("a.a: 1.o{__dso_handle} 2.o{!__dso_handle:hidden}", "!__dso_handle"));
}
