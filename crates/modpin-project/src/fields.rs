//! The fields of a project file, for whoever misspelt one.

use crate::suggest::nearest;

/// Every field that docs/project-format.md describes.
#[rustfmt::skip]
const FIELDS: &[&str] = &[
    "archive", "args", "as", "as_instr", "as_option", "asflags", "autoconf", "base_name",
    "below", "binding", "builds_in", "built_in", "cargo", "cc_option", "cc_version", "cflags", "clangd",
    "code", "components", "config_deps", "config_headers", "cppflags", "cwd", "cxxflags", "cycles",
    "default", "default_when", "defines", "depends_on", "depfile", "description", "dir", "each",
    "each_object_of",
    "empty_values",
    "env", "except", "exclude", "exports", "file", "files", "flags", "flags_for",
    "force_include", "format", "from", "function", "generated_headers", "header", "headers", "help",
    "identity", "if_off", "if_on", "imply", "includes", "install", "install_dir", "installed",
    "internal", "is", "keep_system_libraries", "kind", "language", "layer", "layers", "ld_option",
    "ldflags", "ldflags_before_libraries", "ldflags_before_objects", "library", "link", "link_args", "link_map", "loads",
    "member", "members", "name", "names", "needs", "needs_later", "of", "on_objects_of",
    "options", "others", "outputs", "package", "pkg_config", "pkg_config_file", "probes", "program",
    "public", "range", "reads", "run", "runs", "scope", "select", "size_of",
    "soname", "sources", "sources_as", "stdin", "stdout", "symbol", "system_includes", "system_libraries",
    "targets", "template", "test", "text", "then", "time_limit", "type", "undefined",
    "value", "values", "version", "version_script", "visible_when", "when", "whole", "without",
    "zero_or_one",
];

/// The way out of what the JSON reader has found.
pub fn help(found: &str) -> String {
    let mut words = found.split('`').skip(1).step_by(2);
    let expected: Vec<&str> = words.by_ref().skip(1).collect();
    let wrong = found.split('`').nth(1);
    let known = match expected.is_empty() {
        true => FIELDS,
        false => &expected,
    };
    let all = "docs/project-format.md lists every field";
    match wrong.filter(|_| found.starts_with("unknown ")) {
        Some(wrong) if known.contains(&wrong) => {
            format!("{all} and what it stands in: {wrong:?} is for something else")
        }
        Some(wrong) => match nearest(wrong, known.iter().copied()) {
            Some(name) => format!("did you mean {name:?}? {all}"),
            None => all.to_owned(),
        },
        None => all.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn they_are_those_of_the_document() {
        let document = include_str!("../../../docs/project-format.md");
        let rows = document.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
        let described: BTreeSet<&str> = rows.map(|(field, _)| field).collect();
        // Tables of predefined words have other rows.
        let is_field = |name: &&str| {
            name.len() > 1 && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
        };
        let named = described.into_iter().filter(is_field);
        assert_eq!(named.collect::<Vec<_>>(), FIELDS);
    }

    #[test]
    fn a_slip_is_told_the_nearest_name() {
        let all = "docs/project-format.md lists every field";
        assert_eq!(
            help("unknown field `include` at line 1"),
            format!("did you mean \"includes\"? {all}")
        );
        assert_eq!(
            help("unknown variant `modul`, expected `module` or `library`"),
            format!("did you mean \"module\"? {all}")
        );
        assert_eq!(
            help("unknown field `loads`"),
            format!("{all} and what it stands in: \"loads\" is for something else")
        );
        assert_eq!(help("missing field `name`"), all);
        assert_eq!(help("unknown field `zzzzzz`"), all);
    }
}
