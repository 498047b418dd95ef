//! The directories that arguments and the environment name, in which headers, libraries and the programs behind a driver are
//! looked for, in the order in which compilers and linkers look. One too many costs a look and no more, so what no argument
//! settles (which of two is the system's root) stands there both ways.

use super::words::Arguments;
use crate::toolchain::Toolchain;

/// Options that name a directory of headers, by the place of that directory among the others (gcc's manual, "Directory Options").
/// One that begins like another stands before it.
const QUOTED: [&str; 1] = ["-iquote"];
const NAMED: [&str; 4] =
    ["-iwithprefixbefore", "--include-with-prefix-before", "--include-directory", "-I"];
const SYSTEM: [&str; 8] = [
    "-isystem",
    "-cxx-isystem",
    "-stdlib++-isystem",
    "-iwithsysroot",
    "-internal-isystem",
    "-internal-externc-isystem",
    "-c-isystem",
    "-iframework",
];
const AFTER: [&str; 6] = [
    "-idirafter",
    "-isystem-after",
    "--include-directory-after",
    "--include-with-prefix-after",
    "-iwithprefix",
    "--include-with-prefix",
];

/// The same for libraries, of drivers and of linkers.
const LIBRARIES: [&str; 2] = ["--library-directory", "-L"];
const OF_LINKERS: [&str; 2] = ["--library-path", "-L"];

/// Where a driver looks for the programs behind it, and for more.
const PROGRAMS: [&str; 1] = ["-B"];

/// Where headers are looked for that are not beside the file that includes them.
pub fn header_dirs(words: &[String], tools: &Toolchain) -> Vec<String> {
    let roots = Roots::of(words, &["-isysroot", "--sysroot"]);
    let mut dirs = Vec::new();
    let is_first = |word: &String| {
        ["-include", "-imacros", "--include=", "--imacros="]
            .iter()
            .any(|option| word.starts_with(option))
    };
    if words.iter().any(is_first) {
        // A file of these is looked for where the compiler runs, before anywhere else.
        dirs.push(".".to_owned());
    }
    dirs.extend(roots.dirs(words, &QUOTED));
    dirs.extend(roots.dirs(words, &NAMED));
    dirs.extend(of_variables(&tools.compile_env, &["CPATH"]));
    dirs.extend(roots.dirs(words, &SYSTEM));
    dirs.extend(of_variables(&tools.compile_env, &["C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH"]));
    dirs.extend(roots.below_prefixes(words, tools).map(|dir| format!("{dir}include")));
    dirs.extend(roots.both(&tools.include_dirs));
    dirs.extend(roots.dirs(words, &AFTER));
    dirs
}

/// Where a link looks for libraries and start files.
pub fn library_dirs(lists: &[Arguments], tools: &Toolchain) -> Vec<String> {
    let of_all = |words: fn(&Arguments) -> &Vec<String>| lists.iter().flat_map(words).cloned().collect();
    let driver: Vec<String> = of_all(|arguments| &arguments.driver);
    let linker: Vec<String> = of_all(|arguments| &arguments.linker);
    let words = [&linker[..], &driver].concat();
    let roots = Roots::of(&words, &["--sysroot"]);
    let mut dirs: Vec<String> = roots.dirs(&driver, &LIBRARIES).collect();
    // Some drivers put these in front of their own directories, some behind.
    let behind: Vec<String> = roots.dirs(&linker, &OF_LINKERS).collect();
    dirs.extend_from_slice(&behind);
    let below = roots.below_prefixes(&driver, tools);
    dirs.extend(below.map(|dir| dir.trim_end_matches('/').to_owned()));
    dirs.extend(of_variables(&tools.link_env, &["LIBRARY_PATH"]));
    dirs.extend(roots.both(&tools.library_dirs));
    dirs.extend(behind);
    let others = tools.linker_dirs.iter().filter(|dir| !tools.library_dirs.contains(dir));
    dirs.extend(roots.both(&others.cloned().collect::<Vec<_>>()));
    dirs
}

/// Where a driver looks for the programs behind it before its own directories (`-B`).
pub fn program_dirs(words: &[String]) -> impl Iterator<Item = &str> {
    values(words, &PROGRAMS).map(|(_, dir)| dir)
}

/// Where a driver looks below a directory of `-B`: gcc first where things of its own version are, and then of its machine.
pub fn below_prefix(tools: &Toolchain) -> impl Iterator<Item = String> {
    let own = Some(tools.version_dir.as_str()).filter(|dir| !dir.is_empty());
    let above = own.and_then(|dir| dir.rsplit_once('/')).map(|(machine, _)| machine);
    own.into_iter().chain(above).map(|dir| format!("{dir}/")).chain([String::new()])
}

/// The directories of variables of the environment. An empty one is that in which the command runs.
pub fn of_variables<'a>(
    variables: &'a [(String, Option<String>)],
    names: &'a [&str],
) -> impl Iterator<Item = String> + 'a {
    let named = variables.iter().filter(|(name, _)| names.contains(&name.as_str()));
    let texts = named.filter_map(|(_, dirs)| dirs.as_deref()).filter(|dirs| !dirs.is_empty());
    texts.flat_map(|dirs| dirs.split(':')).map(|dir| if dir.is_empty() { "." } else { dir }.to_owned())
}

/// What directories may begin with.
struct Roots<'a> {
    /// The root of the system's files.
    system: &'a str,
    /// What stands before the value of `-iwithprefix`.
    prefix: &'a str,
}

impl<'a> Roots<'a> {
    fn of(words: &'a [String], system: &[&'static str]) -> Roots<'a> {
        let last =
            |options: &[&'static str]| values(words, options).last().map_or("", |(_, value)| value);
        Roots { system: last(system), prefix: last(&["-iprefix", "--include-prefix"]) }
    }

    fn dirs(&self, words: &[String], options: &[&'static str]) -> impl Iterator<Item = String> {
        values(words, options).map(|(option, value)| {
            let in_system = value.strip_prefix('=').or(value.strip_prefix("$SYSROOT"));
            match in_system {
                _ if option.contains("with-prefix") || option.contains("withprefix") => {
                    format!("{}{value}", self.prefix)
                }
                _ if option == "-iwithsysroot" => format!("{}{value}", self.system),
                Some(rest) => format!("{}{rest}", self.system),
                None => value.to_owned(),
            }
        })
    }

    /// The directories of `-B`, each with those below that come before it, and a slash at their ends.
    fn below_prefixes(&self, words: &[String], tools: &Toolchain) -> impl Iterator<Item = String> {
        let below: Vec<String> = below_prefix(tools).collect();
        let dirs = self.dirs(words, &PROGRAMS);
        dirs.flat_map(move |dir| {
            let dir = dir.trim_end_matches('/').to_owned();
            below.clone().into_iter().map(move |below| format!("{dir}/{below}"))
        })
    }

    /// Directories of the system, below its root and as they are.
    fn both(&self, dirs: &[String]) -> impl Iterator<Item = String> {
        let below = |dir: &String| (!self.system.is_empty()).then(|| format!("{}{dir}", self.system));
        dirs.iter().flat_map(move |dir| below(dir).into_iter().chain([dir.clone()]))
    }
}

/// The values of options, in the order of the words: in the same word (behind `=` if the option is a long one), or in the next.
fn values<'a>(
    words: &'a [String],
    options: &[&'static str],
) -> impl Iterator<Item = (&'static str, &'a str)> {
    words.iter().enumerate().filter_map(move |(at, word)| {
        options.iter().find_map(|&option| {
            let value = match word.strip_prefix(option)? {
                "" => words.get(at + 1)?,
                rest if option == "-iwithprefix" && rest.starts_with("before") => return None,
                "-after" if option == "-isystem" => return None,
                rest if option.starts_with("--") => rest.strip_prefix('=')?,
                rest => rest,
            };
            Some((option, value))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toolchain::tests::toolchain;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn where_headers_are_looked_for() {
        let variables = [
            ("CPATH", "p::q"),
            ("C_INCLUDE_PATH", "c"),
            ("CPLUS_INCLUDE_PATH", "d"),
            ("LIBRARY_PATH", "l"),
        ];
        let env = variables.map(|(name, dirs)| (name.to_owned(), Some(dirs.to_owned())));
        let tools = Toolchain {
            include_dirs: words("/usr/include"),
            compile_env: env.into(),
            ..toolchain(None)
        };
        let check = |text: &str, expected: &str| {
            assert_eq!(header_dirs(&words(text), &tools).join(" "), expected, "{text}");
        };
        check(
            "-idirafter z -isystem y -I x --include-directory=w --include-directory v -iquoteu",
            "u x w v p . q y c d /usr/include z",
        );
        check("-include f -Bb/", ". p . q c d b/arm/12/include b/arm/include b/include /usr/include");
        check("--sysroot=s -I=/a -I$SYSROOT/b", "s/a s/b p . q c d s/usr/include /usr/include");
        check("-isysroot s -iwithsysroot /a", "p . q s/a c d s/usr/include /usr/include");
        check("-iprefix s/ -iwithprefixbefore a", "s/a p . q c d /usr/include");
        check("-iprefix s/ -iwithprefix a", "p . q c d /usr/include s/a");
        check("--include-directory-after=a -isystem-after b", "p . q c d /usr/include a b");
        check(
            "--include-prefix=s/ --include-with-prefix-after=a --include-with-prefix=b --include-with-prefix-before x",
            "s/x p . q c d /usr/include s/a s/b",
        );
        check(
            "-cxx-isystem 1 -stdlib++-isystem 2 -c-isystem 3 -internal-isystem 4 -internal-externc-isystem 5 -iframework 6",
            "p . q 1 2 3 4 5 6 c d /usr/include",
        );
    }

    #[test]
    fn where_libraries_are_looked_for() {
        let env = [("LIBRARY_PATH".to_owned(), Some("l".to_owned()))];
        let (library_dirs, linker_dirs) = (words("/usr/lib"), words("/usr/lib /lib"));
        let tools = Toolchain { library_dirs, linker_dirs, link_env: env.into(), ..toolchain(None) };
        let check = |driver: &str, linker: &str, expected: &str| {
            let list =
                Arguments { driver: words(driver), linker: words(linker), ..Arguments::default() };
            assert_eq!(super::library_dirs(&[list], &tools).join(" "), expected, "{driver} {linker}");
        };
        check("-La -L b --library-directory=c -Bd", "", "a b c d/arm/12 d/arm d l /usr/lib /lib");
        check("", "-La --library-path b --library-path=c", "a b c l /usr/lib a b c /lib");
        check("-L=/a --sysroot s", "", "s/a l s/usr/lib /usr/lib s/lib /lib");
        check("-L=/a", "--sysroot=s", "s/a l s/usr/lib /usr/lib s/lib /lib");
    }
}
