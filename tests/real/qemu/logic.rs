//! Conditions as texts, put together: what is always or never so falls away.

/// Both hold.
pub fn and(one: &str, other: &str) -> String {
    match (one, other) {
        ("n", _) | (_, "n") => "n".to_owned(),
        ("y", rest) | (rest, "y") => rest.to_owned(),
        _ => format!("({one}) && ({other})"),
    }
}

/// One of them holds, or both.
pub fn or(one: &str, other: &str) -> String {
    match (one, other) {
        ("y", _) | (_, "y") => "y".to_owned(),
        ("n", rest) | (rest, "n") => rest.to_owned(),
        _ => format!("({one}) || ({other})"),
    }
}

/// It does not hold.
pub fn not(one: &str) -> String {
    match one {
        "y" => "n".to_owned(),
        "n" => "y".to_owned(),
        _ => format!("!({one})"),
    }
}
