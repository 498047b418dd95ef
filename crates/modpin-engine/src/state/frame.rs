//! The framing of every file below `.modpin`: a header line that names kind and version, then frames.
//!
//! A frame is the length `n` as u32, `!n` as u32, a checksum as u64, `n` bytes of payload; all little-endian. The
//! checksum is the XXH3-64 of the payload, seeded with the checksum of the frame before: frames that were swapped, doubled
//! or taken out of the middle show. The first one has 0; a frame that is read by itself, what it is read for. With both lengths at hand, a length that was damaged differs
//! from a frame that was cut off.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// What a frame takes besides its payload.
pub const FRAME: usize = 16;

/// A kind of framed files: the word in their header, and the version of their content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framing(pub &'static str, pub u32);

impl Framing {
    /// The line with which such a file begins.
    pub fn header(self) -> String {
        format!("modpin {} {}\n", self.0, self.1)
    }

    /// A file with one payload.
    #[must_use]
    pub fn wrap(self, payload: &[u8]) -> Vec<u8> {
        let mut bytes = self.header().into_bytes();
        put(&mut bytes, 0, |to| to.extend_from_slice(payload));
        bytes
    }

    /// The payload of a file that was [wrapped](Framing::wrap); `None` when it is not exactly that.
    pub fn payload(self, bytes: &[u8]) -> Option<&[u8]> {
        let mut frames = Frames::of(bytes.strip_prefix(self.header().as_bytes())?, 0);
        let payload = frames.next_payload().ok()??;
        frames.rest.is_empty().then_some(payload)
    }

    /// What is wrong with a file that does not begin as this kind does.
    pub fn objection(self, bytes: &[u8]) -> &'static str {
        let other_version = bytes.starts_with(format!("modpin {} ", self.0).as_bytes());
        if other_version { "it was written by another version" } else { DAMAGED }
    }
}

/// What is said of bytes that were written otherwise.
pub const DAMAGED: &str = "it is damaged";

/// Adds a frame; answers its checksum.
pub fn put(to: &mut Vec<u8>, seed: u64, payload: impl FnOnce(&mut Vec<u8>)) -> u64 {
    let start = to.len();
    to.extend([0; FRAME]);
    payload(to);
    let length = (to.len() - start - FRAME) as u32;
    let checksum = xxh3_64_with_seed(&to[start + FRAME..], seed);
    to[start..start + 4].copy_from_slice(&length.to_le_bytes());
    to[start + 4..start + 8].copy_from_slice(&(!length).to_le_bytes());
    to[start + 8..start + FRAME].copy_from_slice(&checksum.to_le_bytes());
    checksum
}

/// Reads frames that follow one another.
pub struct Frames<'a> {
    rest: &'a [u8],
    checksum: u64,
}

impl<'a> Frames<'a> {
    /// The first frame stands at the beginning of these bytes, and was given this seed.
    pub fn of(bytes: &'a [u8], seed: u64) -> Frames<'a> {
        Frames { rest: bytes, checksum: seed }
    }

    /// The checksum of the last frame that was read.
    pub fn checksum(&self) -> u64 {
        self.checksum
    }

    /// The next payload; `None` at the end, and at a frame that was cut off.
    pub fn next_payload(&mut self) -> Result<Option<&'a [u8]>, &'static str> {
        let Some((frame, rest)) = self.rest.split_first_chunk::<FRAME>() else { return Ok(None) };
        let (length, checksum) = head(frame)?;
        let Some((payload, rest)) = rest.split_at_checked(length) else { return Ok(None) };
        if xxh3_64_with_seed(payload, self.checksum) != checksum {
            return Err(DAMAGED);
        }
        (self.rest, self.checksum) = (rest, checksum);
        Ok(Some(payload))
    }
}

/// The length and the checksum of the payload that follows.
pub fn head(frame: &[u8; FRAME]) -> Result<(usize, u64), &'static str> {
    let word = |at: usize| u32::from_le_bytes([frame[at], frame[at + 1], frame[at + 2], frame[at + 3]]);
    let (length, inverted) = (word(0), word(4));
    let checksum = u64::from(word(8)) | u64::from(word(12)) << 32;
    if length == !inverted { Ok((length as usize, checksum)) } else { Err(DAMAGED) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: Framing = Framing("sample", 7);

    #[test]
    fn what_was_wrapped_comes_out() {
        for payload in [&b""[..], b"x", b"modpin sample 7\n", &[0xff; 300]] {
            assert_eq!(SAMPLE.payload(&SAMPLE.wrap(payload)), Some(payload));
        }
    }

    #[test]
    fn every_cut_every_flipped_bit_and_every_addition_shows() {
        let whole = SAMPLE.wrap(b"a payload of some length");
        for at in 0..whole.len() {
            assert_eq!(SAMPLE.payload(&whole[..at]), None, "cut at {at}");
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                assert_eq!(SAMPLE.payload(&damaged), None, "bit {bit} of {at}");
            }
        }
        assert_eq!(SAMPLE.payload(&[&whole[..], b"x"].concat()), None);
        assert_eq!(SAMPLE.payload(&[&whole[..], &whole[16..]].concat()), None);
    }

    #[test]
    fn another_version_is_told_from_damage() {
        assert_eq!(SAMPLE.objection(b"modpin sample 6\n"), "it was written by another version");
        assert_eq!(SAMPLE.objection(b"modpin other 7\n"), DAMAGED);
        assert_eq!(Framing("sample", 8).payload(&SAMPLE.wrap(b"x")), None);
    }

    #[test]
    fn frames_that_were_swapped_or_taken_out_show() {
        let mut bytes = Vec::new();
        let first = put(&mut bytes, 0, |to| to.push(1));
        let middle = bytes.len();
        put(&mut bytes, first, |to| to.push(2));
        let mut frames = Frames::of(&bytes, 0);
        assert_eq!(frames.next_payload(), Ok(Some(&[1][..])));
        assert_eq!(frames.next_payload(), Ok(Some(&[2][..])));
        assert_eq!(frames.next_payload(), Ok(None));
        assert_eq!(Frames::of(&bytes[middle..], 0).next_payload(), Err(DAMAGED));
        let swapped = [&bytes[middle..], &bytes[..middle]].concat();
        assert_eq!(Frames::of(&swapped, 0).next_payload(), Err(DAMAGED));
        assert_eq!(Frames::of(&bytes[..middle - 1], 0).next_payload(), Ok(None), "cut off");
    }
}
