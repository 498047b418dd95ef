//! Which options files mean that put names of options together, looked up.

use std::path::Path;

use globset::Glob;

use crate::configure::known::Known;
use crate::declare::seen::autoconf::ConfigDeps;
use crate::problem::Problem;
use crate::resolve::files::pattern::Pattern;
use crate::resolve::files::sources;
use crate::resolve::findings::Findings;
use crate::resolve::seen::resolved_autoconf::PastedOptions;
use crate::suggest::did_you_mean;

/// What messages call it.
const TITLE: &str = "autoconf";

/// Each file with its options, in the order of declaration.
pub(crate) fn resolved(
    root: &Path,
    declared: &[ConfigDeps],
    known: &Known,
    findings: &mut Findings,
) -> Vec<PastedOptions> {
    let mut pasted: Vec<PastedOptions> = Vec::new();
    for ConfigDeps { files, options } in declared {
        let options: Vec<String> =
            options.iter().flat_map(|text| meant(text, known, findings)).collect();
        let pattern = Pattern::new(root, files, TITLE);
        let Some(pattern) = findings.keep(pattern) else { continue };
        for path in sources::files(root, TITLE, &[pattern], findings) {
            let file = path.to_string_lossy().into_owned();
            match pasted.iter_mut().find(|pasted| pasted.file == file) {
                Some(known) => known.options.extend(options.iter().cloned()),
                None => pasted.push(PastedOptions { file, options: options.clone() }),
            }
        }
    }
    pasted
}

/// The options that a name or glob means.
fn meant(text: &str, known: &Known, findings: &mut Findings) -> Vec<String> {
    let names = || known.options.iter().map(|option| option.name.as_str());
    let glob = Glob::new(text).map(|glob| glob.compile_matcher());
    let found: Vec<String> = match &glob {
        Ok(glob) => names().filter(|name| glob.is_match(name)).map(str::to_owned).collect(),
        Err(_) => Vec::new(),
    };
    if found.is_empty() {
        let problem = format!("{TITLE}: config_deps names {text:?}, and no option is called so");
        let help =
            did_you_mean(text, names(), "write names of options without CONFIG_, or globs over them");
        findings.problems.push(Problem::new(problem, help));
    }
    found
}
