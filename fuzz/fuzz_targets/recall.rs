//! What a build recalls: behind a checksum that is right, any bytes are a snapshot or a graph, or nothing.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use modpin_engine::state::graph_file::GraphFile;
use modpin_engine::state::snapshot;
use modpin_engine::{Disk, Hash, RealDisk, Step, StepDecoder};
use modpin_fuzz::bounded;
use xxhash_rust::xxh3::xxh3_64;

/// Knows no step.
struct NoSteps;

impl StepDecoder for NoSteps {
    fn step(&self, _: &[u8]) -> Option<Arc<dyn Step>> {
        None
    }

    fn verb(&self, _: &str) -> Option<&'static str> {
        Some("Compiling")
    }
}

fuzz_target!(|bytes: &[u8]| {
    thread_local!(static DIR: tempfile::TempDir = tempfile::tempdir_in("/dev/shm").expect("a directory"));
    let disk = DIR.with(|dir| RealDisk::new(dir.path()));
    let body = [&[0; 16], bytes].concat();
    write(&disk, &[&b"modpin snapshot 2\n"[..], &xxh3_64(&body).to_le_bytes(), &body]);
    bounded(bytes.len(), || snapshot::compare(&disk, "file", Hash::from_bits(0)));
    let sizes = [0, bytes.len() as u64, xxh3_64(bytes)].map(u64::to_le_bytes).concat();
    let index = [&3u32.to_le_bytes()[..], b"out", &[0; 16], &sizes].concat();
    let (checksum, length) = (xxh3_64(&index).to_le_bytes(), (index.len() as u64).to_le_bytes());
    write(&disk, &[b"modpin graph 3\n", &checksum, &length, &index, bytes]);
    bounded(bytes.len(), || GraphFile::open(&disk, "file")?.read(&["out"], &NoSteps).map(drop));
});

fn write(disk: &RealDisk, parts: &[&[u8]]) {
    disk.write("file", &parts.concat()).expect("room");
}
