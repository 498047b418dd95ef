//! One question to the machine that a project declares. How it is asked, and what becomes of it, is not known here.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::declare::condition::cond::Cond;
use crate::declare::condition::words::wrong_word;
use crate::declare::options::item::{Item, Items, entries};
use crate::declare::probes::compiler::Requirement;
use crate::declare::probes::derived::derived;
use crate::declare::probes::kind::{ProbeKind, ProbeLanguage};
use crate::problem::Problem;

/// A question to compiler, linker or machine. Its answer is a word of conditions: yes or no, or a number to be compared.
///
/// It is asked with the project's own flags that stand under no condition, and with its own; see
/// [`Project::probe`](crate::Project::probe).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Probe {
    /// What it asks about.
    pub kind: ProbeKind,
    /// Which one: a header, a function, a type, an argument; for the kinds that try a C file, its text.
    pub of: String,
    /// The language of the compiler that is asked.
    #[serde(default, skip_serializing_if = "ProbeLanguage::is_c")]
    pub language: ProbeLanguage,
    /// What conditions call it; derived from the question if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it is asked; elsewhere the answer is no, or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Cond>,
    /// Headers that are included first, in order. They have to be there. Entries of this list and of those below may stand
    /// under a condition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Item<String>>,
    /// Macros as after `-D`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defines: Vec<Item<String>>,
    /// Compiler arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Item<String>>,
    /// Arguments of the link, for what is linked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub link: Vec<Item<String>>,
    /// System libraries, as after `-l`, for what is linked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system_libraries: Vec<Item<String>>,
}

/// The word for where the program is that a probe of this name looks for.
pub(crate) fn path_word(probe: &str) -> String {
    format!("{probe}_PATH")
}

/// What is wrong with the probes of a project, each by itself and beside the others.
pub(crate) fn wrong_probes(probes: &[Probe]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = probes.iter().flat_map(Probe::problems).collect();
    let mut seen = HashSet::new();
    let words = probes.iter().flat_map(|probe| std::iter::once(probe.word()).chain(probe.path_word()));
    for word in words.filter(|word| !word.is_empty()) {
        let text = format!("probe {word:?} is declared twice");
        if !seen.insert(word) {
            let help = "declare it once and use its handle, or give one of them another name";
            problems.push(Problem::new(text, help));
        }
    }
    problems
}

/// Probes by what they ask about, each of one text.
macro_rules! probes {
    ($($(#[$doc:meta])* $name:ident: $kind:ident;)*) => {
        impl Probe { $(
            $(#[$doc])*
            pub fn $name(of: impl Into<String>) -> Probe {
                Probe::new(ProbeKind::$kind, of)
            }
        )* }
    };
}

probes! {
    /// Whether a header can be included: `HAVE_SYS_EPOLL_H`.
    header: Header;
    /// Whether a function can be linked: `HAVE_MEMFD_CREATE`. With [`Probe::header`]s it must be declared there as well.
    /// Neither macros nor what the compiler knows by itself nor the C library's stubs count.
    function: Function;
    /// Whether headers declare or define a name, a macro or anything else: `HAVE_DECL_O_CLOEXEC`.
    symbol: Symbol;
    /// Whether there is a type, and complete: `HAVE_STRUCT_STAT`.
    type_: Type;
    /// Whether a type has a member: `struct stat.st_mtim` is `HAVE_STRUCT_STAT_ST_MTIM`.
    member: Member;
    /// How many bytes a type takes, 0 if there is none of this name: `SIZEOF_LONG`. Nothing is run.
    size_of: SizeOf;
    /// The value of an expression that is a whole number for the compiler: `VALUE_EAGAIN`. Nothing is run.
    value: Value;
    /// Whether a library can be linked, as after `-l`: `HAVE_LIBM`.
    library: Library;
    /// Whether pkg-config knows a package, perhaps in some version: `libcurl >= 7.29` is `HAVE_LIBCURL`.
    pkg_config: PkgConfig;
    /// Whether there is a program, on the search path or where a path says: `HAVE_PYTHON3`. Where it is, is the word
    /// `HAVE_PYTHON3_PATH`; in a rule the handle's `arg()` starts it.
    program: Program;
    /// Whether the compiler takes an argument without a word: `CC_HAS_FSTACK_CLASH_PROTECTION`.
    cc_option: CcOption;
    /// Whether the compiler is of a kind, perhaps in some version: `gcc >= 12.2`, `clang`, `>= 12`.
    cc_version: CcVersion;
    /// Whether the assembler takes an argument without a word, as after `-Wa,`.
    as_option: AsOption;
    /// Whether the assembler knows an instruction: `tpause %ecx`.
    as_instr: AsInstr;
    /// Whether the linker takes an argument without a word, as after `-Wl,`.
    ld_option: LdOption;
}

impl Probe {
    /// Whether a C file compiles.
    pub fn compiles(name: impl Into<String>, text: impl Into<String>) -> Probe {
        Probe::new(ProbeKind::Compiles, text).name(name)
    }

    /// Whether a C file compiles and links. It has a `main`.
    pub fn links(name: impl Into<String>, text: impl Into<String>) -> Probe {
        Probe::new(ProbeKind::Links, text).name(name)
    }

    /// Whether a program of one C file ends with 0. What is built for a machine whose programs do not run here needs an
    /// answer by hand: `-D NAME=y`.
    pub fn runs(name: impl Into<String>, text: impl Into<String>) -> Probe {
        Probe::new(ProbeKind::Runs, text).name(name)
    }

    fn new(kind: ProbeKind, of: impl Into<String>) -> Probe {
        Probe {
            kind,
            of: of.into(),
            language: ProbeLanguage::C,
            name: None,
            when: None,
            headers: Vec::new(),
            defines: Vec::new(),
            flags: Vec::new(),
            link: Vec::new(),
            system_libraries: Vec::new(),
        }
    }

    /// Asks the compiler of C++.
    pub fn cxx(mut self) -> Probe {
        self.language = ProbeLanguage::Cxx;
        self
    }

    /// What conditions call it.
    pub fn name(mut self, name: impl Into<String>) -> Probe {
        self.name = Some(name.into());
        self
    }

    /// Where it is asked; elsewhere its answer is no, or nothing. Of several conditions, all count.
    pub fn when(mut self, condition: impl Into<Cond>) -> Probe {
        self.when = Some(match self.when {
            Some(before) => before & condition.into(),
            None => condition.into(),
        });
        self
    }

    /// Headers that are included first. That one of them is missing is an error: ask for it in a probe of its own, and put
    /// this one under its answer.
    pub fn with_header<M>(mut self, headers: impl Items<String, M>) -> Probe {
        self.headers.extend(headers.items());
        self
    }

    /// Macros as after `-D`: `_GNU_SOURCE`.
    pub fn define<M>(mut self, macros: impl Items<String, M>) -> Probe {
        self.defines.extend(macros.items());
        self
    }

    /// Compiler arguments, one element each.
    pub fn flags<M>(mut self, flags: impl Items<String, M>) -> Probe {
        self.flags.extend(flags.items());
        self
    }

    /// Arguments of the link.
    pub fn link<M>(mut self, args: impl Items<String, M>) -> Probe {
        self.link.extend(args.items());
        self
    }

    /// Libraries of the system that are linked, as after `-l`.
    pub fn system_library<M>(mut self, names: impl Items<String, M>) -> Probe {
        self.system_libraries.extend(names.items());
        self
    }

    /// What conditions call it: its own name, or the one that follows from the question. Empty where there is neither.
    pub fn word(&self) -> String {
        self.name.clone().or_else(|| derived(self.kind, &self.of, self.language)).unwrap_or_default()
    }

    /// The word for where its program is, if it looks for one.
    pub fn path_word(&self) -> Option<String> {
        (self.kind == ProbeKind::Program).then(|| path_word(&self.word()))
    }

    /// The question in a few words: `header sys/epoll.h`. Of a C file, that it is one.
    pub fn question(&self) -> String {
        let of = if self.kind.is_program_text() { "a C file of its own" } else { &self.of };
        format!("{} {of}", self.kind.word())
    }

    /// Its lists.
    pub(crate) fn lists(&self) -> [&Vec<Item<String>>; 5] {
        [&self.headers, &self.defines, &self.flags, &self.link, &self.system_libraries]
    }

    /// The same, to be changed.
    pub(crate) fn lists_mut(&mut self) -> [&mut Vec<Item<String>>; 5] {
        [
            &mut self.headers,
            &mut self.defines,
            &mut self.flags,
            &mut self.link,
            &mut self.system_libraries,
        ]
    }

    /// The same question with what its conditions leave of its lists.
    pub(crate) fn chosen(&self, holds: &dyn Fn(&Cond) -> bool) -> Probe {
        let mut chosen = self.clone();
        for list in chosen.lists_mut() {
            let kept = list.iter().filter(|item| item.when().is_none_or(holds));
            *list = kept.flat_map(Item::all).cloned().map(Item::Always).collect();
        }
        chosen
    }

    /// What is wrong with the probe itself.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let word = self.word();
        let title = format!("probe {word:?}");
        if word.is_empty() {
            let text = format!("a probe of kind {} has no name", self.kind.word());
            return vec![Problem::new(text, "give it one: \"name\": \"HAVE_X\", or .name(\"HAVE_X\")")];
        }
        let mut found: Vec<Problem> = wrong_word("probe", &word).into_iter().collect();
        let mut texts = self.lists().into_iter().flat_map(|list| entries(list)).chain([&self.of]);
        if texts.clone().any(|text| text.contains('\0')) {
            found.push(Problem::new(
                format!("{title}: a text holds NUL"),
                "no command line can carry it",
            ));
        } else if texts.any(|text| text.trim().is_empty()) {
            found.push(Problem::new(format!("{title}: a text is empty"), "say what it asks about"));
        }
        let names = entries(&self.headers).chain((!self.kind.is_program_text()).then_some(&self.of));
        if let Some(text) = names.clone().find(|text| text.contains(['\n', '\r'])) {
            let text = format!("{title}: {text:?} has more than one line");
            found.push(Problem::new(text, "only compiles, links and runs take a C file"));
        }
        if self.kind == ProbeKind::Member && !self.of.contains('.') {
            let text = format!("{title}: {:?} names no member", self.of);
            found.push(Problem::new(text, "write TYPE.MEMBER: \"struct stat.st_mtim\""));
        }
        if self.kind == ProbeKind::CcVersion && Requirement::of(&self.of).is_none() {
            let text = format!("{title}: {:?} is no requirement of a compiler", self.of);
            found.push(Problem::new(text, "write it like \"gcc >= 12.2\", \"clang\" or \">= 12\""));
        }
        found
    }
}
