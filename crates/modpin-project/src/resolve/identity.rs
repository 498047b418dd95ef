//! Which build a host and its modules belong to, before it is digested: what the owner calls it, and what decides how everything is
//! compiled. Knows no module's and no library's own words, and no source.

use crate::configure::known::Known;
use crate::declare::project::Project;
use crate::problem::Problem;
use crate::resolve::flags::levels::Levels;
use crate::resolve::resolved::BuildIdentity;

/// The longest text.
const LONGEST: usize = 100;

/// The identity of a build, if the project asks for one. `shared` is what the project gives to every target; where headers
/// lie is none of it.
pub(crate) fn identity_of(project: &Project, known: &Known, shared: &Levels) -> Option<BuildIdentity> {
    let text = project.identity.clone()?;
    let options = known.options.iter().map(|option| format!("{}={}", option.name, option.text));
    // The machine that compiles, and the compiler, do not decide what C promises.
    let is_of_target = |name: &str| name.starts_with("TARGET_") || name == "PROFILE";
    let words = known.words.iter().filter(|(name, _)| is_of_target(name));
    let words = words.map(|(name, value)| format!("{name}={value}"));
    let flags = [false, true].iter().flat_map(|&is_module| &shared.of(is_module).compile.said);
    let is_directory = |text: &str| text.starts_with("-I") || text.starts_with("-isystem");
    let flags = flags.map(|flag| flag.text.clone()).filter(|text| !is_directory(text));
    let name = std::iter::once(format!("project {}", project.name));
    let configuration = name.chain(options).chain(words).chain(flags).collect();
    Some(BuildIdentity { text, configuration })
}

/// What is wrong with the owner's words. They are shown in messages, and stand in an assembler's string.
pub(crate) fn wrong_text(project: &Project) -> Option<Problem> {
    let text = project.identity.as_deref()?;
    let strange = text.chars().find(|&c| !(' '..='~').contains(&c) || c == '"' || c == '\\');
    let cause = match strange {
        _ if text.is_empty() => "is empty".to_owned(),
        _ if text.len() > LONGEST => format!("is longer than {LONGEST} characters"),
        Some(strange) => format!("holds {strange:?}"),
        None => return None,
    };
    let help =
        "write a name and a number, as in \"imgtool 1\": ASCII letters, digits, blanks, punctuation";
    Some(Problem::new(format!("project {:?}: the identity {cause}", project.name), help))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declare::options::opt::Opt;
    use crate::{Config, resolve};
    use std::path::Path;

    fn identity(config: &Config, change: impl FnOnce(&mut Project)) -> Option<BuildIdentity> {
        let mut p = Project::new("p", "/nowhere");
        p.identity("p 1");
        p.option(Opt::bool("BIG"));
        p.define("SIZE", 4).cflags(["-fshort-enums"]);
        change(&mut p);
        resolve(&p, config, Path::new("/nowhere")).expect("a project").identity
    }

    #[test]
    fn what_everything_is_compiled_with_is_in_it() {
        let words = [
            ("TARGET_ARCH", "x86_64"),
            ("HOST_ARCH", "arm"),
            ("CC_VERSION", "12"),
            ("PROFILE", "debug"),
        ];
        let words = words.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let mut config = Config { words, ..Config::default() };
        let found = identity(&config, |_| {}).expect("an identity");
        let lines = found.configuration.join("\n");
        assert_eq!(found.text, "p 1");
        assert_eq!(
            lines,
            "project p\nBIG=n\nPROFILE=debug\nTARGET_ARCH=x86_64\n-DSIZE=4\n-fshort-enums\n-DSIZE=4\n-fshort-enums"
        );
        let mut p = Project::new("p", "/nowhere");
        p.option(Opt::bool("BIG"));
        config.set_from_text(&p.options, "BIG=y").expect("an option");
        assert_ne!(identity(&config, |_| {}), Some(found));
        assert_eq!(identity(&config, |p| p.identity = None), None);
    }

    #[test]
    fn words_that_no_message_can_hold() {
        let problem = |text: &str| {
            let mut p = Project::new("p", "/nowhere");
            p.identity(text);
            resolve(&p, &Config::default(), Path::new("/nowhere")).err().map(|error| error.to_string())
        };
        assert_eq!(problem("imgtool 1.2-rc~3 (test)"), None);
        for (text, cause) in
            [("", "is empty"), ("a\n", "holds '\\n'"), ("a\"", "holds '\"'"), ("ä", "holds 'ä'")]
        {
            assert!(
                problem(text).is_some_and(|said| said.contains(cause)),
                "{text:?}: {:?}",
                problem(text)
            );
        }
        assert!(
            problem(&"a".repeat(101)).is_some_and(|said| said.contains("is longer than 100 characters"))
        );
    }
}
