//! Whether a program gets rights that its caller has not: setuid, setgid, capabilities of the file. The loader of such a
//! program obeys nobody (ld.so(8), secure-execution mode). It would pass over the probe of a load check, and the program's
//! own main would run. So who wants to start a host asks here first.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{StatVfsMountFlags, getxattr, statvfs};
use rustix::process::{getgid, getuid};

/// What a program has that we have not, in words; `None` for an ordinary one, and for one that cannot be looked at.
pub fn more_than_ours(program: &Path) -> Option<String> {
    const SETUID: u32 = 0o4000;
    const SETGID: u32 = 0o2000;
    const GROUP_MAY_RUN: u32 = 0o0010;
    let file = std::fs::metadata(program).ok()?;
    let has = |bits: u32| file.mode() & bits == bits;
    if statvfs(program).is_ok_and(|system| system.f_flag.contains(StatVfsMountFlags::NOSUID)) {
        return None;
    }
    if has(SETUID) && file.uid() != getuid().as_raw() {
        return Some(format!("it is setuid: it runs as user {}", file.uid()));
    }
    if has(SETGID | GROUP_MAY_RUN) && file.gid() != getgid().as_raw() {
        return Some(format!("it is setgid: it runs as group {}", file.gid()));
    }
    let mut value = [0_u8; 64];
    let capable = getxattr(program, "security.capability", &mut value).is_ok();
    (capable && !getuid().is_root()).then(|| "it has capabilities (getcap tells which)".to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn rights_of_our_own_are_none() {
        let program = tempfile::NamedTempFile::new().expect("a file");
        let is_more = |mode: u32| {
            let permissions = std::fs::Permissions::from_mode(mode);
            program.as_file().set_permissions(permissions).expect("it is ours");
            more_than_ours(program.path())
        };
        assert_eq!(is_more(0o755), None);
        assert_eq!(is_more(0o4755), None, "it is ours already");
        assert_eq!(more_than_ours(Path::new("/nowhere")), None);
        if !getuid().is_root() {
            return;
        }
        std::os::unix::fs::chown(program.path(), Some(65534), Some(65534)).expect("root may");
        assert_eq!(is_more(0o755), None);
        assert_eq!(is_more(0o4755).as_deref(), Some("it is setuid: it runs as user 65534"));
        assert_eq!(is_more(0o2755).as_deref(), Some("it is setgid: it runs as group 65534"));
        assert_eq!(is_more(0o2745), None, "without x for the group, it is no setgid");
    }
}
