//! What can be typed after `install` and `uninstall`, as data.

use std::path::PathBuf;

use clap::Args;
use modpin::install::DirWords;

use crate::command::args::Running;
use crate::command::setup::Setup;

/// `install`.
#[derive(Args, Clone, Debug)]
pub struct Install {
    #[command(flatten)]
    pub places: Places,
    /// Remove symbols that nobody needs at run time, or what ARGS of strip(1) say
    #[arg(long, value_name = "ARGS", num_args = 0..=1, require_equals = true, default_missing_value = "", allow_hyphen_values = true)]
    pub strip: Option<String>,
    /// Put debug information into files of their own, by build id, below PREFIX/lib/debug
    #[arg(long)]
    pub split_debug: bool,
    #[command(flatten)]
    pub setup: Setup,
    #[command(flatten)]
    pub running: Running,
}

/// `uninstall`.
#[derive(Args, Clone, Debug)]
pub struct Uninstall {
    #[command(flatten)]
    pub places: Places,
    /// Print what would be removed, and remove nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
}

/// Where things are installed.
#[derive(Args, Clone, Debug)]
pub struct Places {
    /// A directory below which all of it is put for now, to be packed; no file says it [default: DESTDIR]
    #[arg(long, value_name = "DIR")]
    pub destdir: Option<PathBuf>,
    /// The directory that holds everything when it runs [default: /usr/local]
    #[arg(long, value_name = "DIR")]
    pub prefix: Option<String>,
    /// Where programs go, from the prefix on [default: bin]
    #[arg(long, value_name = "DIR")]
    pub bindir: Option<String>,
    /// Where libraries go, from the prefix on [default: lib]
    #[arg(long, value_name = "DIR")]
    pub libdir: Option<String>,
    /// Where modules go, from the prefix on [default: LIBDIR/PROJECT]
    #[arg(long, value_name = "DIR")]
    pub moddir: Option<String>,
    /// Where headers go, from the prefix on [default: include]
    #[arg(long, value_name = "DIR")]
    pub includedir: Option<String>,
}

impl Places {
    /// The directories in the user's words.
    pub fn words(&self) -> DirWords {
        let Places { prefix, bindir, libdir, moddir, includedir, .. } = self.clone();
        DirWords { prefix, bindir, libdir, moddir, includedir }
    }
}
