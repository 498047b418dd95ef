//! A server with results, for many machines: what is said of it, in words and by the environment, and the helper program that speaks
//! with it. Where it is must be said; then all that was said must make sense.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use modpin_engine::remote::wire::Settings;
use modpin_engine::{RealProcesses, ServerProgram, Started};

use crate::error::{Error, Result};

/// The variable that says where the server is; `off` is nowhere.
pub const URL: &str = "MODPIN_REMOTE_CACHE";
/// The variable that says where a server is that runs commands as well.
const RUNS: &str = "MODPIN_REMOTE";
/// The variable that says that it gets what is made here.
pub const WRITE: &str = "MODPIN_REMOTE_WRITE";
const INSTANCE: &str = "MODPIN_REMOTE_INSTANCE";
const HEADERS: &str = "MODPIN_REMOTE_HEADERS";
const AUTHORITIES: &str = "MODPIN_REMOTE_AUTHORITIES";
const DEADLINE: &str = "MODPIN_REMOTE_DEADLINE";
const JOBS: &str = "MODPIN_REMOTE_JOBS";
const PATIENCE: &str = "MODPIN_REMOTE_PATIENCE";
const SEND_TOOLCHAIN: &str = "MODPIN_REMOTE_SEND_TOOLCHAIN";
const PROPERTIES: &str = "MODPIN_REMOTE_PROPERTIES";
const PROGRAM: &str = "MODPIN_REMOTE_PROGRAM";

/// The helper's name.
const NAME: &str = "modpin-remote";

/// So many seconds a call may take if nobody says otherwise.
pub const USUAL_DEADLINE: u32 = 10;

/// So many questions at once if nobody says otherwise.
pub const USUAL_JOBS: u32 = 32;

/// So many milliseconds an action waits before it runs here, too, if nobody says otherwise. A worker that is free has compiled most files
/// in less.
pub const USUAL_PATIENCE: u32 = 500;

/// A server, as far as something was said of it. For the rest the environment is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UseServer {
    /// Where it is; `off` is nowhere.
    pub url: Option<String>,
    /// Where one is that runs commands as well.
    pub runs: Option<String>,
    /// It gets what is made here.
    pub write: bool,
    /// What is asked of the machines that run commands, each as `NAME=VALUE`.
    pub properties: Vec<String>,
    /// The instance there.
    pub instance: Option<String>,
    /// What goes with each call, each as `NAME=VALUE`.
    pub headers: Vec<String>,
    /// A file with the certificates that vouch for it.
    pub authorities: Option<PathBuf>,
    /// How many seconds a call may take.
    pub deadline: Option<u32>,
    /// How many questions at once.
    pub jobs: Option<u32>,
    /// How many milliseconds an action waits before it runs here, too.
    pub patience: Option<u32>,
    /// The machines that run commands get the toolchain from here.
    pub send_toolchain: bool,
}

/// How a server is asked: how many questions at once, and how long an action waits.
type Manners = (usize, Duration);

impl UseServer {
    /// The server, by way of processes that end when we do; `None` if none is to be used.
    ///
    /// # Errors
    /// [`Error::Input`]: what was said makes no sense, or the helper program is not there.
    pub(super) fn open(&self, processes: &Arc<RealProcesses>) -> Result<Option<Arc<ServerProgram>>> {
        let Some((settings, manners)) = self.settings(&|name| std::env::var_os(name))? else {
            return Ok(None);
        };
        let program = program()?;
        let processes = Arc::downgrade(processes);
        let start = move || {
            let processes =
                processes.upgrade().ok_or_else(|| std::io::Error::other("the build has ended"))?;
            let mut command = std::process::Command::new(&program);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            let mut child = processes.start_beside(&mut command)?;
            let gone = || std::io::Error::other("it has no standard streams");
            let questions = Box::new(child.stdin.take().ok_or_else(gone)?);
            let answers = Box::new(child.stdout.take().ok_or_else(gone)?);
            Ok(Started { questions, answers, child: Some(child) })
        };
        Ok(Some(Arc::new(ServerProgram::new(settings, manners, start))))
    }

    /// Where it is, if one is to be used.
    ///
    /// # Errors
    /// [`Error::Input`]: what was said makes no sense, or the helper program is not there.
    pub fn find(&self) -> Result<Option<String>> {
        let found = self.settings(&|name| std::env::var_os(name))?;
        found.map(|(settings, _)| program().map(|_| settings.url)).transpose()
    }

    /// What was said, in words first, then by variables.
    fn settings(
        &self,
        variable: &dyn Fn(&str) -> Option<std::ffi::OsString>,
    ) -> Result<Option<(Settings, Manners)>> {
        let said = |name: &str| match variable(name).filter(|said| !said.is_empty()) {
            None => Ok(None),
            Some(said) => said.into_string().map(Some).map_err(|_| wrong(name, "it is not UTF-8")),
        };
        let number = |told: Option<u32>, name: &str, usual: u32| match (told, said(name)?) {
            (Some(told), _) => Ok(told),
            (None, None) => Ok(usual),
            (None, Some(text)) => match text.parse() {
                Ok(0) if name == PATIENCE => Ok(0),
                Ok(number @ 1..) => Ok(number),
                _ => Err(wrong(name, "it is no number from 1 on")),
            },
        };
        let or = |told: &Option<String>, name: &str| match told {
            Some(told) => Ok(Some(told.clone())),
            None => said(name),
        };
        let named = |url: &String| url != "off";
        let runs = or(&self.runs, RUNS)?.filter(named);
        let url =
            if self.url.is_some() && self.runs.is_none() { self.url.clone() } else { runs.clone() };
        let url = match url {
            Some(url) => Some(url),
            None => or(&self.url, URL)?,
        };
        let Some(url) = url.filter(named) else { return Ok(None) };
        let runs = runs.as_ref() == Some(&url);
        let known = ["grpc://", "grpcs://", "grpc+unix:"];
        if !known.iter().any(|scheme| url.starts_with(scheme)) {
            // It may have a password in it.
            let shown = url.split_once('@').map_or(url.as_str(), |(_, host)| host);
            let why = "it names no server\n  help: name one as grpc://HOST:PORT, grpcs://HOST:PORT or grpc+unix:PATH";
            return Err(wrong(shown, why));
        }
        let lines = |told: &Vec<String>, name: &str| match told.is_empty() {
            true => Ok(said(name)?.unwrap_or_default().lines().map(str::to_owned).collect()),
            false => Ok::<Vec<String>, Error>(told.clone()),
        };
        let headers = lines(&self.headers, HEADERS)?;
        let headers = headers.iter().map(|text| header(text)).collect::<Result<_>>()?;
        let properties = lines(&self.properties, PROPERTIES)?;
        let properties = properties.iter().map(|text| property(text)).collect::<Result<_>>()?;
        let authorities = match &self.authorities {
            Some(path) => Some(path.clone()),
            None => said(AUTHORITIES)?.map(PathBuf::from),
        };
        let jobs = number(self.jobs, JOBS, USUAL_JOBS)?;
        let patience = number(self.patience, PATIENCE, USUAL_PATIENCE)?;
        let says = |name: &str| Ok::<_, Error>(said(name)?.is_some_and(|said| said != "0"));
        let settings = Settings {
            url,
            instance: or(&self.instance, INSTANCE)?.unwrap_or_default(),
            headers,
            authorities: authorities.map(|path| file(&path)).transpose()?,
            deadline: number(self.deadline, DEADLINE, USUAL_DEADLINE)?,
            runs,
            properties,
            writes: self.write || says(WRITE)?,
            gets_toolchain: self.send_toolchain || says(SEND_TOOLCHAIN)?,
        };
        Ok(Some((settings, (jobs as usize, Duration::from_millis(patience.into())))))
    }
}

fn wrong(name: impl AsRef<Path>, why: &str) -> Error {
    Error::Input { path: name.as_ref().to_owned(), why: why.to_owned() }
}

/// Its value may be secret, so none is ever shown.
fn header(text: &str) -> Result<(String, String)> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_ascii_lowercase(), value.to_owned())),
        _ => Err(wrong("a header for the server", "it is not NAME=VALUE")),
    }
}

fn property(text: &str) -> Result<(String, String)> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(wrong(text, "a property of a machine is said as NAME=VALUE")),
    }
}

/// A file that is there, by its whole path: the helper may run elsewhere.
fn file(path: &Path) -> Result<String> {
    let whole = path.canonicalize().map_err(|error| wrong(path, &format!("cannot read it: {error}")))?;
    whole.into_os_string().into_string().map_err(|_| wrong(path, "its path is not UTF-8"))
}

/// The helper program: where the environment says, beside the program that runs, or as a shell would find it.
fn program() -> Result<PathBuf> {
    if let Some(said) = std::env::var_os(PROGRAM).filter(|said| !said.is_empty()) {
        let path = PathBuf::from(said);
        return match path.is_file() {
            true => Ok(path),
            false => Err(wrong(&path, &format!("there is no such program, and {PROGRAM} names it"))),
        };
    }
    let beside = std::env::current_exe().ok().and_then(|own| Some(own.parent()?.join(NAME)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = beside.into_iter().chain(std::env::split_paths(&path).map(|dir| dir.join(NAME)));
    // An empty word in PATH is the directory in which we are: nobody means that.
    let mut found = found.filter(|path| path.is_absolute());
    found.find(|path| path.is_file()).ok_or_else(|| {
        let why = "a server is spoken with by this program, which is not there\n  help: cargo install modpin-remote, or do without the server";
        wrong(NAME, why)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(
        use_server: &UseServer,
        variables: &[(&str, &str)],
    ) -> Result<Option<(Settings, Manners)>> {
        use_server.settings(&|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).into())
        })
    }

    fn url(url: &str) -> UseServer {
        UseServer { url: Some(url.to_owned()), ..UseServer::default() }
    }

    #[test]
    fn words_come_before_variables() {
        assert_eq!(settings(&UseServer::default(), &[(WRITE, "1")]).unwrap(), None);
        assert_eq!(settings(&UseServer::default(), &[(URL, "off")]).unwrap(), None);
        assert_eq!(settings(&url("off"), &[(URL, "grpc://a:1")]).unwrap(), None);
        let all = [
            (URL, "grpc://a:1"),
            (WRITE, "1"),
            (INSTANCE, "main"),
            (HEADERS, "X-Who=me=you\nother="),
            (AUTHORITIES, "/"),
            (DEADLINE, "3"),
            (JOBS, "4"),
            (PATIENCE, "0"),
            (SEND_TOOLCHAIN, "1"),
        ];
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let expected = Settings {
            url: "grpc://a:1".to_owned(),
            instance: "main".to_owned(),
            headers: vec![header("x-who", "me=you"), header("other", "")],
            authorities: Some("/".to_owned()),
            deadline: 3,
            writes: true,
            gets_toolchain: true,
            ..Settings::default()
        };
        let manners = |jobs, millis| (jobs, Duration::from_millis(millis));
        assert_eq!(settings(&UseServer::default(), &all).unwrap(), Some((expected, manners(4, 0))));
        let words = UseServer {
            write: true,
            instance: Some("mine".to_owned()),
            headers: vec!["a=b".to_owned()],
            authorities: Some("/.".into()),
            deadline: Some(7),
            jobs: Some(8),
            patience: Some(9),
            send_toolchain: true,
            ..url("grpcs://b")
        };
        let expected = Settings {
            url: "grpcs://b".to_owned(),
            instance: "mine".to_owned(),
            headers: vec![header("a", "b")],
            authorities: Some("/".to_owned()),
            deadline: 7,
            writes: true,
            gets_toolchain: true,
            ..Settings::default()
        };
        assert_eq!(settings(&words, &all[2..]).unwrap(), Some((expected, manners(8, 9))));
        let (usual, manners) = settings(&url("grpc+unix:/s"), &[(WRITE, "0")]).unwrap().unwrap();
        assert_eq!((usual.deadline, usual.writes), (USUAL_DEADLINE, false));
        let patience = Duration::from_millis(USUAL_PATIENCE.into());
        assert_eq!((usual.gets_toolchain, manners), (false, (USUAL_JOBS as usize, patience)));
    }

    #[test]
    fn what_makes_no_sense_is_told_without_what_is_secret() {
        let header = |text: &str| UseServer { headers: vec![text.to_owned()], ..url("grpc://a:1") };
        let missing = UseServer { authorities: Some("/none/ca.pem".into()), ..url("grpc://a:1") };
        for (said, variables, expected) in [
            (url("http://a:1"), &[][..], "http://a:1: it names no server"),
            (url("https://me:secret@a:1"), &[], "a:1: it names no server"),
            (header("secret"), &[], "a header for the server: it is not NAME=VALUE"),
            (header("=secret"), &[], "a header for the server: it is not NAME=VALUE"),
            (missing, &[], "/none/ca.pem: cannot read it"),
            (url("grpc://a:1"), &[(JOBS, "0")], "MODPIN_REMOTE_JOBS: it is no number from 1 on"),
            (url("grpc://a:1"), &[(DEADLINE, "x")], "MODPIN_REMOTE_DEADLINE: it is no number from 1 on"),
        ] {
            let told = settings(&said, variables).unwrap_err().to_string();
            assert!(told.starts_with(expected) && !told.contains("secret"), "{told}");
        }
    }
}
