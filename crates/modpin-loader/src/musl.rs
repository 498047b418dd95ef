//! What is musl's alone, and what its versions differ in.

use modpin_symbols::{Loadable, shown};

use crate::opener::Opener;

/// A version of musl: 1.2.3.
pub type Version = [u32; 3];

/// The first that applies packed relocations (musl's `WHATSNEW`).
const PACKED: Version = [1, 2, 4];

/// The version that musl's loader tells of itself when it is run without a program.
pub fn version(loader: &[u8]) -> Option<Version> {
    loader.split(|&byte| byte == 0).find_map(|text| {
        let text = std::str::from_utf8(text).ok().filter(|text| text.len() < 32)?;
        // What was built from its repository says so: 1.2.3-git-12-gabcdef.
        let text = text.split_once("-git").map_or(text, |(version, _)| version);
        let numbers: Result<Vec<u32>, _> = text.split('.').map(str::parse).collect();
        numbers.ok()?.try_into().ok()
    })
}

/// `/lib/ld-musl-x86_64.so.1` reads `/etc/ld-musl-x86_64.path`.
pub fn default_dirs<O: Opener>(
    interp: &str,
    sysroot: &str,
    opener: &mut O,
) -> Result<Vec<String>, O::Error> {
    let (dir, file) = interp.rsplit_once('/').unwrap_or(("", interp));
    let prefix = dir.rsplit_once('/').map_or("", |(prefix, _)| prefix);
    let stem = file.split(".so").next().unwrap_or(file);
    let text = opener.content(&format!("{sysroot}{prefix}/etc/{stem}.path"))?;
    let Some(text) = text else {
        return Ok(["/lib", "/usr/local/lib", "/usr/lib"].map(str::to_owned).to_vec());
    };
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(text.split(['\n', ':']).filter(|dir| !dir.is_empty()).map(str::to_owned).collect())
}

/// What its loader makes of files without a word, and crashes on.
pub fn stumbles<'a>(
    version: Option<Version>,
    new: impl Iterator<Item = (&'a str, &'a Loadable)>,
) -> Option<String> {
    let is_old = version.is_some_and(|version| version < PACKED);
    let (path, file) = new.into_iter().find(|(_, file)| file.chooses || file.relr && is_old)?;
    let path = shown::line(path);
    if file.chooses {
        return Some(format!(
            "{path} has functions that are chosen when it is loaded (IFUNC), and musl's loader knows no such relocation"
        ));
    }
    let version = version.unwrap_or_default().map(|number| number.to_string()).join(".");
    Some(format!(
        "{path} has packed relocations (DT_RELR), which musl applies since 1.2.4: this is {version}, and crashes\n  help: link it \
         with -Wl,-z,nopack-relative-relocs, or use a later musl"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_its_version() {
        assert_eq!(
            version(b"\x7fELF\0musl libc (x86_64)\nVersion %s\n\x00001.2.3\x00127.0.0.1\0"),
            Some([1, 2, 3])
        );
        assert_eq!(version(b"\x00001.2.5-git-7-g1234abc\0"), Some([1, 2, 5]));
        assert_eq!(version(b"\x00127.0.0.1\x00002.36\0v1.2.3\0"), None);
    }
}
