//! What a loader refuses in a file before it looks at a single symbol: glibc's `elf/dl-load.c`, musl's `ldso/dynlink.c`. The
//! loader looks at every file that it maps, and so do we.

use modpin_symbols::{ElfHeader, HeaderFault, LinkedAs, Loadable, Rules};

/// How a file comes into a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// With the program, before its main.
    AtStart,
    /// By dlopen, itself or as what the opened one needs.
    Opened,
}

/// Why the loader refuses this file for a process of that program, in words without the file's name.
pub fn refusal(file: &Loadable, of: &Loadable, rules: Rules, arrival: Arrival) -> Option<String> {
    match rules {
        Rules::Glibc => by_glibc(file, of, arrival),
        Rules::Musl => by_musl(file, of),
    }
}

/// Whether the loader passes over the file where it searches directories, and goes on.
pub fn is_passed_over(file: &Loadable, of: &Loadable, rules: Rules) -> bool {
    let [here, there] = [of, file].map(|file| (file.header.big_endian, &file.machine));
    let other_machine = here != there && file.header.fault != Some(HeaderFault::Version);
    rules == Rules::Glibc && (file.header.wide != of.header.wide || other_machine)
}

fn by_glibc(file: &Loadable, of: &Loadable, arrival: Arrival) -> Option<String> {
    if file.header.wide != of.header.wide {
        let bits = if file.header.wide { "64" } else { "32" };
        return Some(format!("it is of another class (ELFCLASS{bits}): it is for {}", file.machine));
    }
    if file.header.big_endian != of.header.big_endian {
        return Some(format!("its numbers have another byte order: it is for {}", file.machine));
    }
    if let Some(why) = header(&file.header) {
        return Some(why);
    }
    if file.machine != of.machine {
        return Some(other_machine(file, of));
    }
    let words = match file.linked_as {
        _ if file.unmapped => "it has nothing that a loader maps (no PT_LOAD)",
        LinkedAs::Fixed => "it is a program, and a loader loads no program into another",
        _ if file.mute => MUTE,
        LinkedAs::Pie => "it is a program, and a loader loads no program into another",
        _ if file.no_dlopen && arrival == Arrival::Opened => "it was linked with -z nodlopen",
        _ => return None,
    };
    Some(words.to_owned())
}

/// What `open_verify` looks at. The highest ABI version is that of glibc 2.36.
fn header(header: &ElfHeader) -> Option<String> {
    const SYSV: u8 = 0;
    const GNU: u8 = 3;
    const HIGHEST: u8 = 3;
    let ElfHeader { os_abi, abi_version, fault, .. } = *header;
    let fault = |of: HeaderFault| (fault == Some(of)).then(|| words(of).to_owned());
    let abi = || match os_abi {
        SYSV | GNU => None,
        other => Some(format!("it is for another system: its OS ABI is {other}")),
    };
    let version = || {
        let known = abi_version == 0 || os_abi == GNU && abi_version <= HIGHEST;
        (!known).then(|| format!("its ABI version, {abi_version}, is none that the loader knows"))
    };
    fault(HeaderFault::IdentVersion)
        .or_else(abi)
        .or_else(version)
        .or_else(|| fault(HeaderFault::Padding))
        .or_else(|| fault(HeaderFault::Version))
        .or_else(|| fault(HeaderFault::SegmentSize))
}

fn words(fault: HeaderFault) -> &'static str {
    match fault {
        HeaderFault::IdentVersion | HeaderFault::Version => "its ELF version is not 1",
        HeaderFault::Padding => "the unused bytes of its header are not zero",
        HeaderFault::SegmentSize => "its program headers have an odd size",
    }
}

const MUTE: &str =
    "it has no dynamic section: it holds the debug information of another file, or is a static program";

fn other_machine(file: &Loadable, of: &Loadable) -> String {
    format!("it is for {}, and the host is for {}", file.machine, of.machine)
}

/// musl's loader looks at little. A file of another machine it maps, and stumbles over its relocations.
fn by_musl(file: &Loadable, of: &Loadable) -> Option<String> {
    if file.machine != of.machine {
        return Some(other_machine(file, of));
    }
    if file.unmapped || file.header.fault == Some(HeaderFault::SegmentSize) {
        return Some("musl's loader finds nothing in it to map".to_owned());
    }
    file.mute.then(|| format!("{MUTE}, and musl's loader crashes on it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each loader says of a file: glibc's at start and by dlopen, and musl's.
    fn refused(file: Loadable) -> [bool; 3] {
        let host = Loadable { machine: "x86-64".into(), ..Loadable::default() };
        let file = Loadable { machine: "x86-64".into(), ..file };
        let said = |rules, arrival| refusal(&file, &host, rules, arrival).is_some();
        let glibc = [Arrival::AtStart, Arrival::Opened].map(|arrival| said(Rules::Glibc, arrival));
        [glibc[0], glibc[1], said(Rules::Musl, Arrival::Opened)]
    }

    fn of_header(header: ElfHeader) -> Loadable {
        Loadable { header, ..Loadable::default() }
    }

    #[test]
    fn each_loader_has_its_own_rules() {
        let abi =
            |os_abi, abi_version| of_header(ElfHeader { os_abi, abi_version, ..ElfHeader::default() });
        assert_eq!(refused(Loadable::default()), [false; 3]);
        assert_eq!(
            refused(Loadable { linked_as: LinkedAs::Pie, ..Loadable::default() }),
            [true, true, false]
        );
        assert_eq!(
            refused(Loadable { linked_as: LinkedAs::Fixed, ..Loadable::default() }),
            [true, true, false]
        );
        assert_eq!(refused(Loadable { no_dlopen: true, ..Loadable::default() }), [false, true, false]);
        assert_eq!(refused(Loadable { mute: true, ..Loadable::default() }), [true; 3]);
        assert_eq!(refused(Loadable { unmapped: true, ..Loadable::default() }), [true; 3]);
        assert_eq!(refused(abi(9, 0)), [true, true, false]);
        assert_eq!(refused(abi(0, 1)), [true, true, false]);
        assert_eq!(refused(abi(3, 3)), [false; 3]);
        assert_eq!(refused(abi(3, 4)), [true, true, false]);
        let fault = |fault| of_header(ElfHeader { fault: Some(fault), ..ElfHeader::default() });
        assert_eq!(refused(fault(HeaderFault::Padding)), [true, true, false]);
        assert_eq!(refused(fault(HeaderFault::Version)), [true, true, false]);
        assert_eq!(refused(fault(HeaderFault::SegmentSize)), [true; 3]);
    }

    #[test]
    fn what_another_machine_reads_is_passed_over_and_the_rest_stops_the_search() {
        let host = Loadable { machine: "x86-64".into(), ..Loadable::default() };
        let passed = |file: &Loadable, rules| is_passed_over(file, &host, rules);
        let other = Loadable { machine: "aarch64".into(), ..Loadable::default() };
        assert!(passed(&other, Rules::Glibc) && !passed(&other, Rules::Musl));
        let header = ElfHeader { big_endian: true, os_abi: 9, ..ElfHeader::default() };
        assert!(passed(&of_header(header), Rules::Glibc));
        let header = ElfHeader { os_abi: 9, ..ElfHeader::default() };
        assert!(passed(&Loadable { header, ..other.clone() }, Rules::Glibc));
        assert!(!passed(&Loadable { machine: host.machine.clone(), ..of_header(header) }, Rules::Glibc));
        let header = ElfHeader { fault: Some(HeaderFault::Version), ..ElfHeader::default() };
        assert!(!passed(&Loadable { header, ..other }, Rules::Glibc));
        let header = ElfHeader { wide: true, ..ElfHeader::default() };
        assert!(passed(&of_header(header), Rules::Glibc));
    }
}
