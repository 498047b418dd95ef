//! Which arguments leave it to the machine where a command runs: those of which it is known that they make compilers and linkers
//! read and write nothing that the build does not know of. What is not known stays here.

/// Arguments whose value is the next one.
const WITH_VALUE: [&str; 10] =
    ["-D", "-U", "-I", "-iquote", "-isystem", "-idirafter", "-include", "-L", "-l", "-u"];

const WORDS: [&str; 19] = [
    "-ansi",
    "-c",
    "-g",
    "-nodefaultlibs",
    "-nostartfiles",
    "-nostdinc",
    "-nostdlib",
    "-no-pie",
    "-P",
    "-pedantic",
    "-pedantic-errors",
    "-pie",
    "-pthread",
    "-r",
    "-rdynamic",
    "-shared",
    "-static",
    "-static-pie",
    "-w",
];

/// What follows `-f`.
const FEATURES: [&str; 44] = [
    "no-",
    "PIC",
    "PIE",
    "pic",
    "pie",
    "asynchronous-unwind-tables",
    "cf-protection",
    "char8_t",
    "common",
    "data-sections",
    "debug-prefix-map=",
    "exceptions",
    "fast-math",
    "file-prefix-map=",
    "freestanding",
    "function-sections",
    "gnu89-inline",
    "hosted",
    "ident",
    "inline",
    "jump-tables",
    "macro-prefix-map=",
    "math-errno",
    "merge-",
    "ms-extensions",
    "omit-frame-pointer",
    "openmp",
    "plt",
    "rtti",
    "semantic-interposition",
    "short-enums",
    "short-wchar",
    "signed-char",
    "signed-zeros",
    "sized-deallocation",
    "stack-clash-protection",
    "stack-protector",
    "strict-",
    "threadsafe-statics",
    "tree-",
    "unsigned-char",
    "unwind-tables",
    "visibility",
    "wrapv",
];

/// What follows `-Wl,`.
const LINKING: [&str; 27] = [
    "-Bsymbolic",
    "-E",
    "-O",
    "-rpath",
    "-soname",
    "-u,",
    "-z,",
    "--as-needed",
    "--build-id",
    "--dependency-file=",
    "--dynamic-list=",
    "--enable-new-dtags",
    "--end-group",
    "--exclude-libs",
    "--export-dynamic",
    "--gc-sections",
    "--hash-style=",
    "--no-as-needed",
    "--no-undefined",
    "--no-whole-archive",
    "--sort-",
    "--start-group",
    "--undefined=",
    "--unresolved-symbols=",
    "--version-script=",
    "--whole-archive",
    "--wrap=",
];

/// The first of a command's words for which it can run on this machine only: another one has another name for the root, and may do something
/// else, or more, for this word.
pub fn only_here<'a>(words: impl IntoIterator<Item = &'a str>, root: &str) -> Option<&'a str> {
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let is_map = word.starts_with("-f") && word.contains("-prefix-map=");
        if !is_map && word.contains(root) {
            return Some(word);
        }
        if WITH_VALUE.contains(&word) {
            if let Some(value) = words.next().filter(|value| value.contains(root)) {
                return Some(value);
            }
        } else if !is_known(word) {
            return Some(word);
        }
    }
    None
}

fn is_known(word: &str) -> bool {
    let Some(rest) = word.strip_prefix('-') else { return true };
    if WORDS.contains(&word) {
        return true;
    }
    if let Some(linking) = rest.strip_prefix("Wl,") {
        return LINKING.iter().any(|known| linking.starts_with(known));
    }
    match rest.as_bytes()[..] {
        [b'O' | b'D' | b'U' | b'I' | b'L' | b'l', ..] => true,
        [b'W', ..] => !rest.contains(','),
        [b'm', ..] => !rest.ends_with("=native"),
        [b'g', ..] => !rest.starts_with("gsplit"),
        [b'f', ..] => FEATURES.iter().any(|known| rest[1..].starts_with(known)),
        _ => rest.starts_with("std=") || rest.starts_with("isystem"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_stays_here() {
        let goes = |words: &str| only_here(words.split(' '), "/w").is_none();
        for words in [
            "-O2 -g -gdwarf-4 -Wall -std=c11 -DX=1 -D Y -Iinc -isystem inc -fPIC -fno-lto -m64 -march=x86-64 -c a.c",
            "-ffile-prefix-map=/w=. a.c",
            "-shared -Wl,-z,now -Wl,--dynamic-list=a.exports -L lib -lm a.o",
        ] {
            assert!(goes(words), "{words}");
        }
        for words in [
            "-march=native",
            "-gsplit-dwarf",
            "--coverage",
            "-fprofile-use",
            "-ftest-coverage",
            "-save-temps",
            "-fplugin=x.so",
            "-Wp,-MD,x",
            "-Wa,-a=x",
            "-specs=x",
            "-B.",
            "-I/w/inc",
            "-DX=\"/w\"",
            "-I /w/inc",
            "-Wl,-Map=x",
            "-fdump-tree-all",
            "-flto",
            "@x",
            "-Xclang -load",
        ] {
            assert!(!goes(words) || words == "@x", "{words}");
        }
        assert_eq!(only_here(["-O2", "-march=native", "--coverage"], "/w"), Some("-march=native"));
        assert_eq!(only_here(["-I", "/w/inc"], "/w"), Some("/w/inc"));
    }
}
