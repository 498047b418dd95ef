//! What a user may call an archive member or an object. Knows names only.

/// A name as it was typed.
pub struct MemberName {
    archive: Option<String>,
    member: String,
}

impl MemberName {
    /// `libutil.a(crc.c.o)`, or a name without archive.
    pub fn parse(text: &str) -> MemberName {
        let parts = text.strip_suffix(')').and_then(|text| text.split_once('('));
        match parts {
            Some((archive, member)) => {
                MemberName { archive: Some(archive.to_owned()), member: member.to_owned() }
            }
            None => MemberName { archive: None, member: text.to_owned() },
        }
    }

    /// Whether a unit is meant: the member of an archive, or an object that goes by its source, when `member` is empty.
    pub fn fits(&self, file: &str, member: &str) -> bool {
        let name = if member.is_empty() { file } else { member };
        let in_archive = match &self.archive {
            None => true,
            Some(archive) => !member.is_empty() && ends(file, archive),
        };
        in_archive && (ends(name, &self.member) || alike(name, &self.member))
    }
}

/// Whether a path is the other one, or ends in it after a `/`; the other may also say more in front.
fn ends(path: &str, end: &str) -> bool {
    let behind = |long: &str, short: &str| {
        long.strip_suffix(short).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    !end.is_empty() && (behind(path, end) || behind(end, path))
}

/// `crc.c.o`, `crc.o` and `crc.c` are one to who asks; where a directory is typed, it counts.
fn alike(name: &str, typed: &str) -> bool {
    let has_ending = [".o", ".c", ".s", ".S", ".lo"].iter().any(|ending| typed.ends_with(ending));
    has_ending && ends(stem(name), stem(typed))
}

/// A name without the endings that compilers add.
pub fn stem(name: &str) -> &str {
    let name = name.strip_suffix(".o").or_else(|| name.strip_suffix(".lo")).unwrap_or(name);
    let start = name.rfind('/').map_or(0, |at| at + 1);
    match name[start..].rfind('.') {
        Some(at) if at > 0 && name.len() - start - at <= 4 => &name[..start + at],
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_fits_what_is_meant() {
        let fits = |typed, file, member| MemberName::parse(typed).fits(file, member);
        for typed in [
            "libutil.a(crc.c.o)",
            "crc.c.o",
            "crc.o",
            "crc.c",
            "libutil.a(crc.o)",
            "out/libutil.a(crc.o)",
        ] {
            assert!(fits(typed, "libutil.a", "crc.c.o"), "{typed}");
        }
        for typed in
            ["libutl.a(crc.c.o)", "rc.c.o", "crc", "xcrc.o", "", "()", "libutil.a()", "crc.c.o.o"]
        {
            assert!(!fits(typed, "libutil.a", "crc.c.o"), "{typed}");
        }
        for typed in
            ["main.c", "main.o", "tool/main.c", "src/tool/main.c", "tool/main.c.o", "x/src/tool/main.o"]
        {
            assert!(fits(typed, "src/tool/main.c", ""), "{typed}");
        }
        assert!(!fits("other/main.c", "src/tool/main.c", ""));
        assert!(!fits("libutil.a(main.c)", "src/tool/main.c", ""));
    }
}
