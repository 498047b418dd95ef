//! The rules of a project among its targets: the commands of each that is there.

use crate::declare::executable::Executable;
use crate::declare::library::Library;
use crate::declare::target::Target;
use crate::resolve::findings::Findings;
use crate::resolve::made::command;
use crate::resolve::made::hooks;
use crate::resolve::made::nameable::Nameable;
use crate::resolve::made::resolved_rule::ResolvedRule;
use crate::resolve::resolved::Resolved;
use crate::resolve::targets::lookup::Lookup;

impl Lookup<'_> {
    /// The commands of every rule that is there.
    pub(crate) fn rules(&self, resolved: &mut Resolved, findings: &mut Findings) -> Vec<ResolvedRule> {
        let config_headers = self.project.config_headers.iter().map(|header| header.header.as_str());
        let autoconf = self.project.autoconf.iter().map(|autoconf| autoconf.header.as_str());
        let headers: Vec<&str> = autoconf.chain(config_headers).collect();
        let no_file = |at: usize| self.no_file(at, &self.targets[at]);
        let nameable = Nameable { targets: self.targets, headers: &headers, no_file: &no_file };
        let mut rules = Vec::new();
        for made in &self.made.rules {
            let target = self.targets[made.target].as_ref();
            let Target::Rule(rule) = target else { continue };
            let title = target.title();
            let speaker = self.speaker(target, &title);
            hooks::give(resolved, (rules.len(), rule), speaker, self.targets, findings);
            rules.push(command::resolved(rule, made, (nameable, speaker), findings));
        }
        rules
    }

    /// Why a target has no file that a rule could use.
    fn no_file(&self, at: usize, target: &Target) -> Option<String> {
        let because = |why: &str| Some(why.to_owned());
        match target {
            _ if self.disabled(at, target).is_some() => self.disabled(at, target).map(|off| off.why),
            Target::Module(module) if self.hosting.built_in(&module.name) == Some(true) => {
                because("it is built into its hosts")
            }
            Target::Executable(Executable { cargo: Some(_), .. }) => because("cargo links it"),
            Target::Library(Library { package: Some(_), .. }) => because("pkg-config knows it"),
            _ => None,
        }
    }
}
