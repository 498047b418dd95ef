//! The trace event format that browsers and <https://ui.perfetto.dev> read: one complete event (`X`) for each action, in the
//! lane in which it ran, and one for each part of the whole in a lane below them.

use modpin_symbols::shown;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Part, Timed, Timings};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Trace {
    display_time_unit: &'static str,
    trace_events: Vec<Value>,
}

/// The trace of a build, as JSON.
///
/// # Errors
/// Never in practice: timings are plain data.
pub fn trace(timings: &Timings) -> serde_json::Result<String> {
    let process = format!("{} ({})", timings.project, timings.profile);
    let mut events = vec![named("process_name", 0, &process)];
    let lanes = timings.actions.iter().map(|action| action.lane + 1).max().unwrap_or(0);
    events.extend((0..lanes).map(|lane| named("thread_name", lane, &format!("lane {}", lane + 1))));
    events.push(named("thread_name", lanes, "parts"));
    events.extend(timings.actions.iter().map(complete));
    events.extend(timings.parts.iter().map(|part| part_of_all(part, lanes)));
    let text = serde_json::to_string(&Trace { display_time_unit: "ms", trace_events: events })?;
    Ok(shown::json(&text).into_owned())
}

fn named(what: &str, lane: usize, name: &str) -> Value {
    json!({ "name": what, "ph": "M", "pid": 1, "tid": lane, "args": { "name": name } })
}

fn part_of_all(part: &Part, lane: usize) -> Value {
    let Part { name, start, end } = part;
    json!({ "name": name, "cat": "part", "ph": "X", "pid": 1, "tid": lane, "ts": start, "dur": end - start })
}

fn complete(action: &Timed) -> Value {
    let Timed { verb, label, reason, ready, start, end, lane, cached, from_server, elsewhere, failure } =
        action;
    let mut args = json!({ "reason": reason, "waited_us": start.saturating_sub(*ready) });
    if *cached {
        args["cached"] = true.into();
    }
    if *from_server {
        args["from_server"] = true.into();
    }
    if *elsewhere {
        args["elsewhere"] = true.into();
    }
    if let Some(failure) = failure {
        args["failure"] = failure.as_str().into();
    }
    json!({
        "name": format!("{verb} {label}"), "cat": verb, "ph": "X", "pid": 1, "tid": lane,
        "ts": start, "dur": end.saturating_sub(*start), "args": args,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_is_a_complete_event_in_its_lane() {
        let action = |label: &str, lane, start, failure: Option<&str>| Timed {
            verb: "Compiling".into(),
            label: label.into(),
            reason: "it never ran".into(),
            ready: 5,
            start,
            end: start + 100,
            lane,
            cached: lane == 0,
            from_server: lane == 0,
            elsewhere: lane == 0,
            failure: failure.map(str::to_owned),
        };
        let timings = Timings {
            project: "p".into(),
            profile: "debug".into(),
            actions: vec![action("a.c", 0, 10, None), action("b.c", 1, 12, Some("no"))],
            parts: vec![Part { name: "running".into(), start: 3, end: 120 }],
            ..Timings::default()
        };
        let trace: Value = serde_json::from_str(&trace(&timings).unwrap()).unwrap();
        let events = trace["traceEvents"].as_array().unwrap();
        let of = |ph: &str| events.iter().filter(|event| event["ph"] == ph).collect::<Vec<_>>();
        assert_eq!((of("M").len(), of("X").len(), events.len()), (4, 3, 7));
        let part = of("X")[2];
        assert_eq!([&part["ts"], &part["dur"], &part["tid"]], [&json!(3), &json!(117), &json!(2)]);
        let last = of("X")[1];
        assert_eq!([&last["ts"], &last["dur"], &last["tid"]], [&json!(12), &json!(100), &json!(1)]);
        assert_eq!(of("X")[0]["args"]["cached"], true);
        assert_eq!(of("X")[0]["args"]["from_server"], true);
        assert_eq!(of("X")[0]["args"]["elsewhere"], true);
        assert_eq!(last["name"], "Compiling b.c");
        assert_eq!(last["args"], json!({ "reason": "it never ran", "waited_us": 7, "failure": "no" }));
    }
}
