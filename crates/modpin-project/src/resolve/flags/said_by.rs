//! Who says a flag, and in which list: what is told of an argument that somebody does not expect.

/// Who says flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaidBy {
    /// The project.
    Project,
    /// A directory, to all that lies below it.
    Below(String),
    /// A directory, to its own targets.
    Directory(String),
    /// A library, to those who link it and to itself.
    Library(String),
    /// The target.
    Target,
    /// The target, for those of its sources that a glob matches.
    Sources(String),
    /// The target, for sources that it compiles once more under a name.
    CompiledAs(String),
}

/// A list of flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagList {
    /// Directories with headers.
    Includes,
    /// Directories with headers of others.
    SystemIncludes,
    /// Macros.
    Defines,
    /// For what is preprocessed.
    Cppflags,
    /// For C.
    Cflags,
    /// For C++.
    Cxxflags,
    /// For assembler files.
    Asflags,
    /// For links.
    Ldflags,
}

impl FlagList {
    /// What a project file calls it.
    pub fn word(self) -> &'static str {
        match self {
            FlagList::Includes => "includes",
            FlagList::SystemIncludes => "system_includes",
            FlagList::Defines => "defines",
            FlagList::Cppflags => "cppflags",
            FlagList::Cflags => "cflags",
            FlagList::Cxxflags => "cxxflags",
            FlagList::Asflags => "asflags",
            FlagList::Ldflags => "ldflags",
        }
    }
}
