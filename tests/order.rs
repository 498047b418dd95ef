//! The order of archives in a link (rows O1–O9): worked out, obeyed by linkers that look at each archive once, refused
//! where there is none, told.

mod declared;
mod cycles;
mod odd;
mod record;
mod random;
mod real;

use modpin::steps::OrderReport;
use modpin_test::World;

/// The arguments that make lld a judge of an order.
const JUDGE: [&str; 2] = ["-Wl,--warn-backrefs", "-Wl,--fatal-warnings"];

/// A function that calls others: `calls("f", &["g"])`.
fn calls(name: &str, others: &[&str]) -> String {
    let declared: Vec<String> = others.iter().map(|other| format!("int {other}(void);\n")).collect();
    let called: Vec<String> = others.iter().map(|other| format!(" + {other}()")).collect();
    format!("{}int {name}(void) {{ return 1{}; }}\n", declared.concat(), called.concat())
}

/// A program that prints the sum of what functions return.
fn prints(functions: &[&str]) -> String {
    format!(
        "#include <stdio.h>\n{}int main(void) {{ printf(\"%d\\n\", sum() - 1); return 0; }}\n",
        calls("sum", functions)
    )
}

/// The arguments of the host's link for a linker; lld is told to complain of references to the left.
fn ldflags(linker: &str) -> Vec<String> {
    let judge = JUDGE.iter().filter(|_| linker == "lld");
    std::iter::once(format!("-fuse-ld={linker}")).chain(judge.map(ToString::to_string)).collect()
}

/// The account of a link: of a program by its name, of a module with `.so` behind it.
fn story(world: &World, name: &str) -> OrderReport {
    serde_json::from_str(&world.text(&format!(".modpin/link/{name}.order.json"))).expect("a story")
}

/// The order of a link in one line: `a [b c]`.
fn line(world: &World, name: &str) -> String {
    let groups = story(world, name).order.into_iter().map(|group| match &group[..] {
        [one] => one.clone(),
        all => format!("[{}]", all.join(" ")),
    });
    groups.collect::<Vec<_>>().join(" ")
}
