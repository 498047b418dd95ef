//! Ways from one directory to another.

/// The way from a directory to another, both absolute: `../lib`; `.` if they are the same.
pub fn way(from: &str, to: &str) -> String {
    let parts =
        |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let (from, to): (Vec<String>, Vec<String>) = (parts(from), parts(to));
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n("..", from.len() - common);
    let way: Vec<&str> = up.chain(to[common..].iter().map(String::as_str)).collect();
    if way.is_empty() { ".".to_owned() } else { way.join("/") }
}

/// The same for a file's directory and another file.
pub fn way_to_file(dir: &str, file: &str) -> String {
    let (above, name) = file.rsplit_once('/').unwrap_or(("", file));
    match way(dir, above).as_str() {
        "." => name.to_owned(),
        way => format!("{way}/{name}"),
    }
}

/// The same as a loader reads it in a file of `from`.
pub fn from_origin(from: &str, to: &str) -> String {
    match way(from, to).as_str() {
        "." => "$ORIGIN".to_owned(),
        way => format!("$ORIGIN/{way}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_lead_up_and_down() {
        assert_eq!(way("/usr/bin", "/usr/lib/x"), "../lib/x");
        assert_eq!(way("/usr/lib", "/usr/lib"), ".");
        assert_eq!(way("/usr/lib", "/usr"), "..");
        assert_eq!(way_to_file("/usr/lib/app", "/usr/bin/app"), "../../bin/app");
        assert_eq!(way_to_file("/usr/bin", "/usr/bin/app"), "app");
        assert_eq!(from_origin("/usr/bin", "/usr/lib"), "$ORIGIN/../lib");
        assert_eq!(from_origin("/usr/lib", "/usr/lib"), "$ORIGIN");
    }
}
