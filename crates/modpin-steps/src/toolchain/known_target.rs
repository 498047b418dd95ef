//! Targets that modpin builds for: whether a triple is one, and whether a compiler makes code for it.

use modpin_project::nearest;

use super::machine::{Machine, NUMBERS};
use crate::error::{Error, Result};

/// A triple that is mistyped is no reason to ask for a compiler: this machine's own might be found for it.
pub fn known_target(triple: &str) -> Result<()> {
    let is_linux = triple.split('-').skip(1).any(|part| part == "linux" || part.starts_with("android"));
    let (cpu, rest) = triple.split_once('-').unwrap_or((triple, ""));
    let is_known = Machine::of(triple).number().is_some();
    let meant_cpu =
        if is_known { Some(cpu) } else { nearest(cpu, NUMBERS.iter().map(|(arch, _)| *arch)) };
    // Vendors have any names, but not one that is nearly the usual one.
    let words = ["unknown", "linux", "android", "gnu", "musl"];
    let slip = |part: &str| nearest(part, words).filter(|word| !part.starts_with(word));
    let parts: Vec<&str> = rest.split('-').map(|part| slip(part).unwrap_or(part)).collect();
    let meant = meant_cpu.map(|cpu| format!("{cpu}-{}", parts.join("-")));
    if is_linux && is_known && meant.as_deref() == Some(triple) {
        return Ok(());
    }
    let text = format!("{triple:?} is no target that modpin builds for");
    let meant = meant.filter(|meant| meant != triple && meant.contains("-linux"));
    let help = match meant {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => {
            "it builds for Linux and Android; `rustc --print target-list` lists how targets are written"
                .to_owned()
        }
    };
    Err(Error::Toolchain { text, help })
}

/// Where nobody has installed a compiler for a target, this machine's own may be found. `made` is the machine of an object.
pub fn right_machine(triple: &str, compiler: &str, made: Option<u16>) -> Result<()> {
    // What some compilers make for LTO is no ELF file; and one that is called after a machine was meant.
    let is_meant = compiler.rsplit('/').next().is_some_and(|name| name.contains('-'));
    if is_meant || made.is_none() || Machine::of(triple).number() == made {
        return Ok(());
    }
    let arch =
        NUMBERS.iter().find(|(_, number)| Some(*number) == made).map_or("another", |(arch, _)| *arch);
    Err(Error::Toolchain {
        text: format!("{compiler} compiles for machine {arch}, and the target is {triple:?}"),
        help: format!(
            "name the compiler for it in the environment variable CC_{}",
            triple.replace('-', "_")
        ),
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(result: Result<()>, expected: Expect) {
        expected.assert_eq(&result.map_or_else(|error| error.to_string(), |()| "ok".to_owned()));
    }

    #[test]
    fn targets_are_known_and_compilers_make_them() {
        for triple in ["x86_64-unknown-linux-musl", "aarch64-linux-android", "armv7-poky-linux-gnueabi"]
        {
            check(known_target(triple), expect!["ok"]);
        }
        check(
            known_target("aarch46-unknown-linux-gnu"),
            expect![[r#"
                "aarch46-unknown-linux-gnu" is no target that modpin builds for
                  help: did you mean "aarch64-unknown-linux-gnu"?"#]],
        );
        for (triple, meant) in [
            ("x86_64-unkown-linux-gnu", "x86_64-unknown-linux-gnu"),
            ("arm-unknown-linx-gnueabihf", "arm-unknown-linux-gnueabihf"),
            ("x86_64-linux-gun", "x86_64-linux-gnu"),
        ] {
            let said = known_target(triple).unwrap_err().to_string();
            assert!(said.contains(&format!("did you mean {meant:?}?")), "{said}");
        }
        check(
            known_target("x86_64-pc-windows-gnu"),
            expect![[r#"
                "x86_64-pc-windows-gnu" is no target that modpin builds for
                  help: it builds for Linux and Android; `rustc --print target-list` lists how targets are written"#]],
        );
        check(
            right_machine("s390x-unknown-linux-gnu", "/usr/bin/cc", Some(62)),
            expect![[r#"
                /usr/bin/cc compiles for machine x86_64, and the target is "s390x-unknown-linux-gnu"
                  help: name the compiler for it in the environment variable CC_s390x_unknown_linux_gnu"#]],
        );
        check(right_machine("s390x-unknown-linux-gnu", "/usr/bin/cc", Some(22)), expect!["ok"]);
        check(right_machine("s390x-unknown-linux-gnu", "/usr/bin/clang", None), expect!["ok"]);
        check(
            right_machine("s390x-unknown-linux-gnu", "/bin/s390x-linux-gnu-gcc", Some(62)),
            expect!["ok"],
        );
    }
}
