//! `link`: all that the link of a program must be told for its modules, in one file that a build system can watch. Needs no
//! program that was linked already.

use std::path::{Path, PathBuf};

use modpin::foreign::{LinkFiles, dynamic_list, link_of_files, response_file};
use modpin::toolchain::response_text;

use crate::command::exit::{Ended, Stop};
use crate::command::foreign_args::Link;
use crate::context::Context;
use crate::say::message::Message;
use crate::say::output_file::{write, write_if_different};
use crate::verb::pins::say;

/// The dynamic list that belongs to a response file.
pub fn list_of(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".list");
    name.into()
}

/// Writes both files. Who watches the first sees every change of either.
pub fn run(context: &mut Context<'_>, args: &Link) -> Result<Ended, Stop> {
    let Link { output, module, archive, object } = args.clone();
    let plan = link_of_files(&LinkFiles { modules: module, objects: object, archives: archive })?;
    let list = list_of(&output);
    let argument = format!("-Wl,--dynamic-list={}", list.display());
    let text = response_file(&plan) + &response_text(&[argument]);
    say(context.terminal, &plan, &Message::Pins { plan: &plan }, |_| {
        match write_if_different(&list, &dynamic_list(&plan))? {
            true => write(&output, &text),
            false => write_if_different(&output, &text).map(drop),
        }
    })
}
