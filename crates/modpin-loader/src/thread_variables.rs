//! Variables of threads that a file reaches at a fixed distance from the thread's pointer (the initial-exec model, "static
//! TLS"). What is there at start has such a place. What is opened later has none under musl; under glibc it gets one of what
//! was kept spare for that, while there is some.
//!
//! The arithmetic is that of glibc's `_dl_determine_tlsoffset` and `_dl_try_allocate_static_tls`, for processors on which
//! the variables lie below the thread's pointer.

use std::collections::BTreeSet;

use modpin_symbols::{InScope, Loadable, Rules, Tls, definer, shown};

use crate::process::{Opened, Process};
use crate::tunables::{OPTIONAL, optional, spare};

/// Why a module that was opened does not get its place, in words.
pub fn without_place(process: &Process, opened: &Opened, scope: &[InScope<'_>]) -> Option<String> {
    // Nearly no module has such variables.
    let rules = process.system.rules;
    let wanted = wanted(process, opened, scope);
    if rules == Rules::Musl {
        let (asker, owner) = wanted.into_iter().next()?;
        let [asker, of] = [asker, owner].map(|at| shown::line(&process.files[at].path));
        let of = if asker == of { "its own".to_owned() } else { format!("those of {of}") };
        return Some(format!(
            "{asker} reaches variables of threads, {of}, at a fixed distance (initial-exec), and musl has a place for that \
             only in what is there at start\n  help: compile it without -ftls-model=initial-exec, or link the host with it"
        ));
    }
    let mut area = Area::at_start(process)?;
    let owners: BTreeSet<usize> = wanted.iter().map(|&(_, owner)| owner).collect();
    // What came before has its place; of what one dlopen brings, the last is bound first.
    let before = owners.range(..opened.new_from);
    for &owner in before.chain(owners.range(opened.new_from..).rev()) {
        let tls = process.files[owner].file.tls?;
        if !area.takes(tls) {
            let (path, left) = (shown::line(&process.files[owner].path), area.left());
            return Some(format!(
                "{path} needs {} bytes at a fixed distance from the thread's pointer (static TLS, initial-exec), and of what \
                 the loader keeps spare {left} are left\n  help: link the host with it, load it with LD_PRELOAD, or start the \
                 program with GLIBC_TUNABLES={OPTIONAL}={}",
                tls.size,
                optional(process.system.tunables.as_deref()) + area.missing_for(tls)
            ));
        }
    }
    None
}

/// Who asks for such a place in which file, of those that came after the start: indices into [`Process::files`].
fn wanted(process: &Process, opened: &Opened, scope: &[InScope<'_>]) -> Vec<(usize, usize)> {
    let at_start = process.at_start;
    let index = |of: &Loadable| process.files.iter().position(|mapped| std::ptr::eq(&*mapped.file, of));
    let mut wanted = Vec::new();
    for (asker, mapped) in process.files.iter().enumerate().skip(at_start) {
        let file = &mapped.file;
        if file.own_at_fixed_distance && file.tls.is_some() {
            wanted.push((asker, asker));
        }
        for ask in file.asks.at_fixed_distance() {
            let owner = definer(scope, &ask, process.system.rules).and_then(|at| index(scope[at].file));
            wanted.extend(owner.filter(|&owner| owner >= at_start).map(|owner| (asker, owner)));
        }
    }
    // musl has bound the others before.
    wanted.retain(|&(asker, _)| process.system.rules == Rules::Glibc || asker >= opened.new_from);
    wanted
}

/// The area of variables at fixed distances.
#[derive(Clone, Copy, Debug)]
struct Area {
    /// What is taken, from the thread's pointer on.
    used: u64,
    size: u64,
    align: u64,
}

impl Area {
    /// As it is when a program starts. `None` for a processor on which it lies otherwise.
    fn at_start(process: &Process) -> Option<Area> {
        const OF_THE_LOADER: u64 = 64;
        // A static program counts otherwise.
        let host = process.files.first().filter(|_| !process.is_static)?;
        matches!(host.file.machine.as_str(), "x86-64" | "x32" | "i386").then_some(())?;
        let spare = spare(process.system.tunables.as_deref());
        let (mut used, mut top, mut bottom) = (0_u64, 0_u64, 0_u64);
        let mut align = OF_THE_LOADER;
        for tls in process.files[..process.at_start].iter().filter_map(|mapped| mapped.file.tls) {
            align = align.max(tls.align);
            if bottom - top >= tls.size {
                let end = end_of(top, tls)?;
                if end <= bottom {
                    top = end;
                    continue;
                }
            }
            let end = end_of(used, tls)?;
            if end > used + tls.size + (bottom - top) {
                (top, bottom) = (used, end - tls.size);
            }
            used = end;
        }
        let size = used.checked_add(spare)?.checked_next_multiple_of(align)?;
        Some(Area { used, size, align })
    }

    /// Takes a place for a file's variables, if there is one.
    fn takes(&mut self, tls: Tls) -> bool {
        let (left, size) = (self.left(), tls.size.saturating_add(tls.first));
        if tls.align > self.align || left < size {
            return false;
        }
        let rest = (left - size) / tls.align;
        self.used += left - rest * tls.align - tls.first;
        true
    }

    fn left(&self) -> u64 {
        self.size.saturating_sub(self.used)
    }

    /// How much more must be spare for a file to find its place.
    fn missing_for(&self, tls: Tls) -> u64 {
        let wanted = tls.size.saturating_add(tls.first).saturating_add(tls.align);
        wanted.saturating_sub(self.left()).next_multiple_of(self.align)
    }
}

/// Where a file's variables end that begin behind `from`.
fn end_of(from: u64, tls: Tls) -> Option<u64> {
    let first = tls.first.wrapping_neg() & (tls.align - 1);
    let end = from.checked_add(tls.size)?.saturating_sub(first).checked_next_multiple_of(tls.align)?;
    end.checked_add(first)
}
