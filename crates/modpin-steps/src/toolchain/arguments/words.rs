//! Arguments as the programs behind a driver get them: those that stand in response files (`@FILE`) in the place of the
//! file, those of the linker (`-Wl,` and `-Xlinker`) and of the assembler (`-Wa,` and `-Xassembler`) by themselves, those that the
//! driver only hands on to the compiler behind all others. Opens no file: whoever asks knows what is in them.

use modpin_project::ArgumentFiles;

use crate::toolchain::response_file::words_of;

/// What is at a path that an argument names.
pub trait Answers {
    /// The text of a file; `None` when there is none.
    fn text(&mut self, path: &str) -> Option<String>;
    /// Whether a file is there.
    fn is_file(&mut self, path: &str) -> bool;
    /// Whether a directory is there.
    fn is_dir(&mut self, path: &str) -> bool;
    /// The files in a directory and below.
    fn below(&mut self, dir: &str) -> Vec<String>;
}

/// Answers that were given before.
pub struct KnownAnswers<'a>(pub &'a ArgumentFiles);

impl Answers for KnownAnswers<'_> {
    fn text(&mut self, path: &str) -> Option<String> {
        self.0.texts.get(path).cloned()
    }

    fn is_file(&mut self, path: &str) -> bool {
        self.0.there.contains(path)
    }

    fn is_dir(&mut self, path: &str) -> bool {
        self.0.dirs.contains(path)
    }

    fn below(&mut self, dir: &str) -> Vec<String> {
        self.0.below.get(dir).cloned().unwrap_or_default()
    }
}

/// The arguments of a command, by the program that obeys them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// For the driver itself and the compiler.
    pub driver: Vec<String>,
    /// For the linker.
    pub linker: Vec<String>,
    /// For the assembler.
    pub assembler: Vec<String>,
    /// Files whose words stand among these.
    pub files: Vec<String>,
}

impl Arguments {
    /// The arguments of a command line.
    pub fn of<'a>(args: impl IntoIterator<Item = &'a String>, answers: &mut dyn Answers) -> Arguments {
        let mut arguments = Arguments::default();
        let words = arguments.expanded(args.into_iter().cloned(), answers);
        let (mut linker, mut assembler, mut compiler) = (Vec::new(), Vec::new(), Vec::new());
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let split = |rest: &str| rest.split(',').map(str::to_owned).collect::<Vec<_>>();
            match word.as_str() {
                "-Xlinker" => linker.extend(words.next()),
                "-Xassembler" => assembler.extend(words.next()),
                "-Xpreprocessor" | "-Xclang" => compiler.extend(words.next()),
                _ => match word.split_at_checked("-Wl,".len()) {
                    Some(("-Wl,", rest)) => linker.extend(split(rest)),
                    Some(("-Wa,", rest)) => assembler.extend(split(rest)),
                    Some(("-Wp,", rest)) => compiler.extend(split(rest)),
                    _ => arguments.driver.push(word),
                },
            }
        }
        let compiler = arguments.expanded(compiler.into_iter(), answers);
        arguments.driver.extend(compiler);
        arguments.linker = arguments.expanded(linker.into_iter(), answers);
        arguments.assembler = arguments.expanded(assembler.into_iter(), answers);
        arguments
    }

    fn expanded(
        &mut self,
        words: impl Iterator<Item = String>,
        answers: &mut dyn Answers,
    ) -> Vec<String> {
        let (mut into, mut open) = (Vec::new(), Vec::new());
        self.expand(words, answers, &mut open, &mut into);
        into
    }

    /// `open` are the files that we are in: one that names itself is read once.
    fn expand(
        &mut self,
        words: impl Iterator<Item = String>,
        answers: &mut dyn Answers,
        open: &mut Vec<String>,
        into: &mut Vec<String>,
    ) {
        for word in words {
            let path = word.strip_prefix('@').filter(|path| !path.is_empty());
            let text = path.filter(|path| !open.iter().any(|open| open == path));
            let text = text.and_then(|path| Some((path.to_owned(), answers.text(path)?)));
            let Some((path, text)) = text else {
                into.push(word);
                continue;
            };
            if !self.files.contains(&path) {
                self.files.push(path.clone());
            }
            open.push(path);
            self.expand(words_of(&text).into_iter(), answers, open, into);
            open.pop();
        }
    }

    /// The values of an option, which stand in the same word or in the next.
    pub fn values<'a>(words: &'a [String], option: &'a str) -> impl Iterator<Item = &'a str> {
        words.iter().enumerate().filter_map(move |(at, word)| match word.strip_prefix(option)? {
            "" => words.get(at + 1).map(String::as_str),
            value => Some(value),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_response_files_stand_in_their_place() {
        let text = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        let texts = [
            text("a", "-DA @b\n-Wl,x,@l"),
            text("b", "'-DB C' @a @none"),
            text("l", "--defsym=y=1 @m"),
            text("m", "z"),
            text("s", "-I inc"),
        ];
        let files = ArgumentFiles { texts: texts.into(), ..ArgumentFiles::default() };
        let args = [
            "-c",
            "@a",
            "-Wa,@s,-n",
            "-Xlinker",
            "@m",
            "-Xassembler",
            "--k",
            "-Wp,-I,x,@s",
            "@none",
            "@",
        ];
        let args = args.map(str::to_owned);
        let arguments = Arguments::of(&args, &mut KnownAnswers(&files));
        let compiler = ["-I", "x", "-I", "inc"];
        assert_eq!(arguments.driver[..7], ["-c", "-DA", "-DB C", "@a", "@none", "@none", "@"]);
        assert_eq!(arguments.driver[7..], compiler);
        assert_eq!(arguments.linker, ["x", "--defsym=y=1", "z", "z"]);
        assert_eq!(arguments.assembler, ["-I", "inc", "-n", "--k"]);
        assert_eq!(arguments.files, ["a", "b", "m", "s", "l"]);
    }
}
