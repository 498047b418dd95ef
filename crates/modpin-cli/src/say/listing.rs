//! A module in the listing: its file, its host, what it needs and who gives it. Knows neither plan nor
//! files: it is told.

use modpin::Resolved;
use modpin::steps::{Need, Provider};

use crate::say::message::{Message, ModuleMessage};
use crate::say::terminal::Terminal;
use crate::say::voice::Verbosity;

/// A module to list.
pub enum Listed<'a> {
    /// A file that a host loads.
    Module {
        /// Its name.
        module: &'a str,
        /// The executable's name.
        host: &'a str,
        /// The file.
        file: &'a str,
        /// Its needs, by name.
        needs: &'a [Need],
        /// A symbol for which it is never unloaded.
        unique: Option<&'a str>,
    },
    /// A module that is linked into its host.
    BuiltIn {
        /// Its name.
        module: &'a str,
        /// The executable's name.
        host: &'a str,
    },
    /// A module that is switched off.
    Disabled {
        /// Its name.
        module: &'a str,
        /// The setting that does it.
        why: &'a str,
    },
}

/// Lists one.
pub fn say(terminal: &mut Terminal, listed: &Listed<'_>) {
    if terminal.json() {
        terminal.message(&Message::Module(message(listed)));
    } else {
        let text = text(listed, terminal.verbosity() == Verbosity::Verbose);
        terminal.print_names(&text);
    }
}

/// The executables that have a module built in.
pub fn hosts_with<'a>(resolved: &'a Resolved, module: &str) -> Vec<&'a str> {
    let has = |index: &usize| resolved.modules.get(*index).is_some_and(|known| known.name == module);
    let hosts = resolved.executables.iter().filter(|host| host.built_in.iter().any(has));
    hosts.map(|host| host.name.as_str()).collect()
}

fn message<'a>(listed: &Listed<'a>) -> ModuleMessage<'a> {
    let empty = ModuleMessage {
        module: "",
        host: None,
        state: "",
        file: None,
        needs: None,
        unique: None,
        why: None,
    };
    match *listed {
        Listed::Module { module, host, file, needs, unique } => ModuleMessage {
            module,
            host: Some(host),
            state: "module",
            file: Some(file),
            needs: Some(needs),
            unique,
            ..empty
        },
        Listed::BuiltIn { module, host } => {
            ModuleMessage { module, host: Some(host), state: "built-in", ..empty }
        }
        Listed::Disabled { module, why } => {
            ModuleMessage { module, why: Some(why), state: "disabled", ..empty }
        }
    }
}

fn text(listed: &Listed<'_>, verbose: bool) -> String {
    match listed {
        Listed::BuiltIn { module, host } => format!("{module}, built into {host}\n"),
        Listed::Disabled { module, why } => format!("{module}, not built: {why}\n"),
        Listed::Module { module, host, file, needs, unique } => {
            let mut text = format!("{module}, loaded by {host}\n  file       {file}\n");
            let from = |provider| needs.iter().filter(move |need| need.provider == provider);
            text += &lines("pinned", from(Provider::Pinned).map(with_origin));
            text += &match verbose {
                true => lines("from host", from(Provider::Host).map(with_origin)),
                false => lines("from host", joined(from(Provider::Host))),
            };
            text += &lines("shared", from(Provider::SharedLibrary).map(with_origin));
            text += &lines("module", from(Provider::Module).map(with_origin));
            for (title, provider) in [
                ("elsewhere", Provider::Elsewhere),
                ("itself", Provider::Itself),
                ("not known", Provider::Unknown),
            ] {
                text += &match verbose {
                    true => lines(title, from(provider).map(with_origin)),
                    false => lines(title, counted(from(provider).count())),
                };
            }
            let missed = |weak| from(Provider::Nobody).filter(move |need| need.weak == weak);
            text += &lines("missing", missed(false).map(out_of_reach));
            if verbose {
                text += &lines("absent", missed(true).map(name));
            }
            let stays = |symbol| format!("when it is closed: {symbol} is there once in a process");
            text += &lines("stays", unique.map(stays));
            text
        }
    }
}

/// A title before the first line, blanks before the others.
fn lines(title: &str, lines: impl IntoIterator<Item = String>) -> String {
    let titles = std::iter::once(title).chain(std::iter::repeat(""));
    lines.into_iter().zip(titles).map(|(line, title)| format!("  {title:9}  {line}\n")).collect()
}

fn joined<'a>(needs: impl Iterator<Item = &'a Need>) -> Option<String> {
    let names: Vec<String> = needs.map(name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn counted(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("1 symbol".to_owned()),
        _ => Some(format!("{count} symbols")),
    }
}

fn with_origin(need: &Need) -> String {
    match (need.file.as_str(), need.member.as_str()) {
        ("", _) => name(need),
        // An object by itself is a file with one member: itself.
        (file, member) if member.is_empty() || member == file => format!("{} <- {file}", name(need)),
        (file, member) => format!("{} <- {file}({member})", name(need)),
    }
}

/// A symbol that the module does not find, though it may be somewhere.
fn out_of_reach(need: &Need) -> String {
    match (need.file.as_str(), need.member.as_str()) {
        ("", _) => format!("{}: nobody whom it is loaded with defines it", name(need)),
        (file, "") => format!("{}: out of reach in {file}", name(need)),
        (file, member) => format!("{}: out of reach in {file}({member})", name(need)),
    }
}

fn name(need: &Need) -> String {
    let weak = if need.weak { " (weak)" } else { "" };
    format!("{}{weak}", need.symbol)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::say::terminal::tests::{plain, voice};

    fn check(verbosity: Verbosity, json: bool, expected: Expect) {
        let need = |symbol: &str, weak, provider, file: &str, member: &str| Need {
            symbol: symbol.into(),
            weak,
            provider,
            file: file.into(),
            member: member.into(),
        };
        let needs = [
            need("img_crc32", false, Provider::Pinned, "libimgutil.a", "crc.o"),
            need("img_driver_register", false, Provider::Host, "registry.c", "registry.c"),
            need("img_open", false, Provider::Host, "libimgutil.a", "open.o"),
            need("deflate", false, Provider::SharedLibrary, "libz.so.1", ""),
            need("img_progress_hook", true, Provider::Elsewhere, "", ""),
            need("img_sha256", false, Provider::Pinned, "libimgutil.a", "digest.o"),
            need("malloc", false, Provider::Elsewhere, "", ""),
        ];
        let (mut terminal, out, _) = plain(voice(verbosity, json));
        let (host, file) = ("imgtool", "target/modpin/debug/block/crypt.so");
        for listed in [
            Listed::Module { module: "block/crypt", host, file, needs: &needs, unique: None },
            Listed::Module {
                module: "lone",
                host,
                file: "lone.so",
                needs: &[],
                unique: Some("once_here"),
            },
            Listed::BuiltIn { module: "block/raw", host },
            Listed::Disabled { module: "net", why: "NET=n" },
        ] {
            say(&mut terminal, &listed);
        }
        expected.assert_eq(&out.text());
    }

    #[test]
    fn a_listing() {
        check(
            Verbosity::Normal,
            false,
            expect![[r#"
                block/crypt, loaded by imgtool
                  file       target/modpin/debug/block/crypt.so
                  pinned     img_crc32 <- libimgutil.a(crc.o)
                             img_sha256 <- libimgutil.a(digest.o)
                  from host  img_driver_register, img_open
                  shared     deflate <- libz.so.1
                  elsewhere  2 symbols
                lone, loaded by imgtool
                  file       lone.so
                  stays      when it is closed: once_here is there once in a process
                block/raw, built into imgtool
                net, not built: NET=n
            "#]],
        );
    }

    #[test]
    fn a_verbose_listing() {
        check(
            Verbosity::Verbose,
            false,
            expect![[r#"
                block/crypt, loaded by imgtool
                  file       target/modpin/debug/block/crypt.so
                  pinned     img_crc32 <- libimgutil.a(crc.o)
                             img_sha256 <- libimgutil.a(digest.o)
                  from host  img_driver_register <- registry.c
                             img_open <- libimgutil.a(open.o)
                  shared     deflate <- libz.so.1
                  elsewhere  img_progress_hook (weak)
                             malloc
                lone, loaded by imgtool
                  file       lone.so
                  stays      when it is closed: once_here is there once in a process
                block/raw, built into imgtool
                net, not built: NET=n
            "#]],
        );
    }

    #[test]
    fn a_listing_for_programs() {
        check(
            Verbosity::Normal,
            true,
            expect![[r#"
                {"reason":"module","module":"block/crypt","host":"imgtool","state":"module","file":"target/modpin/debug/block/crypt.so","needs":[{"symbol":"img_crc32","weak":false,"provider":"pinned","file":"libimgutil.a","member":"crc.o"},{"symbol":"img_driver_register","weak":false,"provider":"host","file":"registry.c","member":"registry.c"},{"symbol":"img_open","weak":false,"provider":"host","file":"libimgutil.a","member":"open.o"},{"symbol":"deflate","weak":false,"provider":"shared-library","file":"libz.so.1"},{"symbol":"img_progress_hook","weak":true,"provider":"elsewhere"},{"symbol":"img_sha256","weak":false,"provider":"pinned","file":"libimgutil.a","member":"digest.o"},{"symbol":"malloc","weak":false,"provider":"elsewhere"}]}
                {"reason":"module","module":"lone","host":"imgtool","state":"module","file":"lone.so","needs":[],"unique":"once_here"}
                {"reason":"module","module":"block/raw","host":"imgtool","state":"built-in"}
                {"reason":"module","module":"net","state":"disabled","why":"NET=n"}
            "#]],
        );
    }
}
