//! A build script whose declaration is a project file: that of the small workspaces in these tests. Their own `build.rs` becomes
//! this program, so that none of them compiles modpin.

use modpin::{Error, Project};

fn main() {
    modpin::embed(|p| {
        let file = p.root().join("project.json");
        let text = std::fs::read_to_string(&file);
        let text = text.map_err(|source| Error::io(&file, "read the project file", source))?;
        *p = Project::from_json(&text, "project.json", p.root())?;
        Ok(())
    });
    // Declarations in Rust are part of the script; cargo knows that.
    println!("cargo::rerun-if-changed=project.json");
}
