//! The outputs of an action go where they belong: all of them when all are whole, and none before.

use crate::graph::Action;
use crate::run::event::Failure;
use crate::run::execute::Executor;
use crate::run::job::Placed;
use crate::run::partial::Partial;
use crate::world::disk::Stat;
use crate::world::file_state::Present;
use crate::world::hash::Hash;

/// What lies where an output belongs, if that is the output.
pub(super) fn is_there(there: &[Present], at: usize) -> Present {
    *there.get(at)?
}

impl Executor<'_> {
    /// Looks at the outputs of an action where they lie until all are whole. `linked` says that they may be links. Those that are `there`
    /// were looked at.
    pub(super) fn look_at_all(
        &self,
        action: &Action,
        partial: &Partial<'_>,
        linked: bool,
        there: &[Present],
    ) -> Result<Placed, Failure> {
        let look = |(at, path)| match is_there(there, at) {
            Some(found) => Ok(found),
            None => self.look(partial, path, linked),
        };
        self.outputs(action).enumerate().map(look).collect()
    }

    /// Moves them to their final paths. `present` is what lies there, and may be what was made.
    pub(super) fn put(
        &self,
        action: &Action,
        partial: &Partial<'_>,
        made: Placed,
        (present, there): (&[Present], &[Present]),
    ) -> Result<Placed, Failure> {
        let outputs = self.outputs(action).zip(made).zip(present).enumerate();
        let put = |(at, ((path, made), present)): (_, ((&str, _), &Option<_>))| match is_there(there, at)
        {
            Some(found) => Ok(found),
            None => self.keep(partial, path, made, *present),
        };
        outputs.map(put).collect()
    }

    fn look(&self, partial: &Partial<'_>, path: &str, linked: bool) -> Result<(Stat, Hash), Failure> {
        let (disk, partial) = (self.edges.disk, partial.path(path));
        let Some(made) = disk.lstat(&partial).map_err(Failure::io("look at", path))? else {
            return Err(Failure::unfinished(format!("it succeeded but did not write {path}")));
        };
        // Where another than that of a step would lead, nobody knows.
        let link = match linked && !made.regular {
            true => disk.link(&partial).map_err(Failure::io("look at", path))?,
            false => None,
        };
        match link {
            Some(target) => Ok((made, Hash::of_link(&target))),
            None if !made.regular => {
                let message = format!("{path}: it wrote a link or a directory instead of a file");
                Err(Failure::unfinished(message))
            }
            None => Ok((made, disk.hash(&partial).map_err(Failure::io("read", path))?)),
        }
    }

    /// Moves an output to its final path, unless the same content lies there already.
    fn keep(
        &self,
        partial: &Partial<'_>,
        path: &str,
        (made, hash): (Stat, Hash),
        present: Present,
    ) -> Result<(Stat, Hash), Failure> {
        let (disk, partial) = (self.edges.disk, partial.path(path));
        if let Some((stat, _)) = present.filter(|(_, present)| *present == hash)
            && disk.lstat(path).map_err(Failure::io("look at", path))? == Some(stat)
        {
            disk.remove(&partial).map_err(Failure::io("remove", &partial))?;
            return Ok((stat, hash));
        }
        Ok((self.moved(&partial, path, made)?, hash))
    }

    /// Moves a file that was looked at to its final path, and sees whether that leads to it.
    pub(super) fn moved(&self, partial: &str, path: &str, made: Stat) -> Result<Stat, Failure> {
        let (disk, refuse) = (self.edges.disk, |message| Err(Failure::unfinished(message)));
        self.output_dir.replace(partial, path)?;
        let there = disk.lstat(path).map_err(Failure::io("look at", path))?;
        if there.is_none_or(|there| there.inode != made.inode) {
            for (dir, _) in [partial, path].iter().filter_map(|path| path.rsplit_once('/')) {
                disk.leads_to_ours(dir).map_err(Failure::io("put it there", path))?;
            }
        }
        match there {
            Some(stat) if (stat.size, stat.mtime) == (made.size, made.mtime) => Ok(stat),
            Some(_) => refuse(format!("{path}: somebody else writes it at the same time")),
            None => refuse(format!("{path} is gone again")),
        }
    }
}
