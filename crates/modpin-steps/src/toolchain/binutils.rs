//! The programs beside a linker that treat finished files: the compiler driver knows where those for its machine are.

use std::path::Path;

use super::Toolchain;
use super::driver::Driver;
use super::search_path::find_program;
use crate::error::{Error, Result};

impl Toolchain {
    /// A program by its name, `strip` or `objcopy`: the one that the environment names in capitals, else the driver's.
    ///
    /// # Errors
    /// [`Error::Toolchain`] where there is none.
    pub fn binutil(&self, name: &str) -> Result<String> {
        let variable = name.to_uppercase();
        let said = std::env::var(&variable).ok().filter(|said| !said.is_empty());
        let driver = Driver {
            compiler: &self.compiler,
            args: &self.first_args,
            dir: Path::new("/"),
            language: "c",
        };
        let wanted = said.unwrap_or_else(|| driver.ask(&format!("-print-prog-name={name}")));
        find_program(&wanted).ok_or_else(|| Error::Toolchain {
            text: format!("there is no program {wanted:?}"),
            help: format!("install binutils, or name one in the environment variable {variable}"),
        })
    }
}
