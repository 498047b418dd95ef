//! In which language a source is, by its suffix.

/// The language of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// `.c`
    C,
    /// `.cc`, `.cpp`, `.cxx`, `.c++`, `.C`
    Cxx,
    /// `.S`: assembler that goes through the preprocessor.
    Preprocessed,
    /// `.s`: assembler as it is.
    Assembler,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 4] =
        [Language::C, Language::Cxx, Language::Preprocessed, Language::Assembler];

    /// The language of a file; `None` for what is no source.
    pub fn of(path: &str) -> Option<Language> {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.')?.1 {
            "c" => Some(Language::C),
            "cc" | "cpp" | "cxx" | "c++" | "C" => Some(Language::Cxx),
            "S" => Some(Language::Preprocessed),
            "s" => Some(Language::Assembler),
            _ => None,
        }
    }
}
