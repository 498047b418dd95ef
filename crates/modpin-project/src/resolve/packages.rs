//! Libraries that pkg-config knows: whether each is there, and which flags it gives to those who link it. Asks nobody: the answers of
//! their probes are there.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::configure::known::Known;
use crate::configure::probes::probed::{KnownProbe, PackageFlags, ProbeState};
use crate::declare::library::Library;
use crate::declare::options::item::Item;
use crate::declare::probes::kind::ProbeKind;
use crate::declare::project::Project;
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::findings::Findings;
use crate::suggest::did_you_mean;

/// The libraries of pkg-config among the targets of a project, by the positions of the targets.
#[derive(Default)]
pub(crate) struct PkgConfigLibraries(HashMap<usize, Presence>);

/// One of them.
enum Presence {
    There(PackageFlags),
    Missing { why: String },
}

impl PkgConfigLibraries {
    /// Those of a project.
    pub(crate) fn of(project: &Project, known: &Known, findings: &mut Findings) -> PkgConfigLibraries {
        let mut found = HashMap::new();
        for (at, target) in project.targets.iter().enumerate() {
            let Target::Library(library) = target else { continue };
            let Some(word) = &library.package else { continue };
            if let Some(package) = findings.keep(package(project, library, word, known)) {
                found.insert(at, package);
            }
        }
        PkgConfigLibraries(found)
    }

    /// What keeps a target off: pkg-config does not know it.
    pub(crate) fn why_off(&self, target: usize) -> Option<&str> {
        match self.0.get(&target)? {
            Presence::There(_) => None,
            Presence::Missing { why } => Some(why),
        }
    }

    /// A target with what pkg-config says of it.
    pub(crate) fn with_flags<'a>(&self, at: usize, target: Cow<'a, Target>) -> Cow<'a, Target> {
        let Some(Presence::There(flags)) = self.0.get(&at) else { return target };
        let mut target = target.into_owned();
        if let Target::Library(library) = &mut target {
            give(library, flags);
        }
        Cow::Owned(target)
    }
}

fn package(
    project: &Project,
    library: &Library,
    word: &str,
    known: &Known,
) -> Result<Presence, Problem> {
    let title = format!("library {:?}", library.name);
    let is_of_pkg_config = |word: &str| {
        let is_it = |kind: ProbeKind| kind == ProbeKind::PkgConfig;
        project.probes.iter().any(|probe| probe.word() == word && is_it(probe.kind))
    };
    let Some(probe) = known.probes.get(word).filter(|_| is_of_pkg_config(word)) else {
        let words: Vec<String> = project.probes.iter().map(|probe| probe.word()).collect();
        let words = words.iter().map(String::as_str).filter(|word| is_of_pkg_config(word));
        let help = did_you_mean(word, words, "declare a probe of kind \"pkg_config\", and name it here");
        return Err(Problem::new(
            format!("{title} is the package of {word:?}, which is no probe of pkg-config"),
            help,
        ));
    };
    if library.archive.is_some() || !library.code.sources.is_empty() {
        let text =
            format!("{title} is there already, so nothing is compiled into it and no archive is named");
        return Err(Problem::new(text, "remove its sources and its archive"));
    }
    state(&title, probe)
}

fn state(title: &str, probe: &KnownProbe) -> Result<Presence, Problem> {
    let word = &probe.name;
    match (&probe.state, probe.text()) {
        (ProbeState::Given(..), "y") => {
            let text =
                format!("{title}: the answer of {word} was given by hand, so its flags are not known");
            Err(Problem::new(text, "let pkg-config answer: PKG_CONFIG_PATH says where else it looks"))
        }
        (_, "y") => Ok(Presence::There(probe.flags.clone())),
        _ => Ok(Presence::Missing { why: format!("{word}=n, pkg-config does not know it") }),
    }
}

/// The flags go to everybody who links it. What `-l` names stands behind all archives, in its order; the rest, directories and
/// arguments, before.
fn give(library: &mut Library, flags: &PackageFlags) {
    let public = library.public.get_or_insert_default();
    public.cppflags.extend(flags.cflags.iter().cloned().map(Item::Always));
    for arg in &flags.libs {
        match arg.strip_prefix("-l").filter(|name| !name.is_empty()) {
            Some(name) => library.links.system_libraries.push(Item::Always(name.to_owned())),
            None => public.ldflags.push(Item::Always(arg.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::resolve::tests::tree::tree;
    use crate::{
        Config, Executable, Language, Library, PackageFlags, Probed, Project, ResolvedCode, resolve,
        when,
    };

    /// What becomes of a program that links a library of pkg-config under its condition, if `conditional`.
    fn check(conditional: bool, answer: Option<PackageFlags>, expected: Expect) {
        let root = tree(&["main.c", "http.c", "user.c"]);
        let mut project = Project::new("demo", root.path());
        let curl = project.add(Library::pkg_config("libcurl >= 7.29"));
        let user = Library::new("user").sources("user.c");
        let user = project.add(if conditional { user.link(when(curl, curl)) } else { user.link(curl) });
        let host = Executable::new("fetch").sources("main.c").sources(when(curl, "http.c"));
        project.add(host.link(user).define("OWN", 1));
        let project = Project::from_json(&project.to_json().unwrap(), "p.json", root.path()).unwrap();
        let mut config = Config { probes: Probed::of(&project.probes), ..Config::default() };
        let text = if answer.is_some() { "y" } else { "n" };
        config.probes.answer_package("HAVE_LIBCURL", text, answer.unwrap_or_default());
        let said = match resolve(&project, &config, root.path()) {
            Err(error) => error.to_string(),
            Ok(resolved) => {
                let host = &resolved.executables[0];
                let sources = host.code.sources.iter().map(|source| source.path.as_str());
                let libraries: Vec<_> = resolved
                    .libraries
                    .iter()
                    .map(|t| format!("{} -> {:?} -l{:?}", t.name, t.link, t.system_libraries))
                    .collect();
                let code = &resolved.libraries.last().unwrap().code;
                let flags = |code: &ResolvedCode| code.flags_in(Language::C, false);
                format!(
                    "{:?} {:?} {:?}\n{}\n{:?}\n{:?}\n",
                    sources.collect::<Vec<_>>(),
                    host.link,
                    host.ldflags.texts(),
                    libraries.join("\n"),
                    flags(&host.code),
                    flags(code),
                )
            }
        };
        expected.assert_eq(&said);
    }

    fn flags() -> PackageFlags {
        let list = |text: &str| text.split(' ').map(str::to_owned).collect();
        PackageFlags {
            cflags: list("-I/opt/curl/include -DCURL"),
            libs: list("-L/opt/curl -lcurl -lz -pthread"),
        }
    }

    #[test]
    fn flags_reach_all_who_link_it() {
        check(
            true,
            Some(flags()),
            expect![[r#"
            ["main.c", "http.c"] [1] ["-L/opt/curl", "-pthread"]
            libcurl -> [] -l["curl", "z"]
            user -> [0] -l[]
            ["-I/opt/curl/include", "-DCURL", "-DOWN=1"]
            ["-I/opt/curl/include", "-DCURL"]
        "#]],
        );
    }

    #[test]
    fn what_is_not_there_is_linked_by_nobody() {
        check(
            true,
            None,
            expect![[r#"
            ["main.c"] [0] []
            user -> [] -l[]
            ["-DOWN=1"]
            []
        "#]],
        );
        check(
            false,
            None,
            expect![[r#"
            library "user" links library "libcurl", which is not built: HAVE_LIBCURL=n, pkg-config does not know it
              help: link it where it is there: .link(when(CONDITION, "libcurl"))"#]],
        );
    }
}
