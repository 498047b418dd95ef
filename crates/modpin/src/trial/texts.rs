//! The C files of probes. Nothing is tried here.

use modpin_project::{Item, Probe, ProbeKind, entries};

/// The lines that include headers.
fn includes(headers: &[Item<String>]) -> String {
    entries(headers).map(|header| format!("#include <{header}>\n")).collect()
}

/// What all files of a probe begin with: its headers.
pub fn prelude(probe: &Probe) -> String {
    includes(&probe.headers)
}

/// A program that does nothing.
pub const EMPTY: &str = "int main(void) { return 0; }\n";

/// The file that is tried without the question: what is refused of it was wrong before.
pub fn without_question(probe: &Probe) -> String {
    prelude(probe) + EMPTY
}

/// The file that compiles or links where the answer is yes.
pub fn question(probe: &Probe) -> String {
    let (prelude, of) = (prelude(probe), &probe.of);
    match probe.kind {
        ProbeKind::Header => format!("{prelude}#include <{of}>\n{EMPTY}"),
        ProbeKind::Function if entries(&probe.headers).next().is_none() => undeclared(of),
        ProbeKind::Function => {
            let stub = stub(of);
            // Its address cannot be that of a macro with arguments, and the linker has to find it.
            format!(
                "{prelude}{stub}int main(void) {{\n  void (*volatile it)(void) = (void (*)(void)) ({of});\n  \
                 return it == 0;\n}}\n"
            )
        }
        ProbeKind::Symbol => {
            format!(
                "{prelude}int main(void) {{\n#ifndef {of}\n  (void) ({of});\n#endif\n  return 0;\n}}\n"
            )
        }
        ProbeKind::Type | ProbeKind::SizeOf => complete(&prelude, of),
        ProbeKind::Member => {
            let (of, member) = of.split_once('.').unwrap_or((of, ""));
            format!("{prelude}static {of} *it;\nint main(void) {{ (void) it->{member}; return 0; }}\n")
        }
        ProbeKind::Value => format!("{prelude}int main(void) {{ (void) ({of}); return 0; }}\n"),
        ProbeKind::Compiles | ProbeKind::Links | ProbeKind::Runs => format!("{prelude}{of}\n"),
        _ => format!("{prelude}{EMPTY}"),
    }
}

/// A cast and a size: what is no type, or one that nobody has defined, is refused by one of them.
fn complete(prelude: &str, of: &str) -> String {
    format!("{prelude}int main(void) {{ return sizeof({of}) == 0 && ({of} *) 0 != 0; }}\n")
}

/// A function that no header declares, as autoconf asks for it: by a name that no header has given a meaning, and not as one that
/// the compiler knows by itself.
fn undeclared(of: &str) -> String {
    format!(
        "#undef {of}\n#define {of} modpin_other_{of}\n#include <limits.h>\n#undef {of}\n{}\
         #ifdef __cplusplus\nextern \"C\"\n#endif\nchar {of}(void);\n\
         int main(void) {{ return {of}(); }}\n",
        stub(of)
    )
}

/// glibc has functions that only fail, and says which: in a header that all others include.
fn stub(of: &str) -> String {
    format!(
        "#if defined __stub_{of} || defined __stub___{of}\n#error \"the C library has only a stub of {of}\"\n#endif\n"
    )
}
