//! Shared libraries: linked from objects and archives, and an interface of each, which those who link it link instead. So an edit
//! that changes only code links the library and nobody else.

use modpin_engine::FileId;
use modpin_project::{ResolvedSharedLibrary, ResolvedSource};

use super::beside::Beside;
use super::compiled::Compiled;
use super::library::PlannedLibrary;
use super::link::{Link, around_objects, in_all_places};
use super::order::{LinkArchives, With, is_whole};
use super::planned::{PlannedArchive, PlannedLink, PlannedTarget, TargetKind};
use super::planned_shared::PlannedSharedLibrary;
use super::planner::{NewAction, Planner, add_new};
use crate::error::Result;
use crate::layout::Flavour;
use crate::steps::{BuildStep, LinkBeside, SharedExports, Verb, WriteStub};

/// What a list of exports becomes.
struct Offers {
    kept: FileId,
    script: FileId,
    report: FileId,
}

/// What a library is linked from.
struct Inputs {
    objects: Vec<FileId>,
    symbols: FileId,
    archives: Vec<FileId>,
    archive_symbols: Vec<FileId>,
    /// What else the archives are made of.
    members: Vec<FileId>,
    libraries: Vec<usize>,
    beside: Beside,
    offers: Option<Offers>,
}

impl Planner<'_> {
    pub(super) fn shared_libraries(&mut self, libraries: &[PlannedLibrary]) -> Result<()> {
        for at in 0..self.resolved.shared_libraries.len() {
            self.shared_library(at, libraries)?;
        }
        for (library, planned) in self.resolved.shared_libraries.iter().zip(&self.shared) {
            let Some(planned) = planned else { continue };
            let (name, kind) = (library.name.clone(), TargetKind::SharedLibrary);
            let checks = planned.checks.clone();
            self.targets.push(PlannedTarget { name, kind, files: planned.files.clone(), checks });
        }
        Ok(())
    }

    /// One, after those that it needs. None needs itself: that was refused.
    fn shared_library(&mut self, at: usize, libraries: &[PlannedLibrary]) -> Result<()> {
        if self.shared[at].is_some() {
            return Ok(());
        }
        let library = &self.resolved.shared_libraries[at];
        let needed = self.resolved.shared_of(&library.link, &library.link_shared);
        for &other in &needed {
            self.shared_library(other, libraries)?;
        }
        let path = library.file_names[0].as_str();
        let beside = self.beside(&needed, path, false);
        let inputs = self.shared_inputs(library, libraries, beside)?;
        let file = self.linked_shared(library, &inputs, None)?;
        let mut files = vec![file];
        for name in &library.file_names[1..] {
            files.push(self.link_beside(file, self.layout.executable(name))?);
        }
        let symbols = self.index(path, &[(file, String::new())])?;
        let choice = self.linker_choice(&in_all_places(&library.places, &library.ldflags.texts()));
        let stub = self.stub(&format!("{path}.stub"), vec![], Some(file), library.soname(), &choice)?;
        let mut checks = inputs.beside.files.clone();
        if !library.undefined.is_empty() {
            let names = library.undefined.clone();
            let others = self.stub(&format!("{path}.others"), names, None, "others", &choice)?;
            checks.push(self.linked_shared(library, &inputs, Some(others))?);
        }
        self.link_of_shared(library, &inputs, (file, symbols));
        self.shared[at] = Some(PlannedSharedLibrary { files, stub, symbols, checks });
        Ok(())
    }

    /// Another name of a library, which is a link to it.
    fn link_beside(&mut self, file: FileId, to: String) -> Result<FileId> {
        let (work, label) = (BuildStep::LinkBeside(LinkBeside).into_work(), to.clone());
        let (inputs, outputs) = (vec![file], &[to]);
        self.add_one(NewAction { verb: Verb::Naming, label, work, inputs, outputs, depfile: None })
    }

    /// What is known of its link, for who explains it.
    fn link_of_shared(
        &mut self,
        library: &ResolvedSharedLibrary,
        inputs: &Inputs,
        (file, symbols): (FileId, FileId),
    ) {
        let all = &self.resolved.libraries;
        let archives = inputs
            .libraries
            .iter()
            .map(|&library| PlannedArchive { library, whole: is_whole(&all[library].link_args) });
        self.links.push(PlannedLink {
            name: library.name.clone(),
            kind: TargetKind::SharedLibrary,
            file,
            symbols: inputs.symbols,
            archives: archives.collect(),
            modules: vec![],
            needs: vec![],
            exports: library.exports.clone(),
            shared: inputs.beside.symbols.clone(),
            offers: Some(symbols),
            named: vec![],
        });
    }

    fn shared_inputs(
        &mut self,
        library: &ResolvedSharedLibrary,
        libraries: &[PlannedLibrary],
        beside: Beside,
    ) -> Result<Inputs> {
        let resolved = self.resolved;
        let (owner, flavour) = (&library.file_names[0], Flavour::Module);
        let objects = self.compile(&Compiled::of_shared_library(library))?;
        let titles = library.code.sources.iter().map(ResolvedSource::title);
        let titled: Vec<_> = objects.iter().copied().zip(titles).collect();
        let symbols = self.index(&format!("{owner}.objects"), &titled)?;
        let needed = resolved.with_needed(&library.link);
        let archives = needed.iter().map(|&at| self.archive(&resolved.libraries[at], flavour));
        let archives = archives.collect::<Result<Vec<FileId>>>()?;
        let mut inputs = Inputs {
            objects,
            symbols,
            archives,
            archive_symbols: needed.iter().map(|&at| libraries[at].symbols).collect(),
            members: needed.iter().filter_map(|&at| libraries[at].members).collect(),
            libraries: needed,
            beside,
            offers: None,
        };
        if !library.exports.is_empty() {
            inputs.offers = Some(self.offers(library, &inputs)?);
        }
        Ok(inputs)
    }

    fn offers(&mut self, library: &ResolvedSharedLibrary, inputs: &Inputs) -> Result<Offers> {
        let all = &self.resolved.libraries;
        let known = || inputs.libraries.iter().map(|&at| &all[at]);
        let step = SharedExports {
            library: library.name.clone(),
            archives: known().map(|library| library.file_name.clone()).collect(),
            whole: known().map(|library| is_whole(&library.link_args)).collect(),
            exports: library.exports.clone(),
        };
        let read = [&[inputs.symbols][..], &inputs.archive_symbols].concat();
        let kinds = ["pins", "map", "pins.json"];
        let outputs = kinds.map(|kind| self.layout.link(&library.file_names[0], kind));
        let (work, label) = (BuildStep::SharedExports(step).into_work(), outputs[0].clone());
        let files = self.add(NewAction {
            verb: Verb::Pinning,
            label,
            work,
            inputs: read,
            outputs: &outputs,
            depfile: None,
        })?;
        Ok(Offers { kept: files[0], script: files[1], report: files[2] })
    }

    /// The library; or, with a stub of what others must give, a proof that nothing else is missing.
    fn linked_shared(
        &mut self,
        library: &ResolvedSharedLibrary,
        from: &Inputs,
        others: Option<FileId>,
    ) -> Result<FileId> {
        let name = match others {
            None => library.file_names[0].clone(),
            Some(_) => format!("{}.proof", library.file_names[0]),
        };
        let path = match others {
            None => self.layout.executable(&name),
            Some(_) => self.layout.link(&library.file_names[0], "proof"),
        };
        let pins = from.offers.as_ref().map(|offers| offers.report);
        let mut shared = from.beside.args.clone();
        shared.extend(others.map(|stub| self.graph.path(stub).to_owned()));
        let ordered = self.ordered(&LinkArchives {
            title: format!("shared library {:?}", library.name),
            name: &name,
            libraries: &from.libraries,
            archives: &from.archives,
            symbols: &from.archive_symbols,
            system: &library.system_libraries,
            kept: &library.keep_system_libraries,
            shared: &shared,
            cycles: library.cycles,
            with: With::Shared { symbols: from.symbols, pins },
        })?;
        let mut args = vec!["-shared".to_owned(), format!("-Wl,-soname,{}", library.soname())];
        let all_is_there = others.is_some() || library.undefined.is_empty();
        args.extend(all_is_there.then(|| "-Wl,-z,defs".to_owned()));
        let mut inputs = [&from.objects[..], &from.archives, &from.beside.stubs].concat();
        inputs.extend(others);
        if let Some(offers) = &from.offers {
            args.push(format!("@{}", self.graph.path(offers.kept)));
            inputs.push(offers.kept);
        }
        let own_script = library.version_script.as_ref().map(|path| self.graph.file(path));
        let script = own_script.or(from.offers.as_ref().map(|offers| offers.script));
        args.extend(script.map(|file| format!("-Wl,--version-script={}", self.graph.path(file))));
        inputs.extend(script);
        inputs.extend(&from.members);
        inputs.extend(ordered.file);
        let ldflags = self.ldflags(&library.ldflags);
        let all = in_all_places(&library.places, &ldflags);
        let has_cxx = self.has_cxx(&library.code, &from.libraries);
        inputs.extend(self.link_tools(has_cxx, &all));
        let (search, named) = self.link_looks(has_cxx, &all, &from.libraries);
        add_new(&mut inputs, named);
        let depfile = self.toolchain.link_depfile.then(|| self.layout.link(&name, "d"));
        let listed = around_objects(&library.places, self.paths(&from.objects), ordered.listed);
        let work = self.link_command(Link {
            args,
            listed,
            behind: ordered.file.map(|file| self.graph.path(file).to_owned()),
            response: self.layout.link(&name, "rsp"),
            ldflags,
            depfile: depfile.is_some(),
            search: Some(search),
            has_cxx,
            ..Link::default()
        });
        let label = path.clone();
        self.add_one(NewAction { verb: Verb::Linking, label, work, inputs, outputs: &[path], depfile })
    }

    /// A library without code: of the symbols of a file, or of names.
    fn stub(
        &mut self,
        name: &str,
        names: Vec<String>,
        of: Option<FileId>,
        soname: &str,
        choice: &[String],
    ) -> Result<FileId> {
        let outputs = ["s", "map"].map(|kind| self.layout.link(name, kind));
        let work = BuildStep::WriteStub(WriteStub { names }).into_work();
        let (label, inputs) = (outputs[0].clone(), of.into_iter().collect());
        let texts = self.add(NewAction {
            verb: Verb::Indexing,
            label,
            work,
            inputs,
            outputs: &outputs,
            depfile: None,
        })?;
        let object = self.own_object(texts[0], &[])?;
        let path = self.layout.link(name, "so");
        let script = self.graph.path(texts[1]);
        let args = ["-shared", "-nostdlib"].map(str::to_owned).into_iter();
        let args =
            args.chain([format!("-Wl,-soname,{soname}"), format!("-Wl,--version-script={script}")]);
        let mut inputs = vec![object, texts[1]];
        inputs.extend(self.link_tools(false, choice));
        let work = self.link_command(Link {
            args: args.collect(),
            listed: self.paths(&[object]),
            response: format!("{path}.rsp"),
            ldflags: choice.to_vec(),
            ..Link::default()
        });
        let (verb, label, outputs) = (Verb::Linking, path.clone(), &[path]);
        self.add_one(NewAction { verb, label, work, inputs, outputs, depfile: None })
    }
}
