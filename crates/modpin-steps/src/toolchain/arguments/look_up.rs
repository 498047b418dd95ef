//! Looks up what a plan must know of files that arguments name, and notes what it has seen: while none of that changes, the
//! next plan would be the last one.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use modpin_project::{Language, LookedUp, Resolved};

use super::named::named_files;
use super::words::{Answers, Arguments};
use crate::error::Result;
use crate::toolchain::Toolchain;
use crate::toolchain::tools::look_up_tools;

impl Toolchain {
    /// Looks up the files that arguments of a project and of the environment name: they are inputs of what reads them. So are the
    /// tools of its rules.
    ///
    /// # Errors
    /// Tools that are not there.
    pub fn look_up_arguments(&self, resolved: &mut Resolved) -> Result<()> {
        look_up(self, resolved);
        if let Some(there) = &mut resolved.build_machine {
            look_up(self.for_build_machine(), there);
            resolved.looked_up.extend(std::mem::take(&mut there.looked_up));
        }
        look_up_tools(self, resolved)
    }
}

fn look_up(toolchain: &Toolchain, resolved: &mut Resolved) {
    let mut look = Look {
        root: resolved.root.clone(),
        files: std::mem::take(&mut resolved.argument_files),
        looked_up: std::mem::take(&mut resolved.looked_up),
        asked: HashMap::new(),
    };
    for args in argument_lists(toolchain, resolved) {
        let arguments = Arguments::of(args.iter().copied(), &mut look);
        named_files(&arguments, toolchain, &mut look);
    }
    (resolved.argument_files, resolved.looked_up) = (look.files, look.looked_up);
}

/// Every list of arguments that stands together, each once.
fn argument_lists<'a>(toolchain: &'a Toolchain, resolved: &'a Resolved) -> Vec<Vec<&'a String>> {
    let mut lists: Vec<Vec<&String>> = Vec::new();
    let codes = (resolved.libraries.iter().map(|library| &library.code))
        .chain(resolved.modules.iter().map(|module| &module.code))
        .chain(resolved.shared_libraries.iter().map(|library| &library.code))
        .chain(resolved.executables.iter().map(|executable| &executable.code));
    let mut seen = HashSet::new();
    let mut add = |list: Vec<&'a String>| {
        if seen.insert(list.clone()) {
            lists.push(list);
        }
    };
    for (code, is_module) in codes.flat_map(|code| [(code, false), (code, true)]) {
        for language in Language::ALL {
            let sources = || code.sources.iter().filter(move |source| source.language == language);
            if sources().next().is_none() {
                continue;
            }
            let Toolchain { first_args, last_args, .. } = toolchain.of(language);
            let declared = || code.flags_of(language, is_module).map(|flag| &flag.text);
            let shared = || first_args.iter().chain(declared()).chain(last_args);
            add(shared().collect());
            let own = sources().map(|source| source.own_of(is_module));
            let own = own.filter(|own| !own.flags.is_empty());
            own.for_each(|own| add(shared().chain(own.texts()).collect()));
        }
    }
    let of_modules = resolved.modules.iter().map(|module| (&module.places, &module.ldflags));
    let of_programs = resolved.executables.iter().map(|program| (&program.places, &program.ldflags));
    let of_shared = resolved.shared_libraries.iter().map(|library| (&library.places, &library.ldflags));
    let drivers = || [Some(toolchain), toolchain.cxx.as_deref()].into_iter().flatten();
    for (places, behind) in of_modules.chain(of_programs).chain(of_shared) {
        let behind = || behind.said.iter().map(|flag| &flag.text);
        let own = || places.before_objects.iter().chain(&places.before_libraries).chain(behind());
        for Toolchain { first_args, last_args, ldflags, .. } in drivers() {
            add(first_args.iter().chain(last_args).chain(own()).chain(ldflags).collect());
        }
    }
    resolved.libraries.iter().for_each(|library| add(library.link_args.iter().collect()));
    lists
}

struct Look {
    root: PathBuf,
    files: modpin_project::ArgumentFiles,
    looked_up: LookedUp,
    /// What was asked before: most arguments stand in many lists.
    asked: HashMap<String, bool>,
}

impl Answers for Look {
    fn text(&mut self, path: &str) -> Option<String> {
        if let Some(text) = self.files.texts.get(path) {
            return Some(text.clone());
        }
        if !self.is_file(path) {
            return None;
        }
        let text = fs::read(self.root.join(path)).ok()?;
        let text = String::from_utf8_lossy(&text).into_owned();
        self.files.texts.insert(path.to_owned(), text.clone());
        Some(text)
    }

    fn is_file(&mut self, path: &str) -> bool {
        if let Some(&there) = self.asked.get(path) {
            return there;
        }
        let there = self.looked_up.is_file(&self.root, Path::new(path));
        self.asked.insert(path.to_owned(), there);
        if there {
            self.files.there.insert(path.to_owned());
        }
        there
    }

    fn is_dir(&mut self, path: &str) -> bool {
        let there = self.root.join(path).is_dir();
        if there {
            self.files.dirs.insert(path.to_owned());
        }
        there
    }

    fn below(&mut self, dir: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![dir.to_owned()];
        while let Some(dir) = open.pop() {
            let Ok(entries) = fs::read_dir(self.root.join(&dir)) else { continue };
            self.looked_up.there.push(PathBuf::from(&dir));
            for entry in entries.flatten() {
                let Ok(name) = entry.file_name().into_string() else { continue };
                let path = format!("{}/{name}", dir.trim_end_matches('/'));
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() => open.push(path),
                    Ok(_) if self.root.join(&path).is_file() => found.push(path),
                    _ => {}
                }
            }
        }
        found.sort();
        self.files.below.insert(dir.to_owned(), found.clone());
        found
    }
}
