//! A headless Chromium that a test drives, by chromedriver's HTTP (<https://www.w3.org/TR/webdriver/>). Knows no page.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use modpin_test::skip;
use serde_json::{Value, json};

/// A window.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Opens a window of this size; `None`, said loudly, where there is no Chromium.
    pub fn open(test: &str, width: u32, height: u32) -> Option<Browser> {
        let command = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut driver = match command {
            Ok(driver) => driver,
            Err(_) => {
                skip(test, "chromedriver is not installed");
                return None;
            }
        };
        let port = port(&mut driver);
        let profile = tempfile::tempdir().expect("a directory for the browser");
        let mut browser = Browser { driver, port, session: String::new(), _profile: profile };
        let arguments = [
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            format!("--window-size={width},{height}"),
            format!("--user-data-dir={}", browser._profile.path().display()),
        ];
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let answer = browser.call("POST", "", &wanted);
        browser.session = answer["sessionId"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        Some(browser)
    }

    /// Shows a file.
    pub fn show(&self, page: &Path, hash: &str) {
        self.post("url", &json!({ "url": format!("file://{}{hash}", page.display()) }));
    }

    /// Clicks on the first element that a CSS selector finds.
    pub fn click(&self, selector: &str) {
        let element = self.element(selector);
        self.post(&format!("element/{element}/click"), &json!({}));
    }

    /// Types into an element. `\u{E007}` is Enter, `\u{E00C}` Escape, `\u{E014}` the arrow to the right.
    pub fn typed(&self, selector: &str, text: &str) {
        let element = self.element(selector);
        self.post(&format!("element/{element}/value"), &json!({ "text": text }));
    }

    /// The text of the first element that a CSS selector finds, as it is shown.
    pub fn text(&self, selector: &str) -> String {
        let text = self.value(&format!("document.querySelector({}).innerText.trim()", json!(selector)));
        text.as_str().unwrap_or_else(|| panic!("{selector}: {text}")).to_owned()
    }

    /// The value of an expression.
    pub fn value(&self, expression: &str) -> Value {
        self.post("execute/sync", &json!({ "script": format!("return {expression}"), "args": [] }))
    }

    /// What the console says, warnings and errors.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.post("se/log", &json!({ "type": "browser" }));
        let entries = log.as_array().cloned().unwrap_or_default();
        entries.iter().map(|entry| entry["message"].to_string()).collect()
    }

    fn element(&self, selector: &str) -> String {
        let found = self.post("element", &json!({ "using": "css selector", "value": selector }));
        let id = found.as_object().and_then(|found| found.values().next()).and_then(Value::as_str);
        id.unwrap_or_else(|| panic!("{selector}: {found}")).to_owned()
    }

    fn post(&self, what: &str, body: &Value) -> Value {
        self.call("POST", what, body)
    }

    /// One request; the `value` of the answer.
    fn call(&self, method: &str, what: &str, body: &Value) -> Value {
        let value = self.request(method, what, body).expect("an answer of chromedriver");
        assert!(value["error"].is_null(), "{method} {what} {body}: {value}");
        value
    }

    fn request(&self, method: &str, what: &str, body: &Value) -> std::io::Result<Value> {
        let path = match (self.session.is_empty(), what.is_empty()) {
            (true, _) => "/session".to_owned(),
            (false, true) => format!("/session/{}", self.session),
            (false, false) => format!("/session/{}/{what}", self.session),
        };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let (port, length) = (self.port, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all((head + &body).as_bytes())?;
        let mut answer: Value = serde_json::from_slice(&answer(&mut BufReader::new(stream))?)?;
        Ok(answer["value"].take())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A driver that is killed leaves its browser behind, so that is sent away first, whatever the test came to.
        if !self.session.is_empty() {
            let _ = self.request("DELETE", "", &Value::Null);
        }
        let _ = Command::new("kill").arg(self.driver.id().to_string()).status();
        let _ = self.driver.wait();
    }
}

/// The driver says on which port it listens.
fn port(driver: &mut Child) -> u16 {
    let out = driver.stdout.take().expect("the driver's words");
    let mut lines = BufReader::new(out).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse().ok()
    });
    // Somebody has to read on, or the driver waits for ever.
    std::thread::spawn(move || lines.for_each(drop));
    port.expect("chromedriver listens")
}

/// The body of an HTTP answer.
fn answer(from: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut length = 0;
    let mut line = String::new();
    while from.read_line(&mut line)? > 0 && !line.trim().is_empty() {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
        line.clear();
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok(body)
}
