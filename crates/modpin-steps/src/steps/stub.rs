//! What a shared library is for those who link it, as a library of its own that has no code: the text of an assembler file and of
//! a version script. Linkers look at names, kinds, versions and sizes of variables, and at nothing else.

use std::collections::BTreeMap;

use modpin_symbols::{Kind, Offered};

/// An assembler file and the version script to link it with.
#[derive(Debug, PartialEq, Eq)]
pub struct Stub {
    /// For the compiler's driver.
    pub assembler: String,
    /// For `--version-script`.
    pub version_script: String,
}

impl Stub {
    /// A library that offers these.
    pub fn of(symbols: &[Offered]) -> Stub {
        let mut assembler = String::from("\t.section .note.GNU-stack,\"\",%progbits\n");
        let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (at, symbol) in symbols.iter().enumerate() {
            let current = symbol.version.is_none() || symbol.default_version;
            let label = if current { quoted(&symbol.name) } else { format!("modpin_old_{at}") };
            define(&mut assembler, symbol, &label);
            if let Some(version) = &symbol.version {
                let names = versions.entry(version).or_default();
                match current {
                    true => names.push(&symbol.name),
                    false => {
                        let name = &symbol.name;
                        assembler += &format!("\t.symver {label}, {name}@{version}\n");
                    }
                }
            }
        }
        Stub { assembler, version_script: version_script(&versions) }
    }

    /// A library that has functions of these names.
    pub fn of_names(names: &[String]) -> Stub {
        let offered = |name: &String| Offered {
            name: name.clone(),
            version: None,
            default_version: false,
            weak: false,
            kind: Kind::Other,
            size: 0,
        };
        Stub::of(&names.iter().map(offered).collect::<Vec<_>>())
    }
}

/// Each symbol has a place of its own: two variables at one address would be one for a linker. How a variable is aligned does
/// not stand in a symbol table, so each has the most that processors ask for.
fn define(text: &mut String, symbol: &Offered, label: &str) {
    let (section, kind) = match symbol.kind {
        Kind::Function | Kind::Ifunc => ("\t.text\n", "%function"),
        Kind::Data | Kind::Common => ("\t.bss\n\t.balign 64\n", "%object"),
        Kind::Tls => ("\t.section .tbss,\"awT\",%nobits\n\t.balign 64\n", "%object"),
        Kind::Other => ("\t.text\n", "%notype"),
    };
    let binding = if symbol.weak { "weak" } else { "globl" };
    let size = symbol.size.max(1);
    *text += &format!(
        "{section}\t.{binding} {label}\n\t.type {label}, {kind}\n\t.size {label}, {}\n{label}:\n\t.skip {size}\n",
        symbol.size
    );
}

fn version_script(versions: &BTreeMap<&str, Vec<&str>>) -> String {
    if versions.is_empty() {
        return "{ global: *; };\n".to_owned();
    }
    let node = |(version, names): (&&str, &Vec<&str>)| {
        let names: String = names.iter().map(|name| format!(" \"{name}\";")).collect();
        let global = if names.is_empty() { "" } else { " global:" };
        format!("{version} {{{global}{names} }};\n")
    };
    versions.iter().map(node).collect()
}

fn quoted(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "_.$".contains(c));
    if plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn each_symbol_has_a_place_its_version_and_its_size() {
        let offered = |name: &str, version: Option<&str>, default_version, kind, size| Offered {
            name: name.to_owned(),
            version: version.map(str::to_owned),
            default_version,
            weak: name == "w",
            kind,
            size,
        };
        let stub = Stub::of(&[
            offered("f", Some("V1"), false, Kind::Function, 0),
            offered("f", Some("V2"), true, Kind::Function, 0),
            offered("t", None, false, Kind::Tls, 4),
            offered("w", None, false, Kind::Data, 24),
        ]);
        expect![[r#"
            	.section .note.GNU-stack,"",%progbits
            	.text
            	.globl modpin_old_0
            	.type modpin_old_0, %function
            	.size modpin_old_0, 0
            modpin_old_0:
            	.skip 1
            	.symver modpin_old_0, f@V1
            	.text
            	.globl f
            	.type f, %function
            	.size f, 0
            f:
            	.skip 1
            	.section .tbss,"awT",%nobits
            	.balign 64
            	.globl t
            	.type t, %object
            	.size t, 4
            t:
            	.skip 4
            	.bss
            	.balign 64
            	.weak w
            	.type w, %object
            	.size w, 24
            w:
            	.skip 24
        "#]]
        .assert_eq(&stub.assembler);
        expect![[r#"
            V1 { };
            V2 { global: "f"; };
        "#]]
        .assert_eq(&stub.version_script);
        assert_eq!(Stub::of_names(&["g".to_owned()]).version_script, "{ global: *; };\n");
    }
}
