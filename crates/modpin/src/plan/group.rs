//! Groups: the files of other targets under one name.

use super::planned::{PlannedTarget, TargetKind};
use super::planner::Planner;

impl Planner<'_> {
    /// Every group, once all other targets are planned. A module that is built in is where its hosts are; one that is switched
    /// off is nowhere.
    pub(super) fn groups(&self) -> Vec<PlannedTarget> {
        let groups = self.resolved.groups.iter().map(|group| {
            let (mut files, mut checks) = (Vec::new(), Vec::new());
            for name in &group.targets {
                for target in self.targets.iter().filter(|target| self.stands_for(target, name)) {
                    files.extend(&target.files);
                    checks.extend(&target.checks);
                }
            }
            PlannedTarget { name: group.name.clone(), kind: TargetKind::Group, files, checks }
        });
        groups.collect()
    }

    /// Whether a target is what building `name` makes.
    fn stands_for(&self, target: &PlannedTarget, name: &str) -> bool {
        let resolved = self.resolved;
        let has = |&module: &usize| resolved.modules[module].name == name;
        let hosts = resolved.executables.iter().filter(|host| host.built_in.iter().any(has));
        let is_host = target.kind == TargetKind::Executable
            && hosts.into_iter().any(|host| host.name == target.name);
        target.name == name || is_host
    }
}
