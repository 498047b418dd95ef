//! What a supervisor is to start, in memory that it shares with us: at the same place in both, so that it reads pointers and
//! neither allocates nor understands anything.
#![allow(unsafe_code)]

use std::collections::BTreeMap;
use std::ffi::{CStr, CString, OsStr, OsString, c_char};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::ptr;

use crate::world::spawn::Spawn;

/// So much room there is at least, in bytes: the next process has other variables.
const ROOM: usize = 256 << 10;

/// A process to be started, in words that hold no zero.
pub struct Orders {
    program: CString,
    dir: CString,
    args: Vec<CString>,
    env: Vec<CString>,
}

/// Where the parts of orders lie. Lists of words end with a null.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Parts {
    pub program: *const c_char,
    pub dir: *const c_char,
    pub args: *const *mut c_char,
    pub env: *const *mut c_char,
}

impl Orders {
    /// What is asked for, with our variables where nothing else is said of them.
    pub fn of(spawn: &Spawn) -> io::Result<Orders> {
        let text = |bytes: Vec<u8>| CString::new(bytes).map_err(|_| io::ErrorKind::InvalidInput.into());
        let words = |words: Vec<Vec<u8>>| words.into_iter().map(text).collect::<io::Result<Vec<_>>>();
        let args = std::iter::once(&spawn.program).chain(&spawn.args);
        Ok(Orders {
            program: text(spawn.program.clone().into_bytes())?,
            dir: text(spawn.dir.clone().into_bytes())?,
            args: words(args.map(|arg| arg.clone().into_bytes()).collect())?,
            env: words(environment(&spawn.env))?,
        })
    }

    fn words(&self) -> impl Iterator<Item = &CStr> {
        let one = [&self.program, &self.dir].into_iter();
        one.chain(&self.args).chain(&self.env).map(CString::as_c_str)
    }

    /// How many bytes they take, with the pointers to them.
    fn size(&self) -> usize {
        let pointers = self.args.len() + self.env.len() + 2;
        let texts: usize = self.words().map(|word| word.to_bytes_with_nul().len()).sum();
        size_of::<Parts>() + pointers * size_of::<*const c_char>() + texts
    }
}

/// Our variables, with what is different for the process.
fn environment(changes: &[(String, Option<String>)]) -> Vec<Vec<u8>> {
    let mut all: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    for (name, value) in changes {
        match value {
            Some(value) => all.insert(name.into(), value.into()),
            None => all.remove(OsStr::new(name)),
        };
    }
    let all = all.into_iter();
    all.map(|(name, value)| [name.into_vec(), b"=".to_vec(), value.into_vec()].concat()).collect()
}

/// Memory that we and the children that are forked from now on see alike.
#[derive(Debug)]
pub struct OrderRoom {
    start: *mut u8,
    size: usize,
}

// SAFETY: the memory is this value's alone on our side of the fork, wherever the value is moved.
unsafe impl Send for OrderRoom {}

impl OrderRoom {
    /// Room for orders that are no longer than these, and for more.
    pub fn large_enough(orders: &Orders) -> io::Result<OrderRoom> {
        let size = orders.size().max(ROOM);
        let (prot, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
        // SAFETY: new memory, which nobody else knows.
        let start = unsafe { libc::mmap(ptr::null_mut(), size, prot, flags, -1, 0) };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(OrderRoom { start: start.cast(), size })
    }

    /// Writes orders over those that were there.
    pub fn write(&mut self, orders: &Orders) -> io::Result<()> {
        if orders.size() > self.size {
            return Err(io::ErrorKind::ArgumentListTooLong.into());
        }
        let lists = [&orders.args, &orders.env].map(Vec::len);
        let pointer = size_of::<*const c_char>();
        let mut at = size_of::<Parts>() + (lists[0] + lists[1] + 2) * pointer;
        let mut places = Vec::with_capacity(lists[0] + lists[1] + 2);
        // SAFETY: `size` has counted all that is written here, and the pointers before it; pages are aligned for pointers.
        unsafe {
            for word in orders.words() {
                let bytes = word.to_bytes_with_nul();
                ptr::copy_nonoverlapping(bytes.as_ptr(), self.start.add(at), bytes.len());
                places.push(self.start.add(at).cast::<c_char>());
                at += bytes.len();
            }
            let (args, env) = places[2..].split_at(lists[0]);
            let args_at: *mut *mut c_char = self.start.add(size_of::<Parts>()).cast();
            let env_at = args_at.add(args.len() + 1);
            for (list, to) in [(args, args_at), (env, env_at)] {
                ptr::copy_nonoverlapping(list.as_ptr(), to, list.len());
                *to.add(list.len()) = ptr::null_mut();
            }
            let parts = Parts { program: places[0], dir: places[1], args: args_at, env: env_at };
            *self.start.cast::<Parts>() = parts;
        }
        Ok(())
    }

    /// Where the parts will stand.
    pub fn parts(&self) -> *const Parts {
        self.start.cast_const().cast()
    }
}

impl Drop for OrderRoom {
    fn drop(&mut self) {
        // SAFETY: it was mapped with this size, and nobody uses it any more.
        unsafe { libc::munmap(self.start.cast(), self.size) };
    }
}
