//! A process that an action starts: its words, what it reads them from, where it looks for files, what is done after it.

use std::sync::Arc;

use crate::graph::id::FileId;
use crate::graph::stage::Stage;

/// A process to start. No shell sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The program, by absolute path.
    pub program: String,
    /// A program that starts it, with all its arguments, and has no part in what is made.
    pub launcher: Option<String>,
    /// Its arguments.
    pub args: Vec<Arg>,
    /// Variables that differ from our own environment: set, or removed (`None`).
    pub env: Vec<(String, Option<String>)>,
    /// Arguments that are passed in a file.
    pub response: Option<Box<Response>>,
    /// Where it looks for the files that its depfile names, when a new one there may take their place.
    pub search: Option<Arc<Search>>,
    /// Files beside its outputs that what it made may write one day, as a program writes what it counts. They go when
    /// the outputs do.
    pub later: Vec<String>,
    /// What surrounds it, if it is a tool of the project's own.
    pub stage: Option<Box<Stage>>,
    /// What is done with its outputs before anybody sees them, in order. Who ends badly takes all of it along.
    pub then: Vec<Then>,
    /// Whether another machine may run it.
    pub elsewhere: Elsewhere,
    /// Files that must be there when it runs for the first time, because it may find them. Once it has told what it reads, those
    /// that it does not read are nothing to it; but whenever it must run, it runs after whoever makes them has ended.
    pub before: Vec<FileId>,
}

/// Whether another machine with the same programs may run a command: it writes nothing but its outputs and depfiles, and what it
/// reads below the root is known before it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Elsewhere {
    /// No.
    #[default]
    No,
    /// No, for this reason.
    Here(Box<str>),
    /// Yes: it reads what it declares, below the root.
    Declared,
    /// Yes: it can be found out before it runs.
    Scanned(Box<Scan>),
}

/// What makes a command write nothing but its depfile, which names what it would read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// How many of its arguments are left to it.
    pub first: usize,
    /// What follows these.
    pub behind: Vec<Arg>,
}

/// A command that is part of another one: it looks at what that has written, and may change it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Then {
    /// What failures call it.
    pub name: String,
    /// The program, by absolute path.
    pub program: String,
    /// Its arguments; outputs are those of the whole.
    pub args: Vec<Arg>,
    /// Variables that differ from our own environment.
    pub env: Vec<(String, Option<String>)>,
}

/// Where a command looks for a file by its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Search {
    /// Beside files that it has read, before anywhere else.
    pub beside: bool,
    /// In order; relative to the root, with `/`, or absolute.
    pub dirs: Vec<String>,
    /// A name that ends with one of these is looked for with each of them, in this order, before the next directory.
    pub endings: Vec<String>,
}

/// A response file: written before the command starts, named by one of its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Where it lies.
    pub path: String,
    /// Its text, quoted as the program wants it.
    pub text: String,
}

/// One argument. Outputs and the depfile are marked, because a command writes them below another directory
/// first: nobody may see half an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// Literally this.
    Text(String),
    /// `prefix`, then the path of the output with that index.
    Output {
        /// What stands before the path in the same argument (`-Wl,-Map=`); often empty.
        prefix: String,
        /// Index into [`outputs`](crate::Action::outputs).
        index: usize,
    },
    /// `prefix`, then the path of the depfile.
    Depfile {
        /// What stands before the path in the same argument; often empty.
        prefix: String,
    },
    /// Literally this, and it has no part in what is made.
    Aside(String),
    /// The path of a further depfile, which a program behind the command writes. What is not there when all is done was
    /// between the two, and is nobody's file.
    Further,
    /// The path of a directory of the command's own ([`Stage::own_dirs`]), which stands here without the slash.
    OwnDir(String),
    /// Several, without anything between them.
    Joined(Vec<Arg>),
}
