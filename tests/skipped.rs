//! Not a test: the last line of a run of all tests, where something could not run here. The name of this program comes last, and
//! so its words do.

fn main() {
    // Some who run tests ask first which there are.
    let asked: Vec<String> = std::env::args().collect();
    match asked.iter().any(|arg| arg == "--list") {
        true if !asked.iter().any(|arg| arg == "--ignored") => println!("skipped: test"),
        true => {}
        false => modpin_test::skip::summary().iter().for_each(|line| println!("\n{line}\n")),
    }
}
