//! Which machine may run a command: any that has the toolchain, or this one only, and why.

use modpin_engine::Elsewhere;

use crate::toolchain::arguments::only_here;

/// What keeps a command here, one with what is said of it.
pub type Reason = (bool, &'static str);

/// Any machine, in this manner, unless one of the reasons holds or one of the words keeps it here.
pub fn on_any_machine<'a>(
    manner: impl FnOnce() -> Elsewhere,
    reasons: &[Reason],
    (words, root): (impl IntoIterator<Item = &'a str>, &str),
) -> Elsewhere {
    if let Some((_, why)) = reasons.iter().find(|(holds, _)| *holds) {
        return Elsewhere::Here((*why).into());
    }
    match only_here(words, root) {
        Some(word) => {
            Elsewhere::Here(format!("nobody knows what {word} does on another machine").into())
        }
        None => manner(),
    }
}

/// Whether variables tell a command something that another machine may not know.
pub fn is_told(env: &[(String, Option<String>)]) -> Reason {
    let told = env.iter().any(|(name, value)| name != "LC_ALL" && value.is_some());
    (told, "it is told something by variables")
}
