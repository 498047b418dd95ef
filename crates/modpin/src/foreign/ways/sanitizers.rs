//! Modules that were compiled for a sanitizer, in hosts that were not: its runtime must be there before anything else.

use std::sync::Arc;

use modpin_loader::{Advice, Missing, Verdict, plain};
use modpin_symbols::Loadable;

use super::super::host_process::HostProcess;
use super::super::module::NamedModule;
use super::host_at_work::HostAtWork;

/// How the functions of a runtime begin, what the compiler calls it, and what its file is called.
const KNOWN: [(&str, &str, &str); 6] = [
    ("__asan_", "address", "asan"),
    ("__hwasan_", "hwaddress", "hwasan"),
    ("__tsan_", "thread", "tsan"),
    ("__msan_", "memory", "msan"),
    ("__lsan_", "leak", "lsan"),
    ("__ubsan_", "undefined", "ubsan"),
];

/// What a module misses of a runtime, if it is that.
pub fn missed(
    module: &NamedModule,
    missing: &mut [Missing],
    scene: &mut HostAtWork<'_>,
) -> Option<Advice> {
    let is_of = |mark: &str| missing.iter().any(|lost| plain(&lost.symbol).starts_with(mark));
    let &(mark, name, short) = KNOWN.iter().find(|(mark, ..)| is_of(mark))?;
    let mut runtimes: Vec<String> = scene.host.process.known_libraries();
    runtimes.retain(|path| is_runtime(path, short));
    // The newest is likeliest the compiler's.
    runtimes.sort_by_key(|path| std::cmp::Reverse(number(path)));
    let runtime = runtimes.into_iter().find(|path| loads_behind(module, path, scene));
    if let Some(runtime) = &runtime {
        let of_it = missing.iter_mut().filter(|lost| plain(&lost.symbol).starts_with(mark));
        of_it.for_each(|lost| lost.found_in.push(format!("{runtime}, a library of this system")));
    }
    Some(Advice::Sanitizer { name: name.to_owned(), runtime })
}

fn is_runtime(path: &str, short: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with(&format!("lib{short}.so")) || name.starts_with(&format!("libclang_rt.{short}"))
}

fn number(path: &str) -> u32 {
    path.rsplit('.').next().and_then(|end| end.parse().ok()).unwrap_or(0)
}

/// Whether a module loads in this host when the runtime is preloaded.
fn loads_behind(module: &NamedModule, runtime: &str, scene: &mut HostAtWork<'_>) -> bool {
    let Some(host) = scene.host.process.files.first() else { return false };
    let mut program = Loadable::clone(&host.file);
    program.needed.insert(0, runtime.to_owned());
    let started = HostProcess::start(scene.name, Arc::new(program), scene.environment, scene.files);
    let Ok(Some(mut host)) = started else { return false };
    host.begin(scene.files, scene.opened).is_none()
        && host.load(scene.files, module, scene.opened).verdict == Verdict::Loads
}
