//! Reaching a server: which one it is, how it is spoken with, and what it can do.

use std::sync::{Arc, Mutex};

use crate::error::{Error, Kind};
use crate::messages::GetCapabilitiesRequest;
use crate::server::abilities::Abilities;
use crate::server::breaker::Breaker;
use crate::server::call::Call;
use crate::server::{Inside, SMALL, Server, channel};
use crate::settings::Settings;

impl Server {
    /// Reaches a server, and asks what it can do.
    ///
    /// # Errors
    /// There is none, it does not let us, or it is no server that we can use.
    pub async fn connect(settings: Settings) -> Result<Server, Error> {
        let inside = Inside {
            name: settings.address.to_string(),
            channel: channel::open(&settings)?,
            headers: channel::headers(&settings)?,
            instance: settings.instance,
            deadline: settings.deadline,
            action_deadline: settings.action_deadline,
            retries: settings.retries,
            abilities: Abilities::default(),
            breakers: [Breaker::new(settings.failures), Breaker::new(settings.failures)],
            known: Mutex::default(),
        };
        let mut server = Server(Arc::new(inside));
        let abilities = server.capabilities().await?;
        // Nobody else has it yet.
        if let Some(inside) = Arc::get_mut(&mut server.0) {
            inside.abilities = abilities;
        }
        Ok(server)
    }
    /// What it says that it can do.
    pub(crate) async fn capabilities(&self) -> Result<Abilities, Error> {
        let call = Call::read("/build.bazel.remote.execution.v2.Capabilities/GetCapabilities");
        let request = GetCapabilitiesRequest { instance_name: self.instance() };
        let said = self.unary(call, request, SMALL).await?;
        Abilities::read(&said)
            .map_err(|text| self.error(call.name(), Kind::Unsupported, text.to_owned()))
    }
}
