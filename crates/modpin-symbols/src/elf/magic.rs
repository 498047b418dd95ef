//! What the first bytes of a file promise, in words for a message.
//!
//! Reads no further than it must and believes what it reads: the readers check the rest.

/// The formats told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Magic {
    Elf,
    Bitcode,
    Archive,
    ThinArchive,
    /// Everything that this crate does not read, named with its article.
    Other(&'static str),
}

impl Magic {
    pub(crate) fn of(bytes: &[u8]) -> Magic {
        match bytes {
            [] => Magic::Other("an empty file"),
            [0x7f, b'E', b'L', b'F', ..] => Magic::Elf,
            [b'B', b'C', 0xc0, 0xde, ..] | [0xde, 0xc0, 0x17, 0x0b, ..] => Magic::Bitcode,
            _ if bytes.starts_with(b"!<arch>\n") => Magic::Archive,
            _ if bytes.starts_with(b"!<thin>\n") => Magic::ThinArchive,
            _ if bytes.starts_with(b"<bigaf>\n") => Magic::Other("an AIX archive"),
            [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] | [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => {
                Magic::Other("a Mach-O object")
            }
            [0xca, 0xfe, 0xba, 0xbe, ..] => Magic::Other("a Mach-O universal file"),
            [b'M', b'Z', ..] => Magic::Other("a Windows executable or DLL"),
            [0x64, 0x86, ..] | [0x4c, 0x01, ..] | [0x64, 0xaa, ..] => Magic::Other("a COFF object"),
            [0x00, 0x00, 0xff, 0xff, ..] => Magic::Other("a COFF import or bitcode object"),
            [0x00, b'a', b's', b'm', ..] => Magic::Other("a WebAssembly module"),
            _ => Magic::Other(text_or_data(&bytes[..bytes.len().min(512)])),
        }
    }

    /// Text that names libraries.
    pub(crate) fn is_script(self) -> bool {
        self == Magic::Other(SCRIPT)
    }

    /// What was found, with its article.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Magic::Elf => "an ELF object",
            Magic::Bitcode => "LLVM bitcode",
            Magic::Archive => "an archive",
            Magic::ThinArchive => "a thin archive",
            Magic::Other(words) => words,
        }
    }
}

const SCRIPT: &str = "a linker script (text), which names the real libraries";

fn text_or_data(start: &[u8]) -> &'static str {
    let is_text = |byte: &u8| matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | 0x1b | 0x20..=0x7e | 0x80..);
    if !start.iter().all(is_text) {
        return "data of an unknown format";
    }
    let has = |word: &[u8]| start.windows(word.len()).any(|window| window == word);
    if has(b"GNU ld script") || has(b"GROUP (") || has(b"INPUT (") || has(b"INPUT(") || has(b"GROUP(") {
        return SCRIPT;
    }
    "a text file"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_named() {
        let check = |bytes: &[u8], words: &str| assert_eq!(Magic::of(bytes).words(), words);
        check(b"", "an empty file");
        check(b"\x7fELF", "an ELF object");
        check(b"BC\xc0\xde", "LLVM bitcode");
        check(b"!<arch>\n", "an archive");
        check(b"!<thin>\n", "a thin archive");
        check(b"\xcf\xfa\xed\xfe", "a Mach-O object");
        check(b"MZ\x90", "a Windows executable or DLL");
        check(b"int main(void)", "a text file");
        check(b"/* GNU ld script */", "a linker script (text), which names the real libraries");
        check(b"\x01\x02\x03", "data of an unknown format");
    }
}
