//! The `xtask` of a small workspace in these tests: its own project is in `xtask.json`, if that is there.

fn main() -> std::process::ExitCode {
    modpin_cli::main(|p| {
        if let Ok(text) = std::fs::read_to_string(p.root().join("xtask.json")) {
            *p = modpin::Project::from_json(&text, "xtask.json", p.root())?;
        }
        Ok(())
    })
}
