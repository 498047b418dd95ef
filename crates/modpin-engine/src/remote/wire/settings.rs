//! What the helper program must know of the server.

use crate::remote::wire::lists::{list, pair, put_pairs, text};
use crate::state::fields::{Fields, put_number, put_text};

/// What the helper must know of the server.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Where it is: `grpc://HOST:PORT`, `grpcs://HOST:PORT`, `grpc+unix:PATH`.
    pub url: String,
    /// The instance there.
    pub instance: String,
    /// What goes with each call: names and values, which may be secret.
    pub headers: Vec<(String, String)>,
    /// A file with the certificates that vouch for it, if not those of the system.
    pub authorities: Option<String>,
    /// How many seconds a call may take.
    pub deadline: u32,
    /// It gets what is made here.
    pub writes: bool,
    /// It runs commands, on machines with these properties.
    pub runs: bool,
    /// What is asked of these machines: names and values.
    pub properties: Vec<(String, String)>,
    /// They have nothing of a toolchain: it goes there with the command.
    pub gets_toolchain: bool,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        write!(f, "Settings({}, instance {:?}, headers {names:?})", self.url, self.instance)
    }
}

pub(super) fn put_settings(to: &mut Vec<u8>, settings: &Settings) {
    let Settings { url, instance, headers, authorities, deadline, writes, runs, properties, .. } =
        settings;
    put_text(to, url);
    put_text(to, instance);
    put_pairs(to, headers);
    put_text(to, authorities.as_deref().unwrap_or(""));
    put_number(to, *deadline);
    to.push((*writes).into());
    to.push((*runs).into());
    put_pairs(to, properties);
    to.push(settings.gets_toolchain.into());
}

pub(super) fn settings(fields: &mut Fields<'_>) -> Result<Settings, &'static str> {
    Ok(Settings {
        url: text(fields)?,
        instance: text(fields)?,
        headers: list(fields, pair)?,
        authorities: Some(text(fields)?).filter(|path| !path.is_empty()),
        deadline: fields.u32()?,
        writes: fields.u8()? != 0,
        runs: fields.u8()? != 0,
        properties: list(fields, pair)?,
        gets_toolchain: fields.u8()? != 0,
    })
}
