//! Which targets a group means, groups in it taken apart.

use std::collections::HashSet;

use crate::configure::known::Known;
use crate::declare::group::Group;
use crate::declare::project::Project;
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::choose::Chooser;
use crate::resolve::findings::Findings;
use crate::resolve::name_glob::NameGlob;
use crate::resolve::resolved::ResolvedGroup;
use crate::suggest::did_you_mean;

/// Every group of a project, with the names of its targets.
pub(crate) fn groups(project: &Project, known: &Known, findings: &mut Findings) -> Vec<ResolvedGroup> {
    let chooser = Chooser::new(known, false);
    let groups: Vec<&Group> = project.targets.iter().filter_map(as_group).collect();
    let mut members = Vec::new();
    for group in &groups {
        let mut own: Vec<&str> = Vec::new();
        for item in &group.targets {
            for member in item.all() {
                let found = findings.keep(names(project, group, member.name())).unwrap_or_default();
                own.extend(found.into_iter().filter(|_| chooser.has(item)));
            }
        }
        members.push((group.name.as_str(), own));
    }
    findings.problems.extend(circle(&members));
    let resolved = members.iter().map(|(name, _)| ResolvedGroup {
        name: (*name).to_owned(),
        targets: taken_apart(name, &members).into_iter().map(str::to_owned).collect(),
    });
    resolved.collect()
}

fn as_group(target: &Target) -> Option<&Group> {
    if let Target::Group(group) = target { Some(group) } else { None }
}

/// The targets that one entry means.
fn names<'a>(
    project: &'a Project,
    group: &Group,
    member: Option<&str>,
) -> Result<Vec<&'a str>, Problem> {
    let title = format!("group {:?}", group.name);
    let Some(member) = member else {
        let text = format!("{title} has a target by a handle of another project");
        return Err(Problem::new(text, "use the handle that this project's add() gave, or the name"));
    };
    let others = || project.targets.iter().map(Target::name).filter(|name| *name != group.name);
    let glob = NameGlob::read(member).map_err(|why| {
        let text = format!("{title} has {member:?}, which is not a glob: {why}");
        Problem::new(text, "`*` and `?` stay within a part of a name, `**` crosses parts")
    })?;
    let found: Vec<&str> = match glob {
        None => others().find(|name| *name == member).into_iter().collect(),
        Some(glob) => others().filter(|name| glob.matches(name)).collect(),
    };
    match found.is_empty() {
        false => Ok(found),
        true => {
            let text = format!("{title} has {member:?}, which is no other target");
            Err(Problem::new(text, did_you_mean(member, others(), "declare it, or correct the name")))
        }
    }
}

/// What is said of a group that has itself by way of others.
fn circle(members: &[(&str, Vec<&str>)]) -> Option<Problem> {
    let inner = |name: &str| members.iter().find(|(group, _)| *group == name).map(|(_, inner)| inner);
    let reaches = |start: &str| {
        let (mut open, mut seen) = (inner(start).cloned().unwrap_or_default(), HashSet::new());
        while let Some(name) = open.pop() {
            if name == start {
                return true;
            }
            if seen.insert(name) {
                open.extend(inner(name).into_iter().flatten());
            }
        }
        false
    };
    let (name, _) = members.iter().find(|(name, _)| reaches(name))?;
    let text = format!("group {name:?} has itself, by way of other groups");
    Some(Problem::new(text, "take it out of one of them"))
}

/// The targets of a group that are no groups, each once, in order.
fn taken_apart<'a>(name: &str, members: &[(&str, Vec<&'a str>)]) -> Vec<&'a str> {
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    add(name, members, &mut seen, &mut found);
    found
}

fn add<'a>(
    name: &str,
    members: &[(&str, Vec<&'a str>)],
    seen: &mut HashSet<&'a str>,
    found: &mut Vec<&'a str>,
) {
    let Some((_, inner)) = members.iter().find(|(group, _)| *group == name) else { return };
    for &member in inner {
        if !seen.insert(member) {
            continue;
        }
        match members.iter().any(|(group, _)| *group == member) {
            true => add(member, members, seen, found),
            false => found.push(member),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::declare::handle::Ref;
    use crate::resolve::tests::tree::tree;
    use crate::{Config, Executable, Group, Library, Opt, Project, resolve, when};

    fn check(declare: impl Fn(&mut Project), expected: Expect) {
        let root = tree(&["a.c"]);
        let mut p = Project::new("demo", root.path());
        declare(&mut p);
        let p = Project::from_json(&p.to_json().unwrap(), "p.json", root.path()).unwrap();
        let said = match resolve(&p, &Config::default(), root.path()) {
            Ok(resolved) => {
                let groups = resolved.groups.iter();
                groups.map(|group| format!("{} = {}\n", group.name, group.targets.join(" "))).collect()
            }
            Err(error) => format!("{error}\n"),
        };
        expected.assert_eq(&said);
    }

    #[test]
    fn groups_have_targets_globs_and_groups_under_conditions() {
        let declare = |p: &mut Project| {
            let off = p.option(Opt::bool("OFF"));
            let library = p.add(Library::new("util").sources("a.c"));
            let tool = p.add(Executable::new("tools/one").sources("a.c"));
            p.add(Executable::new("tools/two").sources("a.c"));
            p.group("tools", "tools/*");
            p.group("both", [Ref::from(library), Ref::from(tool), Ref::from("tools")]);
            p.add(Group::new("some").targets(tool).targets(when(off, "util")));
        };
        check(
            declare,
            expect![[r#"
                tools = tools/one tools/two
                both = util tools/one tools/two
                some = tools/one
            "#]],
        );
    }

    #[test]
    fn what_is_no_target_and_what_has_itself_is_refused() {
        let declare = |p: &mut Project| {
            p.add(Library::new("util").sources("a.c"));
            p.group("a", ["utl", "b", "x/*"]);
            p.group("b", "a");
            p.group("util", "b");
        };
        check(
            declare,
            expect![[r#"
                library "util" and group "util" have one name
                  help: give the group another name

                group "a" has "utl", which is no other target
                  help: did you mean "util"?

                group "a" has "x/*", which is no other target
                  help: declare it, or correct the name

                group "a" has itself, by way of other groups
                  help: take it out of one of them
            "#]],
        );
    }
}
