//! What docs/remote.md says of a server for a team, done as it stands there: a server of each of two kinds, one machine that writes, one that
//! reads.

use std::path::Path;

use modpin_test::Said;
use modpin_test::server::real::{Real, buildgrid_of_page, casd_of_page};
use modpin_test::skip::is_long;

use crate::machines::Machines;

/// The blocks of the page that follow this text, without the words behind their fences.
fn blocks(page: &str, after: &str) -> Vec<String> {
    let (_, rest) = page.split_once(after).unwrap_or_else(|| panic!("the page has no {after}"));
    let blocks = rest.split("```").skip(1).step_by(2);
    blocks.filter_map(|block| Some(block.split_once('\n')?.1.to_owned())).collect()
}

/// The variables of a line `export NAME=VALUE`, with this server for the one of the page.
fn variable(line: &str, url: &str) -> Option<(String, String)> {
    let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
    Some((name.to_owned(), value.replace("grpc://build.example:50051", url)))
}

#[test]
fn the_servers_of_the_page_serve_a_team() {
    if is_long("remote::page") {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/remote.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let team = blocks(&page, "## For a team");
    let [variables, casd, config, ..] = team.as_slice() else { panic!("{team:?}") };
    let what = "a server of docs/remote.md";
    assert!(casd.starts_with("buildbox-casd "), "{casd}");
    for (server, instance) in [(casd_of_page(what, casd), ""), (buildgrid_of_page(what, config), "main")]
    {
        let Some(server) = server else { continue };
        let said = |error: String| format!("{error}\n{}", server.log());
        serves(&server, variables, instance).map_err(said).expect("what the page says");
    }
}

fn serves(server: &Real, variables: &str, instance: &str) -> Result<(), String> {
    let url = server.url();
    let variables: Vec<(String, String)> =
        variables.lines().filter_map(|line| variable(line, &url)).collect();
    let [of_all, of_writers] = variables.as_slice() else { return Err(format!("{variables:?}")) };
    let all = Machines::new(&["one", "two"], "");
    for (machine, more) in [("one", Some(of_writers)), ("two", None)] {
        let mut command = all.command(machine, "build");
        for (name, value) in [of_all].into_iter().chain(more) {
            command.env(name, value);
        }
        command.env("MODPIN_REMOTE_INSTANCE", instance).env("MODPIN_REMOTE_DEADLINE", "30");
        let said = Said::of(&mut command);
        let is_brought = said.err.contains("brought from the server");
        if !said.success() || said.err.contains("warning: grpc") || is_brought != more.is_none() {
            return Err(format!("{machine}: {}", said.text()));
        }
        all.is_as_clean(machine);
    }
    Ok(())
}
