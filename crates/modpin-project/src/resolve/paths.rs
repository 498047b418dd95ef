//! Every path of a declaration, to be changed; what rules name is not among them.

use crate::declare::flags::Flags;
use crate::declare::installing::InstallFiles;
use crate::declare::library::Library;
use crate::declare::options::item::Item;
use crate::declare::project::Project;
use crate::declare::scope::Scope;
use crate::declare::seen::config_header::ConfigHeader;
use crate::declare::target::Target;

/// Is given each path, and whether it is a pattern.
type Change<'a> = &'a mut dyn FnMut(&mut String, bool);

/// All of a project.
pub(crate) fn in_project(project: &mut Project, change: Change<'_>) {
    in_flags(&mut project.flags, change);
    in_headers(&mut project.config_headers, change);
    in_installs(&mut project.install, change);
    for at in 0..project.targets.scopes().len() {
        let Scope { dir, flags, below, config_headers, install, .. } = project.targets.scope_mut(at);
        change(dir, false);
        in_headers(config_headers, change);
        in_installs(install, change);
        in_flags(flags, change);
        in_flags(below, change);
    }
    project.targets.iter_mut().for_each(|target| in_target(target, change));
}

/// Those of one target.
pub(crate) fn in_target(target: &mut Target, change: Change<'_>) {
    let (file, public) = match target {
        Target::Library(Library { archive, public, .. }) => {
            // A library of the system has a name, and no path.
            (archive.as_mut().filter(|file| !file.starts_with("-l")), public.as_mut())
        }
        Target::SharedLibrary(library) => (library.version_script.as_mut(), None),
        Target::Module(module) => (module.file.as_mut(), None),
        Target::Executable(_) | Target::HostProgram(_) | Target::Group(_) | Target::Rule(_) => {
            (None, None)
        }
    };
    file.into_iter().for_each(|path| change(path, false));
    public.into_iter().for_each(|flags| in_flags(flags, change));
    target.installing_mut().into_iter().for_each(|own| in_installs(&mut own.install, change));
    in_flags(target.flags_mut(), change);
    let code = target.code_mut();
    in_list(&mut code.sources, change);
    in_list(&mut code.exclude, change);
    for again in &mut code.sources_as {
        in_list(&mut again.sources, change);
        in_flags(&mut again.flags, change);
    }
    for files in &mut code.flags_for {
        change(&mut files.sources, true);
        in_flags(&mut files.flags, change);
    }
}

fn in_headers(headers: &mut [ConfigHeader], change: Change<'_>) {
    headers
        .iter_mut()
        .filter_map(|header| header.template.as_mut())
        .for_each(|path| change(path, false));
}

/// Those of files that are installed.
pub(crate) fn in_installs(installs: &mut [InstallFiles], change: Change<'_>) {
    for InstallFiles { from, files, .. } in installs {
        in_list(files, change);
        from.iter_mut().for_each(|from| change(from, false));
    }
}

/// Those of flags.
pub(crate) fn in_flags(flags: &mut Flags, change: Change<'_>) {
    for list in [&mut flags.includes, &mut flags.system_includes] {
        list.iter_mut().flat_map(Item::all_mut).for_each(|path| change(path, false));
    }
}

fn in_list(patterns: &mut [Item<String>], change: Change<'_>) {
    patterns.iter_mut().flat_map(Item::all_mut).for_each(|path| change(path, true));
}
