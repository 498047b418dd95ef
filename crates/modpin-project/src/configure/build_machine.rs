//! What is known of the build machine where code is compiled for it: the words of conditions that mean something else there, and the
//! answers of probes. Options are the target's everywhere.

use std::collections::BTreeMap;

use crate::configure::known::Known;
use crate::configure::probes::probed::Probed;

/// The flavour of all that is compiled for the build machine.
const HOST_PROGRAM: &str = "host-program";

/// What is known of the build machine besides what every build knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildMachine {
    /// Words that differ, such as `CC_VERSION`. What is built for (`TARGET_ARCH`) is the build machine in any case.
    pub words: BTreeMap<String, String>,
    /// Its answers to the project's probes; `None` where it was not asked, and those for the target hold.
    pub probes: Option<Probed>,
}

/// What conditions know where code is compiled for the build machine.
pub(crate) fn known_there(machine: &BuildMachine, known: &Known) -> Known {
    let mut words = known.words.clone();
    for (name, value) in &known.words {
        if let Some(rest) = name.strip_prefix("HOST_") {
            words.insert(format!("TARGET_{rest}"), value.clone());
        }
    }
    words.extend(machine.words.clone());
    let probes = machine.probes.as_ref().unwrap_or(&known.probes).clone();
    Known { words, probes, flavour: Some(HOST_PROGRAM), ..known.clone() }
}
