//! Headers that the build writes itself, so that C sees what was configured. They lie in a directory of their own.

use modpin_engine::FileId;
use modpin_project::{PastedOptions, Resolved, ResolvedAutoconf, ResolvedConfigHeader};

use super::planner::{NewAction, Planner, WrittenHeaders};
use super::words::headers_dirs;
use crate::error::Result;
use crate::steps::{BuildStep, Verb, WriteAutoconf, WriteConfigHeader};
use crate::toolchain::{PastedNames, SeenOptions};

fn pasted(known: &PastedOptions) -> PastedNames {
    PastedNames { file: known.file.clone(), options: known.options.clone() }
}

impl Planner<'_> {
    /// Writes them.
    pub(super) fn written_headers(&mut self) -> Result<WrittenHeaders> {
        let mut headers = WrittenHeaders::default();
        let resolved = self.resolved;
        if let Some(autoconf) = &resolved.autoconf {
            self.autoconf(autoconf, &mut headers)?;
        }
        for header in &resolved.config_headers {
            self.config_header(header, &mut headers)?;
        }
        headers.dirs = headers_dirs(resolved, self.layout);
        Ok(headers)
    }

    /// The same for the build machine, whose project is planned here. Options are the same on both, so the target's headers do, but
    /// for those that say what the target's machine has answered: these are made once more, in front of the others.
    pub(super) fn headers_of_build_machine(
        &mut self,
        target: (&Resolved, &WrittenHeaders),
        dirs: Vec<String>,
    ) -> Result<WrittenHeaders> {
        let (resolved, mut headers) = (self.resolved, WrittenHeaders { dirs, ..target.1.clone() });
        if resolved.config_headers != target.0.config_headers {
            for header in &resolved.config_headers {
                self.config_header(header, &mut headers)?;
            }
        }
        Ok(headers)
    }

    fn autoconf(&mut self, autoconf: &ResolvedAutoconf, headers: &mut WrittenHeaders) -> Result<()> {
        let path = self.layout.header(&autoconf.header);
        let patterns = autoconf.patterns.iter();
        let seen = SeenOptions {
            header: path.clone(),
            values: self.layout.seen_values(),
            patterns: patterns.map(|(list, pattern)| ((*list).to_owned(), pattern.clone())).collect(),
            pasted: autoconf.pasted.iter().map(pasted).collect(),
        };
        headers.forced = autoconf.force_include.then(|| path.clone());
        let outputs = [path, seen.values.clone(), self.layout.seen()];
        let step = BuildStep::WriteAutoconf(WriteAutoconf { options: autoconf.options.clone(), seen });
        let files = self.write_header(step, vec![], &outputs)?;
        headers.files.push(files[0]);
        headers.before.push(files[2]);
        Ok(())
    }

    fn config_header(
        &mut self,
        header: &ResolvedConfigHeader,
        headers: &mut WrittenHeaders,
    ) -> Result<()> {
        let outputs = [self.layout.header(&header.header), self.layout.header_written(&header.header)];
        let template = header.template.iter().map(|template| self.graph.file(&template.path)).collect();
        let step = BuildStep::WriteConfigHeader(WriteConfigHeader { header: header.clone() });
        let files = self.write_header(step, template, &outputs)?;
        headers.files.push(files[0]);
        headers.before.push(files[1]);
        Ok(())
    }

    fn write_header(
        &mut self,
        step: BuildStep,
        inputs: Vec<FileId>,
        outputs: &[String],
    ) -> Result<Vec<FileId>> {
        let (verb, label, work) = (Verb::Writing, outputs[0].clone(), step.into_work());
        self.add(NewAction { verb, label, work, inputs, outputs, depfile: None })
    }
}
