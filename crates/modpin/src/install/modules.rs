//! `modules.json` as it is installed: the same modules, with the ways that hold there.

use super::entry::ModulesPlaces;
use crate::error::{Error, Result};
use crate::steps::{MODULES_FORMAT, ModulesFile};

/// What the installed manifest says.
pub(super) fn installed_modules(built: &[u8], places: &ModulesPlaces) -> Result<Vec<u8>> {
    let wrong = |why: String| Error::Input { path: places.from.clone().into(), why };
    let mut file: ModulesFile =
        serde_json::from_slice(built).map_err(|error| wrong(error.to_string()))?;
    if file.format != MODULES_FORMAT {
        return Err(wrong(format!("not a manifest of modules in format {MODULES_FORMAT}")));
    }
    let is_installed = |name: &String| places.programs.iter().any(|(program, _)| program == name);
    file.hosts.retain(|host| is_installed(&host.host));
    for host in &mut file.hosts {
        host.program = placed(&places.programs, &host.host);
        host.modules.retain(|module| !places.absent.contains(&module.module));
        let modules = host.modules.iter_mut().map(|module| &mut module.shared_libraries);
        for libraries in modules.chain([&mut host.shared_libraries]) {
            for library in libraries {
                if let Some(path) = placed(&places.shared, library) {
                    *library = path;
                }
            }
        }
    }
    let mut text = serde_json::to_vec_pretty(&file).map_err(|error| wrong(error.to_string()))?;
    text.push(b'\n');
    Ok(text)
}

fn placed(places: &[(String, String)], name: &str) -> Option<String> {
    places.iter().find(|(known, _)| known == name).map(|(_, path)| path.clone())
}
