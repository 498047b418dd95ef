//! What rules name besides files: targets, headers that the build writes, the list of modules.

use std::borrow::Cow;

use crate::declare::handle::{Ref, TargetId};
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::made::resolved_rule::RuleFile;
use crate::suggest::did_you_mean;

/// What every option is, as a file that Kconfig reads; rules name it as they name headers that the build writes.
const DOT_CONFIG: &str = ".config";

/// What a rule may name besides files.
#[derive(Clone, Copy)]
pub(crate) struct Nameable<'a> {
    /// Every target, with its paths from the root.
    pub(crate) targets: &'a [Cow<'a, Target>],
    /// The headers that the build writes.
    pub(crate) headers: &'a [&'a str],
    /// Why a target has no file; `None` if it has one.
    pub(crate) no_file: &'a dyn Fn(usize) -> Option<String>,
}

impl Nameable<'_> {
    pub(crate) fn target(&self, title: &str, target: &Ref<TargetId>) -> Result<RuleFile, Problem> {
        let Some(wanted) = target.name() else {
            let help = "use the handle that this project's add() gave, or the name";
            return problem(title, " names a target by a handle of another project", help);
        };
        let all = self.targets.iter().enumerate();
        let has_file = |target: &Target| !matches!(target, Target::Group(_) | Target::Rule(_));
        let named: Vec<usize> = all
            .filter(|(_, target)| target.name() == wanted && has_file(target))
            .map(|(at, _)| at)
            .collect();
        match named[..] {
            [at] => match (self.no_file)(at) {
                None => {
                    let target = &self.targets[at];
                    Ok(RuleFile::Target { kind: target.kind(), name: wanted.to_owned() })
                }
                Some(why) => {
                    let text = format!(" needs the file of {wanted:?}, and there is none: {why}");
                    problem(title, &text, "say so where it is there: .when(CONDITION)")
                }
            },
            [] => {
                let names = self.targets.iter().filter(|target| has_file(target));
                let help = did_you_mean(wanted, names.map(|target| target.name()), "declare it first");
                problem(
                    title,
                    &format!(" needs the file of {wanted:?}, which is no target with a file"),
                    help,
                )
            }
            _ => problem(
                title,
                &format!(" needs the file of {wanted:?}, and several targets are called so"),
                "give one of them another name",
            ),
        }
    }

    pub(crate) fn module_list(&self, title: &str, host: &Ref<TargetId>) -> Result<RuleFile, Problem> {
        let wanted = host.name().unwrap_or_default();
        let hosts = || self.targets.iter().filter(|target| matches!(***target, Target::Executable(_)));
        match hosts().any(|host| host.name() == wanted) {
            true => Ok(RuleFile::ModuleList),
            false => {
                let names = hosts().map(|host| host.name());
                let help = did_you_mean(wanted, names, "name an executable that loads modules");
                problem(title, &format!(" wants the modules of {wanted:?}, which is no program"), help)
            }
        }
    }

    pub(crate) fn header(&self, title: &str, name: &str) -> Result<RuleFile, Problem> {
        let headers = self.headers;
        if name == DOT_CONFIG {
            return Ok(RuleFile::DotConfig);
        }
        if headers.contains(&name) {
            return Ok(RuleFile::Header(name.to_owned()));
        }
        let help =
            did_you_mean(name, headers.iter().copied(), "declare it: p.autoconf() or p.config_header()");
        problem(title, &format!(" reads {name:?}, which is no header that the build writes"), help)
    }
}

fn problem<T>(title: &str, text: &str, help: impl Into<String>) -> Result<T, Problem> {
    Err(Problem::new(format!("{title}{text}"), help))
}
