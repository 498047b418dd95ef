//! What is installed besides the targets, looked up: files for globs, their places below the directories of an installation;
//! and what targets say of being installed. Where these directories are, whoever installs says.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use crate::declare::flags::Flags;
use crate::declare::installing::{InstallFiles, Installing};
use crate::declare::rule::rule_text::{RuleText, is_made};
use crate::declare::target::Target;
use crate::problem::Problem;
use crate::resolve::choose::Chooser;
use crate::resolve::files::nearby::missing;
use crate::resolve::files::path::normal;
use crate::resolve::files::pattern::{Pattern, is_glob};
use crate::resolve::files::sources::files;
use crate::resolve::findings::Findings;
use crate::resolve::resolved::Resolved;
use crate::resolve::resolved_install::{InstalledFile, InstalledSource, ResolvedInstall, TargetInstall};
use crate::resolve::targets::lookup::Lookup;

impl Lookup<'_> {
    /// Looks up what is installed. The headers that the build writes are known.
    pub(super) fn install(&self, resolved: &Resolved, findings: &mut Findings) -> ResolvedInstall {
        let mut install = ResolvedInstall::default();
        let chooser = Chooser::new(self.known, false);
        let project = format!("project {:?}", self.project.name);
        for files in &self.project.install {
            install.files.extend(self.files(&project, files, chooser, resolved, findings));
        }
        for (title, own) in self.scopes.installs() {
            for files in &own {
                install.files.extend(self.files(&title, files, chooser, resolved, findings));
            }
        }
        for (at, target) in self.targets.iter().enumerate() {
            let Some(own) = target.installing().filter(|own| says(own, target)) else { continue };
            let (title, chooser) = (target.title(), self.chooser(target));
            let all = own.install.iter();
            let all = all.flat_map(|files| self.files(&title, files, chooser, resolved, findings));
            let all: Vec<InstalledFile> = all.collect();
            let told = self.target_install(target, own, chooser, findings);
            if self.disabled(at, target).is_none() {
                if told.installed != Some(false) {
                    install.files.extend(all);
                }
                install.targets.insert(title, told);
            }
        }
        if !install.targets.is_empty() {
            install.packages = self.packages();
        }
        install
    }

    fn packages(&self) -> BTreeMap<String, String> {
        let packages = self.targets.iter().filter_map(|target| {
            let Target::Library(library) = target.as_ref() else { return None };
            let word = library.package.as_deref()?;
            let probe = self.project.probes.iter().find(|probe| probe.word() == word)?;
            Some((library.name.clone(), probe.of.clone()))
        });
        packages.collect()
    }

    fn target_install(
        &self,
        target: &Target,
        own: &Installing,
        chooser: Chooser<'_>,
        findings: &mut Findings,
    ) -> TargetInstall {
        let public = match target {
            Target::Library(library) => library.public.as_deref().cloned().unwrap_or_default(),
            _ => Flags::default(),
        };
        let dir = own.install_dir.as_deref().and_then(|dir| stays(&target.title(), dir, findings));
        let includes = chooser.texts(&public.includes).into_iter();
        let includes = includes.chain(chooser.texts(&public.system_includes));
        let defines = chooser.texts(&public.defines).into_iter().map(|name| format!("-D{name}"));
        let other = [&public.cppflags, &public.cflags].map(|list| chooser.texts(list)).concat();
        TargetInstall {
            installed: own.installed.as_ref().map(|condition| chooser.holds(condition)),
            dir,
            has_files: own.install.iter().any(|files| files.files.iter().any(|item| chooser.has(item))),
            pkg_config: target.pkg_config_file().cloned(),
            public_includes: includes.map(|dir| normal(self.root, &dir)).collect(),
            public_flags: defines.chain(other).collect(),
            version: match target {
                Target::SharedLibrary(library) => library.version.clone(),
                _ => None,
            },
        }
    }

    /// The files of one entry. Those that are left out are looked up as well, and left out.
    fn files(
        &self,
        by: &str,
        declared: &InstallFiles,
        chooser: Chooser<'_>,
        resolved: &Resolved,
        findings: &mut Findings,
    ) -> Vec<InstalledFile> {
        let Some(dir) = stays(by, &declared.dir, findings) else { return Vec::new() };
        let from = declared.from.as_deref().map(|from| normal(self.root, from));
        let mut found = Vec::new();
        for item in &declared.files {
            let has = chooser.has(item);
            // A rule that is off makes nothing, and need not where its files are left out.
            let texts = item.all().iter().filter(|text| has || !is_made(text));
            let sources = texts.flat_map(|text| self.sources(by, text, resolved, findings));
            let sources: Vec<InstalledSource> = sources.collect();
            if !has {
                continue;
            }
            for source in sources {
                let name = findings.keep(name(by, &source, from.as_deref()));
                let new =
                    name.map(|name| InstalledFile { by: by.to_owned(), source, dir: dir.clone(), name });
                found.extend(new);
            }
        }
        found
    }

    /// What one path or glob means.
    fn sources(
        &self,
        by: &str,
        text: &str,
        resolved: &Resolved,
        findings: &mut Findings,
    ) -> Vec<InstalledSource> {
        if let Some(text) = RuleText::read(text) {
            let made = findings.keep(self.made.find(text, by));
            return made.unwrap_or_default().into_iter().map(InstalledSource::Made).collect();
        }
        let subject = format!("{by} installs");
        let Some(pattern) = findings.keep(Pattern::new(self.root, text, &subject)) else {
            return Vec::new();
        };
        let mut made = resolved.rules.iter().flat_map(|rule| &rule.commands);
        if made.any(|command| command.outputs.iter().any(|output| output == pattern.text())) {
            return vec![InstalledSource::Made(pattern.text().to_owned())];
        }
        if !is_glob(text) && !self.root.join(pattern.text()).is_file() {
            let header = written_header(resolved, text);
            if header.is_none() {
                let Problem { text, help } = missing(self.root, &subject, pattern.text());
                findings.problem(text.replace("the source", "the file"), help);
            }
            return header.into_iter().map(InstalledSource::Header).collect();
        }
        let found = files(self.root, &subject, &[pattern], findings);
        let texts = found.into_iter().map(|path| match path.to_str() {
            Some(text) if !text.contains('\n') => Ok(InstalledSource::File(text.to_owned())),
            _ => Err(Problem::new(
                format!("{subject} {path:?}, a name that no list of files can carry"),
                "rename the file, or name others than it",
            )),
        });
        let texts: Vec<_> = texts.collect();
        findings.keep_all(texts)
    }
}

/// The header that the build writes and that is meant by a path or by its last name.
fn written_header(resolved: &Resolved, text: &str) -> Option<String> {
    let last = text.rsplit('/').next().unwrap_or(text);
    let autoconf = resolved.autoconf.iter().map(|autoconf| &autoconf.header);
    let mut headers = autoconf.chain(resolved.config_headers.iter().map(|header| &header.header));
    headers.find(|header| *header == text || *header == last).cloned()
}

/// Whether a target says anything that matters here.
fn says(own: &Installing, target: &Target) -> bool {
    let version = matches!(target, Target::SharedLibrary(library) if library.version.is_some());
    *own != Installing::default() || target.pkg_config_file().is_some() || version
}

/// A directory in words, if it stays below where it starts.
fn stays(by: &str, dir: &str, findings: &mut Findings) -> Option<String> {
    let parts = Path::new(dir).components().filter(|part| *part != Component::CurDir);
    let parts: Vec<Component<'_>> = parts.collect();
    if parts.iter().all(|part| matches!(part, Component::Normal(_))) && !dir.contains(['\n', '\0']) {
        let parts = parts.iter().map(|part| part.as_os_str().to_string_lossy());
        return Some(parts.collect::<Vec<_>>().join("/"));
    }
    findings.problem(
        format!("{by} installs into {dir:?}, which is not below the prefix"),
        "say a directory below it: \"include/foo\", \"share/foo\"; the prefix is for who installs to say (--prefix)",
    );
    None
}

/// What a file is called in its directory.
fn name(by: &str, source: &InstalledSource, from: Option<&str>) -> Result<String, Problem> {
    let path = match source {
        InstalledSource::File(path) | InstalledSource::Made(path) => path,
        InstalledSource::Header(name) => return Ok(name.clone()),
    };
    let below = |from: &str| match from {
        "" | "." => (!path.starts_with(['/'])).then_some(path.as_str()),
        from => path.strip_prefix(from)?.strip_prefix('/'),
    };
    match from {
        None => Ok(path.rsplit('/').next().unwrap_or(path).to_owned()),
        Some(from) => below(from).filter(|name| !name.starts_with("../")).map(str::to_owned).ok_or_else(|| {
            Problem::new(
                format!("{by} installs {path:?} from {from:?}, which does not lie there"),
                "name a directory in which the files lie, or leave it out: then they lose their directories",
            )
        }),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::resolve::tests::tree::tree;
    use crate::{
        Config, ConfigHeader, Flags, InstallFiles, Library, Module, Opt, PkgConfigFile, Project, Rule,
        SharedLibrary, output, resolve, when,
    };

    const FILES: [&str; 7] =
        ["a.c", "inc/a.h", "inc/sub/b.h", "inc/old.h", "doc/tool.1", "net/n.c", "net/n.h"];

    fn check(declare: impl Fn(&mut Project), settings: &str, expected: Expect) {
        let root = tree(&FILES);
        let mut p = Project::new("demo", root.path());
        declare(&mut p);
        let text = p.to_json().unwrap();
        let p = Project::from_json(&text, "p.json", root.path()).unwrap();
        assert_eq!(p.to_json().unwrap(), text);
        let mut config = Config::default();
        for setting in settings.split_whitespace() {
            config.set_from_text(&p.options, setting).unwrap();
        }
        let said = match resolve(&p, &config, root.path()) {
            Ok(resolved) => {
                let files = resolved.install.files.iter();
                let files = files
                    .map(|file| format!("{}: {:?} {} {}\n", file.by, file.source, file.dir, file.name));
                let targets = resolved.install.targets.iter();
                let targets = targets.map(|(title, told)| format!("{title}: {told:?}\n"));
                files.chain(targets).collect()
            }
            Err(error) => format!("{error}\n"),
        };
        expected.assert_eq(&said);
    }

    fn declare(p: &mut Project) {
        let old = p.option(Opt::bool("OLD"));
        let net = p.option(Opt::bool("NET"));
        p.config_header(ConfigHeader::new("config.h"));
        p.install("share/man/man1", "doc/*.1").install("include/demo", "config.h");
        let made = Rule::new("made").run(["gen".into(), output("inc/gen/m.h"), output("m.txt")]);
        let made = p.add(made);
        p.add(Rule::new("old").run(["gen".into(), output("old.txt")]).when(old));
        p.install("share", made.output("m.txt")).install("share", when(old, "{rule:old}"));
        p.install_files(InstallFiles::new("include", made.output("inc/gen/*.h")).from("inc"));
        let headers = InstallFiles::new("include", "inc/**/b.h").from("inc");
        p.add(
            Library::new("a")
                .sources("a.c")
                .public(Flags::new().include("inc").define("A", 1))
                .install("./include/a", ["inc/a.h"])
                .install("include/a", when(old, "inc/old.h"))
                .install_files(headers)
                .pkg_config_file(PkgConfigFile::new().description("letters").version("2")),
        );
        p.add(SharedLibrary::new("s").sources("a.c").version("1.2").not_installed());
        p.dir("net", |d| {
            d.install("include", "n.h");
            d.add(Module::new("n").sources("n.c").installed(net).install("share", "n.h"));
        })
        .unwrap()
        .when(net);
    }

    #[test]
    fn files_have_places_and_targets_say_where() {
        check(
            declare,
            "",
            expect![[r#"
            project "demo": File("doc/tool.1") share/man/man1 tool.1
            project "demo": Header("config.h") include/demo config.h
            project "demo": Made("m.txt") share m.txt
            project "demo": Made("inc/gen/m.h") include gen/m.h
            library "a": File("inc/a.h") include/a a.h
            library "a": File("inc/sub/b.h") include sub/b.h
            library "a": TargetInstall { installed: None, dir: None, has_files: true, pkg_config: Some(PkgConfigFile { name: None, description: Some("letters"), version: Some("2") }), public_includes: ["inc"], public_flags: ["-DA=1"], version: None }
            shared library "s": TargetInstall { installed: Some(false), dir: None, has_files: false, pkg_config: None, public_includes: [], public_flags: [], version: Some("1.2") }
        "#]],
        );
        check(
            declare,
            "OLD=y NET=y",
            expect![[r#"
            project "demo": File("doc/tool.1") share/man/man1 tool.1
            project "demo": Header("config.h") include/demo config.h
            project "demo": Made("m.txt") share m.txt
            project "demo": Made("old.txt") share old.txt
            project "demo": Made("inc/gen/m.h") include gen/m.h
            directory "net": File("net/n.h") include n.h
            library "a": File("inc/a.h") include/a a.h
            library "a": File("inc/old.h") include/a old.h
            library "a": File("inc/sub/b.h") include sub/b.h
            module "n": File("net/n.h") share n.h
            library "a": TargetInstall { installed: None, dir: None, has_files: true, pkg_config: Some(PkgConfigFile { name: None, description: Some("letters"), version: Some("2") }), public_includes: ["inc"], public_flags: ["-DA=1"], version: None }
            module "n": TargetInstall { installed: Some(true), dir: None, has_files: true, pkg_config: None, public_includes: [], public_flags: [], version: None }
            shared library "s": TargetInstall { installed: Some(false), dir: None, has_files: false, pkg_config: None, public_includes: [], public_flags: [], version: Some("1.2") }
        "#]],
        );
    }

    #[test]
    fn what_cannot_be_installed() {
        check(
            |p| {
                p.install("../etc", "inc/a.h").install("/etc", "inc/a.h").install("include", "inc/c.h");
                p.install("include", "inc/*.hpp");
                p.install_files(InstallFiles::new("include", "inc/a.h").from("doc"));
                p.install("include", when("NO", "inc/a.h"));
                p.add(Rule::new("table").run(["gen".into(), output("t.h")]));
                p.install("include", ["{rule:table:x.h}", "{rule:tabel}"]);
                p.add(Library::new("a").sources("a.c").install_dir("lib/../../x").installed("MAYBE"));
            },
            "",
            expect![[r#"
                project "demo" asks in a list for "NO", which is no option of the project
                  help: declare it: p.option(Opt::tristate("NO")); a constant stands in quotes: 'NO'

                library "a" is installed where it asks for "MAYBE", which is no option of the project
                  help: declare it: p.option(Opt::tristate("MAYBE")); a constant stands in quotes: 'MAYBE'

                project "demo" installs into "../etc", which is not below the prefix
                  help: say a directory below it: "include/foo", "share/foo"; the prefix is for who installs to say (--prefix)

                project "demo" installs into "/etc", which is not below the prefix
                  help: say a directory below it: "include/foo", "share/foo"; the prefix is for who installs to say (--prefix)

                project "demo" installs: the file "inc/c.h" is missing
                  help: did you mean "inc/a.h"?

                project "demo" installs: no file matches "inc/*.hpp"
                  help: the directory "inc" exists, but holds no such file

                project "demo" installs "inc/a.h" from "doc", which does not lie there
                  help: name a directory in which the files lie, or leave it out: then they lose their directories

                project "demo" wants "x.h" of rule "table", which makes no such file
                  help: did you mean "t.h"?

                project "demo" wants files of "tabel", which is no rule of the project
                  help: did you mean "table"?

                library "a" installs into "lib/../../x", which is not below the prefix
                  help: say a directory below it: "include/foo", "share/foo"; the prefix is for who installs to say (--prefix)
            "#]],
        );
    }
}
