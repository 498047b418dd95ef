//! What a host's loader is and how it searches: read from the loader's own file, its cache, and for musl from its path
//! file. For a program of another machine the same, below the sysroot that has its loader.

use std::sync::Arc;

use modpin_symbols::{Loadable, Rules};

use crate::cache::Cache;
use crate::musl;
use crate::opener::{Found, Opener};
use crate::process::Process;
use crate::search::{System, built_in_dirs};
use crate::subdirectories::{Processor, Subdirectories};

/// What we know before we look at a host.
#[derive(Clone, Debug, Default)]
pub struct LoaderEnvironment {
    /// `LD_LIBRARY_PATH`, as the load check sets it.
    pub library_path: Option<String>,
    /// `GLIBC_TUNABLES`, as the load check leaves it.
    pub tunables: Option<String>,
    /// Where the world of the host's machine begins, when somebody says so.
    pub sysroot: Option<String>,
    /// What the processor can for which the answer is wanted, in the names of `glibc-hwcaps`. Where nobody says so, the one
    /// that we run on counts, but not for a world below a sysroot that somebody named.
    pub levels: Option<Vec<String>>,
    /// Where the compiler finds libraries: a cross compiler's tell where the sysroot is. May be empty.
    pub library_dirs: Vec<String>,
}

const CACHE: &str = "/etc/ld.so.cache";

impl LoaderEnvironment {
    /// Starts a host as its loader would. `None` for a host without a loader.
    pub fn start<O: Opener>(
        &self,
        path: &str,
        host: Arc<Loadable>,
        opener: &mut O,
    ) -> Result<Option<Process>, O::Error> {
        let Some(interp) = host.interp.clone() else { return Ok(None) };
        let sysroot = self.sysroot(&interp, &host.machine, opener)?;
        let rtld_path = format!("{}{interp}", sysroot.as_deref().unwrap_or_default());
        let rtld = match opener.open(&rtld_path)? {
            Found::File(file) if file.machine == host.machine => Some((rtld_path, file)),
            _ => None,
        };
        let system = self.system(&interp, &host.machine, sysroot, opener)?;
        let cache = match system.rules {
            Rules::Glibc => opener.content(&format!("{}{CACHE}", system.sysroot))?,
            Rules::Musl => None,
        };
        let cache = cache.map(Cache::read).unwrap_or_default();
        let lost = rtld.is_none().then_some(interp);
        let mut process = Process::start(system, Arc::new(cache), rtld, (path, host), opener)?;
        process.lost_loader = lost;
        Ok(Some(process))
    }

    /// Starts a program that is linked statically with glibc, whose dlopen is a loader of its own: modules find nothing of the
    /// program, and bring their own libc. `None` for other static programs: musl's dlopen loads nothing in one.
    pub fn start_static<O: Opener>(
        &self,
        path: &str,
        host: Arc<Loadable>,
        opener: &mut O,
    ) -> Result<Option<Process>, O::Error> {
        let Some(program) = opener.content(path)? else { return Ok(None) };
        let default_dirs = built_in_dirs(&program);
        if default_dirs.is_empty() || host.interp.is_some() {
            return Ok(None);
        }
        let processor = self.processor(&host.machine);
        let system = System {
            rules: Rules::Glibc,
            musl: None,
            sysroot: self.sysroot.clone().unwrap_or_default(),
            lib: lib(&default_dirs),
            default_dirs,
            library_path: self.library_path.clone(),
            tunables: self.tunables.clone(),
            subdirectories: Subdirectories::of(&program, &host.machine, &processor),
            platform: processor.platform.unwrap_or_else(|| platform(&host.machine).to_owned()),
        };
        let cache = opener.content(&format!("{}{CACHE}", system.sysroot))?;
        let cache = Arc::new(cache.map(Cache::read).unwrap_or_default());
        // Whatever table of symbols it has, its dlopen looks into none.
        let Loadable { machine, header, linked_as, .. } = Loadable::clone(&host);
        let alone = Arc::new(Loadable { machine, header, linked_as, ..Loadable::default() });
        let mut process = Process::start(system, cache, None, (path, alone), opener)?;
        process.is_static = true;
        Ok(Some(process))
    }

    /// Maps a library or module alone, with all that it brings, by the rules of glibc of its machine, where that is known. A
    /// library that is not found is left out.
    pub fn start_alone<O: Opener>(
        &self,
        path: &str,
        file: Arc<Loadable>,
        opener: &mut O,
    ) -> Result<Process, O::Error> {
        let interp = match file.machine.as_str() {
            "x86-64" => "/lib64/ld-linux-x86-64.so.2",
            "i386" => "/lib/ld-linux.so.2",
            "aarch64" => "/lib/ld-linux-aarch64.so.1",
            "arm" => "/lib/ld-linux-armhf.so.3",
            "riscv64" => "/lib/ld-linux-riscv64-lp64d.so.1",
            _ => "/lib/ld.so.1",
        };
        let sysroot = self.sysroot(interp, &file.machine, opener)?;
        let system = self.system(interp, &file.machine, sysroot, opener)?;
        let cache = opener.content(&format!("{}{CACHE}", system.sysroot))?;
        let cache = Arc::new(cache.map(Cache::read).unwrap_or_default());
        Process::start(system, cache, None, (path, file), opener)
    }

    /// The directory below which the loader is: nothing for a program of this machine. `None` when there is no such
    /// loader anywhere.
    fn sysroot<O: Opener>(
        &self,
        interp: &str,
        machine: &str,
        opener: &mut O,
    ) -> Result<Option<String>, O::Error> {
        let above = self.library_dirs.iter().flat_map(|dir| ancestors(dir));
        let given = self.sysroot.as_deref().map(|root| root.trim_end_matches('/'));
        let mut tried = Vec::new();
        for root in given.into_iter().chain([""]).chain(above) {
            if tried.contains(&root) {
                continue;
            }
            tried.push(root);
            if let Found::File(file) = opener.open(&format!("{root}{interp}"))?
                && file.machine == machine
            {
                return Ok(Some(root.to_owned()));
            }
        }
        Ok(None)
    }

    fn processor(&self, machine: &str) -> Processor {
        let named = self.levels.as_deref().map(Processor::with_levels);
        let here = || Processor::here(machine).filter(|_| self.sysroot.is_none());
        named.or_else(here).unwrap_or_default()
    }

    fn system<O: Opener>(
        &self,
        interp: &str,
        machine: &str,
        sysroot: Option<String>,
        opener: &mut O,
    ) -> Result<System, O::Error> {
        let is_musl = interp.contains("/ld-musl-");
        let found = sysroot.is_some();
        let sysroot = sysroot.unwrap_or_default();
        let (mut default_dirs, mut subdirectories) = (Vec::new(), Subdirectories::default());
        let processor = self.processor(machine);
        let mut version = None;
        let loader = opener.content(&format!("{sysroot}{interp}"))?;
        if is_musl {
            version = loader.and_then(|loader| musl::version(&loader));
            default_dirs = musl::default_dirs(interp, &sysroot, opener)?;
        } else if let Some(loader) = loader {
            default_dirs = built_in_dirs(&loader);
            subdirectories = Subdirectories::of(&loader, machine, &processor);
        }
        if default_dirs.is_empty() {
            default_dirs = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"].map(str::to_owned).to_vec();
        }
        let lib = lib(&default_dirs);
        if !found {
            default_dirs.extend(self.library_dirs.iter().cloned());
        }
        Ok(System {
            rules: if is_musl { Rules::Musl } else { Rules::Glibc },
            musl: version,
            sysroot,
            default_dirs,
            library_path: self.library_path.clone(),
            tunables: self.tunables.clone(),
            lib,
            subdirectories,
            platform: processor.platform.unwrap_or_else(|| platform(machine).to_owned()),
        })
    }
}

/// What `$LIB` stands for.
fn lib(default_dirs: &[String]) -> String {
    default_dirs.first().map(|dir| dir.trim_start_matches('/').to_owned()).unwrap_or_default()
}

/// The directories above a directory, from the nearest on, without the root.
fn ancestors(dir: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(dir.trim_end_matches('/')), |dir| {
        dir.rsplit_once('/').map(|(above, _)| above).filter(|above| !above.is_empty())
    })
}

/// What the kernel calls the processor (AT_PLATFORM).
fn platform(machine: &str) -> &str {
    match machine {
        "x86-64" => "x86_64",
        "i386" => "i686",
        other => other,
    }
}
