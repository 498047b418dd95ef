//! What QEMU's `meson.build` files say, read from the root down: which sources a set has and under which condition, what
//! `config-host.h` defines, and what is asked of the machine for that. Conditions are texts as a project file has them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use super::language::{Call, Expr, Statement, statements};
use super::logic::{and, not, or};

/// What has been read so far.
#[derive(Default)]
pub struct Described {
    /// Entries of source lists, by the set's name.
    pub sets: BTreeMap<String, Vec<Value>>,
    /// Lists of texts, by name.
    pub lists: BTreeMap<String, Vec<String>>,
    /// Modules: the name, the condition and the source.
    pub modules: Vec<[String; 3]>,
    /// Macros of `config-host.h`.
    pub header: BTreeMap<String, Value>,
    /// Questions to the machine; each is called as [`asked`] says.
    pub probes: Vec<Value>,
    /// Options, with their defaults.
    pub options: BTreeMap<String, String>,
    /// Conditions of variables, of `config_host_data`, and of words in `when`.
    known: BTreeMap<String, String>,
    /// Which of them are not worked out.
    fixed: BTreeSet<String>,
    /// Texts of variables.
    texts: BTreeMap<String, String>,
}

/// A block: whether its statements count, and whether an earlier branch of it may have.
struct Block {
    when: String,
    earlier: String,
}

impl Described {
    /// Reads everything below a root; `known` are answers that are not worked out.
    pub fn read(root: &Path, known: &[(&str, &str)]) -> Described {
        let mut all = Described::default();
        let owned = |(name, is): &(&str, &str)| ((*name).to_owned(), (*is).to_owned());
        all.known = known.iter().map(owned).collect();
        all.fixed = all.known.keys().cloned().collect();
        all.texts.insert("CONFIG_COROUTINE_BACKEND".into(), "ucontext".into());
        for statement in described_in(root, "meson_options.txt") {
            let Statement::Call(Expr::Call(call)) = statement else { continue };
            all.option(&call);
        }
        all.file(root, "");
        all
    }

    /// Where a library is there, and the question that asked for it.
    pub fn library(&self, variable: &str) -> Option<(&str, String)> {
        let when = self.known.get(variable)?;
        let number = (0..self.probes.len()).find(|&number| when.contains(&asked(number)))?;
        Some((when, asked(number)))
    }

    /// A feature is on unless it is disabled, as a bool is what its default says.
    fn option(&mut self, call: &Call) {
        let (Some(Expr::Text(name)), Some(Expr::Text(kind))) = (call.args.first(), call.named("type"))
        else {
            return;
        };
        let is_on = match (kind.as_str(), call.named("value")) {
            ("combo", Some(Expr::Text(value))) => {
                self.texts.insert(format!("get_option {name}"), value.clone());
                return;
            }
            ("feature", Some(Expr::Text(value))) => value != "disabled",
            ("boolean", Some(Expr::Name(value))) => value == "true",
            _ => return,
        };
        let default = if is_on { "y" } else { "n" };
        self.options.insert(format!("WITH_{}", name.to_uppercase()), default.to_owned());
    }

    fn file(&mut self, root: &Path, dir: &str) {
        let mut around: Vec<Block> = Vec::new();
        for statement in described_in(root, &format!("{dir}meson.build")) {
            let when = around.iter().fold("y".to_owned(), |when, block| and(&when, &block.when));
            match statement {
                Statement::If(asked) => {
                    let when = self.condition(&asked).unwrap_or_else(|| "n".into());
                    around.push(Block { earlier: when.clone(), when });
                }
                Statement::Elif(asked) => {
                    let when = self.condition(&asked).unwrap_or_else(|| "n".into());
                    let block = around.last_mut().expect("an if");
                    block.when = and(&not(&block.earlier), &when);
                    block.earlier = or(&block.earlier, &when);
                }
                Statement::Else => {
                    let block = around.last_mut().expect("an if");
                    block.when = not(&block.earlier);
                }
                Statement::End => drop(around.pop()),
                Statement::Foreach(all) => {
                    self.modules_of(&all, dir);
                    // What is done for each is said by hand.
                    around.push(Block { when: "n".into(), earlier: "y".into() });
                }
                _ if when == "n" => {}
                Statement::Call(Expr::Call(call)) if call.name == "subdir" => {
                    if let Some(Expr::Text(below)) = call.args.first() {
                        self.file(root, &format!("{dir}{below}/"));
                    }
                }
                Statement::Call(Expr::Call(call)) => self.call(&call, dir, &when),
                Statement::Assign(name, value) => self.assign(name, &value, &when),
                Statement::Add(name, value) => {
                    let more = texts_of(&value);
                    self.lists.entry(name).or_default().extend(more);
                }
                Statement::Call(_) | Statement::Other => {}
            }
        }
    }

    fn assign(&mut self, name: String, value: &Expr, when: &str) {
        if let Expr::List(_) = value {
            self.lists.insert(name.clone(), texts_of(value));
        }
        if let Some(text) = self.text(value) {
            self.texts.insert(name.clone(), text);
        }
        if self.fixed.contains(&name) {
            return;
        }
        if let Some(is) = self.condition(value) {
            let before = self.known.get(&name).cloned().unwrap_or_else(|| "n".into());
            self.known.insert(name, or(&and(when, &is), &and(&not(when), &before)));
        }
    }

    fn call(&mut self, call: &Call, dir: &str, when: &str) {
        let Expr::Name(on) = &call.on else { return };
        match (on.as_str(), call.name.as_str()) {
            ("config_host_data", "set" | "set10") => {
                let [Expr::Text(name), value] = &call.args[..] else { return };
                let Some(is) = self.condition(value) else { return };
                let is = and(when, &is);
                self.known.insert(name.clone(), is.clone());
                self.header.insert(name.clone(), json!({ "name": name, "is": is }));
            }
            (set, "add") if set.ends_with("_ss") => {
                let asked = call.named("when").map_or(Some("y".into()), |asked| self.condition(asked));
                let asked = asked.unwrap_or_else(|| "n".into());
                let plain = call.args.iter().chain(call.named("if_true"));
                let branches = [
                    (and(when, &asked), plain.flat_map(|arg| self.files(arg, dir)).collect()),
                    (
                        and(when, &not(&asked)),
                        call.named("if_false").map_or(vec![], |arg| self.files(arg, dir)),
                    ),
                ];
                for (when, files) in branches {
                    self.add(set, &when, files);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, set: &str, when: &str, files: Vec<String>) {
        let entries = self.sets.entry(set.to_owned()).or_default();
        match when {
            "n" => {}
            "y" => entries.extend(files.into_iter().map(Value::from)),
            _ if files.is_empty() => {}
            _ => entries.push(json!({ "when": when, "then": files })),
        }
    }

    /// What `files(…)` names.
    fn files(&self, from: &Expr, dir: &str) -> Vec<String> {
        match from {
            Expr::List(all) => all.iter().flat_map(|one| self.files(one, dir)).collect(),
            Expr::Call(call) if call.name == "files" => {
                let names = call.args.iter().filter_map(|name| self.text(name));
                names.map(|name| format!("{dir}{name}")).collect()
            }
            _ => vec![],
        }
    }

    /// `[curl, 'curl', files('curl.c')]` for each module.
    fn modules_of(&mut self, all: &Expr, dir: &str) {
        let Expr::List(all) = all else { return };
        for one in all {
            let Expr::List(parts) = one else { continue };
            let [library, Expr::Text(name), .., source] = &parts[..] else { continue };
            let source = match source {
                Expr::Text(source) => vec![format!("{dir}{source}")],
                files => self.files(files, dir),
            };
            if let (Some(when), [source]) = (self.condition(library), &source[..])
                && when != "n"
            {
                self.modules.push([name.clone(), when, source.clone()]);
            }
        }
    }

    /// A text, worked out.
    fn text(&self, from: &Expr) -> Option<String> {
        match from {
            Expr::Text(text) => Some(text.clone()),
            Expr::Name(name) => self.texts.get(name).cloned(),
            Expr::Index(of) => match &**of {
                (Expr::Name(_), Expr::Text(name)) => self.texts.get(name).cloned(),
                _ => None,
            },
            Expr::Both(sign, sides) if sign == "+" => Some(self.text(&sides.0)? + &self.text(&sides.1)?),
            Expr::Call(call) if call.name == "format" => {
                let with = self.text(call.args.first()?)?;
                Some(self.text(&call.on)?.replace("@0@", &with))
            }
            _ => None,
        }
    }

    fn condition(&mut self, asked: &Expr) -> Option<String> {
        match asked {
            Expr::Name(name) => match name.as_str() {
                "true" => Some("y".into()),
                "false" | "not_found" => Some("n".into()),
                _ => self.known.get(name).cloned(),
            },
            Expr::Text(name) => self.known.get(name).cloned(),
            Expr::Not(inner) => Some(not(&self.condition(inner)?)),
            Expr::List(all) => {
                all.iter().try_fold("y".to_owned(), |when, one| Some(and(&when, &self.condition(one)?)))
            }
            Expr::Both(sign, sides) => match (sign.as_str(), &**sides) {
                ("&&", (left, right)) => match self.condition(left) {
                    Some(left) if left == "n" => Some(left),
                    left => Some(and(&left?, &self.condition(right)?)),
                },
                ("||", (left, right)) => match self.condition(left) {
                    Some(left) if left == "y" => Some(left),
                    left => Some(or(&left?, &self.condition(right)?)),
                },
                (sign, (Expr::Name(system), Expr::Text(is))) if system == "targetos" => {
                    Some(truth((sign == "=") == (is == "linux")))
                }
                ("=", (Expr::Call(call), Expr::Text(is))) if call.name == "get_option" => {
                    let Some(Expr::Text(name)) = call.args.first() else { return None };
                    Some(truth(self.texts.get(&format!("get_option {name}"))? == is))
                }
                _ => None,
            },
            Expr::Call(call) => self.answer(call),
            Expr::Index(_) | Expr::Other => None,
        }
    }

    fn answer(&mut self, call: &Call) -> Option<String> {
        match (call.name.as_str(), &call.on, call.args.first()) {
            ("get_option", _, Some(Expr::Text(name))) => {
                let name = format!("WITH_{}", name.to_uppercase());
                self.options.contains_key(&name).then_some(name)
            }
            ("disabled", on, None) => Some(not(&self.condition(on)?)),
            // Nobody has asked for it, so it is never an error that it lacks.
            ("enabled", _, None) => Some("n".to_owned()),
            ("auto", _, None) => Some("y".to_owned()),
            ("found" | "allowed", on, None) => self.condition(on),
            ("require", on, Some(asked)) => Some(and(&self.condition(on)?, &self.condition(asked)?)),
            ("get", Expr::Name(from), Some(Expr::Text(name))) if from == "config_host_data" => {
                self.known.get(name).cloned()
            }
            ("dependency", Expr::Other, Some(Expr::Text(package))) => {
                let version = call.named("version").and_then(|version| self.text(version));
                let least = version.map(|version| format!(" {}", version.replace(">=", ">= ")));
                let of = format!("{package}{}", least.unwrap_or_default());
                Some(self.probe(json!({ "kind": "pkg_config", "of": of })))
            }
            (_, Expr::Name(compiler), Some(_)) if compiler == "cc" => self.asked_of_compiler(call),
            _ => None,
        }
    }

    fn asked_of_compiler(&mut self, call: &Call) -> Option<String> {
        let texts: Vec<String> = call.args.iter().map_while(|arg| self.text(arg)).collect();
        let prefix = call.named("prefix").and_then(|prefix| self.text(prefix)).unwrap_or_default();
        let included = |headers: &str| -> Vec<String> {
            let all = headers.lines().filter_map(|line| line.trim().strip_prefix("#include <"));
            all.map(|line| line.trim_end_matches('>').to_owned()).collect()
        };
        let mut probe = match (call.name.as_str(), &texts[..]) {
            ("has_header", [header]) => json!({ "kind": "header", "of": header }),
            ("has_function", [function]) => json!({ "kind": "function", "of": function }),
            ("has_header_symbol", [_, symbol]) => json!({ "kind": "symbol", "of": symbol }),
            ("has_member", [of, member]) => {
                json!({ "kind": "member", "of": format!("{of}.{member}") })
            }
            ("has_type", [of]) => json!({ "kind": "type", "of": of }),
            ("links" | "compiles", [text]) => json!({ "kind": call.name, "of": text }),
            ("find_library", [library]) => json!({ "kind": "library", "of": library }),
            _ => return None,
        };
        let mut headers = included(&prefix);
        match (call.name.as_str(), &texts[..]) {
            // A header that is not there has no symbol; it is asked for by itself.
            ("has_header_symbol", [header, symbol]) => {
                let text = format!(
                    "{prefix}\n#include <{header}>\nint main(void) {{\n#ifndef {symbol}\n{symbol};\n#endif\nreturn 0; }}"
                );
                probe = json!({ "kind": "compiles", "of": text });
                headers.clear();
            }
            ("find_library", _) => {
                let needed = call.named("has_headers").map(texts_of).unwrap_or_default();
                let there =
                    needed.iter().map(|header| self.probe(json!({ "kind": "header", "of": header })));
                let there = there.fold("y".to_owned(), |all, one| and(&all, &one));
                probe["when"] = json!(there);
                let is_there = self.probe(probe);
                return Some(and(&there, &is_there));
            }
            _ => {}
        }
        if !headers.is_empty() {
            probe["headers"] = json!(headers);
        }
        if prefix.contains("_GNU_SOURCE") {
            probe["defines"] = json!(["_GNU_SOURCE"]);
        }
        if let Some(needed) = call.named("dependencies").and_then(|needed| self.condition(needed)) {
            let numbers = (0..self.probes.len()).filter(|&number| needed.contains(&asked(number)));
            let libraries =
                numbers.map(|number| &self.probes[number]).filter(|it| it["kind"] == "library");
            let names: Vec<&Value> = libraries.map(|it| &it["of"]).collect();
            probe["system_libraries"] = json!(names);
        }
        if call.named("args").is_some() {
            probe["flags"] = json!(["-Werror"]);
        }
        Some(self.probe(probe))
    }

    /// What a question is called; the same question is asked once.
    fn probe(&mut self, question: Value) -> String {
        let at = self.probes.iter().position(|known| *known == question).unwrap_or_else(|| {
            self.probes.push(question);
            self.probes.len() - 1
        });
        asked(at)
    }
}

/// What a question is called, by its number.
pub fn asked(number: usize) -> String {
    format!("ASKED_{number}_")
}

fn truth(is: bool) -> String {
    if is { "y" } else { "n" }.to_owned()
}

/// The texts of a list.
fn texts_of(from: &Expr) -> Vec<String> {
    match from {
        Expr::List(all) => all.iter().flat_map(texts_of).collect(),
        Expr::Text(text) => vec![text.clone()],
        _ => vec![],
    }
}

fn described_in(root: &Path, file: &str) -> Vec<Statement> {
    statements(&std::fs::read_to_string(root.join(file)).unwrap_or_default())
}
