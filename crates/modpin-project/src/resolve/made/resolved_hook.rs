//! That a rule is part of compilations: plain data for the plan.

/// A rule that runs on the objects of some code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedHook {
    /// Where it stands among the rules.
    pub rule: usize,
    /// The sources whose objects it leaves alone.
    pub except: Vec<String>,
}
