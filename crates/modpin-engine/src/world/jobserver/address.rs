//! How a jobserver is called on command lines, and whether what is called so is one pipe.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use jobserver::Client;

/// How a client is named on command lines: `R,W` or `fifo:PATH`. It tells commands only.
pub(super) fn arguments(client: &Client) -> String {
    let mut nobody = Command::new("");
    client.configure(&mut nobody);
    let flags = nobody.get_envs().find_map(|(_, value)| value).unwrap_or_default().to_string_lossy();
    flags.rsplit_once("--jobserver-auth=").map_or_else(String::new, |(_, found)| found.to_owned())
}

/// Numbers of descriptors; none of a fifo.
pub(super) fn descriptors(arguments: &str) -> Vec<i32> {
    arguments.split(',').filter_map(|number| number.parse().ok()).collect()
}

/// Opened anew, so that it stays open whatever others do with theirs.
pub(super) fn way_back(arguments: &str) -> io::Result<File> {
    match arguments.strip_prefix("fifo:") {
        Some(path) => File::options().read(true).write(true).open(path),
        None => {
            let end = descriptors(arguments).pop().ok_or(io::ErrorKind::InvalidInput)?;
            File::options().write(true).open(format!("/dev/fd/{end}"))
        }
    }
}

/// A stale number can be another pipe by chance. The two ends of one pipe have one inode.
pub(super) fn both_ends(arguments: &str) -> bool {
    let inode = |end: i32| {
        std::fs::metadata(format!("/dev/fd/{end}")).map(|found| (found.dev(), found.ino())).ok()
    };
    let ends: Vec<_> = descriptors(arguments).into_iter().map(inode).collect();
    ends.windows(2).all(|ends| ends[0].is_some() && ends[0] == ends[1])
}
