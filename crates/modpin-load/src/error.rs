//! What can go wrong, told apart: a program may go on without a module, and wants to know why.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// What this crate's functions answer.
pub type Result<T> = std::result::Result<T, Error>;

/// Why there are no modules, or one of them is not loaded.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// None of these directories has a `modules.json`.
    NoManifest {
        /// Where it was looked for, in order.
        looked_in: Vec<PathBuf>,
    },
    /// The variable of the environment names a directory that depends on the current one.
    RelativeVariable {
        /// What it says.
        value: PathBuf,
    },
    /// A `modules.json` that is not what modpin writes.
    WrongManifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The manifest is about other programs.
    NoHost {
        /// The program.
        host: String,
        /// The manifest.
        path: PathBuf,
        /// The programs that it knows.
        known: Vec<String>,
    },
    /// The program has no such module.
    NoModule {
        /// The name.
        module: String,
        /// Those that it has.
        known: Vec<String>,
    },
    /// The module is a part of the program: there is no file to load.
    BuiltIn {
        /// Its name.
        module: String,
    },
    /// The module belongs to another build than the program.
    OtherBuild {
        /// The module's file.
        path: PathBuf,
        /// The build that it records, if it does.
        module: Option<String>,
        /// The build that the program records.
        host: String,
    },
    /// The program and what is loaded lack symbols of the module.
    MissingSymbols {
        /// The module's file.
        path: PathBuf,
        /// All of them.
        symbols: Vec<String>,
    },
    /// The loader refuses the module.
    NotLoaded {
        /// The module's file.
        path: PathBuf,
        /// What it says.
        said: String,
    },
    /// The module is not loaded, or does not define the symbol.
    NoSymbol {
        /// The module.
        module: String,
        /// The symbol.
        symbol: String,
        /// Why.
        said: String,
    },
    /// A file that cannot be read.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NoManifest { looked_in } => {
                let dirs: Vec<String> =
                    looked_in.iter().map(|dir| shown(&dir.to_string_lossy())).collect();
                write!(f, "there is no modules.json in {}", list(&dirs))
            }
            Error::RelativeVariable { value } => {
                let value = shown(&value.to_string_lossy());
                write!(f, "MODPIN_MODULES={value}: not an absolute path")
            }
            Error::WrongManifest { path, why } => write!(f, "{}: {why}", path_shown(path)),
            Error::NoHost { host, path, known } => {
                write!(
                    f,
                    "{}: nothing about program {host:?}, only about {}",
                    path_shown(path),
                    list(known)
                )
            }
            Error::NoModule { module, known } => {
                write!(f, "there is no module {module:?}, only {}", list(known))
            }
            Error::BuiltIn { module } => {
                write!(f, "module {module:?} is built in: nothing is to be loaded")
            }
            Error::OtherBuild { path, module, host } => {
                let module = module.as_ref().map_or_else(|| "none".to_owned(), |text| shown(text));
                let path = path_shown(path);
                write!(
                    f,
                    "{path}: belongs to another build: it records {module}, the program {}",
                    shown(host)
                )
            }
            Error::MissingSymbols { path, symbols } => {
                let symbols: Vec<String> = symbols.iter().map(|symbol| shown(symbol)).collect();
                write!(f, "{}: does not load, the program lacks {}", path_shown(path), list(&symbols))
            }
            Error::NotLoaded { path, said } => {
                write!(f, "{}: does not load: {}", path_shown(path), shown(said))
            }
            Error::NoSymbol { module, symbol, said } => {
                write!(f, "module {module:?}: no symbol {symbol:?}: {}", shown(said))
            }
            Error::Io { path, source } => write!(f, "{}: cannot read: {source}", path_shown(path)),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

fn path_shown(path: &std::path::Path) -> String {
    shown(&path.to_string_lossy())
}

fn list(words: &[String]) -> String {
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

/// Text of others: no control of a terminal passes.
fn shown(text: &str) -> String {
    let escaped = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(escaped).collect()
}
