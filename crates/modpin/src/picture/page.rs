//! The picture as one page: text, style and script in one file that needs no network and no other file.

use modpin_symbols::shown;

use super::Picture;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPTS: [&str; 6] = [
    include_str!("page_model.js"),
    include_str!("page_tiles.js"),
    include_str!("page_details.js"),
    include_str!("page_search.js"),
    include_str!("page_edges.js"),
    include_str!("page.js"),
];

/// The page of a picture.
///
/// # Errors
/// Never in practice: a picture is plain data.
pub fn page(picture: &Picture) -> serde_json::Result<String> {
    // Nothing in the data can end the script element that holds it.
    let data = shown::json_of_page(&serde_json::to_string(picture)?).replace('<', "\\u003c");
    let parts = [("@TITLE@", escaped(&shown::line(&picture.project))), ("@STYLE@", STYLE.to_owned())];
    let mut text = TEMPLATE.to_owned();
    for (mark, part) in parts {
        text = text.replace(mark, &part);
    }
    let (before, behind) = text.split_once("@DATA@").unwrap_or((&text, ""));
    let (between, after) = behind.split_once("@SCRIPT@").unwrap_or((behind, ""));
    Ok([before, &data, between, &SCRIPTS.concat(), after].concat())
}

fn escaped(text: &str) -> String {
    let text =
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    // No name can look like a mark of the template.
    text.replace('@', "&#64;")
}
