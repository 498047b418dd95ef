//! The connection to a server, which is made with the first call and again after it was lost, and what every call carries.

use tonic::metadata::{AsciiMetadataKey, MetadataMap, MetadataValue};
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

use crate::error::{Error, Kind, shown};
use crate::settings::{Address, Settings};

/// What may be on its way: much, since some servers are far away.
const STREAM_WINDOW: u32 = 2 << 20;
const WINDOW: u32 = 16 << 20;

pub(super) fn open(settings: &Settings) -> Result<Channel, Error> {
    let wrong = |error: tonic::transport::Error| {
        let cause =
            std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        failed(settings, cause)
    };
    let url = match &settings.address {
        Address::Plain(host) => format!("http://{host}"),
        Address::Tls(host) => format!("https://{host}"),
        Address::Unix(path) => format!("unix://{path}"),
    };
    let mut endpoint = Endpoint::from_shared(url)
        .and_then(|endpoint| endpoint.user_agent(concat!("modpin/", env!("CARGO_PKG_VERSION"))))
        .map_err(wrong)?
        .connect_timeout(settings.deadline)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(WINDOW);
    if let Address::Tls(_) = settings.address {
        endpoint = endpoint.tls_config(trust(settings)?).map_err(wrong)?;
    }
    Ok(endpoint.connect_lazy())
}

/// Who vouches for the server: what a file says, and nobody else, or those whom the system trusts.
fn trust(settings: &Settings) -> Result<ClientTlsConfig, Error> {
    let config = ClientTlsConfig::new().timeout(settings.deadline);
    let Some(path) = &settings.authority else { return Ok(config.with_native_roots()) };
    let pem = std::fs::read(path);
    let pem = pem.map_err(|error| failed(settings, format!("{}: {error}", path.display())))?;
    if !pem.windows(27).any(|bytes| bytes == b"-----BEGIN CERTIFICATE-----") {
        return Err(failed(settings, format!("{} holds no certificate in PEM", path.display())));
    }
    Ok(config.ca_certificate(Certificate::from_pem(pem)))
}

pub(super) fn headers(settings: &Settings) -> Result<MetadataMap, Error> {
    let mut all = MetadataMap::new();
    for header in &settings.headers {
        let name = AsciiMetadataKey::from_bytes(header.name.as_bytes());
        let value = MetadataValue::try_from(header.value.as_str());
        let (Ok(name), Ok(mut value)) = (name, value) else {
            return Err(failed(settings, format!("{} is no header", header.name)));
        };
        value.set_sensitive(true);
        all.append(name, value);
    }
    Ok(all)
}

fn failed(settings: &Settings, text: String) -> Error {
    let server = settings.address.to_string();
    Error { server, call: "settings", kind: Kind::Settings, text: shown(&text) }
}
