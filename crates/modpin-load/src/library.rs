//! The system's loader: opens, asks, closes. Only here are functions that are not Rust.
//!
//! Its functions are declared by hand, since a crate for them would be a dependency; they are POSIX's, and every libc for Linux has them
//! in the library that std links.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, OsStr, c_char, c_int, c_ulong, c_void};
use std::os::unix::ffi::OsStrExt;

unsafe extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlclose(library: *mut c_void) -> c_int;
    fn dlerror() -> *mut c_char;
    fn getauxval(what: c_ulong) -> c_ulong;
}

const LAZY: c_int = 1;
const NOW: c_int = 2;
/// MIPS has numbers of its own.
const GLOBAL: c_int = if cfg!(any(target_arch = "mips", target_arch = "mips64")) { 4 } else { 0x100 };
const SECURE: c_ulong = 23;

/// How a file is opened.
#[derive(Clone, Copy, Default)]
pub struct Flags {
    pub lazy: bool,
    pub global: bool,
}

/// An open library, or everything that is open for all to see. It stays open until it is closed.
pub struct Library(*mut c_void);

/// Whether this program has rights that whoever started it does not have.
pub fn is_privileged() -> bool {
    // SAFETY: it reads a number that the kernel gave to the process.
    unsafe { getauxval(SECURE) != 0 }
}

impl Library {
    /// What the program and all libraries and modules that are open for all to see define.
    pub const EVERYTHING: Library = Library(std::ptr::null_mut());

    /// Opens a file, or finds a library by its name; else answers the loader's words.
    ///
    /// # Safety
    /// Its constructors run.
    pub unsafe fn open(path: &OsStr, flags: Flags) -> Result<Library, String> {
        let path = CString::new(path.as_bytes()).map_err(|_| "its name holds a zero".to_owned())?;
        let binding = if flags.lazy { LAZY } else { NOW };
        // SAFETY: the name is a C string; what the file does is the caller's concern.
        let library = unsafe { dlopen(path.as_ptr(), binding | if flags.global { GLOBAL } else { 0 }) };
        if library.is_null() { Err(last_words()) } else { Ok(Library(library)) }
    }

    /// Where a symbol is, in it or in what it needs.
    pub fn symbol(&self, name: &str) -> Option<*mut c_void> {
        let name = CString::new(name).ok()?;
        // SAFETY: the library is open, or the null pointer that stands for all; the name is a C string.
        let found = unsafe { dlsym(self.0, name.as_ptr()) };
        if found.is_null() {
            last_words();
        }
        (!found.is_null()).then_some(found)
    }

    /// Closes it.
    ///
    /// # Safety
    /// Its destructors run, and nobody may use it afterwards.
    pub unsafe fn close(self) {
        // SAFETY: it is open, and what its destructors do is the caller's concern.
        unsafe { dlclose(self.0) };
    }
}

/// What the loader has to say of this thread's last call that failed.
fn last_words() -> String {
    // SAFETY: the answer is null or a C string that stays until this thread's next call.
    unsafe {
        let words = dlerror();
        if words.is_null() {
            String::new()
        } else {
            CStr::from_ptr(words).to_string_lossy().into_owned()
        }
    }
}

/// A symbol's address as what it is.
///
/// # Safety
/// `T` is a pointer, and what is there is what it points to.
pub unsafe fn as_pointer<T: Copy>(address: *mut c_void) -> T {
    const { assert!(size_of::<T>() == size_of::<*mut c_void>(), "a symbol is a pointer") };
    // SAFETY: both have one size, and the caller knows the type.
    unsafe { std::mem::transmute_copy(&address) }
}
