//! Which package of the system a file came with: Debian's package manager is asked, where it is there.

use std::path::Path;
use std::time::Duration;

use modpin_engine::{Processes, RealProcesses, Spawn, Status};

use super::host_at_work::HostAtWork;

/// What is asked.
const DPKG: &str = "/usr/bin/dpkg";

/// Long for a look into a list.
const PATIENCE: Duration = Duration::from_secs(10);

/// The package that brought a file of this system.
pub fn package_of(path: &str, scene: &HostAtWork<'_>) -> Option<String> {
    if scene.environment.sysroot.is_some() || !Path::new(DPKG).is_file() {
        return None;
    }
    // It knows files by the names under which they were unpacked, and directories may be links by now.
    let real = std::fs::canonicalize(path).ok()?.to_string_lossy().into_owned();
    let unmerged = real.strip_prefix("/usr").map(str::to_owned);
    let mut args = vec!["-S".to_owned(), path.to_owned()];
    args.extend([Some(real), unmerged].into_iter().flatten());
    let spawn = Spawn {
        program: DPKG.to_owned(),
        args,
        env: vec![("LC_ALL".to_owned(), Some("C".to_owned()))],
        dir: "/".to_owned(),
        limit: Some(PATIENCE),
        ..Spawn::default()
    };
    let ended = RealProcesses::new().run(&spawn).ok()?;
    // It complains of names that it does not know, and ends with 1.
    matches!(ended.status, Status::Exited(0 | 1)).then(|| named(&ended.output)).flatten()
}

/// `libc6:amd64: /lib/x86_64-linux-gnu/libresolv.so.2`.
fn named(output: &[u8]) -> Option<String> {
    let output = String::from_utf8_lossy(output);
    let told = output.lines().filter(|line| !line.starts_with("dpkg-query: "));
    let told = told.filter(|line| !line.starts_with("diversion by "));
    let packages = told.filter_map(|line| line.split_once(": /")).map(|(packages, _)| packages);
    let name = packages.map(|packages| packages.split([',', ':']).next().unwrap_or_default());
    name.map(str::to_owned).find(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_known() {
        let told = b"dpkg-query: no path found matching pattern /usr/lib/x\nlibc6:amd64: /lib/x\nother: /lib/y\n";
        assert_eq!(named(told).as_deref(), Some("libc6"));
        assert_eq!(named(b"one, two: /etc\n").as_deref(), Some("one"));
        assert_eq!(named(b"diversion by dash from: /bin/sh\n").as_deref(), None);
        assert_eq!(named(b"dpkg-query: error: /\n"), None);
    }
}
