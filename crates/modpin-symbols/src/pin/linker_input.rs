//! The two texts that carry a plan to the final link of a host: a response file for the compiler driver and a dynamic
//! list for the linker.
//!
//! bfd, gold, lld and mold share their syntax.

use crate::name::can_be_pinned;
use crate::pin::plan::PinPlan;

/// One `-Wl,-u,SYMBOL` a line, for every symbol that a module cannot do without, whether an archive or an object of the
/// host has it: `-u` takes the member out of its archive and keeps the section from `--gc-sections`. Empty for a plan
/// without exports.
///
/// It may stand before or after the archives. The names need no quotes: a [`Refusal`](crate::Refusal) keeps others out.
pub fn response_file(plan: &PinPlan) -> String {
    let strong = plan.exports.iter().filter(|export| !export.weak);
    strong.map(|export| format!("-Wl,-u,{}\n", export.symbol)).collect()
}

/// The list for `-Wl,--dynamic-list=FILE`: every export, in quotes. A symbol with a default version is listed with and
/// without it, because bfd knows it by the one and the others by the other.
///
/// Where units of the host hide their symbols (LTO), what nobody seems to define may be there, and the compiler drops what
/// nobody asks for: such names are listed as well. Linkers pass over names that nobody has.
///
/// bfd and gold refuse an empty list, so a plan without exports gives one with a pattern that fits no symbol.
pub fn dynamic_list(plan: &PinPlan) -> String {
    let mut text = String::from("{\n");
    let unseen = plan.elsewhere.iter().filter(|_| !plan.unread.is_empty());
    let unseen: Vec<&str> =
        unseen.map(|name| name.symbol.as_str()).filter(|name| can_be_pinned(name)).collect();
    if plan.exports.is_empty() && unseen.is_empty() {
        text.push_str("  modpin_exports_nothing_*;\n");
    }
    for export in &plan.exports {
        text.push_str(&format!("  \"{}\";\n", export.symbol));
        if let Some(version) = &export.version {
            text.push_str(&format!("  \"{}@@{version}\";\n", export.symbol));
        }
    }
    unseen.iter().for_each(|name| text.push_str(&format!("  \"{name}\";\n")));
    text.push_str("};\n");
    text
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::link::site::Site;
    use crate::pin::plan::{Elsewhere, Export, Unread};

    fn export(symbol: &str, version: Option<&str>, weak: bool) -> Export {
        let site = Site { file: "a.a".to_owned(), member: "1.o".to_owned(), position: 0 };
        let version = version.map(str::to_owned);
        Export { symbol: symbol.to_owned(), version, weak, site, asked_by: Vec::new() }
    }

    #[test]
    fn strong_exports_are_kept_and_all_are_listed() {
        let exports =
            vec![export("f", None, false), export("hook", None, true), export("v", Some("V2"), false)];
        let plan = PinPlan { exports, ..PinPlan::default() };
        expect![[r#"
            -Wl,-u,f
            -Wl,-u,v
        "#]]
        .assert_eq(&response_file(&plan));
        expect![[r#"
            {
              "f";
              "hook";
              "v";
              "v@@V2";
            };
        "#]]
        .assert_eq(&dynamic_list(&plan));
    }

    #[test]
    fn what_a_unit_may_hide_is_listed_too() {
        let elsewhere =
            ["f", "g*"].map(|symbol| Elsewhere { symbol: symbol.to_owned(), asked_by: vec![] });
        let site = export("", None, false).site;
        let mut plan = PinPlan { elsewhere: elsewhere.into(), ..PinPlan::default() };
        assert!(!dynamic_list(&plan).contains("\"f\""));
        plan.unread = vec![Unread { site, why: "LLVM bitcode".to_owned() }];
        expect![[r#"
            {
              "f";
            };
        "#]]
        .assert_eq(&dynamic_list(&plan));
        assert_eq!(response_file(&plan), "");
    }

    #[test]
    fn an_empty_plan_exports_nothing() {
        assert_eq!(response_file(&PinPlan::default()), "");
        expect![[r#"
            {
              modpin_exports_nothing_*;
            };
        "#]]
        .assert_eq(&dynamic_list(&PinPlan::default()));
    }
}
