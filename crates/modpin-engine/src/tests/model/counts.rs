//! How much the model has seen: one that never had anything to say would prove nothing.

/// What was seen over many sequences.
#[derive(Debug, Default)]
pub struct Counts {
    /// Builds.
    pub builds: u64,
    /// Actions that ran.
    pub ran: u64,
    /// Actions whose result was in the cache.
    pub taken: u64,
    /// Actions that were looked at and did not run.
    pub fresh: u64,
    /// Actions that failed.
    pub failed: u64,
    /// Builds of a part only, because the rest was known.
    pub parts: u64,
    /// Builds that were killed.
    pub kills: u64,
    /// Builds that were interrupted.
    pub interrupts: u64,
    /// Builds during which a source was edited.
    pub edits: u64,
    /// Builds before which files of the engine were lost or replaced.
    pub losses: u64,
}

impl Counts {
    /// Adds what another sequence saw.
    pub fn add(&mut self, other: &Counts) {
        self.builds += other.builds;
        self.ran += other.ran;
        self.taken += other.taken;
        self.fresh += other.fresh;
        self.failed += other.failed;
        self.parts += other.parts;
        self.kills += other.kills;
        self.interrupts += other.interrupts;
        self.edits += other.edits;
        self.losses += other.losses;
    }
}
