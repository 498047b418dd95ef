//! A directory of its own for one test: files in it, programs run in it, processes that live in it. Gone when the value is.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::room;
use crate::said::Said;
use crate::variables;

/// The directory.
#[derive(Debug)]
pub struct World {
    dir: TempDir,
    root: PathBuf,
    /// The choices of the next build.
    #[cfg(feature = "builds")]
    pub config: modpin::Config,
    /// How long a module may take to load. Nobody comes near it who does not hang, on a busy machine neither.
    #[cfg(feature = "builds")]
    pub timeout: std::time::Duration,
}

impl World {
    /// A world with these files.
    ///
    /// # Panics
    /// When there can be no directory.
    pub fn new(files: &[(&str, &str)]) -> World {
        let dir = room::directory();
        let root = std::fs::canonicalize(dir.path()).expect("a directory");
        let world = World {
            dir,
            root,
            #[cfg(feature = "builds")]
            config: modpin::Config::default(),
            #[cfg(feature = "builds")]
            timeout: std::time::Duration::from_secs(60),
        };
        files.iter().for_each(|(path, text)| world.write(path, text));
        world
    }

    /// The directory, without links in its path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path in it.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// A path below the build directory.
    pub fn built(&self, path: &str) -> PathBuf {
        self.path("target/modpin/debug").join(path)
    }

    /// Writes a file and the directories above it.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a directory above")).expect("directories");
        std::fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Writes a program, such as a shell script.
    ///
    /// # Panics
    /// When that is not possible.
    pub fn script(&self, path: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt;
        self.write(path, text);
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(self.path(path), mode).expect("a program");
    }

    /// The text of a file.
    ///
    /// # Panics
    /// When it is not there, or no text.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The content of a file.
    ///
    /// # Panics
    /// When it is not there.
    pub fn content(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// A program, about to be run in the directory as [`command_in`] does.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        command_in(&self.root, program)
    }

    /// Runs a tool of this machine in the directory: `ar`, or `cc` for the compiler. Answers what it said.
    ///
    /// # Panics
    /// When it fails.
    #[track_caller]
    pub fn tool(&self, tool: &str, args: &[&str]) -> Said {
        let said = self.try_tool(tool, args);
        assert!(said.success(), "{tool} {args:?}: {}", said.text());
        said
    }

    /// The same, with tool and arguments in one line.
    ///
    /// # Panics
    /// When it fails.
    #[track_caller]
    pub fn call(&self, line: &str) -> Said {
        let said = self.try_call(line);
        assert!(said.success(), "{line}: {}", said.text());
        said
    }

    /// The same, whatever comes of it.
    pub fn try_call(&self, line: &str) -> Said {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.try_tool(words[0], &words[1..])
    }

    fn try_tool(&self, tool: &str, args: &[&str]) -> Said {
        let compiler = || std::env::var("CC").unwrap_or_else(|_| tool.to_owned());
        let program = if tool == "cc" { compiler() } else { tool.to_owned() };
        Said::of(self.command(program).args(args))
    }

    /// Runs a program of the build directory, in the build directory.
    ///
    /// # Panics
    /// When it does not start.
    pub fn execute(&self, program: &str, args: &[&str]) -> Output {
        let mut command = Command::new(self.built(program));
        command.args(args).current_dir(self.built("")).output().expect("the program starts")
    }

    /// What a program of the build directory prints, with `; failed` behind it if it failed.
    pub fn printed(&self, program: &str, args: &[&str]) -> String {
        let output = self.execute(program, args);
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() { text } else { format!("{text}; failed") }
    }

    /// Processes that work in the directory, or run a program of it: their numbers, and their programs.
    pub fn processes(&self) -> Vec<(i32, PathBuf)> {
        let ours = |entry: std::fs::DirEntry| {
            let number = entry.file_name().to_str()?.parse().ok()?;
            // One that was killed and not yet asked for has neither any more.
            let [program, dir] = ["exe", "cwd"].map(|name| std::fs::read_link(entry.path().join(name)));
            let here = |path: &PathBuf| path.starts_with(&self.root);
            let ours = dir.is_ok_and(|dir| here(&dir)) || program.as_ref().is_ok_and(here);
            ours.then(|| (number, program.unwrap_or_default()))
        };
        std::fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(ours).collect()
    }
}

/// A program, about to be run in any directory. It hears nothing of the terminal and the build around the test, nor of what
/// their user wants of compilers, and speaks the language of computers. What other builds have made is none of its business either.
pub fn command_in(dir: &Path, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir).env("RUST_BACKTRACE", "0").env("LC_ALL", "C").env("MODPIN_CACHE", "off");
    // What compilers keep for a moment lies beside it.
    if room::place() != std::env::temp_dir() {
        command.env("TMPDIR", room::place());
    }
    variables::forget(&mut command);
    command
}

impl Drop for World {
    /// A test that fails under `MODPIN_KEEP=1` leaves its directory and says where it is.
    fn drop(&mut self) {
        if std::thread::panicking() && std::env::var_os("MODPIN_KEEP").is_some() {
            eprintln!("KEPT: {}", self.root.display());
            self.dir.disable_cleanup(true);
        }
    }
}
