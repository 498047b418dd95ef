//! The words of conditions that are always there: what is built for, by whom, how.

/// What each of them is about.
pub(crate) const WORDS: [&str; 15] = [
    "TARGET_ARCH",
    "TARGET_OS",
    "TARGET_ENV",
    "TARGET_POINTER_WIDTH",
    "TARGET_ENDIAN",
    "HOST_ARCH",
    "HOST_OS",
    "HOST_ENV",
    "HOST_POINTER_WIDTH",
    "HOST_ENDIAN",
    "PROFILE",
    "CC_KIND",
    CC_VERSION,
    MODULES,
    FLAVOUR,
];

/// Compared as a version, part by part.
pub(crate) const CC_VERSION: &str = "CC_VERSION";

/// Whether modules are built as modules; a bool.
pub(crate) const MODULES: &str = "MODULES";

/// For what a source is compiled, `'builtin'`, `'module'` or `'host-program'`: known in lists of flags only.
pub(crate) const FLAVOUR: &str = "FLAVOUR";
