//! On which lines of a module's sources stand the names that nobody has. Read only when a module is refused.

use modpin_engine::{StepError, StepIo};
use modpin_loader::Missing;

/// A module that misses more is told by file.
#[cfg(feature = "inspect")]
const MANY: usize = 20;

/// Adds the first line to each source that asks for a symbol: `m.c:12`. `symbols` is the index of the relocatable object, which lies
/// beside it. Without debug information nothing is added.
#[cfg(feature = "inspect")]
pub fn asked_at(io: &mut StepIo<'_>, symbols: &str, missing: &mut [Missing]) -> Result<(), StepError> {
    use modpin_loader::plain;
    use modpin_symbols::mentions;
    let Some(object) = symbols.strip_suffix(".syms").filter(|_| missing.len() <= MANY) else {
        return Ok(());
    };
    let Some(object) = io.discover(object)? else { return Ok(()) };
    for lost in missing {
        let used = mentions(&object, plain(&lost.symbol)).used;
        for asker in &mut lost.asked_by {
            if let Some(at) = used.iter().find(|at| at.file == *asker) {
                *asker = format!("{asker}:{}", at.line);
            }
        }
    }
    Ok(())
}

/// A build script has nobody who reads debug information.
#[cfg(not(feature = "inspect"))]
pub fn asked_at(_: &mut StepIo<'_>, _: &str, _: &mut [Missing]) -> Result<(), StepError> {
    Ok(())
}
