//! Toy steps, made again from what a graph file holds of them.

use std::sync::Arc;

use super::toy::{Log, Toy, ToyStep};
use crate::graph::step::{Step, StepDecoder};

/// Makes toy steps again.
pub struct Toys(pub Log);

impl StepDecoder for Toys {
    fn step(&self, bytes: &[u8], shared: Option<Arc<[u8]>>) -> Option<Arc<dyn Step>> {
        let text = std::str::from_utf8(bytes).ok()?;
        let [flags, env, outputs, inputs]: [&str; 4] =
            text.split('\n').collect::<Vec<_>>().try_into().ok()?;
        let paths = |text: &str| text.split_terminator('\t').map(str::to_owned).collect();
        let toy = Toy {
            tool: String::from_utf8(shared?.to_vec()).ok()?,
            flags: flags.to_owned(),
            env: Some(env.to_owned()).filter(|env| !env.is_empty()),
            step: true,
            outputs: paths(outputs),
            inputs: paths(inputs),
            ..Toy::default()
        };
        Some(Arc::new(ToyStep(toy, self.0.clone())))
    }

    fn verb(&self, text: &str) -> Option<&'static str> {
        Some("Making").filter(|verb| *verb == text)
    }
}
