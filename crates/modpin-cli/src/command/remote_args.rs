//! Words about a server with results, for many machines.

use std::path::PathBuf;

use clap::Args;
use modpin::session::UseServer;

const HEADING: &str = "Server with results";

/// A server from which a build takes results, and to which it may give some.
#[derive(Args, Clone, Debug, Default)]
pub struct Remote {
    /// A server with results for many machines: grpc://HOST:PORT, grpcs://HOST:PORT or grpc+unix:PATH; off for none [default: MODPIN_REMOTE_CACHE]
    #[arg(help_heading = HEADING, long, value_name = "URL", conflicts_with = "no_cache")]
    pub remote_cache: Option<String>,
    /// Such a server, which runs commands, too; off for none [default: MODPIN_REMOTE]
    #[arg(help_heading = HEADING, long, value_name = "URL", conflicts_with_all = ["no_cache", "remote_cache"])]
    pub remote: Option<String>,
    /// What machines must be on which it runs them; more than one may be given
    #[arg(help_heading = HEADING, long, value_name = "NAME=VALUE")]
    pub remote_property: Vec<String>,
    /// These machines have no toolchain: send it what compilations need of it
    #[arg(help_heading = HEADING, long)]
    pub remote_send_toolchain: bool,
    /// Give it what is made here
    #[arg(help_heading = HEADING, long)]
    pub remote_write: bool,
    /// Which of its instances
    #[arg(help_heading = HEADING, long, value_name = "NAME")]
    pub remote_instance: Option<String>,
    /// Say this with each call; more than one may be given
    #[arg(help_heading = HEADING, long, value_name = "NAME=VALUE")]
    pub remote_header: Vec<String>,
    /// Certificates that vouch for it, in PEM [default: those of the system]
    #[arg(help_heading = HEADING, long, value_name = "FILE")]
    pub remote_authorities: Option<PathBuf>,
    /// How many seconds a call may take [default: 10]
    #[arg(help_heading = HEADING, long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    pub remote_deadline: Option<u32>,
    /// How many questions it may be asked at once [default: 32]
    #[arg(help_heading = HEADING, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub remote_jobs: Option<u32>,
    /// After so many milliseconds, what waits for it runs here, too, if there is a place [default: 500]
    #[arg(help_heading = HEADING, long, value_name = "MILLISECONDS")]
    pub remote_patience: Option<u32>,
}

impl Remote {
    /// As far as something was said.
    pub fn server(&self) -> UseServer {
        let Remote { remote_cache, remote_write, remote_instance, remote_header, .. } = self;
        UseServer {
            url: remote_cache.clone(),
            runs: self.remote.clone(),
            properties: self.remote_property.clone(),
            write: *remote_write,
            instance: remote_instance.clone(),
            headers: remote_header.clone(),
            authorities: self.remote_authorities.clone(),
            deadline: self.remote_deadline,
            jobs: self.remote_jobs,
            patience: self.remote_patience,
            send_toolchain: self.remote_send_toolchain,
        }
    }
}
