//! What strace has written: which files a command and those that it started have opened to read, by absolute paths.

use std::collections::{BTreeSet, HashMap};

/// The files, each once. `dir` is where the command ran.
pub fn read_in(trace: &str, dir: &str) -> BTreeSet<String> {
    let mut read = BTreeSet::new();
    // What a call that was not finished in its line asked for, by process.
    let mut open: HashMap<&str, bool> = HashMap::new();
    for line in trace.lines() {
        let Some((process, call)) = line.split_once(' ') else { continue };
        let call = call.trim_start();
        let resumed = call.starts_with("<... open");
        if resumed || call.starts_with("open") {
            let only_writes = match resumed {
                true => open.remove(process).unwrap_or(false),
                false => {
                    call.contains("O_WRONLY") || call.contains("O_CREAT") || call.contains("O_DIRECTORY")
                }
            };
            if call.ends_with("<unfinished ...>") {
                open.insert(process, only_writes);
            } else if let Some(path) = opened(call).filter(|_| !only_writes) {
                read.insert(path);
            }
        } else if let Some(program) = started(call) {
            read.insert(from(if program.starts_with('/') { "" } else { dir }, &program));
        }
    }
    read
}

/// The file behind the descriptor that a call has given: `= 3</src/a.def>`.
fn opened(call: &str) -> Option<String> {
    let (_, answer) = call.rsplit_once(") = ")?;
    let path = answer.split_once('<')?.1.strip_suffix('>')?;
    Some(unescaped(path))
}

/// The program that a process has become.
fn started(call: &str) -> Option<String> {
    let path = call.strip_prefix("execve(\"")?.split_once('"')?.0;
    call.ends_with(" = 0").then(|| unescaped(path))
}

/// A path from a directory, without `.` and `..`.
fn from(dir: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in dir.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// A text without the backslashes that strace writes (strace(1), "-x"): octal numbers, and signs.
fn unescaped(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let digits = rest.iter().take(3).take_while(|digit| (b'0'..=b'7').contains(digit)).count();
        if digits > 0 {
            let value =
                rest[..digits].iter().fold(0u32, |value, digit| value * 8 + u32::from(digit - b'0'));
            bytes.push(value as u8);
            rest = &rest[digits..];
        } else if let Some((&sign, after)) = rest.split_first() {
            bytes.push(match sign {
                b'n' => b'\n',
                b't' => b'\t',
                b'r' => b'\r',
                b'v' => 11,
                b'f' => 12,
                other => other,
            });
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_opened_to_read_is_told_and_nothing_else() {
        let trace = "7 execve(\"/bin/sh\", [\"sh\"], 0x7ffd /* 9 vars */) = 0\n\
            7 openat(AT_FDCWD</r>, \"a b\\303\\244\", O_RDONLY) = 3</r/a b\\303\\244>\n\
            7 openat(AT_FDCWD</r>, \"gone\", O_RDONLY) = -1 ENOENT (No such file or directory)\n\
            8 openat(AT_FDCWD</r>, \"late\", O_RDONLY <unfinished ...>\n\
            9 openat(AT_FDCWD</r>, \"out\", O_WRONLY|O_CREAT|O_TRUNC, 0666 <unfinished ...>\n\
            9 <... openat resumed>) = 4</r/out>\n\
            8 <... openat resumed>) = 3</r/late>\n\
            8 execve(\"tools/gen\", [\"gen\"], 0x7 /* 9 vars */) = 0\n\
            8 execve(\"tools/none\", [\"gen\"], 0x7 /* 9 vars */) = -1 ENOENT (No such file)\n\
            8 openat(AT_FDCWD</r>, \"new\", O_RDWR|O_CREAT, 0666) = 4</r/new>\n";
        let read: Vec<String> = read_in(trace, "/r").into_iter().collect();
        assert_eq!(read, ["/bin/sh", "/r/a b\u{e4}", "/r/late", "/r/tools/gen"]);
    }
}
