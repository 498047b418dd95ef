//! Archives: members without end, names that all lie in one place, indexes that promise the world.

use std::io;

use modpin_symbols::{Error, Index, members};

use crate::check;

/// Reads as a build does; a thin archive's members are all these bytes.
fn read_with(bytes: &[u8], member: &[u8]) -> String {
    drop(members(bytes));
    let external = &mut |_: &str| match member {
        [] => Err(io::ErrorKind::NotFound.into()),
        bytes => Ok(bytes.to_vec()),
    };
    match Index::read(bytes, external) {
        Ok(index) => {
            let text = index.to_text();
            drop(index);
            Index::parse(&text).map(drop).expect("our own text");
            String::new()
        }
        Err(error) => error.to_string(),
    }
}

fn read(bytes: &[u8]) -> String {
    read_with(bytes, &[])
}

fn member(archive: &mut Vec<u8>, name: &str, content: &[u8]) {
    let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 644, content.len());
    archive.extend(header.bytes());
    archive.extend(content);
    if content.len() % 2 == 1 {
        archive.push(b'\n');
    }
}

fn archive(magic: &[u8], members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = magic.to_vec();
    members.iter().for_each(|(name, content)| member(&mut archive, name, content));
    archive
}

const USUAL: &[u8] = b"!<arch>\n";
const THIN: &[u8] = b"!<thin>\n";

#[test]
fn members_without_end() {
    if crate::ran_alone() {
        return;
    }
    for content in [&b""[..], b"BC\xc0\xde", b"\x7fELF", b"\x7fELF\x02\x01\x01no", b"text"] {
        let mut first = USUAL.to_vec();
        member(&mut first, "a/", content);
        let one = first[USUAL.len()..].to_vec();
        let make = || [USUAL, &one.repeat(400_000)].concat();
        check("400,000 small members", make, read);
    }
}

#[test]
fn members_that_share_a_long_name() {
    if crate::ran_alone() {
        return;
    }
    for letter in [b'a', 0xff] {
        let make = || {
            let names = [&*vec![letter; 4 << 20], b"/\n"].concat();
            let mut bytes = archive(USUAL, &[("//", &names)]);
            (0..100_000).for_each(|_| member(&mut bytes, "/0", b""));
            bytes
        };
        check("100,000 members in one long name", make, read);
    }
}

#[test]
fn names_of_bsd() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        let name = vec![0xff; 100];
        let mut bytes = USUAL.to_vec();
        (0..200_000).for_each(|_| member(&mut bytes, "#1/100", &name));
        bytes
    };
    check("200,000 members with names that are no text", make, read);
    let one = [&*vec![0xff; 16 << 20], b"x"].concat();
    let make = || archive(USUAL, &[(&format!("#1/{}", 16 << 20), &one)]);
    check("one endless name that is no text", make, read);
}

/// An index of GNU's in front of a member that hides its symbols.
fn indexed(kind: &str, names: &[u8], count: usize) -> Vec<u8> {
    let wide = kind == "/SYM64/";
    let width = if wide { 8 } else { 4 };
    let at = 8 + 60 + (width * (count + 1) + names.len()).next_multiple_of(2);
    let number = |value: usize| (value as u64).to_be_bytes()[8 - width..].to_vec();
    let mut index = number(count);
    (0..count).for_each(|_| index.extend(number(at)));
    index.extend(names);
    archive(USUAL, &[(kind, &index), ("a/", b"BC\xc0\xde")])
}

#[test]
fn indexes_of_one_member() {
    if crate::ran_alone() {
        return;
    }
    for kind in ["/", "/SYM64/"] {
        assert_eq!(read(&indexed(kind, b"a\0b\0", 2)), "");
        check(
            "an index with four million names",
            || indexed(kind, &b"a\0".repeat(4 << 20), 4 << 20),
            read,
        );
        check("an index that lies", || indexed(kind, b"a\0", 1 << 20), read);
    }
}

#[test]
fn an_index_of_bsd_with_one_name() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        let count: usize = 100_000;
        let names = [&*vec![b'a'; 1 << 20], b"\0"].concat();
        let at = 8 + 60 + 8 + 8 * count + names.len();
        let mut index = (8 * count as u32).to_le_bytes().to_vec();
        for name in 0..count as u32 {
            index.extend(name.to_le_bytes());
            index.extend((at.next_multiple_of(2) as u32).to_le_bytes());
        }
        index.extend((names.len() as u32).to_le_bytes());
        index.extend(names);
        archive(USUAL, &[("__.SYMDEF", &index), ("a", b"BC\xc0\xde")])
    };
    check("an index of BSD with 100,000 names in one", make, read);
}

#[test]
fn archives_within_archives() {
    if crate::ran_alone() {
        return;
    }
    let make = || {
        let mut bytes = archive(USUAL, &[("a/", b"text")]);
        for _ in 0..200 {
            bytes = archive(USUAL, &[("a/", &bytes), ("b/", &bytes[..bytes.len().min(64 << 10)])]);
        }
        bytes
    };
    check("archives in archives", make, read);
}

#[test]
fn one_large_file_under_many_names() {
    if crate::ran_alone() {
        return;
    }
    let object = std::fs::read(std::env::current_exe().expect("this program")).expect("its bytes");
    let make = || {
        let mut bytes = archive(THIN, &[("//", b"a/\n")]);
        (0..200).for_each(|_| {
            bytes.extend(format!("{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", "/0", 0, 0, 0, 644, 9).bytes())
        });
        bytes
    };
    let thin = make();
    let all = thin.len() + object.len();
    crate::measured("200 members that are one file", all, thin.len(), || read_with(&thin, &object));
}

#[test]
fn the_end_is_missing() {
    if crate::ran_alone() {
        return;
    }
    let whole = indexed("/", b"a\0b\0", 2);
    let error = Index::read(&whole[..whole.len() - 2], &mut |_| unreachable!()).expect_err("cut off");
    assert!(matches!(error, Error::DamagedArchive { .. }), "{error}");
}
