//! Declarations as texts.

mod project_file;
