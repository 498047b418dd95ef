//! docs/files.md, the list of all files with what each says of itself: made from the first sentence of every
//! file, so that it cannot say anything else than the file does.

use std::fmt::Write as _;

use expect_test::expect_file;

use crate::tidy::source::{Source, sources};

#[test]
fn the_list_of_files_says_what_the_files_say() {
    let mut text = String::from(
        "# Every file, in its own words\n\n\
         The first sentence of each file. A test compares this page with the files; `UPDATE_EXPECT=1 cargo test -p \
         modpin-tests the_list_of_files` writes it anew.\n",
    );
    let mut files = sources();
    files.retain(|source| !source.path.contains("/cases/"));
    files.sort_by(|one, other| split(one).cmp(&split(other)));
    let mut folder = String::new();
    for source in &files {
        let (dir, file) = split(source);
        if folder != dir {
            let _ = write!(text, "\n## {dir}\n\n");
            dir.clone_into(&mut folder);
        }
        let _ = writeln!(text, "- `{file}`: {}", first_sentence(source));
    }
    expect_file!["../../docs/files.md"].assert_eq(&text);
}

/// The folder of a file, and its name.
fn split(source: &Source) -> (&str, &str) {
    source.path.rsplit_once('/').unwrap_or(("", &source.path))
}

fn first_sentence(source: &Source) -> String {
    let head = source.text.lines().map_while(|line| line.strip_prefix("//!"));
    let words = head.map(str::trim).take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    let end = words.find(". ").unwrap_or(words.len());
    words[..end].trim_end_matches(['.', ':']).to_owned()
}
