//! What a server says that it can do, as far as it is of use, and within what is believed.

use crate::digest::Function;
use crate::messages::ServerCapabilities;

/// Messages of more than 4 MiB are refused by most servers, whatever they say. Some of it is for what is not content.
const MOST_IN_A_MESSAGE: u64 = (4 << 20) - (128 << 10);

pub(crate) struct Abilities {
    pub function: Function,
    pub executes: bool,
    pub takes_results: bool,
    /// So many bytes of contents fit into one message.
    pub batch: u64,
    /// No content may have more.
    pub blob: u64,
}

impl Default for Abilities {
    fn default() -> Abilities {
        Abilities {
            function: Function::Sha256,
            executes: false,
            takes_results: false,
            batch: MOST_IN_A_MESSAGE,
            blob: u64::MAX,
        }
    }
}

impl Abilities {
    pub(super) fn read(said: &ServerCapabilities) -> Result<Abilities, &'static str> {
        let speaks = |major: fn(i32) -> bool, version: &Option<_>| {
            version.as_ref().is_none_or(|version: &crate::messages::SemVer| major(version.major))
        };
        if !speaks(|low| low <= 2, &said.low_api_version)
            || !speaks(|high| high >= 2, &said.high_api_version)
        {
            return Err("it does not speak version 2 of the interface");
        }
        let cache = said
            .cache_capabilities
            .as_ref()
            .ok_or("it says nothing of a cache; is this its instance?")?;
        let execution = said.execution_capabilities.as_ref().filter(|execution| execution.exec_enabled);
        let runs_with = |function: &Function| {
            execution.is_none_or(|execution| {
                let numbers = &execution.digest_functions;
                numbers.contains(&function.number())
                    || numbers.is_empty() && [0, function.number()].contains(&execution.digest_function)
            })
        };
        let stores_with = |function: &Function| cache.digest_functions.contains(&function.number());
        let function = Function::ALL.into_iter().filter(stores_with).find(runs_with);
        let updates = cache.action_cache_update_capabilities.as_ref();
        Ok(Abilities {
            function: function.ok_or("it makes digests neither by SHA-256 nor by BLAKE3")?,
            executes: execution.is_some(),
            takes_results: updates.is_some_and(|updates| updates.update_enabled),
            batch: limit(cache.max_batch_total_size_bytes).min(MOST_IN_A_MESSAGE),
            blob: limit(cache.max_cas_blob_size_bytes),
        })
    }
}

/// Nothing, and less than nothing, mean that there is no limit.
fn limit(said: i64) -> u64 {
    u64::try_from(said).ok().filter(|limit| *limit > 0).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use crate::messages::{CacheCapabilities, ExecutionCapabilities, SemVer};

    use super::*;

    fn said(stores: &[i32], runs: Option<&[i32]>) -> ServerCapabilities {
        ServerCapabilities {
            cache_capabilities: Some(CacheCapabilities {
                digest_functions: stores.to_vec(),
                ..CacheCapabilities::default()
            }),
            execution_capabilities: runs.map(|runs| ExecutionCapabilities {
                exec_enabled: true,
                digest_functions: runs.to_vec(),
                digest_function: 0,
            }),
            ..ServerCapabilities::default()
        }
    }

    #[test]
    fn one_function_serves_cache_and_workers() {
        let function =
            |stores: &[i32], runs| Abilities::read(&said(stores, runs)).map(|read| read.function);
        assert_eq!(function(&[9, 1], None), Ok(Function::Sha256));
        assert_eq!(function(&[3, 9], None), Ok(Function::Blake3));
        assert_eq!(function(&[1, 9], Some(&[9])), Ok(Function::Blake3));
        assert_eq!(function(&[1, 9], Some(&[])), Ok(Function::Sha256));
        for (stores, runs) in [(&[2, 3][..], None), (&[1], Some(&[9][..])), (&[], None)] {
            assert!(function(stores, runs).is_err(), "{stores:?} {runs:?}");
        }
    }

    #[test]
    fn limits_are_believed_where_they_are_lower_than_ours() {
        let batch = |bytes| {
            let mut said = said(&[1], None);
            said.cache_capabilities.as_mut().expect("there").max_batch_total_size_bytes = bytes;
            Abilities::read(&said).map(|read| read.batch)
        };
        assert_eq!(batch(1000), Ok(1000));
        assert_eq!([0, -5, i64::MAX].map(batch), [Ok(MOST_IN_A_MESSAGE); 3]);
    }

    #[test]
    fn another_interface_is_said() {
        let old = ServerCapabilities {
            high_api_version: Some(SemVer { major: 1, minor: 9 }),
            ..said(&[1], None)
        };
        assert!(Abilities::read(&old).is_err());
        assert!(Abilities::read(&ServerCapabilities::default()).is_err());
    }
}
