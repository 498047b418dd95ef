//! Arguments of compilations and links that name what rules make: `-Wl,-T,{rule:lds:demo.lds}`. Where it lies only a plan knows, so
//! `{gen}` stands for the directory.

use crate::declare::rule::rule_text::{Piece, is_made, pieces};
use crate::problem::Problem;
use crate::resolve::findings::Findings;
use crate::resolve::flags::resolved_flag::CodeFlags;
use crate::resolve::made::made_files::MadeFiles;
use crate::resolve::resolved::{Resolved, ResolvedCode, ResolvedPlaces};

/// Stands for where rules make files.
pub const GEN: &str = "{gen}";

impl Resolved {
    /// Every argument of a compilation or of a link, to be changed.
    pub fn each_argument_mut(&mut self, change: &mut dyn FnMut(&mut String)) {
        for library in &mut self.libraries {
            in_code(&mut library.code, change);
            library.link_args.iter_mut().for_each(&mut *change);
        }
        for library in &mut self.shared_libraries {
            in_code(&mut library.code, change);
            in_link(&mut library.places, &mut library.ldflags, change);
            library.version_script.iter_mut().for_each(&mut *change);
        }
        for module in &mut self.modules {
            in_code(&mut module.code, change);
            in_link(&mut module.places, &mut module.ldflags, change);
        }
        for program in &mut self.executables {
            in_code(&mut program.code, change);
            in_link(&mut program.places, &mut program.ldflags, change);
        }
        if let Some(there) = &mut self.build_machine {
            there.each_argument_mut(change);
        }
    }
}

fn in_code(code: &mut ResolvedCode, change: &mut dyn FnMut(&mut String)) {
    let shared = [Some(&mut code.flags), code.module_flags.as_mut()].into_iter().flatten();
    shared.flat_map(|flags| &mut flags.said).for_each(|flag| change(&mut flag.text));
    for source in &mut code.sources {
        let own = [Some(&mut source.own), source.own_of_module.as_deref_mut()].into_iter().flatten();
        own.flat_map(|own| &mut own.flags).for_each(|flag| change(&mut flag.text));
    }
}

fn in_link(places: &mut ResolvedPlaces, ldflags: &mut CodeFlags, change: &mut dyn FnMut(&mut String)) {
    let lists = [&mut places.before_objects, &mut places.before_libraries];
    lists.into_iter().flatten().for_each(&mut *change);
    ldflags.said.iter_mut().for_each(|flag| change(&mut flag.text));
}

/// Puts paths in the place of texts that name what rules make.
pub(crate) fn place(resolved: &mut Resolved, made: &MadeFiles, findings: &mut Findings) {
    if made.rules.is_empty() && made.off.is_empty() {
        return;
    }
    let mut problems: Vec<Problem> = Vec::new();
    resolved.each_argument_mut(&mut |text| match placed(text, made) {
        Ok(Some(placed)) => *text = placed,
        Ok(None) => {}
        Err(problem) if problems.contains(&problem) => {}
        Err(problem) => problems.push(problem),
    });
    findings.problems.append(&mut problems);
}

fn placed(text: &str, made: &MadeFiles) -> Result<Option<String>, Problem> {
    if !is_made(text.find("{rule:").map_or("", |at| &text[at..])) {
        return Ok(None);
    }
    let mut placed = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => placed.push_str(text),
            Piece::Made(wanted) => match made.find(wanted, &format!("argument {text:?}"))?.as_slice() {
                [path] => placed.push_str(&format!("{GEN}/{path}")),
                paths => {
                    let text = format!("argument {text:?} stands for {} files", paths.len());
                    return Err(Problem::new(text, "name one file inside of an argument"));
                }
            },
        }
    }
    Ok(Some(placed))
}
