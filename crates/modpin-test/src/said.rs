//! How a program ended, and what it said.

use std::process::{Command, Output};

use serde_json::Value;

/// A program that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Said {
        let text = |bytes| String::from_utf8(bytes).expect("a program that says text");
        Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Said {
    /// What a command says.
    ///
    /// # Panics
    /// When it does not start.
    pub fn of(command: &mut Command) -> Said {
        let output = command.output();
        output.unwrap_or_else(|error| panic!("{command:?}: {error}")).into()
    }

    /// It ended well.
    pub fn success(&self) -> bool {
        self.code == Some(0)
    }

    /// Both streams, standard output first.
    pub fn text(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// It ended so, and said this to people.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn has(&self, code: i32, in_err: &str) {
        self.has_both(code, "", in_err);
    }

    /// It ended so, and has this on its two streams.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn has_both(&self, code: i32, in_out: &str, in_err: &str) {
        let Said { code: ended, out, err } = self;
        let fits = *ended == Some(code) && out.contains(in_out) && err.contains(in_err);
        assert!(
            fits,
            "ended with {ended:?}; wanted {code}, {in_out:?}, {in_err:?}\n-- out\n{out}-- err\n{err}"
        );
    }

    /// The objects that it printed for programs, a line each.
    ///
    /// # Panics
    /// When a line is no object.
    pub fn objects(&self) -> Vec<Value> {
        let object = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.out.lines().map(object).collect()
    }

    /// The objects of one kind.
    pub fn objects_of(&self, reason: &str) -> Vec<Value> {
        let mut objects = self.objects();
        objects.retain(|object| object["reason"] == reason);
        objects
    }
}
