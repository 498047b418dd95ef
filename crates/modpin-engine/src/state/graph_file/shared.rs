//! What many actions of a graph file have in common, written once and read once: data of steps, and where commands look
//! for files.

use std::collections::HashMap;
use std::sync::Arc;

use crate::graph::Search;
use crate::state::fields::{Fields, put_number, put_text};
use modpin_budget::{Budget, grown};

/// Things that are to be written, by number.
#[derive(Default)]
pub struct Shared {
    all: Vec<Arc<[u8]>>,
    numbers: HashMap<Arc<[u8]>, u32>,
    /// Numbers by where they lie in memory: most things that are equal are the same. Each is kept here, so no other comes to lie
    /// there.
    known: HashMap<usize, (Arc<[u8]>, u32)>,
    searches: HashMap<usize, (Arc<Search>, u32)>,
}

impl Shared {
    /// All of them, in their order.
    pub fn all(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.all.iter().map(|bytes| &**bytes)
    }

    /// The number of some bytes.
    pub fn number(&mut self, bytes: &Arc<[u8]>) -> u32 {
        let place = Arc::as_ptr(bytes).cast::<u8>() as usize;
        if let Some((_, number)) = self.known.get(&place) {
            return *number;
        }
        let number = self.add(Arc::clone(bytes));
        self.known.insert(place, (Arc::clone(bytes), number));
        number
    }

    /// The number of a search path.
    pub fn search(&mut self, search: &Arc<Search>) -> u32 {
        let place = Arc::as_ptr(search) as usize;
        if let Some((_, number)) = self.searches.get(&place) {
            return *number;
        }
        let mut bytes = Vec::new();
        bytes.push(search.beside.into());
        put_texts(&mut bytes, &search.dirs);
        put_texts(&mut bytes, &search.endings);
        let number = self.add(bytes.into());
        self.searches.insert(place, (Arc::clone(search), number));
        number
    }

    fn add(&mut self, bytes: Arc<[u8]>) -> u32 {
        let next = self.all.len() as u32;
        let number = *self.numbers.entry(Arc::clone(&bytes)).or_insert(next);
        if number == next {
            self.all.push(bytes);
        }
        number
    }
}

/// Things that are read, each at most once.
pub struct SharedReader<'a> {
    read: Box<dyn FnMut(u32) -> Option<Vec<u8>> + 'a>,
    known: HashMap<u32, Arc<[u8]>>,
    searches: HashMap<u32, Arc<Search>>,
}

impl<'a> SharedReader<'a> {
    /// Nothing was read yet; `read` answers with the bytes of a number.
    pub fn new(read: impl FnMut(u32) -> Option<Vec<u8>> + 'a) -> SharedReader<'a> {
        SharedReader { read: Box::new(read), known: HashMap::new(), searches: HashMap::new() }
    }

    /// The bytes of a number.
    pub fn bytes(&mut self, number: u32) -> Option<Arc<[u8]>> {
        if let Some(known) = self.known.get(&number) {
            return Some(Arc::clone(known));
        }
        let bytes: Arc<[u8]> = (self.read)(number)?.into();
        self.known.insert(number, Arc::clone(&bytes));
        Some(bytes)
    }

    /// The search path of a number.
    pub fn search(&mut self, number: u32) -> Option<Arc<Search>> {
        if let Some(known) = self.searches.get(&number) {
            return Some(Arc::clone(known));
        }
        let bytes = (self.read)(number)?;
        let (mut fields, mut budget) = (Fields(&bytes), Budget::of(bytes.len()));
        let beside = fields.u8().ok()? != 0;
        let dirs = take_texts(&mut fields, &mut budget)?;
        let endings = take_texts(&mut fields, &mut budget)?;
        let search = Arc::new(Search { beside, dirs, endings });
        self.searches.insert(number, Arc::clone(&search));
        Some(search)
    }
}

fn put_texts(to: &mut Vec<u8>, texts: &[String]) {
    put_number(to, texts.len() as u32);
    texts.iter().for_each(|text| put_text(to, text));
}

fn take_texts(fields: &mut Fields<'_>, budget: &mut Budget) -> Option<Vec<String>> {
    let count = fields.u32().ok()?;
    let mut texts = Vec::new();
    for _ in 0..count {
        budget.take(grown::<String>())?;
        texts.push(fields.short_text().ok()?.to_owned());
    }
    Some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_equal_has_one_number_and_is_read_once() {
        let search = |dirs: &[&str]| {
            Arc::new(Search {
                dirs: dirs.iter().map(|&dir| dir.to_owned()).collect(),
                ..Search::default()
            })
        };
        let (one, other) = (search(&["include", ""]), search(&[]));
        let data: Arc<[u8]> = b"data"[..].into();
        let mut shared = Shared::default();
        let numbers = [
            shared.search(&one),
            shared.number(&data),
            shared.search(&search(&["include", ""])),
            shared.number(&b"data"[..].into()),
            shared.search(&other),
        ];
        assert_eq!(numbers, [0, 1, 0, 1, 2]);
        let mut asked = Vec::new();
        let mut reader = SharedReader::new(|number| {
            asked.push(number);
            shared.all().nth(number as usize).map(<[u8]>::to_vec)
        });
        for _ in 0..3 {
            assert_eq!(
                [reader.search(0), reader.search(2)],
                [Some(Arc::clone(&one)), Some(Arc::clone(&other))]
            );
            assert_eq!((reader.bytes(1), reader.bytes(3)), (Some(Arc::clone(&data)), None));
        }
        drop(reader);
        assert_eq!(asked, [0, 2, 1, 3, 3, 3]);
    }
}
