//! Kconfig files become options of a project file, as far as busybox's use the language.

use serde_json::{Map, Value, json};

/// The options of a text whose files have been put in for their `source` lines.
pub fn options(text: &str) -> Vec<Value> {
    let mut reader = Reader::default();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let words = without_comment(line).trim();
        if words == "help" || words == "---help---" {
            let mut least = None;
            while let Some(next) = lines.peek() {
                let depth = depth(next);
                if !next.trim().is_empty() && depth < *least.get_or_insert(depth) {
                    break;
                }
                lines.next();
            }
            continue;
        }
        let (word, rest) = words.split_once([' ', '\t']).unwrap_or((words, ""));
        reader.line(word, rest.trim());
    }
    reader.options
}

/// How far a line is indented. A line of help that is less is none.
fn depth(line: &str) -> usize {
    let blank = line.chars().take_while(|c| c.is_whitespace());
    blank.fold(0, |depth, c| if c == '\t' { depth / 8 * 8 + 8 } else { depth + 1 })
}

fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let end = line.char_indices().find(|&(_, c)| {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            _ => {}
        }
        quote.is_none() && c == '#'
    });
    end.map_or(line, |(at, _)| &line[..at])
}

#[derive(Default)]
struct Reader {
    options: Vec<Value>,
    /// What surrounds a line: the condition of an `if`, a menu or a choice.
    around: Vec<String>,
    /// The choice that is open.
    choice: Option<Map<String, Value>>,
    choices: usize,
    speaks_of: Of,
}

/// What a line says something of.
#[derive(Default, PartialEq)]
enum Of {
    #[default]
    Option,
    Choice,
    Menu,
    Comment,
}

impl Reader {
    fn line(&mut self, word: &str, rest: &str) {
        match word {
            "config" => self.config(rest),
            "bool" | "int" | "hex" | "string" | "tristate" => self.kind(word, rest),
            "default" => self.default_value(rest),
            "depends" => self.depends(rest.strip_prefix("on").expect("depends on").trim()),
            "select" => self.select(rest),
            "range" => {
                let (least, greatest) = rest.split_once([' ', '\t']).expect("two ends");
                self.put("range", json!([least.trim(), greatest.trim()]));
            }
            "if" => self.around.push(rest.to_owned()),
            "menu" => self.open(Of::Menu),
            "choice" => self.open(Of::Choice),
            "endif" | "endmenu" => drop(self.around.pop().expect("something is open")),
            "endchoice" => {
                self.around.pop().expect("a choice is open");
                let choice = self.choice.take().expect("a choice is open");
                self.options.push(Value::Object(choice));
            }
            "comment" => self.speaks_of = Of::Comment,
            "" | "mainmenu" | "prompt" => {}
            _ => panic!("a line of Kconfig: {word} {rest}"),
        }
    }

    fn open(&mut self, what: Of) {
        self.speaks_of = what;
        if self.speaks_of == Of::Choice {
            self.choices += 1;
            let name = format!("CHOICE_{}", self.choices);
            let mut option =
                Map::from_iter([("name".into(), json!(name)), ("kind".into(), json!("choice"))]);
            option.insert("members".into(), json!([]));
            self.choice = Some(option);
            self.depend_on_what_is_around();
        }
        self.around.push("y".to_owned());
    }

    fn config(&mut self, name: &str) {
        self.speaks_of = Of::Option;
        let option = json!({ "name": name });
        match &mut self.choice {
            Some(choice) => choice["members"].as_array_mut().expect("a list").push(option),
            None => {
                self.options.push(option);
                self.depend_on_what_is_around();
            }
        }
    }

    /// The option, or the choice, of which a line speaks.
    fn entry(&mut self) -> &mut Map<String, Value> {
        let of_choice = self.speaks_of == Of::Choice;
        let options = match &mut self.choice {
            Some(choice) => {
                if of_choice {
                    return choice;
                }
                choice["members"].as_array_mut().expect("a list")
            }
            None => &mut self.options,
        };
        options.last_mut().and_then(Value::as_object_mut).expect("an option")
    }

    fn put(&mut self, field: &str, value: Value) {
        self.entry().insert(field.to_owned(), value);
    }

    fn kind(&mut self, kind: &str, prompt: &str) {
        self.put("kind", json!(kind));
        if prompt.is_empty() {
            self.put("internal", json!(true));
        }
    }

    fn default_value(&mut self, rest: &str) {
        let (value, when) = rest.split_once(" if ").unwrap_or((rest, ""));
        let value = value.trim().trim_matches('"');
        let entry = self.entry();
        if when.is_empty() {
            entry.entry("default").or_insert(json!(value));
        } else {
            let cases = entry.entry("default_when").or_insert(json!([]));
            cases.as_array_mut().expect("a list").push(json!({ "when": when, "then": value }));
        }
    }

    fn depends(&mut self, on: &str) {
        match self.speaks_of {
            Of::Option | Of::Choice => and(self.entry(), on),
            Of::Menu => {
                let around = self.around.pop().expect("a menu is open");
                self.around.push(format!("({around}) && ({on})"));
            }
            Of::Comment => {}
        }
    }

    fn depend_on_what_is_around(&mut self) {
        let around: Vec<String> = self.around.iter().filter(|when| *when != "y").cloned().collect();
        around.iter().for_each(|when| match &mut self.choice {
            Some(choice) => and(choice, when),
            None => and(self.entry(), when),
        });
    }

    fn select(&mut self, rest: &str) {
        let (name, when) = rest.split_once(" if ").unwrap_or((rest, ""));
        let names = self.entry().entry("select").or_insert(json!([]));
        let name = json!(name.trim());
        let one = if when.is_empty() { name } else { json!({ "when": when, "then": [name] }) };
        names.as_array_mut().expect("a list").push(one);
    }
}

/// Both what an option depends on already and this.
fn and(option: &mut Map<String, Value>, when: &str) {
    let both = match option.get("depends_on").and_then(Value::as_str) {
        Some(other) => format!("({other}) && ({when})"),
        None => when.to_owned(),
    };
    option.insert("depends_on".to_owned(), json!(both));
}
