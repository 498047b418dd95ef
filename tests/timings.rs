//! The page of timings in a real browser, clicked: few actions, many, none, and names that would like to be code.

use std::path::PathBuf;

use modpin::timings::{Part, Timed, Timings, page, trace};
use modpin_test::Random;

use crate::browser::Browser;

/// Actions in four lanes, the last one failed.
fn build(count: usize) -> Timings {
    let (mut free, mut actions) = ([300_000u64; 4], Vec::new());
    let mut random = Random::new(7);
    for at in 0..count {
        let lane = (0..4).min_by_key(|&lane| free[lane]).unwrap_or(0);
        let (start, link) = (free[lane], at % 40 == 39);
        let time = random.below(90_000) as u64 + if link { 150_000 } else { 8_000 };
        free[lane] = start + time + 120;
        actions.push(Timed {
            verb: if link { "Linking" } else { "Compiling" }.into(),
            label: if link {
                format!("out/tool{at}")
            } else {
                format!("c-src/dir{}/file{at}.c", at % 9)
            },
            reason: format!("c-src/include/part{}.h changed", at % 7),
            ready: 290_000,
            start,
            end: start + time,
            lane,
            cached: false,
            from_server: false,
            elsewhere: false,
            failure: (at + 1 == count).then(|| "cc ended with exit code 1".to_owned()),
        });
    }
    let end = free.iter().max().copied().unwrap_or(0);
    Timings {
        project: "<demo> & \"co\"".into(),
        profile: "debug".into(),
        jobs: 4,
        planned: 280_000,
        end,
        before: Some(20_000),
        parts: vec![
            Part { name: "planning".into(), start: 0, end: 280_000 },
            Part { name: "running <b>".into(), start: 280_000, end },
        ],
        fresh: 12,
        trouble: (count > 0).then(|| format!("1 of {count} actions failed")),
        actions,
    }
}

/// Writes the page; `MODPIN_PAGES` keeps it for a person to look at.
fn written(timings: &Timings, dir: &tempfile::TempDir, name: &str) -> PathBuf {
    let text = page(timings).expect("a page");
    assert!(
        !text.contains("http://") || text.matches("http://").count() == 1,
        "a namespace, no address"
    );
    assert!(!text.contains("https://") && !text.contains(" src=") && !text.contains("@import"));
    let keep = std::env::var_os("MODPIN_PAGES").map(PathBuf::from);
    let path = keep.unwrap_or_else(|| dir.path().to_owned()).join(name);
    std::fs::write(&path, text).expect("a page to look at");
    path
}

#[test]
fn few_actions_in_a_browser() {
    let dir = modpin_test::room::directory();
    let page = written(&build(3), &dir, "few.html");
    let Some(browser) = Browser::open("the page of timings", 1400, 900) else { return };
    browser.show(&page, "");
    assert_eq!(browser.text("#title"), "<demo> & \"co\"");
    assert_eq!(browser.text("#trouble"), "1 of 3 actions failed");
    assert!(browser.text("#numbers").contains("had nothing to do\n12"), "{}", browser.text("#numbers"));
    // Parts add up, cargo's among them.
    let parts = browser.text("#parts tbody");
    assert!(parts.starts_with("before this program began: cargo\t20.0 ms\t"), "{parts}");
    assert!(parts.contains("running <b>\t") && parts.contains("all together\t0."), "{parts}");
    assert_eq!(browser.value("document.querySelectorAll('.row').length"), 3);
    assert_eq!(browser.value("document.querySelectorAll('#longest tbody tr').length"), 3);
    browser.click(".row:nth-child(3)");
    let told = browser.text("#details");
    assert!(told.starts_with("Compiling c-src/dir2/file2.c took "), "{told}");
    assert!(told.contains("waited 10.0 ms for a place") && told.contains("part2.h changed"), "{told}");
    assert!(told.contains("No result: cc ended with exit code 1"), "{told}");
    // A bar lies where its time is.
    let place = "(row => { const track = row.querySelector('.track').getBoundingClientRect(), \
                 bar = row.querySelector('u').getBoundingClientRect(); \
                 return [bar.left - track.left, bar.width].map(x => x / track.width * build.end); })";
    for at in 0..3 {
        let found = browser.value(&format!("{place}(document.querySelector('[data-at=\"{at}\"]'))"));
        let wanted = browser.value(&format!("[actions[{at}].start, actions[{at}].time]"));
        for side in [0, 1] {
            let far = (found[side].as_f64().unwrap() - wanted[side].as_f64().unwrap()).abs();
            assert!(far < 2_000.0, "{at}: {found} {wanted}");
        }
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn many_actions_in_a_browser() {
    let timings = build(2000);
    let dir = modpin_test::room::directory();
    let page = written(&timings, &dir, "many.html");
    let Some(browser) = Browser::open("the page of timings", 1400, 900) else { return };
    browser.show(&page, "");
    let rows = || browser.value("document.querySelectorAll('.row').length").as_u64().unwrap_or(0);
    assert!((20..120).contains(&rows()), "only what is seen is made: {}", rows());
    assert_eq!(browser.text("#shown"), "2,000 actions");
    assert_eq!(browser.value("Math.max(...steps().map(step => step.running))"), 4);
    assert_eq!(browser.value("steps().at(-1).running"), 0);
    // The drawing shows means where there are more steps than pixels; they hold the same work.
    let area = browser.value(
        "smooth(steps(), 500).reduce((sum, step) => sum + step.running, 0) * build.end / 500 / work",
    );
    assert!((area.as_f64().unwrap_or(0.0) - 1.0).abs() < 0.001, "{area}");
    browser.value("document.getElementById('rows').scrollTop = 1e9");
    browser.value("document.getElementById('rows').dispatchEvent(new Event('scroll'))");
    assert_eq!(browser.value("!!document.querySelector('[data-at=\"1999\"]')"), true);
    browser.typed("#filter", "linking tool79");
    assert_eq!(browser.text("#shown"), "2 of 2,000 actions");
    assert_eq!(
        browser.value("[...document.querySelectorAll('.row code')].map(x => x.textContent).join()"),
        "out/tool79,out/tool799"
    );
    browser.value("(($('filter').value = ''), ($('order').value = 'time'), choose(), 0)");
    let longest = timings.actions.iter().max_by_key(|action| action.end - action.start).expect("one");
    assert_eq!(browser.value("document.querySelector('.row code').textContent"), longest.label.as_str());
    assert_eq!(browser.text("#longest tbody tr code"), longest.label);
    browser.value("(($('zoom').value = '10'), measure(), 0)");
    assert_eq!(browser.value("$('rows').scrollWidth > 6 * $('rows').clientWidth"), true);
    assert_eq!(browser.value("document.documentElement.scrollWidth <= innerWidth"), true);
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn nothing_to_do_in_a_browser() {
    let dir = modpin_test::room::directory();
    let page = written(&build(0), &dir, "none.html");
    let Some(browser) = Browser::open("the page of timings", 700, 900) else { return };
    browser.show(&page, "");
    assert_eq!(browser.text(".empty"), "Nothing had to be done.");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn names_are_data() {
    let mut timings = build(1);
    let bad = "</script><script>alert(1)</script>@STYLE@@DATA@@SCRIPT@";
    timings.actions[0].label = bad.into();
    let dir = modpin_test::room::directory();
    let page = written(&timings, &dir, "bad.html");
    let trace: serde_json::Value =
        serde_json::from_str(&trace(&timings).expect("a trace")).expect("JSON");
    assert_eq!(trace["traceEvents"][3]["name"], format!("Compiling {bad}"));
    let Some(browser) = Browser::open("the page of timings", 1000, 700) else { return };
    browser.show(&page, "");
    assert_eq!(browser.text("#longest tbody tr code"), bad);
    assert_eq!(browser.complaints(), [""; 0]);
}
