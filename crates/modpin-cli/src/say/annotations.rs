//! What GitHub shows beside the lines of a change: annotations, made of the messages for programs. Each is a line that its
//! runner reads, escaped by its rules (the documentation of GitHub Actions, "Workflow commands").

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use modpin::steps::SourceFinding;
use serde_json::Value;

/// Those that were made: a header that many sources include is warned of once.
#[derive(Debug, Default)]
pub struct Annotations {
    root: PathBuf,
    made: HashSet<String>,
}

/// One of them.
struct Annotation<'a> {
    is_error: bool,
    title: String,
    place: Option<&'a SourceFinding>,
    text: String,
}

/// Text that the runner shows and does not obey: it takes a line that begins with `::` for a command, and `##[` wherever that stands.
pub fn disarmed(text: &str) -> String {
    let line = |line: &str| {
        let plain = anstream::adapter::strip_str(line).to_string();
        let begins = if plain.trim_start().starts_with("::") { 1 } else { 0 };
        line.replacen("::", r":\:", begins).replace("##[", r"#\#[")
    };
    text.split_inclusive('\n').map(line).collect()
}

impl Annotations {
    /// Where relative paths start: below the runner's workspace as that counts them.
    pub fn stand_in(&mut self, root: &Path, workspace: Option<&Path>) {
        let below = workspace.and_then(|workspace| root.strip_prefix(workspace).ok());
        self.root = below.unwrap_or(if workspace.is_some() { root } else { Path::new("") }).to_owned();
    }

    /// The lines for a message; nothing for most.
    pub fn of(&mut self, message: &Value) -> String {
        let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
        let plain = |is_error, title, text| Annotation { is_error, title, place: None, text };
        let output = anstream::adapter::strip_str(&text("output")).to_string();
        let mut findings = Vec::new();
        let mut all = Vec::new();
        match message["reason"].as_str().unwrap_or_default() {
            "action-finished" => {
                findings = SourceFinding::all(&output);
                let is_told = findings.iter().any(is_error);
                if message["success"] == false && !is_told {
                    let title = format!("{} {}", text("verb"), text("label"));
                    all.push(plain(true, title, format!("{}\n{output}", text("failure"))));
                }
            }
            "finding" => findings.extend(serde_json::from_value(message.clone())),
            "load-check" | "resolve" if message["verdict"] != "loads" => {
                let missing = message["missing"].as_array().into_iter().flatten();
                let missing = missing.filter_map(|symbol| symbol["symbol"].as_str());
                let missing: String = missing.map(|symbol| format!("\n{symbol}")).collect();
                let title = format!("{} in {}", text("module"), text("host"));
                all.push(plain(
                    true,
                    title,
                    format!("{}: {}{missing}", text("verdict"), text("detail")),
                ));
            }
            "test" if ["failed", "timed-out"].contains(&text("outcome").as_str()) => {
                all.push(plain(
                    true,
                    format!("test {}", text("name")),
                    format!("{}\n{output}", text("why")),
                ));
            }
            "warning" => all.push(plain(false, String::new(), text("message"))),
            "error" => all.push(plain(true, String::new(), text("message"))),
            _ => {}
        }
        all.extend(findings.iter().map(|place| Annotation {
            is_error: is_error(place),
            title: String::new(),
            place: Some(place),
            text: place.message.clone(),
        }));
        let lines = all.iter().map(|annotation| self.line(annotation));
        let lines: Vec<String> = lines.collect();
        lines.into_iter().filter(|line| self.made.insert(line.clone())).collect()
    }

    fn line(&self, annotation: &Annotation<'_>) -> String {
        let Annotation { is_error, title, place, text } = annotation;
        let mut properties = Vec::new();
        if let Some(SourceFinding { file, line, column, .. }) = place {
            let file = self.root.join(file).to_string_lossy().into_owned();
            properties.push(format!("file={}", property(&file)));
            properties.push(format!("line={line}"));
            properties.extend(column.map(|column| format!("col={column}")));
        }
        if !title.is_empty() {
            properties.push(format!("title={}", property(title)));
        }
        let (word, properties) = (if *is_error { "error" } else { "warning" }, properties.join(","));
        let blank = if properties.is_empty() { "" } else { " " };
        format!("::{word}{blank}{properties}::{}\n", data(text.trim_end()))
    }
}

fn is_error(finding: &SourceFinding) -> bool {
    finding.severity.ends_with("error")
}

/// Behind the colons.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// In front of them.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_become_annotations() {
        let mut annotations = Annotations::default();
        annotations.stand_in(Path::new("/home/w/sub"), Some(Path::new("/home/w")));
        let compiled = json!({
            "reason": "action-finished", "verb": "Compiling", "label": "a,b.c", "success": false, "failure": "exit code 1",
            "output": "\u{1b}[1ma,b.c:3:7:\u{1b}[0m error: 100% wrong\na.h:1: warning: odd\n",
        });
        let said = [
            compiled.clone(),
            compiled,
            json!({ "reason": "action-finished", "verb": "Linking", "label": "tool", "success": false, "failure": "exit code 1",
                "output": "ld: a:b\r\nld: c\n" }),
            json!({ "reason": "action-finished", "success": true, "output": "" }),
            json!({ "reason": "load-check", "host": "h:1", "module": "m", "verdict": "missing-symbols", "detail": "no",
                "missing": [{ "symbol": "f" }, { "symbol": "g" }] }),
            json!({ "reason": "load-check", "host": "h", "module": "m", "verdict": "loads", "missing": [] }),
            json!({ "reason": "finding", "checker": "sparse", "file": "a.c", "line": 7, "severity": "warning", "message": "odd" }),
            json!({ "reason": "test", "name": "t", "outcome": "failed", "why": "exit code 3", "output": "x" }),
            json!({ "reason": "test", "name": "t", "outcome": "passed", "why": "", "output": "x" }),
            json!({ "reason": "error", "message": "::error::no\n  help: do" }),
            json!({ "reason": "finished", "success": false }),
        ];
        let text: String = said.iter().map(|message| annotations.of(message)).collect();
        expect![[r#"
            ::error file=sub/a%2Cb.c,line=3,col=7::100%25 wrong
            ::warning file=sub/a.h,line=1::odd
            ::error title=Linking tool::exit code 1%0Ald: a:b%0D%0Ald: c
            ::error title=m in h%3A1::missing-symbols: no%0Af%0Ag
            ::warning file=sub/a.c,line=7::odd
            ::error title=test t::exit code 3%0Ax
            ::error::::error::no%0A  help: do
        "#]]
        .assert_eq(&text);
        annotations.stand_in(Path::new("/elsewhere"), Some(Path::new("/home/w")));
        let warned =
            json!({ "reason": "action-finished", "success": true, "output": "a.c:1: warning: odd" });
        assert_eq!(annotations.of(&warned), "::warning file=/elsewhere/a.c,line=1::odd\n");
    }
}
