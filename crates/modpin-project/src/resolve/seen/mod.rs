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
use crate::resolve::resolved::Resolved;

/// Looks up the headers that the build writes. The targets are looked up: where their sources look for headers, no other may
/// have the same name.
pub(crate) fn headers(
    root: &Path,
    project: &Project,
    known: &Known,
    resolved: &mut Resolved,
    findings: &mut Findings,
) {
    if project.autoconf.is_none() && project.config_headers.is_empty() {
        return;
    }
    resolved.autoconf = autoconf::resolved(root, project, known, findings);
    resolved.config_headers = config_header::resolved(root, project, known, findings);
    let libraries = resolved.libraries.iter().map(|target| &target.code);
    let modules = resolved.modules.iter().map(|target| &target.code);
    let shared = resolved.shared_libraries.iter().map(|target| &target.code);
    let programs = resolved.executables.iter().map(|target| &target.code);
    let codes = libraries.chain(modules).chain(shared).chain(programs);
    let flags = codes.flat_map(|code| &code.flags.said).map(|flag| flag.text.as_str());
    let dirs =
        flags.filter_map(|flag| flag.strip_prefix("-I").or_else(|| flag.strip_prefix("-isystem")));
    let dirs: BTreeSet<&str> = dirs.filter(|dir| !dir.is_empty()).collect();
    let autoconf = resolved.autoconf.iter().map(|autoconf| autoconf.header.as_str());
    let headers = autoconf.chain(resolved.config_headers.iter().map(|header| header.header.as_str()));
    config_header::collisions(root, headers, &dirs, findings);
}
