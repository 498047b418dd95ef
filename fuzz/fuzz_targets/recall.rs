//! What a build recalls: behind a checksum that is right, any bytes are a snapshot or a graph, or nothing.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use modpin_engine::state::frame;
use modpin_engine::state::graph_file::{GRAPH, GraphFile};
use modpin_engine::state::snapshot::{self, SNAPSHOT};
use modpin_engine::{Disk, Hash, RealDisk, Step, StepDecoder};
use modpin_fuzz::bounded;
use xxhash_rust::xxh3::xxh3_64;

/// Knows no step.
struct NoSteps;

impl StepDecoder for NoSteps {
    fn step(&self, _: &[u8], _: Option<Arc<[u8]>>) -> Option<Arc<dyn Step>> {
        None
    }

    fn verb(&self, _: &str) -> Option<&'static str> {
        Some("Compiling")
    }
}

fuzz_target!(|bytes: &[u8]| {
    thread_local!(static DIR: tempfile::TempDir = tempfile::tempdir_in("/dev/shm").expect("a directory"));
    let disk = DIR.with(|dir| RealDisk::new(dir.path()));
    write(&disk, &[&SNAPSHOT.wrap(&[&[0; 16], bytes].concat())]);
    let difference =
        bounded(bytes.len(), || snapshot::compare(&disk, "file", Hash::from_bits(0), [None; 2]));
    if let Some(difference) = difference {
        bounded(bytes.len(), || {
            snapshot::renew(&disk, "file", (&difference, None), &[], &|_| true).expect("room");
        });
    }
    // Nothing shared; one action, whose bytes these are.
    let mut action = Vec::new();
    frame::put(&mut action, xxh3_64(b"out"), |to| to.extend_from_slice(bytes));
    let range = [0, action.len() as u64].map(u64::to_le_bytes).concat();
    let index = [&0u32.to_le_bytes()[..], &3u32.to_le_bytes(), b"out", &[0; 16], &range].concat();
    write(&disk, &[&GRAPH.wrap(&index), &action]);
    bounded(bytes.len(), || GraphFile::open(&disk, "file")?.read(&["out"], &NoSteps).map(drop));
    // Any index.
    write(&disk, &[&GRAPH.wrap(bytes), &action]);
    bounded(bytes.len(), || GraphFile::open(&disk, "file")?.read(&["out"], &NoSteps).map(drop));
});

fn write(disk: &RealDisk, parts: &[&[u8]]) {
    disk.write("file", &parts.concat()).expect("room");
}
