//! The loader's cache: any bytes behind the magic name some libraries, or none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use modpin::Cache;
use modpin_fuzz::bounded;

fuzz_target!(|bytes: &[u8]| {
    let new = [b"glibc-ld.so.cache1.1", bytes].concat();
    let both = [b"ld.so-1.7.0\0\0\0\0\0", &new[..]].concat();
    for cache in [bytes, &new, &both] {
        bounded(cache.len(), || Cache::read(cache.into()).paths("liba.so.1", &[]).len());
    }
});
