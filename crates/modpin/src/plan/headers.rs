//! Headers that the build writes itself, so that C sees what was configured. They lie in a directory of their own.

use modpin_project::PastedOptions;

use super::planner::{NewAction, Planner, WrittenHeaders};
use crate::error::Result;
use crate::steps::{BuildStep, Verb, WriteAutoconf};
use crate::toolchain::{PastedNames, SeenOptions};

fn pasted(known: &PastedOptions) -> PastedNames {
    PastedNames { file: known.file.clone(), options: known.options.clone() }
}

impl Planner<'_> {
    /// Writes them.
    pub(super) fn written_headers(&mut self) -> Result<WrittenHeaders> {
        let mut headers = WrittenHeaders::default();
        let Some(autoconf) = &self.resolved.autoconf else { return Ok(headers) };
        headers.dir = Some(self.layout.headers_dir());
        let path = self.layout.header(&autoconf.header);
        let patterns = autoconf.patterns.iter();
        let seen = SeenOptions {
            header: path.clone(),
            values: self.layout.seen_values(),
            patterns: patterns.map(|(list, pattern)| ((*list).to_owned(), pattern.clone())).collect(),
            pasted: autoconf.pasted.iter().map(pasted).collect(),
        };
        headers.forced = autoconf.force_include.then(|| path.clone());
        let outputs = [path.clone(), seen.values.clone(), self.layout.seen()];
        let step = WriteAutoconf { options: autoconf.options.clone(), seen };
        let files = self.add(NewAction {
            verb: Verb::Writing,
            label: path,
            work: BuildStep::WriteAutoconf(step).into_work(),
            inputs: vec![],
            outputs: &outputs,
            depfile: None,
        })?;
        headers.files.push(files[0]);
        headers.before.push(files[2]);
        Ok(headers)
    }
}
