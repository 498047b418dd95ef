//! One step of modpin in a process of its own, so that it can be measured beside the programs that do the
//! same: `step archive OBJECT...` writes an archive.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let what = words.next().unwrap_or_default();
    let files: Vec<String> = words.collect();
    let done = match what.as_str() {
        "archive" => archive(&files),
        other => Err(format!("{other:?} is no step").into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn archive(paths: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let contents = paths.iter().map(std::fs::read).collect::<Result<Vec<_>, _>>()?;
    let names = paths.iter().map(|path| path.rsplit('/').next().unwrap_or(path));
    let members: Vec<(&str, &[u8])> = names.zip(contents.iter().map(Vec::as_slice)).collect();
    std::fs::write("modpin.a", modpin_symbols::write_archive(&members)?)?;
    Ok(())
}
