//! Which values the options and probes of the project had in the last build that was planned: so that whoever asks why actions run
//! hears of what changed. For words only: nothing is decided by it, and without it nothing is said.

use modpin_engine::{Framing, read_file};
use modpin_project::Known;

use modpin_steps::own_file;

use crate::layout::Layout;

const OPTIONS: Framing = Framing("options", 2);

/// The values of one build, by `option NAME` or `probe NAME`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct KnownOptions(Vec<(String, String)>);

impl KnownOptions {
    /// Those of this build.
    pub fn of(known: &Known) -> KnownOptions {
        let options = known.options.iter();
        let options = options.map(|option| (format!("option {}", option.name), option.text.clone()));
        let probes = known.probes.iter();
        let probes = probes.map(|probe| (format!("probe {}", probe.name), probe.text().to_owned()));
        KnownOptions(options.chain(probes).collect())
    }

    /// Those of the last one.
    pub fn read(layout: &Layout) -> KnownOptions {
        let bytes = read_file(&layout.absolute(&layout.options())).unwrap_or_default();
        let text = OPTIONS.payload(&bytes).and_then(|text| std::str::from_utf8(text).ok());
        let pairs = text.unwrap_or_default().lines().filter_map(|line| line.split_once('='));
        KnownOptions(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// Remembers them for the next build, and writes them where people look. Where that cannot be, the next one says nothing.
    pub fn write(&self, layout: &Layout, known: &Known) {
        let text: String = self.0.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        let contents = [OPTIONS.wrap(text.as_bytes()), known.to_dot_config().into_bytes()];
        let dir = layout.absolute(&layout.state_dir());
        for (path, content) in KnownOptions::files(layout).iter().zip(contents) {
            let path = layout.absolute(path);
            if self.0.is_empty() {
                let _ = std::fs::remove_file(path);
            } else if !read_file(&path).is_ok_and(|there| there == content) {
                let _ = own_file::replace_in_state(&dir, &path, &content);
            }
        }
    }

    /// Where they are remembered, and where people look.
    pub fn files(layout: &Layout) -> [String; 2] {
        [layout.options(), layout.dot_config()]
    }

    /// What is otherwise than in an earlier build, a sentence for each.
    pub fn since(&self, before: &KnownOptions) -> Vec<String> {
        let changed = self.0.iter().filter_map(|(name, value)| {
            let (_, was) = before.0.iter().find(|(known, _)| known == name)?;
            (was != value).then(|| format!("the {name} is {value}, was {was}"))
        });
        changed.collect()
    }
}

#[cfg(test)]
mod tests {
    use modpin_project::{Config, Opt, Project, Tristate, configure};

    use super::*;

    #[test]
    fn an_option_that_changed_is_told_once() {
        let root = tempfile::tempdir().expect("a directory");
        let layout = Layout { root: root.path().to_path_buf(), dir: "out".to_owned() };
        std::fs::create_dir_all(layout.absolute(&layout.state_dir())).expect("a directory");
        let mut project = Project::new("p", root.path());
        project.option(Opt::tristate("CRYPT").default(Tristate::Module));
        project.option(Opt::bool("NET"));
        let known = |text: &str| {
            let mut config = Config::default();
            config.set_from_text(&project.options, text).expect("an option");
            configure(&project.options, &config).expect("values")
        };
        let (of_first, of_second) = (known("NET=n"), known("CRYPT=y"));
        let (first, second) = (KnownOptions::of(&of_first), KnownOptions::of(&of_second));
        assert_eq!(first.since(&KnownOptions::read(&layout)), [""; 0], "nothing was known");
        first.write(&layout, &of_first);
        assert_eq!(KnownOptions::read(&layout), first);
        assert_eq!(second.since(&first), ["the option CRYPT is y, was m"]);
        second.write(&layout, &of_second);
        let file = std::fs::read_to_string(layout.absolute(&layout.dot_config())).expect("a file");
        assert_eq!(file, "CONFIG_CRYPT=y\n# CONFIG_NET is not set\n");
        assert_eq!(second.since(&KnownOptions::read(&layout)), [""; 0]);
        let path = layout.absolute(&layout.options());
        let whole = std::fs::read(&path).expect("a file");
        for at in 0..whole.len() {
            let damaged = [&whole[..at], &[whole[at] ^ 1], &whole[at + 1..]].concat();
            std::fs::write(&path, damaged).expect("a file");
            assert_eq!(KnownOptions::read(&layout), KnownOptions::default(), "damaged at {at}");
        }
    }
}
