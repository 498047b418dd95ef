//! What a user may call an archive member or an object.

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
        let is_meant = |name| ends(name, &self.member) || alike(name, &self.member);
        in_archive && (is_meant(name) || is_meant(without_count(name)))
    }
}

/// The name of a member that shares it with others: `trace.c.o#2` is one of those called `trace.c.o`.
fn without_count(name: &str) -> &str {
    let is_count = |count: &str| !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    name.rsplit_once('#').filter(|(_, count)| is_count(count)).map_or(name, |(name, _)| name)
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
    fn members_of_one_name_are_meant_together_or_by_their_number() {
        let fits = |typed, member| MemberName::parse(typed).fits("libutil.a", member);
        assert!(["trace.c.o#1", "trace.c.o#2"].iter().all(|member| fits("trace.o", member)));
        assert!(fits("libutil.a(trace.c.o#2)", "trace.c.o#2") && fits("trace.c.o#2", "trace.c.o#2"));
        assert!(!fits("trace.c.o#2", "trace.c.o#1") && !fits("trace.c.o#2", "trace.c.o"));
        assert!(!fits("trace.o", "trace.c.o#x"));
    }

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
