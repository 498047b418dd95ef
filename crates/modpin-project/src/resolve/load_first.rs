//! Which modules must be loaded before which: what a declaration says, looked up. What their symbols say is checked when
//! they are built.

use crate::configure::known::Known;
use crate::declare::handle::{ModuleId, Ref};
use crate::declare::module::Module;
use crate::declare::opening::Binding;
use crate::declare::options::item::Item;
use crate::declare::project::Project;
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::findings::Findings;
use crate::resolve::resolved::Resolved;
use crate::resolve::targets::hosts::Hosting;
use crate::suggest::did_you_mean;

/// Gives each module the indexes of those that it needs. One that is built into a host is there before any module is.
pub(crate) fn set_needs(
    project: &Project,
    known: &Known,
    hosting: &Hosting,
    resolved: &mut Resolved,
    findings: &mut Findings,
) {
    let declared: Vec<&Module> = project
        .targets
        .iter()
        .filter_map(|target| match target {
            Target::Module(module) => Some(module),
            _ => None,
        })
        .collect();
    for module in &declared {
        let chooser = hosting.chooser(known, &module.name);
        let mut indexes = |others: &[Item<Ref<ModuleId>>]| {
            let mut needed = Vec::new();
            for other in chooser.chosen(others) {
                let name = findings.keep(look_up(module, other.name(), &declared, hosting));
                let index = |name| resolved.modules.iter().position(|known| known.name == name);
                needed.extend(name.and_then(index));
            }
            needed
        };
        let (needs, needs_later) = (indexes(&module.needs), indexes(&module.needs_later));
        if let Some(known) = resolved.modules.iter_mut().find(|known| known.name == module.name) {
            (known.needs, known.needs_later) = (needs, needs_later);
        }
    }
    findings.problems.extend(forgotten(resolved));
    findings.problems.extend(too_late(resolved));
}

fn look_up<'a>(
    module: &Module,
    other: Option<&'a str>,
    declared: &[&Module],
    hosting: &Hosting,
) -> Result<&'a str, Problem> {
    let title = format!("module {:?}", module.name);
    let Some(other) = other else {
        let text = format!("{title} needs a module by a handle of another project");
        return Err(Problem::new(text, "use the handle that this project's add() gave, or the name"));
    };
    let names = || declared.iter().map(|known| known.name.as_str());
    if other == module.name {
        return Err(Problem::new(format!("{title} needs itself"), "remove that .needs(…)"));
    }
    if !names().any(|name| name == other) {
        let text = format!("{title} needs module {other:?}, but there is no such module");
        return Err(Problem::new(
            text,
            did_you_mean(other, names(), "declare it, or remove that .needs(…)"),
        ));
    }
    if let Some(disabled) = hosting.disabled.iter().find(|disabled| disabled.name == other)
        && hosting.built_in(&module.name).is_some()
    {
        let text = format!("{title} needs module {other:?}, which is not built: {}", disabled.why);
        return Err(Problem::new(text, "switch both on, or both off"));
    }
    Ok(other)
}

/// Hosts that have a module and not what it needs: to load, or built in if the module is.
fn forgotten(resolved: &Resolved) -> Vec<Problem> {
    let mut problems = Vec::new();
    for host in &resolved.executables {
        let both = host.modules.iter().chain(&host.built_in);
        for module in both.filter_map(|&index| resolved.modules.get(index)) {
            let there = |needed: usize| match module.built_in {
                true => host.built_in.contains(&needed),
                false => host.modules.contains(&needed) || host.built_in.contains(&needed),
            };
            let needed = module.needs.iter().chain(&module.needs_later);
            let lost = needed.filter(|&&needed| !there(needed));
            for needed in lost.filter_map(|&needed| resolved.modules.get(needed)) {
                let (has, add) = match module.built_in {
                    true => ("has", "builds_in"),
                    false => ("loads", "loads"),
                };
                let text = format!(
                    "executable {:?} {has} module {:?}, which needs module {:?}",
                    host.name, module.name, needed.name
                );
                problems.push(Problem::new(text, format!("add .{add}({:?}) to it, too", needed.name)));
            }
        }
    }
    problems
}

/// Modules that need others after them, in hosts that look everything up at once.
fn too_late(resolved: &Resolved) -> Vec<Problem> {
    let mut problems = Vec::new();
    for host in &resolved.executables {
        for module in host.modules.iter().filter_map(|&index| resolved.modules.get(index)) {
            if module.needs_later.is_empty() || host.opening(module).binding == Binding::Lazy {
                continue;
            }
            let text = format!(
                "module {:?} needs modules that are loaded after it, and executable {:?} opens it with RTLD_NOW",
                module.name, host.name
            );
            let help = "say .binding(Binding::Lazy) if the host opens it lazily, or .needs(…) if those come first";
            problems.push(Problem::new(text, help));
        }
    }
    problems
}

/// The modules that are loaded after one which calls them, each behind those that it needs itself.
pub fn load_later(resolved: &Resolved, module: usize) -> Vec<usize> {
    let first = load_first(resolved, module);
    let mut seen: Vec<usize> = first.into_iter().chain([module]).collect();
    let mut order = Vec::new();
    let later = resolved.modules.get(module).map(|module| module.needs_later.as_slice());
    for &needed in later.unwrap_or_default() {
        if !seen.contains(&needed) {
            seen.push(needed);
            visit(resolved, needed, &mut seen, &mut order);
            order.push(needed);
        }
    }
    order
}

/// The modules that must be loaded before one, each before those that need it. What needs each other comes in the order
/// of the declaration; that no loader can load it is found out later, with the symbols.
pub fn load_first(resolved: &Resolved, module: usize) -> Vec<usize> {
    let (mut order, mut seen) = (Vec::new(), vec![module]);
    visit(resolved, module, &mut seen, &mut order);
    order
}

fn visit(resolved: &Resolved, module: usize, seen: &mut Vec<usize>, order: &mut Vec<usize>) {
    for &needed in resolved.modules.get(module).map(|module| module.needs.as_slice()).unwrap_or_default()
    {
        if !seen.contains(&needed) {
            seen.push(needed);
            visit(resolved, needed, seen, order);
            order.push(needed);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::{Config, Executable, Opt, resolve};

    /// Modules a, b, c; `needs` is `a:b b:c`; the host loads `loads`.
    fn check(needs: &str, loads: &[&str], settings: &str, expect: Expect) {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("x.c"), "").expect("a file");
        let mut p = Project::new("p", dir.path());
        for name in ["a", "b", "c"] {
            let option = p.option(Opt::tristate(name.to_uppercase()).default(crate::Tristate::Module));
            let mut module = Module::new(name).sources("x.c").when(option);
            let own = needs.split_whitespace().filter_map(|need| need.split_once(':'));
            for (_, other) in own.filter(|(of, _)| *of == name) {
                module = module.needs(other);
            }
            p.add(module);
        }
        p.add(Executable::new("h").sources("x.c").loads(loads.iter().copied()));
        let mut config = Config::default();
        for setting in settings.split_whitespace() {
            config.set_from_text(&p.options, setting).expect("a setting");
        }
        let said = match resolve(&p, &config, dir.path()) {
            Err(error) => error.to_string(),
            Ok(resolved) => {
                let names = |all: Vec<usize>| {
                    all.iter()
                        .map(|&at| resolved.modules[at].name.as_str())
                        .collect::<Vec<_>>()
                        .join(" ")
                };
                let modules = resolved.modules.iter().enumerate();
                let lines = modules.map(|(at, module)| {
                    format!("{}: {}", module.name, names(load_first(&resolved, at)))
                });
                lines.collect::<Vec<_>>().join("\n")
            }
        };
        expect.assert_eq(&said);
    }

    #[test]
    fn what_is_needed_comes_first() {
        check(
            "a:b b:c",
            &["*"],
            "",
            expect![[r#"
            a: c b
            b: c
            c: "#]],
        );
    }

    #[test]
    fn a_circle_ends() {
        check(
            "a:b b:c c:a",
            &["*"],
            "",
            expect![[r#"
            a: c b
            b: a c
            c: b a"#]],
        );
    }

    #[test]
    fn wrong_needs_are_told() {
        check(
            "a:d b:b",
            &["*"],
            "",
            expect![[r#"
                module "a" needs module "d", but there is no such module
                  help: declare it, or remove that .needs(…)

                module "b" needs itself
                  help: remove that .needs(…)"#]],
        );
        check(
            "a:b",
            &["a", "c"],
            "B=n",
            expect![[r#"
            module "a" needs module "b", which is not built: B=n
              help: switch both on, or both off"#]],
        );
        check(
            "a:b",
            &["a", "c"],
            "C=n B=m",
            expect![[r#"
            executable "h" loads module "a", which needs module "b"
              help: add .loads("b") to it, too"#]],
        );
    }
}
