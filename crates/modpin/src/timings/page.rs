//! Timings as one page: text, style and script in one file that needs no network and no other file.

use modpin_symbols::shown;

use super::Timings;

const TEMPLATE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPTS: [&str; 3] =
    [include_str!("page_model.js"), include_str!("page_charts.js"), include_str!("page.js")];

/// The page of a build.
///
/// # Errors
/// Never in practice: timings are plain data.
pub fn page(timings: &Timings) -> serde_json::Result<String> {
    // Nothing in the data can end the script element that holds it.
    let data = shown::json_of_page(&serde_json::to_string(timings)?).replace('<', "\\u003c");
    let (before, behind) = TEMPLATE.split_once("@STYLE@").unwrap_or((TEMPLATE, ""));
    let (between, behind) = behind.split_once("@DATA@").unwrap_or((behind, ""));
    let (last, after) = behind.split_once("@SCRIPT@").unwrap_or((behind, ""));
    Ok([before, STYLE, between, &data, last, &SCRIPTS.concat(), after].concat())
}
