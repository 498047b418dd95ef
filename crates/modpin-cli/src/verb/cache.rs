//! `cache`: what is kept of builds for all checkouts of a user. Needs no project.

use modpin::Error;
use modpin::session::{KeepResults, Results, UseServer, disk};
use modpin::shown;

use crate::command::cache_args::{Cache, CacheDir, CacheVerb};
use crate::command::exit::{Ended, Stop};
use crate::context::Context;
use crate::say::message::Message;

/// Does what was typed behind `cache`.
pub fn run(context: &mut Context<'_>, args: &Cache) -> Result<Ended, Stop> {
    let at = match &args.verb {
        CacheVerb::Stats(at) | CacheVerb::Clear(at) => at,
        CacheVerb::Trim(trim) => &trim.at,
    };
    let results = open(at)?;
    let most = match &args.verb {
        CacheVerb::Stats(_) => None,
        CacheVerb::Trim(trim) => Some(trim.size.unwrap_or(results.limit)),
        CacheVerb::Clear(_) => Some(0),
    };
    let removed = match most {
        Some(most) => results.cache.trim(&disk(), most).map(|(removed, _)| Some(removed)),
        None => Ok(None),
    };
    let io = |source| Stop::from(Error::io(&results.dir, "look through what is kept", source));
    let removed = removed.map_err(io)?;
    let kept = results.cache.kept(&disk()).map_err(io)?;
    let dir = results.dir.display().to_string();
    let is_told = matches!(args.verb, CacheVerb::Stats(_));
    let server = if is_told { UseServer::default().find()? } else { None };
    let terminal = &mut *context.terminal;
    if let Some(removed) = removed {
        terminal.status("Removed", format_args!("{} of {dir}", readable(removed)));
    } else if !terminal.json() {
        terminal.print(&format!(
            "{dir}\n  {} of {} used\n  {} keys with results, {} contents\n{}",
            readable(kept.bytes),
            readable(results.limit),
            kept.keys,
            kept.contents,
            server
                .as_ref()
                .map_or(String::new(), |server| format!("  in front of {}\n", shown::line(server))),
        ));
    }
    let (bytes, limit) = (kept.bytes, results.limit);
    let (keys, contents) = (kept.keys, kept.contents);
    terminal.message(&Message::Cache { dir: &dir, bytes, limit, keys, contents, removed, server });
    Ok(Ended::DONE)
}

fn open(at: &CacheDir) -> Result<Results, Stop> {
    let place = at.cache.clone().map_or(KeepResults::Usual, KeepResults::In);
    place.open()?.ok_or_else(|| {
        Stop::usage("no results are kept", "name a directory: --cache DIR, or the variable MODPIN_CACHE")
    })
}

/// A size for people.
fn readable(bytes: u64) -> String {
    let units = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
    match units.into_iter().find(|(shift, _)| bytes >> shift > 0) {
        None => format!("{bytes} B"),
        Some((shift, unit)) => format!("{:.1} {unit}", bytes as f64 / (1u64 << shift) as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_for_people() {
        let told = [0, 1023, 1024, 5 << 30, (5 << 20) + (1 << 19), 3 << 40].map(readable);
        assert_eq!(told, ["0 B", "1023 B", "1.0 KiB", "5.0 GiB", "5.5 MiB", "3.0 TiB"]);
    }
}
