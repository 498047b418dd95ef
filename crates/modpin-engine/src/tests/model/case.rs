//! A sequence as its seeds. One that fails is made smaller while it still fails.

use super::counts::Counts;
use super::sequence::Sequence;
use modpin_test::Random;

/// A sequence: the seeds of its actions and of its steps, and whether its threads wait now and then.
#[derive(Clone, Debug)]
pub struct Case {
    actions: Vec<(usize, u64)>,
    steps: Vec<u64>,
    shaken: bool,
}

impl Case {
    /// The sequence of a seed.
    pub fn random(seed: u64) -> Case {
        let mut random = Random::new(seed);
        let most = if random.once_in(25) { 200 } else { 60 };
        let actions = (0..1 + random.below(most)).map(|rank| (rank, random.number())).collect();
        let steps = (0..20).map(|_| random.number()).collect();
        Case { actions, steps, shaken: random.once_in(6) }
    }

    /// Runs it; the error tells what happened, step by step.
    pub fn run(&self) -> Result<Counts, String> {
        let mut checkouts = [(); 2].map(|()| Sequence::new(&self.actions));
        if self.shaken {
            checkouts.iter().for_each(|checkout| checkout.world.disk.shake(32));
        }
        let mut told = Vec::new();
        for &step in &self.steps {
            let random = &mut Random::new(step);
            let at = usize::from(random.once_in(4));
            let step = checkouts[at].step(random).map_err(|story| format!("in {at}: {story}"));
            checkouts[at].share_cache(&checkouts[1 - at]);
            match step {
                Ok(story) => told.push(story),
                Err(story) => {
                    told.push(story);
                    return Err(told.join("\n"));
                }
            }
        }
        let [mut counts, others] = checkouts.map(|sequence| sequence.counts);
        counts.add(&others);
        Ok(counts)
    }

    /// A smaller sequence that still fails.
    pub fn shrink(self) -> Case {
        let mut best = self;
        loop {
            let smaller = best.smaller().into_iter().find(Case::fails);
            match smaller {
                Some(smaller) => best = smaller,
                None => return best,
            }
        }
    }

    /// Threads have their own will: once is enough.
    fn fails(&self) -> bool {
        (0..3).any(|_| self.run().is_err())
    }

    /// What is left when a part is taken out: halves, quarters, single ones.
    fn smaller(&self) -> Vec<Case> {
        let mut all = Vec::new();
        for parts in [2, 4, 8, 16, 64, 256] {
            let (steps, actions) =
                (self.steps.len().div_ceil(parts), self.actions.len().div_ceil(parts));
            for part in 0..parts {
                let mut without_steps = self.clone();
                let range =
                    (part * steps).min(self.steps.len())..((part + 1) * steps).min(self.steps.len());
                if !range.is_empty() {
                    without_steps.steps.drain(range);
                    all.push(without_steps);
                }
                let mut without_actions = self.clone();
                let range = (part * actions).min(self.actions.len())
                    ..((part + 1) * actions).min(self.actions.len());
                if !range.is_empty() {
                    without_actions.actions.drain(range);
                    all.push(without_actions);
                }
            }
        }
        all
    }

    /// What happens in it.
    pub fn story(&self, seed: u64) -> String {
        let story =
            (0..10).find_map(|_| self.run().err()).unwrap_or_else(|| "it did not fail again".into());
        let (actions, steps, shaken) = (self.actions.len(), self.steps.len(), self.shaken);
        format!("MODPIN_MODEL_SEED={seed}: {actions} actions, {steps} steps, shaken: {shaken}\n{story}")
    }
}
