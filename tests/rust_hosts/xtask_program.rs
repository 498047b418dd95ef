//! The `xtask` of a small workspace in these tests: its own project is in `xtask.json`, if that is there.

fn main() -> std::process::ExitCode {
    // What becomes this program says where it was compiled; whoever starts it by itself started the right one.
    let said = ["XTASK_COMPILED_IN", "CARGO_MANIFEST_DIR"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok());
    let compiled_in = said.unwrap_or_default();
    modpin_cli::main_compiled_in(&compiled_in, |p| {
        if let Ok(text) = std::fs::read_to_string(p.root().join("xtask.json")) {
            *p = modpin::Project::from_json(&text, "xtask.json", p.root())?;
        }
        Ok(())
    })
}
