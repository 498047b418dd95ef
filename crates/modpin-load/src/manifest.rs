//! What `modules.json` says of one program. docs/modules.md describes the file.

use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};
use crate::json::{self, Value};

/// A module as the manifest describes it.
#[derive(Debug, PartialEq)]
pub struct Entry {
    pub name: String,
    /// None when it is built in.
    pub file: Option<PathBuf>,
    pub is_lazy: bool,
    /// Others find its symbols.
    pub is_global: bool,
    /// What is loaded before it.
    pub needs: Vec<String>,
    /// What is loaded after it.
    pub needs_later: Vec<String>,
}

/// The modules of a program, in the order of their declaration.
pub fn modules(path: &Path, host: &str) -> Result<Vec<Entry>> {
    let text = std::fs::read_to_string(path);
    described(&text.map_err(|source| Error::Io { path: path.to_owned(), source })?, path, host)
}

fn described(text: &str, path: &Path, host: &str) -> Result<Vec<Entry>> {
    let wrong = |why: String| Error::WrongManifest { path: path.to_owned(), why };
    let manifest = json::read(text).map_err(wrong)?;
    if !manifest.get("format").is_some_and(|format| format.is("1")) {
        return Err(wrong("not a manifest of modules in format 1".to_owned()));
    }
    let hosts = manifest.get("hosts").and_then(Value::list).unwrap_or_default();
    let name = |value: &Value| value.get("host").and_then(Value::text).map(str::to_owned);
    let Some(found) = hosts.iter().find(|value| name(value).as_deref() == Some(host)) else {
        let known = hosts.iter().filter_map(name).collect();
        return Err(Error::NoHost { host: host.to_owned(), path: path.to_owned(), known });
    };
    let listed = found.get("modules").and_then(Value::list).unwrap_or_default();
    let entries = listed.iter().map(entry).collect::<Option<Vec<Entry>>>();
    let mut entries =
        entries.ok_or_else(|| wrong(format!("host {host:?} has an entry that is no module")))?;
    open_for_others(&mut entries);
    Ok(entries)
}

fn entry(value: &Value) -> Option<Entry> {
    let is = |field: &str, word: &str| value.get(field).and_then(Value::text) == Some(word);
    let others = |field: &str| match value.get(field) {
        None => Some(Vec::new()),
        Some(list) => {
            let name = |value: &Value| value.get("module").and_then(Value::text).map(str::to_owned);
            list.list()?.iter().map(name).collect()
        }
    };
    let file = match value.get("file") {
        None => None,
        Some(file) => Some(PathBuf::from(file.text()?)),
    };
    // What is listed lies below the manifest, and nowhere else.
    let below = |file: &PathBuf| file.components().all(|part| matches!(part, Component::Normal(_)));
    if file.as_ref().is_some_and(|file| !below(file) || file.as_os_str().is_empty()) {
        return None;
    }
    Some(Entry {
        name: value.get("module")?.text()?.to_owned(),
        file,
        is_lazy: is("binding", "lazy"),
        is_global: is("scope", "global"),
        needs: others("needs")?,
        needs_later: others("needs_later")?,
    })
}

/// What others need must be found by them.
fn open_for_others(entries: &mut [Entry]) {
    let needed = entries.iter().flat_map(|entry| entry.needs.iter().chain(&entry.needs_later));
    let needed: Vec<String> = needed.cloned().collect();
    for entry in entries {
        entry.is_global |= needed.contains(&entry.name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> std::result::Result<Vec<Entry>, String> {
        described(text, Path::new("modules.json"), "app").map_err(|error| error.to_string())
    }

    fn of_modules(modules: &str) -> std::result::Result<Vec<Entry>, String> {
        check(&format!(r#"{{"format":1,"hosts":[{{"host":"app","modules":[{modules}]}}]}}"#))
    }

    #[test]
    fn modules_are_as_they_are_described() {
        let found = of_modules(
            r#"{"module":"a","built_in":false,"file":"x/a.so","needs":[],"pins":["f"]},
               {"module":"b","file":"b.so","binding":"lazy","needs":[{"module":"a","symbols":["s"]}],
                "needs_later":[{"module":"c","symbols":[]}]},
               {"module":"c","built_in":true,"needs":[]}"#,
        );
        let found = found.expect("modules");
        let entry = |name: &str, file: Option<&str>| Entry {
            name: name.to_owned(),
            file: file.map(PathBuf::from),
            is_lazy: false,
            is_global: true,
            needs: vec![],
            needs_later: vec![],
        };
        let b = Entry {
            is_lazy: true,
            is_global: false,
            needs: vec!["a".to_owned()],
            needs_later: vec!["c".to_owned()],
            ..entry("b", Some("b.so"))
        };
        assert_eq!(found, [entry("a", Some("x/a.so")), b, entry("c", None)]);
    }

    #[test]
    fn what_is_no_manifest_is_refused() {
        for file in ["/a.so", "../a.so", "x/../../a.so", ""] {
            let said = of_modules(&format!(r#"{{"module":"a","file":"{file}","needs":[]}}"#));
            assert!(said.is_err_and(|said| said.contains("an entry that is no module")), "{file}");
        }
        let said = |text: &str| check(text).expect_err("an error");
        assert!(said("{").contains("line 1 is not JSON"));
        assert!(said(r#"{"format":2,"hosts":[]}"#).contains("not a manifest of modules in format 1"));
        let other = r#"{"format":1,"hosts":[{"host":"other","modules":[]}]}"#;
        assert!(said(other).contains("nothing about program \"app\", only about other"));
        assert!(of_modules(r#"{"module":"a","needs":{}}"#).is_err());
    }
}
