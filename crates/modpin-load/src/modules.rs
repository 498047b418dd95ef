//! The modules of this program: which there are, and those that are loaded, in order.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::identity::recorded;
use crate::library::{Flags, Library, as_pointer};
use crate::manifest::{self, Entry};
use crate::missing::missing;

/// The modules of this program. Those that it has loaded are unloaded when it is dropped, the last one first.
pub struct Modules {
    dir: PathBuf,
    entries: Vec<Entry>,
    /// The build that the program belongs to, if it records one.
    host: Option<String>,
    loaded: Vec<(String, Library)>,
}

/// What is to be opened, in this order.
struct Order<'a> {
    entries: &'a [Entry],
    seen: Vec<&'a str>,
    order: Vec<&'a Entry>,
}

impl Modules {
    /// What a manifest says.
    pub(crate) fn new(dir: &Path, manifest: &Path, host: &str) -> Result<Modules> {
        Ok(Modules {
            dir: dir.to_owned(),
            entries: manifest::modules(manifest, host)?,
            host: recorded("/proc/self/exe")?,
            loaded: Vec::new(),
        })
    }

    /// The directory in which they are.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Their names, in the order of declaration, built in or not.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// Whether a module is a part of the program, so that nothing is to be loaded.
    pub fn is_built_in(&self, module: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == module && entry.file.is_none())
    }

    /// Loads a module, and before it those that it needs. One that is loaded is not loaded again. Modules of another build are
    /// refused before anything is loaded.
    ///
    /// # Safety
    /// The code of modules runs: constructors now, destructors when this is dropped.
    ///
    /// # Errors
    /// A name that is none, a module that is built in or belongs to another build, one that the loader refuses. What was loaded
    /// before it stays loaded.
    #[allow(unsafe_code)]
    pub unsafe fn load(&mut self, module: &str) -> Result<()> {
        let entry = self.entry(module)?;
        if entry.file.is_none() {
            return Err(Error::BuiltIn { module: module.to_owned() });
        }
        let mut order = Order { entries: &self.entries, seen: Vec::new(), order: Vec::new() };
        order.take(entry)?;
        let is_loaded = |entry: &&Entry| self.loaded.iter().any(|(name, _)| *name == entry.name);
        let to_open: Vec<(String, PathBuf, Flags)> = order
            .order
            .into_iter()
            .filter(|entry| !is_loaded(entry))
            .filter_map(|entry| {
                let flags = Flags { lazy: entry.is_lazy, global: entry.is_global };
                entry.file.as_ref().map(|file| (entry.name.clone(), self.dir.join(file), flags))
            })
            .collect();
        to_open.iter().try_for_each(|(_, path, _)| self.same_build(path))?;
        for (name, path, flags) in to_open {
            // SAFETY: the caller says so.
            let library = unsafe { open(path, flags) }?;
            self.loaded.push((name, library));
        }
        Ok(())
    }

    /// A symbol of a loaded module, as a pointer to what it is: `extern "C" fn(c_int) -> c_int`, `*const c_int`.
    ///
    /// # Safety
    /// It is of this type, and is not used after this was dropped.
    ///
    /// # Errors
    /// A module that is not loaded; a symbol that it does not define.
    #[allow(unsafe_code)]
    pub unsafe fn symbol<T: Copy>(&self, module: &str, symbol: &str) -> Result<T> {
        let no = |said: &str| Error::NoSymbol {
            module: module.to_owned(),
            symbol: symbol.to_owned(),
            said: said.to_owned(),
        };
        let loaded = self.loaded.iter().find(|(name, _)| name == module);
        let (_, library) = loaded.ok_or_else(|| no("the module is not loaded"))?;
        let address = library.symbol(symbol).ok_or_else(|| no("it does not define it"))?;
        // SAFETY: the caller knows its type.
        Ok(unsafe { as_pointer(address) })
    }

    fn entry(&self, module: &str) -> Result<&Entry> {
        find(&self.entries, module)
    }

    fn same_build(&self, path: &Path) -> Result<()> {
        let Some(host) = &self.host else { return Ok(()) };
        let module = recorded(path)?;
        if module.as_ref() == Some(host) {
            return Ok(());
        }
        Err(Error::OtherBuild { path: path.to_owned(), module, host: host.clone() })
    }
}

impl Drop for Modules {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        while let Some((_, library)) = self.loaded.pop() {
            // SAFETY: who loaded it has said that its code may run.
            unsafe { library.close() };
        }
    }
}

impl<'a> Order<'a> {
    /// A module behind those that it needs, in front of those that it needs later.
    fn take(&mut self, entry: &'a Entry) -> Result<()> {
        if self.seen.contains(&entry.name.as_str()) {
            return Ok(());
        }
        self.seen.push(&entry.name);
        for needed in &entry.needs {
            self.take(find(self.entries, needed)?)?;
        }
        self.order.push(entry);
        for needed in &entry.needs_later {
            self.take(find(self.entries, needed)?)?;
        }
        Ok(())
    }
}

fn find<'a>(entries: &'a [Entry], module: &str) -> Result<&'a Entry> {
    entries.iter().find(|entry| entry.name == module).ok_or_else(|| Error::NoModule {
        module: module.to_owned(),
        known: entries.iter().map(|entry| entry.name.clone()).collect(),
    })
}

/// # Safety
/// The module's constructors run.
#[allow(unsafe_code)]
unsafe fn open(path: PathBuf, flags: Flags) -> Result<Library> {
    // SAFETY: the caller says so. The path is absolute: the loader searches nowhere.
    unsafe { Library::open(path.as_os_str(), flags) }.map_err(|said| {
        // SAFETY: the same; these are the libraries of the module.
        let symbols = unsafe { missing(&path) };
        match symbols.is_empty() {
            true => Error::NotLoaded { path, said },
            false => Error::MissingSymbols { path, symbols },
        }
    })
}
