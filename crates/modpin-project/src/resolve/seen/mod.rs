//! What C sees of a configuration, looked up: which macros each option becomes.

pub(crate) mod autoconf;
pub(crate) mod config_deps;
pub(crate) mod config_header;
pub(crate) mod header_value;
pub(crate) mod literal;
pub(crate) mod macros;
pub(crate) mod resolved_autoconf;
pub(crate) mod resolved_header;

use std::collections::BTreeSet;
use std::path::Path;

use crate::configure::known::Known;
use crate::declare::project::Project;
use crate::resolve::findings::Findings;
use crate::resolve::resolved::{Resolved, ResolvedCode};
use crate::resolve::scopes::Scopes;
use crate::resolve::seen::resolved_header::ResolvedDirHeader;

/// Looks up the headers that the build writes. The targets are looked up: where their sources look for headers, no other may
/// have the same name.
pub(crate) fn headers(
    root: &Path,
    project: &Project,
    scopes: &Scopes<'_>,
    known: &Known,
    resolved: &mut Resolved,
    findings: &mut Findings,
) {
    let mut of_dirs = config_header::of_dirs(root, scopes, known, findings);
    // What nobody sees here, somebody may see on the build machine.
    of_dirs.retain(|header| codes(resolved).any(|code| code.header_dirs.contains(&header.dir)));
    resolved.dir_headers = of_dirs;
    for ResolvedDirHeader { dir, header } in &resolved.dir_headers {
        let dirs = header_dirs(resolved, |code| code.header_dirs.contains(dir));
        config_header::collisions(root, [header.header.as_str()].into_iter(), &dirs, findings);
    }
    if project.autoconf.is_none() && project.config_headers.is_empty() {
        return;
    }
    resolved.autoconf = autoconf::resolved(root, project, known, findings);
    resolved.config_headers = config_header::resolved(root, project, known, findings);
    let autoconf = resolved.autoconf.iter().map(|autoconf| autoconf.header.as_str());
    let headers = autoconf.chain(resolved.config_headers.iter().map(|header| header.header.as_str()));
    config_header::collisions(root, headers, &header_dirs(resolved, |_| true), findings);
}

/// Where the sources of some targets look for headers.
fn header_dirs(resolved: &Resolved, is_meant: impl Fn(&ResolvedCode) -> bool) -> BTreeSet<&str> {
    let flags = codes(resolved).filter(|code| is_meant(code)).flat_map(|code| &code.flags.said);
    let texts = flags.map(|flag| flag.text.as_str());
    let dirs =
        texts.filter_map(|flag| flag.strip_prefix("-I").or_else(|| flag.strip_prefix("-isystem")));
    dirs.filter(|dir| !dir.is_empty()).collect()
}

/// What is compiled for all targets.
fn codes(resolved: &Resolved) -> impl Iterator<Item = &ResolvedCode> {
    let libraries = resolved.libraries.iter().map(|target| &target.code);
    let modules = resolved.modules.iter().map(|target| &target.code);
    let shared = resolved.shared_libraries.iter().map(|target| &target.code);
    let programs = resolved.executables.iter().map(|target| &target.code);
    libraries.chain(modules).chain(shared).chain(programs)
}
