//! What every link has in common: the driver, its arguments, the response file.

use std::sync::Arc;

use modpin_engine::{Arg, Command, Elsewhere, FileId, Response, Search, Work};

use modpin_project::{CodeFlags, ResolvedCode, ResolvedPlaces};

use super::elsewhere::{is_told, on_any_machine};
use super::planner::Planner;
use crate::toolchain::arguments::library_dirs;
use crate::toolchain::{Toolchain, response_text};

/// A link before it is a command.
#[derive(Default)]
pub struct Link {
    /// Arguments that are typed: the mode of the link.
    pub args: Vec<String>,
    /// Arguments that go into the response file: files and libraries, in order.
    pub listed: Vec<String>,
    /// Where the response file lies.
    pub response: String,
    /// A response file that holds what follows.
    pub behind: Option<String>,
    /// Arguments of the target, which may choose a linker.
    pub ldflags: Vec<String>,
    /// Whether the linker is to write down what it read.
    pub depfile: bool,
    /// Whether it reads its objects and nothing else.
    pub reads_objects_only: bool,
    /// Whether the linker is to write a map, its second output.
    pub map: bool,
    /// Where it looks for libraries.
    pub search: Option<Arc<Search>>,
    /// Whether an object of it is C++.
    pub has_cxx: bool,
}

/// What a response file lists: objects and libraries, with the target's arguments in front of either.
pub fn around_objects(
    places: &ResolvedPlaces,
    objects: Vec<String>,
    libraries: Vec<String>,
) -> Vec<String> {
    let mut listed = places.before_objects.clone();
    listed.extend(objects);
    listed.extend_from_slice(&places.before_libraries);
    listed.extend(libraries);
    listed
}

/// All arguments of a target, wherever they stand in its link.
pub fn in_all_places(places: &ResolvedPlaces, behind: &[String]) -> Vec<String> {
    [&places.before_objects[..], &places.before_libraries, behind].concat()
}

impl Planner<'_> {
    /// The command that runs a link.
    pub(super) fn link_command(&self, link: Link) -> Work {
        let toolchain = self.toolchain.linking(link.has_cxx);
        let (program, compiler) = toolchain.driver();
        let first = compiler.iter().chain(&toolchain.first_args).chain(&toolchain.last_args);
        let mut args: Vec<Arg> = first.clone().chain(&link.args).map(Arg::from).collect();
        args.extend([Arg::from("-o"), Arg::Output { prefix: String::new(), index: 0 }]);
        args.push(format!("@{}", link.response).into());
        args.extend(link.behind.map(|path| format!("@{path}").into()));
        args.extend(link.ldflags.iter().map(Arg::from));
        if link.depfile {
            args.push(Arg::Depfile { prefix: "-Wl,--dependency-file=".into() });
        }
        if link.map {
            args.push(Arg::Output { prefix: "-Wl,-Map=".into(), index: 1 });
        }
        let words = first.chain(&link.args).chain(&link.ldflags).chain(&link.listed).map(String::as_str);
        let (env, launcher) = (toolchain.link_env.clone(), toolchain.launcher_aside());
        let reasons = [
            (!link.depfile && !link.reads_objects_only, "its linker does not say what it reads"),
            (link.map, "the linker writes a map"),
            (launcher.is_some(), "a launcher runs it"),
            is_told(&env),
        ];
        let words = (words, &*self.layout.root.to_string_lossy());
        let elsewhere = on_any_machine(|| Elsewhere::Declared, &reasons, words);
        let text = response_text(&link.listed);
        let response = Some(Box::new(Response { path: link.response, text }));
        let search = link.search;
        Work::Command(Command {
            program,
            launcher,
            args,
            env,
            response,
            search,
            elsewhere,
            ..Command::default()
        })
    }

    /// Where a final link looks for libraries, and which files its arguments name. `libraries` are those that it links.
    pub(super) fn link_looks(
        &mut self,
        has_cxx: bool,
        ldflags: &[String],
        libraries: &[usize],
    ) -> (Arc<Search>, Vec<FileId>) {
        let tools = self.toolchain.linking(has_cxx);
        let Toolchain { first_args, last_args, .. } = tools;
        let own = libraries.iter().flat_map(|&library| &self.resolved.libraries[library].link_args);
        let lists =
            [self.arguments(first_args.iter().chain(last_args).chain(ldflags)), self.arguments(own)];
        let dirs = library_dirs(&lists, tools);
        let endings = [".so", ".a"].map(str::to_owned).to_vec();
        let mut named: Vec<FileId> = lists.iter().flat_map(|arguments| self.named(arguments)).collect();
        let own = libraries.iter().flat_map(|&library| &self.resolved.libraries[library].link_args);
        named.extend(self.made_in(ldflags.iter().chain(own)));
        (Arc::new(Search { beside: false, dirs, endings }), named)
    }

    /// Whether something is C++ in code or in libraries that are linked with it.
    pub(super) fn has_cxx(&self, code: &ResolvedCode, libraries: &[usize]) -> bool {
        let linked = libraries.iter().map(|&library| &self.resolved.libraries[library].code);
        self.toolchain.cxx.is_some() && linked.chain([code]).any(ResolvedCode::has_cxx)
    }

    /// The target's arguments of a final link, and what the user's environment adds.
    pub(super) fn ldflags(&self, own: &CodeFlags) -> Vec<String> {
        own.texts().into_iter().chain(self.toolchain.ldflags.iter().cloned()).collect()
    }

    /// Only the choice of the linker: a relocatable link obeys nothing else.
    pub(super) fn linker_choice(&self, own: &[String]) -> Vec<String> {
        let mut flags: Vec<String> = own.iter().chain(&self.toolchain.ldflags).cloned().collect();
        flags.retain(|flag| flag.starts_with("-fuse-ld=") || flag.starts_with("-B"));
        flags
    }

    /// The programs that a link with these arguments runs.
    pub(super) fn link_tools(&mut self, has_cxx: bool, ldflags: &[String]) -> Vec<FileId> {
        let words = self.arguments(ldflags).driver;
        let chosen = words.iter().rev().find_map(|flag| flag.strip_prefix("-fuse-ld="));
        let known = |name| self.toolchain.linkers.get(name).cloned();
        let by_path = |name: &str| name.contains('/').then(|| name.to_owned());
        let chosen = chosen.and_then(|name| known(name).or_else(|| by_path(name)));
        let tools = &self.toolchain.linking(has_cxx).link_tools;
        let tools = tools.iter().cloned().chain(chosen).collect::<Vec<_>>();
        self.files(&tools)
    }
}
